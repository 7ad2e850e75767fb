// What looks odd and is healthy, and the edges of what is not. Damage of real snapshots is in
// tests/cli/check_metadata_test.cc.

#include "format/metadata_check.h"

#include <catch2/catch.hpp>
#include <limits>

#include "format/errors.h"
#include "format/finding.h"
#include "format/key_groups.h"
#include "tests/support/files.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

std::vector<std::string> codes(const Metadata& metadata) {
  FindingList findings;
  check_metadata(metadata, "_metadata", findings);
  std::vector<std::string> words;
  for (const Finding& finding : findings.findings()) words.push_back(code_word(finding.code));
  return words;
}

using Codes = std::vector<std::string>;
const Codes kNone;

Metadata metadata_of(std::vector<OperatorState> operators) {
  Metadata metadata;
  metadata.checkpoint_id = 10;
  metadata.operators = std::move(operators);
  return metadata;
}

KeyGroupsHandle key_groups(KeyGroupRange range, std::int64_t size) {
  KeyGroupsHandle handle;
  handle.range = range;
  handle.handle_id = "an-id";
  for (int i = 0; i < range.count; ++i) handle.offsets.push_back(100 + i);
  handle.delegate = RelativeFileHandle{"state", size};
  return handle;
}

// One operator whose subtasks hold nothing.
OperatorState empty_operator(std::int32_t parallelism, std::int32_t max_parallelism) {
  return small_operator("op", parallelism, max_parallelism);
}

Codes codes_of_keyed(KeyGroupsHandle handle) {
  OperatorState op = empty_operator(1, 4);
  op.subtasks[0].managed_keyed_state = Boxed(std::move(handle));
  return codes(metadata_of({op}));
}

Codes codes_of_raw(std::vector<std::int64_t> offsets, std::int64_t size) {
  KeyGroupsHandle handle = key_groups({0, 4}, size);
  handle.offsets = std::move(offsets);
  OperatorState op = empty_operator(1, 4);
  op.subtasks[0].raw_keyed_state = Boxed(std::move(handle));
  return codes(metadata_of({op}));
}

Codes codes_of_offsets(std::vector<std::int64_t> offsets, std::int64_t size) {
  KeyGroupsHandle handle = key_groups({0, 4}, size);
  handle.offsets = std::move(offsets);
  return codes_of_keyed(std::move(handle));
}

Codes codes_of_operator_state(OperatorStateEntry entry, std::int64_t size, bool raw = false) {
  OperatorHandle handle;
  handle.states = {std::move(entry)};
  handle.delegate = RelativeFileHandle{"state", size};
  OperatorState op = empty_operator(1, 4);
  (raw ? op.subtasks[0].raw_operator_state : op.subtasks[0].managed_operator_state) = handle;
  return codes(metadata_of({op}));
}

IncrementalHandle incremental(std::int64_t checkpoint_id) {
  IncrementalHandle handle;
  handle.range = {0, 4};
  handle.checkpoint_id = checkpoint_id;
  handle.handle_id = "an-id";
  handle.meta = RelativeFileHandle{"meta", 10};
  handle.shared_files = {{"1.sst", RelativeFileHandle{"a", 1}}};
  handle.private_files = {{"CURRENT", RelativeFileHandle{"b", 1}}};
  return handle;
}

ChangelogHandle changelog(std::vector<KeyedHandle> materialized) {
  ChangelogHandle handle;
  handle.range = {0, 4};
  handle.handle_id = "a-log";
  handle.materialized = std::move(materialized);
  return handle;
}

Codes codes_of_handle(KeyedHandle handle, std::int64_t snapshot_id = 10) {
  OperatorState op = empty_operator(1, 4);
  op.subtasks[0].managed_keyed_state = std::move(handle);
  Metadata metadata = metadata_of({op});
  metadata.checkpoint_id = snapshot_id;
  return codes(metadata);
}

}  // namespace

TEST_CASE("subtasks may be missing, finished or without state", "[metadata_check][check]") {
  OperatorState gaps = empty_operator(5, 128);
  gaps.subtasks.erase(gaps.subtasks.begin() + 2);
  gaps.subtasks[1].finished = true;
  OperatorState finished;
  finished.id.bytes = {1};
  finished.parallelism = 3;
  finished.max_parallelism = 128;
  finished.finished_marker = -1;
  CHECK(codes(metadata_of({gaps, finished})) == kNone);
  CHECK(codes(metadata_of({})) == kNone);
}

TEST_CASE("the bounds of the parallelism", "[metadata_check][check]") {
  for (const auto& [parallelism, max_parallelism] :
       std::vector<std::pair<int, int>>{{1, 1}, {1, 32768}, {32768, 32768}, {3, 128}}) {
    OperatorState op = empty_operator(1, 1);
    op.parallelism = parallelism;
    op.max_parallelism = max_parallelism;
    CHECK(codes(metadata_of({op})) == kNone);
  }
  for (const auto& [parallelism, max_parallelism] : std::vector<std::pair<int, int>>{
           {0, 0}, {0, 128}, {1, 32769}, {1, std::numeric_limits<std::int32_t>::max()}}) {
    OperatorState op = empty_operator(1, 1);
    op.parallelism = parallelism;
    op.max_parallelism = max_parallelism;
    CHECK(codes(metadata_of({op})) == Codes{"SV004"});
  }
}

TEST_CASE("each subtask has the key groups that Flink gives it", "[metadata_check][check]") {
  for (const int parallelism : {1, 2, 3, 7, 128}) {
    OperatorState op = empty_operator(parallelism, 128);
    for (Subtask& subtask : op.subtasks) {
      // Rounded as KeyGroupRangeAssignment does: first up, end up.
      const int first = (subtask.index * 128 + parallelism - 1) / parallelism;
      const int end = ((subtask.index + 1) * 128 - 1) / parallelism + 1;
      subtask.managed_keyed_state = Boxed(key_groups({first, end - first}, 100000));
    }
    CHECK(codes(metadata_of({op})) == kNone);
    if (parallelism == 1) continue;
    std::swap(op.subtasks[0].managed_keyed_state, op.subtasks[1].managed_keyed_state);
    CHECK(codes(metadata_of({op})) == Codes{"SV006", "SV006"});
  }
}

TEST_CASE("offsets of managed key groups", "[metadata_check][check]") {
  CHECK(codes_of_offsets({10, 20, 30, 39}, 40) == kNone);
  CHECK(codes_of_offsets({0, 20, 0, 30}, 40) == kNone);  // empty ones
  CHECK(codes_of_offsets({0, 0, 0, 0}, 40) == kNone);
  CHECK(codes_of_offsets({10, 20, 30, 4000}, -1) == kNone);  // nobody knows the size
  CHECK(codes_of_offsets({10, 20, 30, 40}, 40) == Codes{"SV007"});
  CHECK(codes_of_offsets({10, 20, 20, 30}, 40) == Codes{"SV007"});
  CHECK(codes_of_offsets({-1, 20, 25, 30}, 40) == Codes{"SV007"});
  CHECK(codes_of_offsets({20, 0, 10, 30}, 40) == Codes{"SV007"});
}

TEST_CASE("offsets of raw key groups", "[metadata_check][check]") {
  CHECK(codes_of_raw({-1, -1, -1, -1}, 40) == kNone);
  CHECK(codes_of_raw({30, 10, 0, 10}, 40) == kNone);  // started in any order
  CHECK(codes_of_raw({0, 40, -1, 40}, 40) == kNone);  // without bytes, at the end
  CHECK(codes_of_raw({0, 41, -1, 40}, 40) == Codes{"SV007"});
  CHECK(codes_of_raw({0, 10, -2, 40}, 40) == Codes{"SV007"});
}

TEST_CASE("offsets of operator state", "[metadata_check][check]") {
  using Mode = DistributionMode;
  CHECK(codes_of_operator_state({"s", Mode::kSplit, {}}, 40) == kNone);
  CHECK(codes_of_operator_state({"s", Mode::kUnion, {10, 10, 40}}, 40) == kNone);  // no bytes
  CHECK(codes_of_operator_state({"s", Mode::kBroadcast, {10}}, 40) == kNone);
  CHECK(codes_of_operator_state({"s", Mode::kSplit, {10, 41}}, 40) == Codes{"SV009"});
  CHECK(codes_of_operator_state({"s", Mode::kSplit, {-1}}, 40) == Codes{"SV009"});
  CHECK(codes_of_operator_state({"s", Mode::kBroadcast, {}}, 40) == Codes{"SV009"});
  CHECK(codes_of_operator_state({"s", Mode::kBroadcast, {10, 20}}, 40) == Codes{"SV009"});
  // A raw stream that was written without a partition has its one offset behind its end.
  CHECK(codes_of_operator_state({"_default_", Mode::kSplit, {50}}, 40, true) == kNone);
  CHECK(codes_of_operator_state({"_default_", Mode::kSplit, {0, 50}}, 40, true) == Codes{"SV009"});
  CHECK(codes_of_operator_state({"_default_", Mode::kUnion, {0}}, 40, true) == Codes{"SV024"});
}

TEST_CASE("one handle in several subtasks", "[metadata_check][check]") {
  // Two subtasks of a job that was scaled up before its change log was materialized anew.
  OperatorState op = empty_operator(2, 8);
  for (Subtask& subtask : op.subtasks) {
    ChangelogHandle log = changelog({Boxed(incremental(3)), std::monostate()});
    log.range = key_group_range(subtask.index, 2, 8);
    auto& whole = *std::get<Boxed<IncrementalHandle>>(log.materialized[0]);
    whole.range = {0, 8};
    subtask.managed_keyed_state = Boxed(log);
  }
  CHECK(codes(metadata_of({op})) == kNone);
}

TEST_CASE("one handle in parts", "[metadata_check][check]") {
  // Scaled down again: the two parts of a handle stand side by side.
  KeyGroupsHandle lower = key_groups({0, 2}, 1000);
  KeyGroupsHandle upper = key_groups({2, 2}, 1000);
  CHECK(codes_of_handle(Boxed(changelog({Boxed(lower), Boxed(upper)}))) == kNone);
  upper.delegate = RelativeFileHandle{"another", 1000};
  CHECK(codes_of_handle(Boxed(changelog({Boxed(lower), Boxed(upper)}))) == Codes{"SV012"});
}

TEST_CASE("key groups inside of a change log", "[metadata_check][check]") {
  CHECK(codes_of_handle(Boxed(changelog({Boxed(key_groups({3, 1}, 1000))}))) == kNone);
  CHECK(codes_of_handle(Boxed(changelog({Boxed(key_groups({3, 2}, 1000))}))) == Codes{"SV018"});
  ChangelogHandle lower = changelog({Boxed(key_groups({2, 2}, 1000))});
  lower.range = {0, 2};
  CHECK(codes_of_handle(Boxed(lower)) == Codes{"SV006", "SV018"});
}

TEST_CASE("ids of checkpoints inside", "[metadata_check][check]") {
  CHECK(codes_of_handle(Boxed(incremental(10))) == kNone);
  CHECK(codes_of_handle(Boxed(incremental(3))) == kNone);  // of a claimed savepoint
  CHECK(codes_of_handle(Boxed(incremental(11))) == Codes{"SV020"});
  // The State Processor API: whatever was in it, it is checkpoint 0 now.
  CHECK(codes_of_handle(Boxed(incremental(11)), 0) == kNone);
  // Materializations are counted on their own.
  CHECK(codes_of_handle(Boxed(changelog({Boxed(incremental(99))}))) == kNone);
}

TEST_CASE("sizes of one path", "[metadata_check][check]") {
  const auto codes_of_sizes = [](std::int64_t first, std::int64_t second) {
    IncrementalHandle handle = incremental(1);
    handle.shared_files = {{"1.sst", FileHandle{first, "/a"}}, {"2.sst", FileHandle{second, "/a"}}};
    return codes_of_handle(Boxed(handle));
  };
  CHECK(codes_of_sizes(5, 5) == kNone);
  CHECK(codes_of_sizes(5, -1) == kNone);
  CHECK(codes_of_sizes(-1, 5) == kNone);
  CHECK(codes_of_sizes(5, 6) == Codes{"SV011"});
}

TEST_CASE("segments at the end of the numbers", "[metadata_check][check]") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  const auto codes_of_segment = [](std::int64_t start, std::int64_t size) {
    IncrementalHandle handle = incremental(1);
    handle.shared_files = {
        {"1.sst", Boxed(SegmentHandle{start, size, SegmentScope::kShared, "/a", "id"})}};
    return codes_of_handle(Boxed(handle));
  };
  CHECK(codes_of_segment(0, 0) == kNone);
  CHECK(codes_of_segment(kMax - 1, 1) == kNone);
  CHECK(codes_of_segment(kMax, 1) == Codes{"SV019"});
  CHECK(codes_of_segment(0, -1) == Codes{"SV019"});
}

TEST_CASE("a trial layout has no handle ids", "[metadata_check][check]") {
  ChangelogHandle log = changelog({});
  log.handle_id.clear();
  OperatorState op = empty_operator(1, 4);
  op.uid.clear();
  op.subtasks[0].managed_keyed_state = Boxed(log);
  Metadata metadata = metadata_of({op});
  CHECK(codes(metadata) == Codes{"SV012"});
  metadata.version = 3;
  metadata.dialect = MetadataDialect::kFlink114;
  CHECK(codes(metadata) == kNone);
}

TEST_CASE("the rules stop at the first error if told to", "[metadata_check][check]") {
  Metadata metadata = metadata_of({empty_operator(1, 40000), empty_operator(1, 40000)});
  FindingList all;
  check_metadata(metadata, "_metadata", all);
  CHECK(all.error_count() == 3);
  FindingList first(AfterError::kStop);
  check_metadata(metadata, "_metadata", first);
  CHECK(first.error_count() == 1);
}

TEST_CASE("whatever a bit makes of metadata, it can be checked", "[metadata_check][check]") {
  for (const char* name :
       {"flink2.3-hashmap-checkpoint-unaligned/_metadata",
        "flink1.20-hashmap-checkpoint-unaligned/_metadata",
        "flink2.3-rocksdb-checkpoint-incremental-merged/00000000000000000000000000000001/chk-2/"
        "_metadata",
        "flink2.3-rocksdb-checkpoint-changelog-materialized/00000000000000000000000000000001/"
        "chk-3/_metadata"}) {
    CAPTURE(name);
    const ByteVector whole = read_file(std::string(SAVVY_SOURCE_DIR "/testdata/") + name);
    std::size_t checked = 0;
    std::size_t found = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      ByteVector bytes = whole;
      bytes[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      Metadata metadata;
      ByteReader in(bytes, "_metadata");
      try {
        metadata = decode_metadata(in, DamagedProperties::kKeep);
      } catch (const FormatError&) {
        continue;
      } catch (const UnsupportedError&) {
        continue;
      }
      FindingList findings;
      check_metadata(metadata, "_metadata", findings);
      check_properties(metadata, "_metadata", bytes.size(), findings);
      ++checked;
      if (!findings.findings().empty()) ++found;
    }
    CHECK(checked > whole.size() / 4);
    CHECK(found > 50);
  }
}

}  // namespace savvy::testing
