// _metadata from hand-written bytes: the whole file and what Flink refuses. The handles have their
// own file, state_handles_test.cc.

#include "format/metadata.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/small_windows.h"
#include "tests/unit/metadata_bytes.h"

namespace savvy {
namespace {

using testing::decode_hex;
using testing::error_of;
using testing::first_line_of_error;
using testing::from_hex;
using testing::kNoProperties;
using testing::kOneOperator6;
using testing::kSmallest6;
using testing::round_trips;

const std::string kIds = "11111111111111111111111111111111";

// Version 6, no master states, one operator with these bytes behind its id.
std::string operator_with(const std::string& rest) {
  return "4960672d 00000006 0000000000000001 00000000 00000001 0000 0000" + kIds + rest +
         kNoProperties;
}

std::string subtask_with(const std::string& rest) {
  return operator_with("00000002 00000080 00 00000001" + rest);
}

}  // namespace

TEST_CASE("the smallest useful metadata", "[metadata]") {
  const Metadata metadata = decode_hex(kSmallest6);
  CHECK(metadata.version == 6);
  CHECK(metadata.checkpoint_id == 1);
  CHECK(metadata.master_states.empty());
  REQUIRE(metadata.operators.size() == 1);
  const OperatorState& state = metadata.operators[0];
  CHECK(state.name.empty());
  CHECK(state.uid.empty());
  CHECK(to_hex(state.id) == kIds);
  CHECK(state.parallelism == 2);
  CHECK(state.max_parallelism == 128);
  CHECK_FALSE(state.coordinator_state.has_value());
  CHECK_FALSE(state.fully_finished());
  REQUIRE(state.subtasks.size() == 1);
  CHECK(state.subtasks[0] == Subtask{});
  CHECK(metadata.properties == from_hex("aced0005 70"));
  CHECK(round_trips(kSmallest6));
}

TEST_CASE("the same content in every version", "[metadata]") {
  const std::string id_and_parallelism = kIds + "00000002 00000080";
  const std::string version_2 = "4960672d 00000002 0000000000000001 00000000 00000001" +
                                id_and_parallelism +
                                "00000001 00000001 00000000 ffffffffffffffff 00000000"
                                "00000000 00000000 00 00";
  const std::string version_3 = "4960672d 00000003 0000000000000001 00000000 00000001" +
                                id_and_parallelism +
                                "00 00000001 00000000 00000000 00000000 00 00 00000000 00000000";
  const std::string version_4 = "4960672d 00000004" + version_3.substr(17) + kNoProperties;
  const std::string version_5 = "4960672d 00000005" + kSmallest6.substr(17);
  Metadata metadata = decode_hex(kSmallest6);
  std::int32_t version = 2;
  for (const std::string& bytes : {version_2, version_3, version_4, version_5, kSmallest6}) {
    CAPTURE(version);
    metadata.version = version++;
    CHECK(testing::to_hex_text(encode_metadata(metadata)) == testing::to_hex_text(from_hex(bytes)));
    Metadata expected = metadata;
    if (metadata.version < 4) expected.properties.clear();
    CHECK(decode_hex(bytes) == expected);
  }
}

TEST_CASE("names, coordinator state and several operators", "[metadata]") {
  const std::string bytes =
      "4960672d 00000005 000000000000002a 00000000 00000002"
      "0003 c3a9 61  0003 756964" +
      kIds +
      "00000001 00000001 01 0001 63 00000002 beef 00000000"
      "0000 0000 22222222222222222222222222222222 00000000 00000000 00 00000000" +
      kNoProperties;
  const Metadata metadata = decode_hex(bytes);
  REQUIRE(metadata.operators.size() == 2);
  CHECK(metadata.operators[0].name == "éa");
  CHECK(metadata.operators[0].uid == "uid");
  CHECK(metadata.operators[0].coordinator_state == ByteStreamHandle{"c", {0xBE, 0xEF}});
  CHECK(metadata.operators[1].max_parallelism == 0);
  CHECK(round_trips(bytes));
}

TEST_CASE("master states", "[metadata]") {
  const auto file = [](const std::string& state) {
    return "4960672d 00000006 0000000000000001 00000001" + state + "00000000" + kNoProperties;
  };
  const std::string good = file("c96b1696 0000000f fffffffe 0002 686b 00000003 010203");
  CHECK(decode_hex(good).master_states == std::vector<MasterState>{{-2, "hk", {1, 2, 3}}});
  CHECK(round_trips(good));

  const auto error = [&](const std::string& state) { return first_line_of_error(file(state)); };
  CHECK(error("c96b1697 0000000f fffffffe 0002 686b 00000003 010203") ==
        "m: offset 0x14: master state magic number is 0xc96b1697, not 0xc96b1696");
  CHECK(error("c96b1696 00000010 fffffffe 0002 686b 00000003 010203 99") ==
        "m: offset 0x2b: 1 bytes left after the end of the master state");
  CHECK(error("c96b1696 0000000f fffffffe 0002 686b 00000004 010203") ==
        "m: offset 0x24: master state payload = 4 cannot fit in the 3 bytes left");
  CHECK(error("c96b1696 ffffffff fffffffe 0002 686b 00000003 010203") ==
        "m: offset 0x18: master state length = -1 is negative");
  CHECK(error("c96b1696 00000000 fffffffe 0002 686b 00000003 010203") ==
        "m: offset 0x1c: master state version needs 4 bytes, 0 are left");
}

TEST_CASE("finished subtasks and operators", "[metadata]") {
  const std::string finished_subtasks =
      operator_with("00000002 00000080 00 00000002 fffffffe ffffffff");
  const Metadata metadata = decode_hex(finished_subtasks);
  REQUIRE(metadata.operators[0].subtasks.size() == 2);
  CHECK(metadata.operators[0].subtasks[0].finished);
  CHECK(metadata.operators[0].subtasks[0].index == 1);
  CHECK(metadata.operators[0].subtasks[1].index == 0);
  CHECK(round_trips(finished_subtasks));

  const std::string fully_finished = operator_with("00000002 00000080 00 fffffff9");
  CHECK(decode_hex(fully_finished).operators[0].fully_finished());
  CHECK(decode_hex(fully_finished).operators[0].finished_marker == -7);
  CHECK(round_trips(fully_finished));
}

TEST_CASE("bytes that Flink ignores are written back as they were", "[metadata]") {
  CHECK(
      round_trips(subtask_with("00000000 00000002 04 00000000 01 0000 00000000 80000000"
                               "11 00000000 0001 61 0001 62 07 10 00 00 00000000 00000000")));
  CHECK(round_trips("4960672d 00000002 0000000000000001 00000000 00000001" + kIds +
                    "00000002 00000080 00000063 00000001 00000000 0000000000000063 00000000"
                    "00000000 00000000 00 00"));
}

TEST_CASE("what Flink accepts is accepted, even if it makes no sense", "[metadata]") {
  const std::string one_operator =
      "0000 0000" + kIds + "00000002 00000080 00 00000002 fffffffe fffffffe";
  CHECK(round_trips("4960672d 00000006 0000000000000000 00000000 00000002" + one_operator +
                    one_operator + kNoProperties));
}

TEST_CASE("each error of the file and its operators", "[metadata]") {
  const auto [name, hex, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"magic", "4960672e 00000006",
       "m: offset 0x0: magic number is 0x4960672e, not 0x4960672d: this is no metadata of a Flink "
       "checkpoint or savepoint"},
      {"version 0", "4960672d 00000000",
       "m: offset 0x4: metadata version 0 (Flink 1.1) is not supported: it holds Java objects "
       "(versions 2 to 6 are read)"},
      {"version 1", "4960672d 00000001",
       "m: offset 0x4: metadata version 1 (Flink 1.2) is refused, as current Flink refuses it; "
       "restore it in Flink 1.3 and take a savepoint there, which writes version 2 (versions 2 to "
       "6 are read)"},
      {"version 7", "4960672d 00000007",
       "m: offset 0x4: metadata version 7 is not supported: it is a proposal (FLIP-600) for a "
       "later Flink (versions 2 to 6 are read)"},
      {"other version", "4960672d ffffffff",
       "m: offset 0x4: metadata version -1 is unknown (versions 2 to 6 are read)"},
      {"empty file", "", "m: offset 0x0: magic number needs 4 bytes, 0 are left"},
      {"checkpoint id", "4960672d 00000006 ffffffffffffffff",
       "m: offset 0x8: checkpoint id = -1 is negative"},
      {"master state count", "4960672d 00000006 0000000000000001 ffffffff",
       "m: offset 0x10: master state count = -1 is negative"},
      {"huge master state count", "4960672d 00000006 0000000000000001 7fffffff",
       "m: offset 0x10: master state count = 2147483647 cannot fit in the 0 bytes left"},
      {"operator count", "4960672d 00000006 0000000000000001 00000000 ffffffff",
       "m: offset 0x14: operator count = -1 is negative"},
      {"operator name", kOneOperator6 + "0001 ff 0000" + kIds + "00000002 00000080 00 00000000",
       "m: offset 0x18: operator name is not modified UTF-8: byte 0 of 1 is malformed"},
      {"parallelism", operator_with("00000003 00000002 00 00000000"),
       "m: offset 0x2c: parallelism 3 is greater than max parallelism 2"},
      {"negative parallelism", operator_with("ffffffff 00000002 00 00000000"),
       "m: offset 0x2c: parallelism = -1 is negative"},
      {"coordinator state", operator_with("00000002 00000080 10 00000000"),
       "m: offset 0x34: coordinator state is neither absent (code 0) nor a byte stream (code 1)"},
      {"finished with coordinator", operator_with("00000002 00000080 01 0000 00000000 ffffffff"),
       "m: offset 0x3b: subtask count = -1 says that the operator is fully finished, but it has "
       "coordinator state"},
      {"subtask count", operator_with("00000002 00000080 00 00000003"),
       "m: offset 0x35: subtask count = 3 cannot fit in the 5 bytes left"},
      {"subtask index", subtask_with("00000002 00000000 00000000 00 00 00000000 00000000"),
       "m: offset 0x39: subtask index = 2 is not in 0 to parallelism 2 - 1"},
      {"finished subtask index", subtask_with("fffffffd"),
       "m: offset 0x39: subtask index = 2 is not in 0 to parallelism 2 - 1"},
      {"smallest subtask index", subtask_with("80000000"),
       "m: offset 0x39: subtask index = 2147483647 is not in 0 to parallelism 2 - 1"},
      {"code 0 behind a flag", subtask_with("00000000 00000001 00"),
       "m: offset 0x41: operator handle is null (code 0) behind a flag other than 0"},
      {"short properties", kSmallest6.substr(0, kSmallest6.size() - 2),
       "m: offset 0x53: object tag needs 1 bytes, 0 are left"},
  }));
  CAPTURE(name);
  CHECK(first_line_of_error(hex) == expected);
}

TEST_CASE("an error says where it is", "[metadata]") {
  CHECK(error_of(subtask_with("00000001 00000000 00000000 00 63 00000000 00000000")) ==
        "m: offset 0x46: keyed handle code = 99 is unknown (0, 3, 5 and 7 to 14 are known)\n"
        "  while reading operator 0 > subtask 1 > raw keyed state\n"
        "  0x42: 00 00 00 00 [63] 00 00 00 00 00 00 00 00 ac ed 00 05 70");
}

TEST_CASE("version errors are UnsupportedError, the others FormatError", "[metadata]") {
  CHECK_THROWS_AS(decode_hex("4960672d 00000001"), UnsupportedError);
  CHECK_THROWS_AS(decode_hex("4960672e 00000006"), FormatError);
}

// Flink reads these and we refuse them. Each needs a reason; a file that Flink writes is never
// here.
TEST_CASE("stricter than Flink", "[metadata]") {
  const auto [reason, hex, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"nothing writes bytes after the end: the file is not what was written", kSmallest6 + "00",
       "m: offset 0x54: 1 bytes left after the end of the checkpoint properties (Flink ignores "
       "them)"},
      {"the same in versions without properties",
       "4960672d 00000003 0000000000000001 00000000 00000000 00",
       "m: offset 0x18: 1 bytes left after the end of the metadata (Flink ignores them)"},
      {"a negative count where Flink reads an empty list (channels) was never written",
       subtask_with("00000000 00000000 00000000 00 00 ffffffff 00000000"),
       "m: offset 0x47: input channel count = -1 is negative"},
      {"the same for the subtasks of version 2, which knows no finished operators",
       "4960672d 00000002 0000000000000001 00000000 00000001" + kIds +
           "00000002 00000080 00000001 ffffffff",
       "m: offset 0x34: subtask count = -1 is negative"},
      {"the same for the legacy states of version 2 (Flink refuses those above 0 only)",
       "4960672d 00000002 0000000000000001 00000000 00000001" + kIds +
           "00000002 00000080 00000001 00000001 00000000 ffffffffffffffff ffffffff"
           "00000000 00000000 00 00",
       "m: offset 0x44: legacy state count = -1, but version 2 has none"},
      {"text that Java's writer never writes (a raw zero byte) could not be written back",
       kOneOperator6 + "0001 00 0000" + kIds + "00000002 00000080 00 00000000" + kNoProperties,
       "m: offset 0x18: operator name is not modified UTF-8: byte 0 of 1 is malformed"},
      {"the same for an overlong form",
       kOneOperator6 + "0002 c1 81 0000" + kIds + "00000002 00000080 00 00000000" + kNoProperties,
       "m: offset 0x18: operator name is not modified UTF-8: byte 0 of 2 is malformed"},
  }));
  CAPTURE(reason);
  CHECK(first_line_of_error(hex) == expected);
}

TEST_CASE("version 3 of Flink 1.11: channel handles without subtask index", "[metadata]") {
  const std::string bytes =
      "4960672d 00000003 0000000000000001 00000000 00000001" + kIds +
      "00000004 00000080 00 00000001 00000003 00000000 00000000 00 00"
      "00000001 00000005 00000006 00000001 0000000000000004 0000000000000009 01 0001 61 00000001 ff"
      "00000000";
  const Metadata metadata = decode_hex(bytes);
  CHECK(metadata.dialect == MetadataDialect::kFlink111);
  const Subtask& subtask = metadata.operators[0].subtasks[0];
  REQUIRE(subtask.input_channel_state.size() == 1);
  const PlainChannelHandle expected = {3, {5, 6, {4}, 9}, ByteStreamHandle{"a", {0xFF}}};
  CHECK(subtask.input_channel_state[0] == ChannelHandle(expected));
  CHECK(round_trips(bytes));
}

TEST_CASE("version 3 of Flink 1.14: trial layout of the changelog", "[metadata]") {
  const std::string bytes = "4960672d 00000003 0000000000000001 00000000 00000001" + kIds +
                            "00000002 00000080 00 00000002"
                            "00000000 00000000 00000000"
                            // 8: range, one materialized (7), two changes: 9 and 10
                            "08 00000000 00000040 00000001 07 00000000 00000000 01 0001 61 00000000"
                            "00000002 09 00000000 00000040 0000000000000001 0000000000000002 "
                            "00000001 ffffffff 00000001 aa"
                            "0a 00000000 00000040 00000001 0000000000000005 02 0000000000000007 "
                            "0002 2f66 0000000000000008"
                            "00 00000000 00000000"
                            // a finished subtask: 1.14 knows them
                            "fffffffe";
  const Metadata metadata = decode_hex(bytes);
  CHECK(metadata.dialect == MetadataDialect::kFlink114);
  const auto* changelog =
      handle_as<ChangelogHandle>(metadata.operators[0].subtasks[0].managed_keyed_state);
  REQUIRE(changelog != nullptr);
  CHECK(changelog->range == KeyGroupRange{0, 64});
  CHECK(changelog->materialized.size() == 1);
  REQUIRE(changelog->non_materialized.size() == 2);
  const auto* stream = handle_as<ChangelogStreamHandle>(changelog->non_materialized[1]);
  REQUIRE(stream != nullptr);
  CHECK(stream->size_bytes == 8);
  CHECK(stream->storage_identifier == "filesystem");
  CHECK(round_trips(bytes));
}

TEST_CASE("if no dialect fits, the error is that of the current one", "[metadata]") {
  const std::string bytes =
      "4960672d 00000003 0000000000000001 00000000 00000001" + kIds +
      "00000004 00000080 00 00000001 00000003 00000000 00000000 00 00"
      "00000001 00000003 00000005 00000006 00000001 0000000000000004 0000000000000009 63"
      "00000000";
  CHECK(first_line_of_error(bytes) ==
        "m: offset 0x67: stream handle code = 99 is unknown (0, 1, 2, 3, 6, 15 and 16 are known)");
}

TEST_CASE("state that a version cannot hold is refused, names are left out", "[metadata]") {
  Metadata metadata = decode_hex(kSmallest6);
  OperatorState& state = metadata.operators[0];
  state.name = "name";
  state.uid = "uid";
  metadata.version = 4;
  metadata.properties.clear();
  Metadata expected = metadata;
  expected.operators[0].name.clear();
  expected.operators[0].uid.clear();
  expected.properties = from_hex("aced0005 70");
  const ByteVector bytes = encode_metadata(metadata);
  ByteReader in(bytes, "m");
  CHECK(decode_metadata(in) == expected);

  const auto refused = [&](std::int32_t version) {
    metadata.version = version;
    try {
      encode_metadata(metadata);
    } catch (const UnsupportedError& error) {
      return std::string(error.what());
    }
    return std::string("written");
  };
  CHECK(refused(1) == "metadata version 1 cannot be written (2 to 6 can)");
  CHECK(refused(7) == "metadata version 7 cannot be written (2 to 6 can)");
  state.subtasks[0].input_channel_state = {MergedChannelHandle{0, 0, EmptySegmentHandle(), {}}};
  CHECK(refused(5) ==
        "merged channel state cannot be written in metadata version 5: it came with version 6");
  CHECK(refused(2) == "channel state cannot be written in metadata version 2");
  state.subtasks[0] = {};
  state.subtasks[0].finished = true;
  CHECK(refused(2) == "a finished subtask cannot be written in this layout of metadata version 2");
  state.subtasks.clear();
  state.coordinator_state = ByteStreamHandle{"c", {}};
  CHECK(refused(2) == "coordinator state cannot be written in metadata version 2");
  state.coordinator_state.reset();
  state.finished_marker = -1;
  CHECK(refused(2) ==
        "a fully finished operator cannot be written in this layout of metadata version 2");
  CHECK(refused(3) == "written");
}

// Every field lies over the edge of a window, and what is read is lost behind it.
TEST_CASE("metadata is read through windows", "[metadata]") {
  const std::int32_t version = GENERATE(2, 3, 4, 5, 6);
  CAPTURE(version);
  const ByteVector good = encode_metadata(testing::metadata_with_all_handles(version));
  testing::SmallWindows windows(good);
  ByteReader in(windows);
  CHECK(decode_metadata(in) == testing::metadata_with_all_handles(version));
  CHECK(in.at_end());

  for (std::size_t size = 0; size < good.size(); ++size) {
    testing::SmallWindows cut(Bytes(good).first(size));
    ByteReader cut_in(cut);
    CHECK_THROWS_AS(decode_metadata(cut_in), FormatError);
  }
}

// Whatever the bytes: an error that names the file, or a value that is written back as it was.
TEST_CASE("every prefix and every flipped bit of a file with all handles", "[metadata]") {
  const std::int32_t version = GENERATE(2, 3, 4, 5, 6);
  CAPTURE(version);
  const ByteVector good = encode_metadata(testing::metadata_with_all_handles(version));
  ByteReader whole(good, "m");
  CHECK(decode_metadata(whole) == testing::metadata_with_all_handles(version));

  for (std::size_t size = 0; size < good.size(); ++size) {
    ByteReader in(Bytes(good).first(size), "m");
    CHECK_THROWS_AS(decode_metadata(in), FormatError);
  }
  int accepted = 0;
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    ByteVector flipped = good;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    try {
      ByteReader in(flipped, "m");
      const Metadata metadata = decode_metadata(in);
      ++accepted;
      if (encode_metadata(metadata) != flipped) FAIL("flipped bit " << bit << " is not kept");
    } catch (const Error& error) {
      if (!std::string_view(error.what()).starts_with("m: offset 0x")) FAIL(error.what());
    }
  }
  CHECK(accepted > 0);
}

}  // namespace savvy
