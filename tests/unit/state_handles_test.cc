// State handles from hand-written bytes, and the functions that look into them.

#include "format/state_handles.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/detail/flink_path.h"
#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/unit/metadata_bytes.h"

namespace savvy {
namespace {

using testing::decode_hex;
using testing::first_line_of_error;
using testing::round_trips;

// The smallest file with these bytes as one part of its subtask. The part starts at offset 0x45
// (keyed), 0x3d (operator), 0x47 (channels: from the count of the input list on).
std::string up_to_subtask() {
  return testing::kSmallest6.substr(0,
                                    testing::kSmallest6.find("00000000 00000000 00000000 00 00"));
}

std::string with_keyed(const std::string& handle) {
  return up_to_subtask() + "00000000 00000000 00000000" + handle + "00 00000000 00000000" +
         testing::kNoProperties;
}

std::string with_operator(const std::string& handle) {
  return up_to_subtask() + "00000000" + handle + "00000000 00 00 00000000 00000000" +
         testing::kNoProperties;
}

std::string with_channels(const std::string& lists) {
  return up_to_subtask() + "00000000 00000000 00000000 00 00" + lists + testing::kNoProperties;
}

// As delegate of savepoint key groups without groups; the stream handle starts at offset 0x4e.
std::string with_stream(const std::string& handle) {
  return with_keyed("07 00000000 00000000" + handle);
}

const Subtask& subtask_of(const Metadata& metadata) { return metadata.operators[0].subtasks[0]; }

StreamHandle decode_stream(const std::string& handle) {
  CHECK(round_trips(with_stream(handle)));
  const Metadata metadata = decode_hex(with_stream(handle));
  return handle_as<KeyGroupsHandle>(subtask_of(metadata).managed_keyed_state)->delegate;
}

KeyedHandle decode_keyed(const std::string& handle) {
  CHECK(round_trips(with_keyed(handle)));
  return subtask_of(decode_hex(with_keyed(handle))).managed_keyed_state;
}

OperatorHandle decode_operator(const std::string& handle) {
  CHECK(round_trips(with_operator(handle)));
  return *subtask_of(decode_hex(with_operator(handle))).managed_operator_state;
}

std::string repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

const std::string kStream = "01 0001 6e 00000001 78";  // byte stream "n" with "x"

}  // namespace

TEST_CASE("stream handles", "[handles]") {
  CHECK(decode_stream(kStream) == StreamHandle(ByteStreamHandle{"n", {'x'}}));
  CHECK(decode_stream("02 ffffffffffffffff 0002 2f66") == StreamHandle(FileHandle{-1, "/f"}));
  CHECK(decode_stream("06 0001 66 0000000000000007") == StreamHandle(RelativeFileHandle{"f", 7}));
  CHECK(decode_stream("0f 0000000000000001 fffffffffffffffe 00000001 0002 2f66 0000") ==
        StreamHandle(Boxed<SegmentHandle>({1, -2, SegmentScope::kShared, "/f", ""})));
  CHECK(decode_stream("10") == StreamHandle(EmptySegmentHandle()));
  CHECK(
      decode_stream("03 00000005 00000002 0000000000000001 ffffffffffffffff" + kStream) ==
      StreamHandle(Boxed<NestedKeyGroupsHandle>({{5, 2}, {1, -1}, ByteStreamHandle{"n", {'x'}}})));
}

TEST_CASE("operator handles", "[handles]") {
  const OperatorHandle plain = decode_operator(
      "00000001 04 00000002"
      "0001 61 01 00000002 0000000000000001 0000000000000002"
      "0001 62 02 00000000" +
      kStream);
  CHECK(plain.states == std::vector<OperatorStateEntry>{{"a", DistributionMode::kUnion, {1, 2}},
                                                        {"b", DistributionMode::kBroadcast, {}}});
  CHECK_FALSE(plain.directories);
  CHECK(plain.delegate == StreamHandle(ByteStreamHandle{"n", {'x'}}));

  const OperatorHandle merging = decode_operator("ffffffff 11 00000000 0002 2f74 0002 2f73 02 10");
  CHECK(merging.presence_flag == -1);
  REQUIRE(merging.directories);
  CHECK(*merging.directories == FileMergingDirectories{"/t", "/s", 2});
}

TEST_CASE("keyed handles", "[handles]") {
  const KeyGroupRange range = {1, 2};
  const std::string range_hex = "00000001 00000002";
  const std::string offsets_hex = "0000000000000000 0000000000000009";
  const StreamHandle stream = ByteStreamHandle{"n", {'x'}};
  CHECK(decode_keyed("03" + range_hex + offsets_hex + kStream) ==
        KeyedHandle(Boxed<KeyGroupsHandle>({KeyedCode::kKeyGroups, range, {0, 9}, stream, ""})));
  CHECK(decode_keyed("07" + range_hex + offsets_hex + kStream) ==
        KeyedHandle(
            Boxed<KeyGroupsHandle>({KeyedCode::kSavepointKeyGroups, range, {0, 9}, stream, ""})));
  CHECK(decode_keyed("0c" + range_hex + offsets_hex + kStream + "0001 69") ==
        KeyedHandle(Boxed<KeyGroupsHandle>({KeyedCode::kKeyGroupsV2, range, {0, 9}, stream, "i"})));
  CHECK(
      decode_keyed("05 0000000000000003 0001 62" + range_hex + "00 00000000 00000001 0001 63 10") ==
      KeyedHandle(Boxed<IncrementalHandle>({KeyedCode::kIncremental,
                                            range,
                                            3,
                                            "b",
                                            -1,
                                            std::monostate(),
                                            {},
                                            {{"c", EmptySegmentHandle()}},
                                            ""})));
  CHECK(decode_keyed("0b 0000000000000003 0001 62" + range_hex + "0000000000000004" + kStream +
                     "00000001 0001 63 10 00000000 0001 69") ==
        KeyedHandle(Boxed<IncrementalHandle>({KeyedCode::kIncrementalV2,
                                              range,
                                              3,
                                              "b",
                                              4,
                                              stream,
                                              {{"c", EmptySegmentHandle()}},
                                              {},
                                              "i"})));
}

TEST_CASE("changelog handles", "[handles]") {
  const KeyGroupRange range = {1, 2};
  const std::string range_hex = "00000001 00000002";
  const std::string memory_hex = "09" + range_hex +
                                 "0000000000000001 0000000000000002 00000002 ffffffff 00000001 aa"
                                 "00000001 00000000 0001 69";
  const KeyedHandle memory =
      Boxed<InMemoryChangelogHandle>({range, 1, 2, {{-1, {0xAA}}, {1, {}}}, "i"});
  CHECK(decode_keyed(memory_hex) == memory);
  CHECK(decode_keyed("0a" + range_hex +
                     "00000001 0000000000000005 10 0000000000000006 0000000000000007 0001 69") ==
        KeyedHandle(Boxed<ChangelogStreamHandle>({KeyedCode::kChangelogStream,
                                                  range,
                                                  {{5, EmptySegmentHandle()}},
                                                  6,
                                                  7,
                                                  "i",
                                                  "filesystem"})));
  CHECK(decode_keyed("0d" + range_hex +
                     "00000000 0000000000000006 0000000000000007 0001 69 0001 73") ==
        KeyedHandle(Boxed<ChangelogStreamHandle>(
            {KeyedCode::kChangelogStreamV2, range, {}, 6, 7, "i", "s"})));
  CHECK(decode_keyed("08" + range_hex +
                     "0000000000000003 00000001 00 00000000 0000000000000004"
                     "0001 69") ==
        KeyedHandle(Boxed<ChangelogHandle>(
            {KeyedCode::kChangelog, range, 3, 4, 4, {std::monostate()}, {}, "i"})));
  CHECK(decode_keyed("0e" + range_hex + "0000000000000003 00000000 00000001" + memory_hex +
                     "0000000000000004 0000000000000005 0001 69") ==
        KeyedHandle(
            Boxed<ChangelogHandle>({KeyedCode::kChangelogV2, range, 3, 4, 5, {}, {memory}, "i"})));
}

TEST_CASE("channel handles", "[handles]") {
  const std::string lists =
      "00000002"
      "01 00000001 00000002 00000003 00000001 0000000000000004 0000000000000005 10"
      "03 00000001 0000000000000006 10 00000001 ff"
      "00000001"
      "02 00000000 00000002 00000003 00000000 0000000000000005 10";
  CHECK(round_trips(with_channels(lists)));
  const Metadata metadata = decode_hex(with_channels(lists));
  const Subtask& subtask = subtask_of(metadata);
  CHECK(subtask.input_channel_state ==
        std::vector<ChannelHandle>{PlainChannelHandle{1, {2, 3, {4}, 5}, EmptySegmentHandle()},
                                   MergedChannelHandle{1, 6, EmptySegmentHandle(), {0xFF}}});
  CHECK(subtask.result_subpartition_state ==
        std::vector<ChannelHandle>{PlainChannelHandle{0, {2, 3, {}, 5}, EmptySegmentHandle()}});
}

TEST_CASE("packed channels are read on demand", "[handles]") {
  MergedChannelHandle handle;
  handle.subtask_index = 3;
  handle.packed_channels =
      testing::from_hex("00000001 00000001 00000002 0000000000000009 00000001 0000000000000004");
  const std::vector<ChannelOffsets> channels = {{1, 2, {4}, 9}};
  CHECK(decode_packed_channels(handle, "m") == channels);
  CHECK(encode_packed_channels(channels) == handle.packed_channels);

  handle.packed_channels.push_back(0);
  CHECK_THROWS_WITH(decode_packed_channels(handle, "m"),
                    Catch::StartsWith("m: offset 0x20: 1 bytes left after the end of the packed "
                                      "channels\n  while reading packed channels of subtask 3\n"));
  handle.packed_channels = testing::from_hex("00000009");
  CHECK_THROWS_WITH(
      decode_packed_channels(handle, "m"),
      Catch::StartsWith("m: offset 0x0: packed channel count = 9 cannot fit in the 0 bytes left"));
}

TEST_CASE("each error of a stream handle", "[handles]") {
  const auto [handle, expected] = GENERATE(table<std::string, std::string>({
      {"00", "m: offset 0x4e: stream handle is null (code 0) where Flink needs one"},
      {"04",
       "m: offset 0x4e: stream handle code = 4 is unknown (0, 1, 2, 3, 6, 15 and 16 are "
       "known)"},
      {"02 fffffffffffffffe 0002 2f66", "m: offset 0x4f: file size = -2 is less than -1 (unknown)"},
      {"02 0000000000000000 0000", "m: offset 0x57: file path \"\" is empty"},
      {"02 0000000000000000 0004 73333a78",
       "m: offset 0x57: file path \"s3:x\" is a relative path behind a URI scheme"},
      {"06 0000 0000000000000000", "m: offset 0x4f: relative file path \"\" is empty"},
      {"06 0001 66 fffffffffffffffe", "m: offset 0x52: file size = -2 is less than -1 (unknown)"},
      {"0f 0000000000000000 0000000000000000 00000002 0002 2f66 0000",
       "m: offset 0x5f: segment scope = 2 is neither 0 (exclusive) nor 1 (shared)"},
      {"0f 0000000000000000 0000000000000000 00000000 0000 0000",
       "m: offset 0x63: segment path \"\" is empty"},
      {"01 0000 ffffffff", "m: offset 0x51: byte stream data = -1 is negative"},
      {"03 ffffffff 00000001 0000000000000000 10",
       "m: offset 0x4f: 1 key groups from -1 on are not a range"},
      {"03 7fffffff 00000001 0000000000000000 10",
       "m: offset 0x4f: 1 key groups from 2147483647 on are not a range"},
      {"03 80000000 00000000 10",
       "m: offset 0x4f: 0 key groups from -2147483648 on are not a range"},
      {"03 00000000 ffffffff 10", "m: offset 0x53: key group count = -1 is negative"},
      {"03 00000000 7fffffff 10",
       "m: offset 0x53: key group count = 2147483647 cannot fit in the 15 bytes left"},
      {"03 00000000 00000000 00",
       "m: offset 0x57: stream handle is null (code 0) where Flink needs "
       "one"},
  }));
  CAPTURE(handle);
  CHECK(first_line_of_error(with_stream(handle)) == expected);
}

TEST_CASE("each error of a keyed handle", "[handles]") {
  const std::string range_hex = "00000000 00000001";
  const auto [handle, expected] = GENERATE_REF(table<std::string, std::string>({
      {"01", "m: offset 0x45: keyed handle code = 1 is unknown (0, 3, 5 and 7 to 14 are known)"},
      {"ff", "m: offset 0x45: keyed handle code = -1 is unknown (0, 3, 5 and 7 to 14 are known)"},
      {"05 0000000000000003 0000" + range_hex + "00 00000001 0000 00",
       "m: offset 0x5f: stream handle is null (code 0) where Flink needs one"},
      {"05 0000000000000003 0000" + range_hex + "00 00000000 7fffffff",
       "m: offset 0x5d: private file count = 2147483647 cannot fit in the 14 bytes left"},
      {"0e 00000000 00000000", "m: offset 0x46: the key-group range of a changelog is empty"},
      {"0e" + range_hex + "0000000000000000 00000000 00000001 07 00000000 00000000 10",
       "m: offset 0x5e: a non-materialized part of a changelog holds no changes (code 9, 10 or "
       "13)"},
      {"09" + range_hex + "ffffffffffffffff 0000000000000000 00000000 0000",
       "m: offset 0x4e: first sequence number = -1 is negative"},
      {"09" + range_hex + "0000000000000000 ffffffffffffffff 00000000 0000",
       "m: offset 0x56: last sequence number = -1 is negative"},
      {"09" + range_hex + "0000000000000000 0000000000000000 00000001 fffffffe 00000000 0000",
       "m: offset 0x62: key group = -2 of a state change is less than -1 (meta data)"},
  }));
  CAPTURE(handle);
  CHECK(first_line_of_error(with_keyed(handle)) == expected);
}

TEST_CASE("each error of an operator or channel handle", "[handles]") {
  const auto [file, expected] = GENERATE(table<std::string, std::string>({
      {with_operator("00000001 05"),
       "m: offset 0x41: operator handle code = 5 is unknown (0, 4 and 17 are known)"},
      {with_operator("00000001 04 00000001 0001 61 03 00000000" + kStream),
       "m: offset 0x49: distribution mode = 3 of operator state \"a\" is none of 0 (split), 1 "
       "(union), 2 (broadcast)"},
      {with_operator("00000001 04 00000001 0001 61 00 ffffffff" + kStream),
       "m: offset 0x4a: offset count = -1 is negative"},
      {with_operator("00000001 04 00000000 00"),
       "m: offset 0x46: stream handle is null (code 0) where Flink needs one"},
      {with_operator("00000001 11 00000000 0000 0002 2f73 01 10"),
       "m: offset 0x46: task-owned directory \"\" is empty"},
      {with_operator("00000001 11 00000000 0002 2f74 0000 01 10"),
       "m: offset 0x4a: shared directory \"\" is empty"},
      {with_operator("00000001 11 00000000 0002 2f74 0002 2f73 01" + kStream),
       "m: offset 0x4f: operator handle code 17 names a stream that is no segment (15 or 16)"},
      {with_channels(
           "00000001 02 00000000 00000000 00000000 00000000 0000000000000000 10 00000000"),
       "m: offset 0x4b: input channel handle code = 2 is unknown (1 and 3 are known)"},
      {with_channels("00000000 00000001 03 00000000 0000000000000000 10 00000000"),
       "m: offset 0x4f: result channel handle code = 3 is unknown (2 and 4 are known)"},
      {with_channels(
           "00000001 01 00000000 00000000 00000000 00000000 0000000000000000 00 00000000"),
       "m: offset 0x64: stream handle is null (code 0) where Flink needs one"},
      {with_channels("00000001 03 00000000 0000000000000000 10 ffffffff 00000000"),
       "m: offset 0x59: packed channels = -1 is negative"},
  }));
  CAPTURE(file);
  CHECK(first_line_of_error(file) == expected);
}

// Flink reads these and we refuse them, each for a reason.
TEST_CASE("handles: stricter than Flink", "[handles]") {
  const std::string range_hex = "00000000 00000001";
  const auto [reason, file, expected] = GENERATE_REF(table<std::string, std::string, std::string>({
      {"Flink reads a null change, but fails when it registers the handle",
       with_keyed("0e" + range_hex + "0000000000000000 00000000 00000001 00"),
       "m: offset 0x5e: a non-materialized part of a changelog holds no changes (code 9, 10 or "
       "13)"},
      {"Flink reads a null segment, but fails when it replays the changes",
       with_keyed("0d" + range_hex + "00000001 0000000000000000 00"),
       "m: offset 0x5a: stream handle is null (code 0) where Flink needs one"},
      {"Flink reads a negative count without offsets as an empty range; it was never written",
       with_keyed("0b 0000000000000003 0000 00000000 ffffffff"),
       "m: offset 0x50: -1 key groups from 0 on are not a range"},
      {"the same for a range that ends above the largest int",
       with_keyed("0b 0000000000000003 0000 7fffffff 00000001"),
       "m: offset 0x50: 1 key groups from 2147483647 on are not a range"},
      {"Flink takes the drive letter for the scheme of a file system that does not exist",
       with_stream("06 0004 613a2f62 0000000000000000"),
       "m: offset 0x4f: relative file path \"a:/b\" has a colon that Flink takes for the end of a "
       "URI scheme"},
  }));
  CAPTURE(reason);
  CHECK(first_line_of_error(file) == expected);
}

// Flink has no limit and overflows its stack at some depth; it never writes more than two levels.
TEST_CASE("handles may nest to a depth, not more", "[handles]") {
  const std::string nested = "03 00000000 00000000";
  CHECK(round_trips(with_stream(repeat(nested, 32) + kStream)));
  CHECK(first_line_of_error(with_stream(repeat(nested, 33) + kStream)) ==
        "m: offset 0x16f: state handles nest deeper than 32 levels");
  CHECK_THROWS_AS(decode_hex(with_stream(repeat(nested, 200000))), FormatError);

  const std::string changelog = "0e 00000000 00000001 0000000000000000 00000001";
  const std::string rest = "00000000 0000000000000000 0000000000000000 0000";
  CHECK(round_trips(with_keyed(repeat(changelog, 32) + "00" + repeat(rest, 32))));
  CHECK(first_line_of_error(with_keyed(repeat(changelog, 33) + "00" + repeat(rest, 33))) ==
        "m: offset 0x2e6: state handles nest deeper than 32 levels");
  CHECK_THROWS_AS(decode_hex(with_keyed(repeat(changelog, 200000))), FormatError);
}

TEST_CASE("paths as Flink takes them", "[handles]") {
  using detail::why_bad_path;
  using detail::why_bad_relative_path;
  for (const char* path : {"/a/b", "a", "a/b:c", "file:/a", "file:///a", "s3://bucket",
                           "s3p://b/x y", "C:/x", "C:x", "s3a:\\x", "/:", "é"}) {
    CAPTURE(path);
    CHECK(why_bad_path(path) == nullptr);
  }
  for (const char* path : {"", ":", ":/a", "s3:", "s3:x", "1s:/a", "a b:/c", "é:/a"}) {
    CAPTURE(path);
    CHECK(why_bad_path(path) != nullptr);
  }
  for (const char* path : {"f", "x/y", "/etc/f", "..", "x/y:z", "\\f"}) {
    CAPTURE(path);
    CHECK(why_bad_relative_path(path) == nullptr);
  }
  for (const char* path : {"", "/", "///", "a:b", "/a:b", "s3://bucket/x", "ab:c/d", "\\a:b"}) {
    CAPTURE(path);
    CHECK(why_bad_relative_path(path) != nullptr);
  }
}

TEST_CASE("looking into handles", "[handles]") {
  const StreamHandle file = FileHandle{kUnknownSize, "/f"};
  const StreamHandle nested = Boxed<NestedKeyGroupsHandle>(
      {{}, {}, Boxed<NestedKeyGroupsHandle>({{}, {}, RelativeFileHandle{"r", 5}})});
  CHECK(innermost(nested) == StreamHandle(RelativeFileHandle{"r", 5}));
  CHECK(innermost(file) == file);
  CHECK(recorded_size(nested) == 5);
  CHECK_FALSE(recorded_size(file).has_value());
  CHECK_FALSE(recorded_size(std::monostate()).has_value());
  CHECK(recorded_size(ByteStreamHandle{"n", {1, 2, 3}}) == 3);
  CHECK(recorded_size(Boxed<SegmentHandle>({0, 8, {}, "/", ""})) == 8);
  CHECK(recorded_size(EmptySegmentHandle()) == 0);

  std::string codes;
  for (const KeyedHandle& handle : testing::all_keyed_handles()) {
    CHECK(key_group_range(handle).has_value() == !is_null(handle));
    const auto code = keyed_code(handle);
    codes += code ? std::to_string(static_cast<int>(*code)) + " " : "- ";
  }
  CHECK(codes == "- 3 7 12 5 11 9 10 13 8 14 ");
  CHECK(handle_as<KeyGroupsHandle>(testing::all_keyed_handles()[0]) == nullptr);
}

TEST_CASE("every stream of a handle is visited with its role", "[handles]") {
  std::string seen;
  const StreamVisitor note = [&seen](const StreamUse& use) {
    constexpr const char* kRoles[] = {"groups",  "meta",     "shared", "private",
                                      "segment", "operator", "channel"};
    seen += kRoles[static_cast<int>(use.role)];
    if (!use.local_path.empty()) seen += "(" + std::string(use.local_path) + ")";
    seen += is_null(use.stream) ? "! " : " ";
  };
  const auto all = testing::all_keyed_handles();
  const auto streams_of = [&](const auto& handle) {
    seen.clear();
    for_each_stream(handle, note);
    return seen;
  };
  CHECK(streams_of(all[0]).empty());
  CHECK(streams_of(all[1]) == "groups ");
  CHECK(streams_of(all[4]) == "meta! shared(1.sst) shared(2.sst) ");
  CHECK(streams_of(all[5]) == "meta private(1.sst) private(2.sst) ");
  CHECK(streams_of(all[6]).empty());
  CHECK(streams_of(all[8]) == "segment ");
  CHECK(streams_of(all[9]) == "groups ");
  CHECK(streams_of(all[10]) == "segment ");
  CHECK(streams_of(testing::operator_handle(true)) == "operator ");
  CHECK(streams_of(ChannelHandle(PlainChannelHandle{0, {}, EmptySegmentHandle()})) == "channel ");
}

TEST_CASE("boxed handles copy and compare by content", "[handles]") {
  Boxed<SegmentHandle> box = SegmentHandle{1, 2, SegmentScope::kShared, "/a", "id"};
  const Boxed<SegmentHandle> copy = box;
  CHECK(copy == box);
  box->start = 9;
  CHECK_FALSE(copy == box);
  CHECK(copy->start == 1);
  box.reset();
  CHECK_FALSE(box.has_value());
  CHECK_FALSE(copy == box);
  CHECK(box == Boxed<SegmentHandle>());
}

}  // namespace savvy
