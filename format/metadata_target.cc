#include "format/metadata_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "format/checkpoint_properties.h"
#include "format/errors.h"
#include "format/handle_mapping.h"

namespace savvy {
namespace {

// Version 3 brought in-flight data as well and, in time, finished tasks.
constexpr std::int32_t kFirstVersionWithCoordinators = 3;
constexpr std::int32_t kFirstVersionWithNames = 5;
constexpr std::int32_t kFirstVersionWithMergedChannels = 6;
constexpr FlinkRelease kFirstWithFileMerging = {1, 20};  // codes 15, 16 and 17

// The release whose metadata held the code first; nothing for codes that all releases here read.
std::optional<FlinkRelease> first_release_of(KeyedCode code) {
  switch (code) {
    case KeyedCode::kChangelogStreamV2:
    case KeyedCode::kChangelogV2:
      return FlinkRelease{1, 16};
    case KeyedCode::kIncrementalV2:
    case KeyedCode::kKeyGroupsV2:
      return FlinkRelease{1, 15};
    default:
      return std::nullopt;
  }
}

bool is_changelog(const KeyedHandle& handle) {
  return handle_as<ChangelogHandle>(handle) != nullptr ||
         handle_as<ChangelogStreamHandle>(handle) != nullptr ||
         handle_as<InMemoryChangelogHandle>(handle) != nullptr;
}

// Refuses what the target cannot say, wherever it stands.
class TargetCheck {
 public:
  TargetCheck(const Metadata& metadata, std::int32_t version, std::optional<FlinkRelease> release)
      : metadata_(metadata), version_(version), release_(release) {}

  void run() {
    for (const OperatorState& op : metadata_.operators) {
      place_ = "operator " + operator_label(op);
      check_operator(op);
      for (const Subtask& subtask : op.subtasks) {
        place_ = fmt::format("operator {} subtask {}", operator_label(op), subtask.index);
        check_subtask(subtask);
      }
    }
  }

 private:
  void check_operator(const OperatorState& op) const {
    if (version_ >= kFirstVersionWithCoordinators) return;
    if (op.coordinator_state) refuse_in_version("coordinator state", kFirstVersionWithCoordinators);
    if (op.fully_finished())
      refuse_in_version("a finished operator", kFirstVersionWithCoordinators);
  }

  void check_subtask(const Subtask& subtask) const {
    if (subtask.finished && version_ < kFirstVersionWithCoordinators) {
      refuse_in_version("a finished subtask", kFirstVersionWithCoordinators);
    }
    check_keyed(subtask.managed_keyed_state);
    check_keyed(subtask.raw_keyed_state);
    for (const auto* handle : {&subtask.managed_operator_state, &subtask.raw_operator_state}) {
      if (*handle) check_streams(**handle);
    }
    for (const auto* handles : {&subtask.input_channel_state, &subtask.result_subpartition_state}) {
      for (const ChannelHandle& handle : *handles) check_channel(handle);
    }
  }

  void check_keyed(const KeyedHandle& handle) const {
    check_keyed_code(handle);
    check_streams(handle);
  }

  void check_keyed_code(const KeyedHandle& handle) const {
    if (metadata_.dialect == MetadataDialect::kFlink114 && is_changelog(handle)) {
      throw UnsupportedError(place_ +
                             ": its change log stands in the trial layout of Flink 1.14, which no "
                             "later Flink reads");
    }
    const std::optional<KeyedCode> code = keyed_code(handle);
    const auto since = code ? first_release_of(*code) : std::nullopt;
    if (since) require_release(*since, "keyed state handle code", static_cast<int>(*code));
    if (const auto* log = handle_as<ChangelogHandle>(handle)) {
      for (const KeyedHandle& part : log->materialized) check_keyed_code(part);
      for (const KeyedHandle& part : log->non_materialized) check_keyed_code(part);
    }
  }

  void check_channel(const ChannelHandle& handle) const {
    if (version_ < kFirstVersionWithCoordinators)
      refuse_in_version("in-flight data", kFirstVersionWithCoordinators);
    if (metadata_.dialect == MetadataDialect::kFlink111) {
      throw UnsupportedError(place_ +
                             ": its in-flight data stands in the layout of Flink 1.11, which no "
                             "later Flink reads");
    }
    if (std::holds_alternative<MergedChannelHandle>(handle) &&
        version_ < kFirstVersionWithMergedChannels) {
      refuse_in_version("merged in-flight data", kFirstVersionWithMergedChannels);
    }
    check_streams(handle);
  }

  template <typename Handle>
  void check_streams(const Handle& handle) const {
    constexpr int kSegmentCode = 15;
    for_each_stream(handle, [this](const StreamUse& use) {
      if (handle_as<SegmentHandle>(innermost(use.stream)) != nullptr) {
        require_release(kFirstWithFileMerging, "a segment of a merged file, stream handle code",
                        kSegmentCode);
      }
    });
  }

  void require_release(FlinkRelease since, std::string_view what, int code) const {
    if (!release_ || *release_ >= since) return;
    throw UnsupportedError(fmt::format("{}: {} {} is not known to Flink {}: it came with {}",
                                       place_, what, code, to_string(*release_), to_string(since)));
  }

  [[noreturn]] void refuse_in_version(std::string_view what, std::int32_t since) const {
    throw UnsupportedError(
        fmt::format("{}: {} cannot be written in metadata version {}: it came with version {}",
                    place_, what, version_, since));
  }

  const Metadata& metadata_;
  std::int32_t version_;
  std::optional<FlinkRelease> release_;
  std::string place_;
};

// Flink takes inline streams of one name for one stream; all that get this name have no bytes.
StreamHandle without_empty_segment(const StreamUse& use) {
  if (handle_as<EmptySegmentHandle>(use.stream) == nullptr) return use.stream;
  return ByteStreamHandle{"empty", {}};
}

std::size_t drop_directory_keeper(Boxed<OperatorHandle>& handle) {
  if (!handle || !handle->directories || !holds_no_state(*handle)) return 0;
  handle.reset();
  return 1;
}

// For a release that does not know merged files; segments with bytes have been refused. Returns how
// many operator handles held nothing but the folders of such files.
std::size_t drop_empty_segments(Subtask& subtask) {
  std::size_t dropped = 0;
  for (auto* handle : {&subtask.managed_operator_state, &subtask.raw_operator_state}) {
    dropped += drop_directory_keeper(*handle);
    if (*handle) *handle = map_streams(**handle, without_empty_segment);
  }
  for (auto* handle : {&subtask.managed_keyed_state, &subtask.raw_keyed_state}) {
    *handle = map_streams(*handle, without_empty_segment);
  }
  for (auto* handles : {&subtask.input_channel_state, &subtask.result_subpartition_state}) {
    for (ChannelHandle& handle : *handles) handle = map_streams(handle, without_empty_segment);
  }
  return dropped;
}

void drop_empty_segments(Metadata& metadata, std::vector<std::string>& notes) {
  std::size_t dropped = 0;
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) dropped += drop_empty_segments(subtask);
  }
  if (dropped == 0) return;
  notes.push_back(
      fmt::format("{} operator handles without state, which only keep folders of merged files "
                  "alive, are left out: Flink before {} does not know them",
                  dropped, to_string(kFirstWithFileMerging)));
}

void drop_names(Metadata& metadata, std::vector<std::string>& notes) {
  std::size_t named = 0;
  for (OperatorState& op : metadata.operators) {
    if (!op.name.empty() || !op.uid.empty()) ++named;
    op.name.clear();
    op.uid.clear();
  }
  if (named == 0) return;
  notes.push_back(
      fmt::format("names and uids of {} operators are left out: metadata before version {} has no "
                  "place for them, and Flink finds operators by their ids",
                  named, kFirstVersionWithNames));
}

void drop_properties(Metadata& metadata, std::vector<std::string>& notes) {
  const auto kind = interpret_checkpoint_properties(metadata.properties, "properties").kind;
  metadata.properties.clear();
  if (kind == SnapshotKind::kUnknown) return;
  notes.push_back(
      fmt::format("the properties, which say whether this is a savepoint or a checkpoint, are left "
                  "out: metadata before version {} has no place for them",
                  kFirstVersionWithProperties));
}

}  // namespace

void check_metadata_target(const MetadataTarget& target) {
  if (!target.version || !target.release) return;
  const std::int32_t newest = newest_metadata_version(*target.release);
  if (*target.version <= newest) return;
  throw UsageError(fmt::format("Flink {} does not read metadata version {}, only up to version {}",
                               to_string(*target.release), *target.version, newest));
}

std::int32_t target_version(const MetadataTarget& target, std::int32_t source_version) {
  check_metadata_target(target);
  if (target.version) return *target.version;
  if (!target.release) return source_version;
  return std::min(source_version, newest_metadata_version(*target.release));
}

std::vector<std::string> retarget_metadata(Metadata& metadata, const MetadataTarget& target) {
  const std::int32_t version = target_version(target, metadata.version);
  if (!target.version && !target.release) return {};
  TargetCheck(metadata, version, target.release).run();
  std::vector<std::string> notes;
  if (target.release && *target.release < kFirstWithFileMerging) {
    drop_empty_segments(metadata, notes);
  }
  if (version < kFirstVersionWithNames) drop_names(metadata, notes);
  if (version < kFirstVersionWithProperties) drop_properties(metadata, notes);
  metadata.version = version;
  metadata.dialect = MetadataDialect::kCurrent;
  return notes;
}

}  // namespace savvy
