#include "format/metadata_target.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "format/byte_reader.h"
#include "format/checkpoint_properties.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;
using Notes = std::vector<std::string>;

constexpr FlinkRelease kFlink115 = {1, 15};
constexpr FlinkRelease kFlink116 = {1, 16};
constexpr FlinkRelease kFlink118 = {1, 18};
constexpr FlinkRelease kFlink120 = {1, 20};
constexpr FlinkRelease kFlink20 = {2, 0};
constexpr FlinkRelease kFlink21 = {2, 1};

MetadataTarget for_version(std::int32_t version) { return {version, std::nullopt}; }
MetadataTarget for_release(FlinkRelease release) { return {std::nullopt, release}; }

// One operator, named "op", with subtask 2.
Metadata metadata_of(Subtask subtask, std::int32_t version = 6) {
  OperatorState op;
  op.name = "op";
  op.parallelism = 3;
  op.max_parallelism = 128;
  subtask.index = 2;
  op.subtasks = {std::move(subtask)};
  Metadata metadata;
  metadata.version = version;
  metadata.checkpoint_id = 7;
  metadata.operators = {op};
  return metadata;
}

Metadata with_keyed(KeyedHandle handle, std::int32_t version = 6) {
  Subtask subtask;
  subtask.managed_keyed_state = std::move(handle);
  return metadata_of(std::move(subtask), version);
}

Metadata with_channel(ChannelHandle handle, std::int32_t version = 6) {
  Subtask subtask;
  subtask.result_subpartition_state = {std::move(handle)};
  return metadata_of(std::move(subtask), version);
}

KeyGroupsHandle key_groups(KeyedCode code, StreamHandle delegate = FileHandle{9, "file:/f"}) {
  KeyGroupsHandle handle;
  handle.code = code;
  handle.range = {0, 1};
  handle.offsets = {4};
  handle.delegate = std::move(delegate);
  return handle;
}

KeyedHandle changelog(KeyedCode code, KeyedHandle materialized, KeyedHandle changes) {
  ChangelogHandle handle;
  handle.code = code;
  handle.range = {0, 1};
  handle.materialized = {std::move(materialized)};
  handle.non_materialized = {std::move(changes)};
  return Boxed<ChangelogHandle>(std::move(handle));
}

KeyedHandle change_stream(KeyedCode code) {
  ChangelogStreamHandle handle;
  handle.code = code;
  handle.range = {0, 1};
  handle.segments = {{0, FileHandle{9, "file:/log"}}};
  return Boxed<ChangelogStreamHandle>(std::move(handle));
}

SegmentHandle segment() { return {0, 9, SegmentScope::kShared, "file:/merged", "id"}; }

OperatorHandle merging_handle(StreamHandle delegate) {
  OperatorHandle handle;
  handle.directories = FileMergingDirectories{"file:/taskowned", "file:/shared", 0};
  handle.delegate = std::move(delegate);
  return handle;
}

ByteVector savepoint_properties() {
  CheckpointProperties properties;
  properties.kind = SnapshotKind::kSavepoint;
  properties.name = "Savepoint";
  return encode_checkpoint_properties(properties);
}

// The error, after which the metadata is what it was.
std::string refusal(const Metadata& metadata, const MetadataTarget& target) {
  Metadata copy = metadata;
  const std::string text = message_of<UnsupportedError>([&] { retarget_metadata(copy, target); });
  CHECK(copy == metadata);
  return text;
}

Metadata written_and_read(const Metadata& metadata) {
  const ByteVector bytes = encode_metadata(metadata);
  ByteReader in(bytes, "metadata");
  return decode_metadata(in);
}

// Retargets without a note; what is written is what stands in memory.
Metadata retargeted(Metadata metadata, const MetadataTarget& target) {
  CHECK(retarget_metadata(metadata, target).empty());
  Metadata read = written_and_read(metadata);
  if (metadata.version >= 4 && metadata.properties.empty()) read.properties.clear();
  CHECK(read == metadata);
  return metadata;
}

}  // namespace

TEST_CASE("a version is lowered for a release and raised only when asked", "[metadata_target]") {
  for (const std::int32_t version : {2, 3, 4, 5, 6}) {
    CHECK(target_version({}, version) == version);
    CHECK(target_version(for_version(5), version) == 5);
    CHECK(target_version(for_release(kFlink21), version) == version);
    CHECK(target_version(for_release(kFlink20), version) == std::min(version, 5));
    CHECK(target_version(for_release(kFlink118), version) == std::min(version, 4));
    CHECK(target_version(for_release(kFlink115), version) == std::min(version, 3));
    CHECK(target_version({3, kFlink120}, version) == 3);
  }
}

TEST_CASE("a version that the release does not read is a mistake", "[metadata_target]") {
  CHECK(message_of<UsageError>([] {
          check_metadata_target({6, kFlink118});
        }) == "Flink 1.18 does not read metadata version 6, only up to version 4");
  CHECK(message_of<UsageError>([] {
          check_metadata_target({6, kFlink20});
        }) == "Flink 2.0 does not read metadata version 6, only up to version 5");
  CHECK(message_of<UsageError>([] {
          target_version({4, kFlink115}, 3);
        }) == "Flink 1.15 does not read metadata version 4, only up to version 3");
  CHECK_NOTHROW(check_metadata_target({4, kFlink118}));
  CHECK_NOTHROW(check_metadata_target({3, kFlink21}));
  CHECK_NOTHROW(check_metadata_target({6, std::nullopt}));
}

TEST_CASE("nothing changes where nothing is asked", "[metadata_target]") {
  Metadata metadata = with_channel(PlainChannelHandle{2, {}, FileHandle{9, "file:/f"}}, 3);
  metadata.dialect = MetadataDialect::kFlink111;
  const Metadata before = metadata;
  CHECK(retarget_metadata(metadata, {}).empty());
  CHECK(metadata == before);
}

TEST_CASE("names are left out before version 5, and told of", "[metadata_target]") {
  Metadata metadata = with_keyed({});
  metadata.operators.push_back(metadata.operators.front());
  metadata.operators.back().name.clear();
  metadata.operators.back().uid = "uid";
  CHECK(retarget_metadata(metadata, for_version(5)).empty());
  CHECK(retarget_metadata(metadata, for_release(kFlink120)) ==
        Notes{"names and uids of 2 operators are left out: metadata before version 5 has no place "
              "for them, and Flink finds operators by their ids"});
  CHECK(metadata.version == 4);
  CHECK(metadata.operators[0].name.empty());
  CHECK(metadata.operators[1].uid.empty());
  // Nothing is told of that was not there.
  CHECK(retarget_metadata(metadata, for_version(4)).empty());
}

TEST_CASE("properties are left out before version 4, and told of", "[metadata_target]") {
  Metadata metadata = with_keyed({}, 4);
  metadata.operators[0].name.clear();
  metadata.properties = savepoint_properties();
  CHECK(retarget_metadata(metadata, for_version(3)) ==
        Notes{"the properties, which say whether this is a savepoint or a checkpoint, are left "
              "out: metadata before version 4 has no place for them"});
  CHECK(metadata.properties.empty());
  // A null object says nothing that could be lost.
  metadata.version = 4;
  metadata.properties = encode_checkpoint_properties({});
  CHECK(retarget_metadata(metadata, for_version(3)).empty());
}

TEST_CASE("a version is raised when asked", "[metadata_target]") {
  Metadata metadata = with_keyed(Boxed(key_groups(KeyedCode::kKeyGroups)), 2);
  metadata.operators[0].name.clear();
  CHECK(retargeted(metadata, for_version(6)).version == 6);
  CHECK(retargeted(metadata, for_release(kFlink21)).version == 2);
}

TEST_CASE("handle codes are those that the release knows", "[metadata_target]") {
  const auto read_by = [](const KeyedHandle& handle, FlinkRelease release) {
    Metadata metadata = with_keyed(handle, 3);
    metadata.operators[0].name.clear();
    return message_of<UnsupportedError>([&] { retarget_metadata(metadata, for_release(release)); });
  };
  for (const KeyedCode code :
       {KeyedCode::kKeyGroups, KeyedCode::kSavepointKeyGroups, KeyedCode::kKeyGroupsV2}) {
    CHECK(read_by(Boxed(key_groups(code)), kFlink115) == "no error");
  }
  const KeyedHandle old_log = change_stream(KeyedCode::kChangelogStream);
  const KeyedHandle new_log = change_stream(KeyedCode::kChangelogStreamV2);
  CHECK(read_by(changelog(KeyedCode::kChangelog, {}, old_log), kFlink115) == "no error");
  CHECK(read_by(changelog(KeyedCode::kChangelogV2, {}, old_log), kFlink115)
            .find("subtask 2: keyed state handle code 14 is not known to Flink 1.15: it came with "
                  "1.16") != std::string::npos);
  // Inside another handle as well.
  CHECK(read_by(changelog(KeyedCode::kChangelog, {}, new_log), kFlink115).find("code 13") !=
        std::string::npos);
  CHECK(read_by(changelog(KeyedCode::kChangelogV2, {}, new_log), kFlink116) == "no error");
}

TEST_CASE("segments of merged files need Flink 1.20", "[metadata_target]") {
  const Metadata keyed = with_keyed(Boxed(key_groups(KeyedCode::kKeyGroupsV2, Boxed(segment()))));
  CHECK(refusal(keyed, for_release(kFlink118)) ==
        "operator op subtask 2: a segment of a merged file, stream handle code 15 is not known to "
        "Flink 1.18: it came with 1.20");
  Metadata copy = keyed;
  CHECK(retarget_metadata(copy, for_release(kFlink120)).size() == 1);  // the name
  CHECK(copy.operators[0].subtasks == keyed.operators[0].subtasks);
  Subtask subtask;
  subtask.raw_operator_state = merging_handle(Boxed(segment()));
  CHECK(refusal(metadata_of(subtask), for_release(kFlink118)).find("code 15") != std::string::npos);
  CHECK(refusal(with_channel(PlainChannelHandle{2, {}, Boxed(segment())}), for_release(kFlink116))
            .find("code 15") != std::string::npos);
}

TEST_CASE("segments without bytes become empty inline state, or go", "[metadata_target]") {
  Subtask subtask;
  subtask.managed_operator_state = merging_handle(EmptySegmentHandle());
  subtask.raw_operator_state = OperatorHandle();
  subtask.raw_operator_state->delegate = EmptySegmentHandle();
  NestedKeyGroupsHandle nested;
  nested.range = {0, 1};
  nested.offsets = {4};
  nested.delegate = EmptySegmentHandle();
  subtask.managed_keyed_state =
      Boxed(key_groups(KeyedCode::kKeyGroupsV2, Boxed<NestedKeyGroupsHandle>(nested)));
  Metadata metadata = metadata_of(subtask, 4);
  metadata.operators[0].name.clear();
  Metadata newer = metadata;
  CHECK(retarget_metadata(newer, for_release(kFlink120)).empty());
  CHECK(newer == metadata);
  CHECK(retarget_metadata(metadata, for_release(kFlink118)) ==
        Notes{"1 operator handles without state, which only keep folders of merged files alive, "
              "are left out: Flink before 1.20 does not know them"});
  const Subtask& after = metadata.operators[0].subtasks[0];
  const StreamHandle empty = ByteStreamHandle{"empty", {}};
  CHECK_FALSE(after.managed_operator_state);
  CHECK(after.raw_operator_state->delegate == empty);
  const auto* groups = handle_as<KeyGroupsHandle>(after.managed_keyed_state);
  CHECK(innermost(groups->delegate) == empty);
}

TEST_CASE("merged in-flight data needs version 6", "[metadata_target]") {
  const Metadata metadata = with_channel(MergedChannelHandle{2, 0, FileHandle{9, "file:/f"}, {}});
  CHECK(refusal(metadata, for_version(5)) ==
        "operator op subtask 2: merged in-flight data cannot be written in metadata version 5: it "
        "came with version 6");
  CHECK(refusal(metadata, for_release(kFlink120)).find("version 4") != std::string::npos);
  CHECK(retargeted(metadata, for_release(kFlink21)) == metadata);
  CHECK(
      retargeted(with_channel(PlainChannelHandle{2, {}, FileHandle{9, "file:/f"}}), for_version(5))
          .version == 5);
}

TEST_CASE("layouts that only one release read are not written for others", "[metadata_target]") {
  Metadata channel = with_channel(PlainChannelHandle{2, {}, FileHandle{9, "file:/f"}}, 3);
  channel.operators[0].name.clear();
  channel.dialect = MetadataDialect::kFlink111;
  CHECK(refusal(channel, for_version(3)).find("in the layout of Flink 1.11") != std::string::npos);
  Metadata log = with_keyed(
      changelog(KeyedCode::kChangelog, {}, change_stream(KeyedCode::kChangelogStream)), 3);
  log.operators[0].name.clear();
  log.dialect = MetadataDialect::kFlink114;
  CHECK(refusal(log, for_release(kFlink21)).find("in the trial layout of Flink 1.14") !=
        std::string::npos);
  // Without such handles there is nothing peculiar.
  channel.operators[0].subtasks[0].result_subpartition_state.clear();
  CHECK(retargeted(channel, for_version(3)).dialect == MetadataDialect::kCurrent);
}

TEST_CASE("what came with version 3 cannot be said in version 2", "[metadata_target]") {
  Metadata metadata = with_keyed({}, 3);
  metadata.operators[0].name.clear();
  CHECK(retargeted(metadata, for_version(2)).version == 2);
  Metadata coordinated = metadata;
  coordinated.operators[0].coordinator_state = ByteStreamHandle{"id", {1}};
  CHECK(refusal(coordinated, for_version(2)).find(": coordinator state cannot be written") !=
        std::string::npos);
  Metadata finished = metadata;
  finished.operators[0].subtasks[0].finished = true;
  CHECK(refusal(finished, for_version(2)).find("subtask 2: a finished subtask") !=
        std::string::npos);
  finished.operators[0].subtasks.clear();
  finished.operators[0].finished_marker = -1;
  CHECK(refusal(finished, for_version(2)).find(": a finished operator") != std::string::npos);
  const Metadata channel = with_channel(PlainChannelHandle{2, {}, FileHandle{9, "file:/f"}}, 3);
  CHECK(refusal(channel, for_version(2)).find("subtask 2: in-flight data") != std::string::npos);
}

}  // namespace savvy
