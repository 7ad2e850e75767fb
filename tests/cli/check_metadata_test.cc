// A snapshot damaged in one way in its metadata: `check` names that damage, its place, and nothing
// else.

#include <functional>
#include <optional>

#include "format/checkpoint_properties.h"
#include "tests/cli/check_run.h"

namespace savvy::testing {
namespace {

const std::string kCanonical = "flink2.3-hashmap-canonical";
const std::string kHeap = "flink2.3-hashmap-checkpoint";
const std::string kRocksdb = "flink2.3-rocksdb-native";
const std::string kJob = "/00000000000000000000000000000001/";
const std::string kMerged = "flink2.3-rocksdb-checkpoint-incremental-merged" + kJob + "chk-2";
const std::string kMergedHeap = "flink2.3-hashmap-checkpoint-merged" + kJob + "chk-2";
const std::string kChangelog = "flink2.3-hashmap-checkpoint-changelog" + kJob + "chk-2";
const std::string kMaterialized =
    "flink2.3-rocksdb-checkpoint-changelog-materialized" + kJob + "chk-3";
const std::string kUnaligned = "flink2.3-hashmap-checkpoint-unaligned";
const std::string kHeapTimers =
    "flink2.3-rocksdb-checkpoint-incremental-heap-timers" + kJob + "chk-2";

// What a mutation did: where the finding must be.
struct Place {
  std::string operator_id;
  std::optional<int> subtask;
  std::string slot;
  std::string state = {};
  std::optional<int> key_group = {};
};

Place place_of(const OperatorState& op) { return {to_hex(op.id), {}, ""}; }
Place place_of(const OperatorState& op, const Subtask& subtask, std::string slot) {
  return {to_hex(op.id), subtask.index, std::move(slot)};
}

// The first subtask that the function says something about.
using Edit = std::function<std::optional<Place>(OperatorState&, Subtask&)>;
Place edit_subtask(Metadata& metadata, const Edit& edit) {
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      if (auto place = edit(op, subtask)) return *place;
    }
  }
  throw std::runtime_error("nothing to damage");
}

template <typename Handle>
Place edit_keyed(Metadata& metadata, const std::function<bool(OperatorState&, Handle&)>& edit) {
  return edit_subtask(metadata, [&](OperatorState& op, Subtask& subtask) -> std::optional<Place> {
    auto* handle = std::get_if<Boxed<Handle>>(&subtask.managed_keyed_state);
    if (handle == nullptr || !edit(op, **handle)) return std::nullopt;
    return place_of(op, subtask, "managed_keyed");
  });
}

Place edit_operator_state(Metadata& metadata, const std::function<bool(OperatorHandle&)>& edit) {
  return edit_subtask(metadata, [&](OperatorState& op, Subtask& subtask) -> std::optional<Place> {
    auto& handle = subtask.managed_operator_state;
    if (!handle || !edit(*handle)) return std::nullopt;
    return place_of(op, subtask, "managed_operator");
  });
}

// The first state of operator state that the function changes.
Place edit_one_state(Metadata& metadata,
                     const std::function<bool(OperatorHandle&, OperatorStateEntry&)>& edit) {
  std::string name;
  Place place = edit_operator_state(metadata, [&](OperatorHandle& handle) {
    for (OperatorStateEntry& state : handle.states) {
      if (!edit(handle, state)) continue;
      name = state.name;
      return true;
    }
    return false;
  });
  place.state = name;
  return place;
}

Place edit_channel(Metadata& metadata, const std::function<bool(MergedChannelHandle&)>& edit) {
  return edit_subtask(metadata, [&](OperatorState& op, Subtask& subtask) -> std::optional<Place> {
    for (ChannelHandle& handle : subtask.input_channel_state) {
      auto* merged = std::get_if<MergedChannelHandle>(&handle);
      if (merged != nullptr && edit(*merged)) return place_of(op, subtask, "channel_input");
    }
    return std::nullopt;
  });
}

// Applies an edit to the channels of a handle; false if there are none to edit.
bool edit_packed(MergedChannelHandle& handle,
                 const std::function<void(std::vector<ChannelOffsets>&)>& edit) {
  auto channels = decode_packed_channels(handle, "packed");
  if (channels.empty() || channels[0].offsets.empty()) return false;
  edit(channels);
  handle.packed_channels = encode_packed_channels(channels);
  return true;
}

// A changelog handle whose first part of the given kind is edited.
template <typename Part>
bool edit_log(ChangelogHandle& changelog, const std::function<bool(Part&)>& edit) {
  for (auto* parts : {&changelog.materialized, &changelog.non_materialized}) {
    for (KeyedHandle& part : *parts) {
      auto* found = std::get_if<Boxed<Part>>(&part);
      if (found != nullptr && edit(**found)) return true;
    }
  }
  return false;
}

struct Mutation {
  const char* what;
  std::string snapshot;
  const char* code;
  std::function<Place(Metadata&)> apply;
};

std::vector<Mutation> operator_mutations() {
  return {
      {"an operator has the id of another", kCanonical, "SV003",
       [](Metadata& metadata) {
         OperatorState copy = metadata.operators[1];
         copy.coordinator_state.reset();
         copy.subtasks.clear();
         metadata.operators.push_back(copy);
         return place_of(metadata.operators[1]);
       }},
      {"more key groups than Flink has", kCanonical, "SV004",
       [](Metadata& metadata) {
         metadata.operators[0].max_parallelism = 32769;
         return place_of(metadata.operators[0]);
       }},
      {"no parallelism at all", kCanonical, "SV004",
       [](Metadata& metadata) {
         OperatorState& op = metadata.operators[0];
         op.subtasks.clear();
         op.parallelism = 0;
         return place_of(op);
       }},
      {"two entries of a subtask", kCanonical, "SV005",
       [](Metadata& metadata) {
         OperatorState& op = metadata.operators[0];
         Subtask again;
         again.index = op.subtasks[0].index;
         op.subtasks.push_back(again);
         return place_of(op, again, "");
       }},
      {"the id of another uid", kCanonical, "SV016",
       [](Metadata& metadata) {
         OperatorState* op = nullptr;
         for (OperatorState& each : metadata.operators) {
           if (!each.uid.empty() && !each.coordinator_state) op = &each;
         }
         REQUIRE(op != nullptr);
         op->id.bytes[0] ^= 1;
         return place_of(*op);
       }},
  };
}

std::vector<Mutation> keyed_mutations() {
  return {
      {"key groups of another subtask", kCanonical, "SV006",
       [](Metadata& metadata) {
         return edit_keyed<KeyGroupsHandle>(metadata, [](OperatorState&, KeyGroupsHandle& handle) {
           handle.range.first += 1;
           return true;
         });
       }},
      {"an offset beyond the next", kCanonical, "SV007",
       [](Metadata& metadata) {
         int group = 0;
         Place place =
             edit_keyed<KeyGroupsHandle>(metadata, [&](OperatorState&, KeyGroupsHandle& handle) {
               std::vector<std::size_t> used;
               for (std::size_t i = 0; i < handle.offsets.size(); ++i) {
                 if (handle.offsets[i] != 0) used.push_back(i);
               }
               if (used.size() < 2) return false;
               std::swap(handle.offsets[used[0]], handle.offsets[used[1]]);
               group = handle.range.first + static_cast<int>(used[1]);
               return true;
             });
         place.key_group = group;
         return place;
       }},
      {"an offset behind the end of the stream", kHeap, "SV007",
       [](Metadata& metadata) {
         int group = 0;
         Place place =
             edit_keyed<KeyGroupsHandle>(metadata, [&](OperatorState&, KeyGroupsHandle& handle) {
               handle.offsets.back() = *recorded_size(handle.delegate);
               group = handle.range.last();
               return true;
             });
         place.key_group = group;
         return place;
       }},
      {"an offset of raw keyed state behind the end", kHeapTimers, "SV007",
       [](Metadata& metadata) {
         return edit_subtask(metadata, [](OperatorState& op, Subtask& subtask) {
           auto* raw = std::get_if<Boxed<KeyGroupsHandle>>(&subtask.raw_keyed_state);
           if (raw == nullptr) return std::optional<Place>();
           (*raw)->offsets[3] = *recorded_size((*raw)->delegate) + 1;
           Place place = place_of(op, subtask, "raw_keyed");
           place.key_group = (*raw)->range.first + 3;
           return std::optional(place);
         });
       }},
      {"an empty handle id", kHeap, "SV012",
       [](Metadata& metadata) {
         return edit_keyed<KeyGroupsHandle>(metadata, [](OperatorState&, KeyGroupsHandle& handle) {
           handle.handle_id.clear();
           return true;
         });
       }},
      {"two files of one local name", kRocksdb, "SV013",
       [](Metadata& metadata) {
         return edit_keyed<IncrementalHandle>(
             metadata, [](OperatorState&, IncrementalHandle& handle) {
               auto& files =
                   handle.private_files.size() > 1 ? handle.private_files : handle.shared_files;
               files[0].local_path = files[1].local_path;
               return true;
             });
       }},
      {"state from the future", kRocksdb, "SV020",
       [](Metadata& metadata) {
         metadata.checkpoint_id = 7;
         bool first = true;
         return edit_keyed<IncrementalHandle>(metadata,
                                              [&](OperatorState&, IncrementalHandle& handle) {
                                                handle.checkpoint_id = first ? 8 : 7;
                                                return std::exchange(first, false);
                                              });
       }},
      {"a negative checkpoint id", kRocksdb, "SV022",
       [](Metadata& metadata) {
         return edit_keyed<IncrementalHandle>(metadata,
                                              [&](OperatorState&, IncrementalHandle& handle) {
                                                handle.checkpoint_id = -1;
                                                return true;
                                              });
       }},
      {"no stream for the meta data of RocksDB", kRocksdb, "SV024",
       [](Metadata& metadata) {
         return edit_keyed<IncrementalHandle>(metadata,
                                              [&](OperatorState&, IncrementalHandle& handle) {
                                                handle.meta = std::monostate();
                                                return true;
                                              });
       }},
      {"files of RocksDB as raw keyed state", kRocksdb, "SV024",
       [](Metadata& metadata) {
         return edit_subtask(metadata, [](OperatorState& op, Subtask& subtask) {
           if (handle_as<IncrementalHandle>(subtask.managed_keyed_state) == nullptr) {
             return std::optional<Place>();
           }
           subtask.raw_keyed_state = std::exchange(subtask.managed_keyed_state, {});
           return std::optional(place_of(op, subtask, "raw_keyed"));
         });
       }},
  };
}

std::vector<Mutation> changelog_mutations() {
  const auto edit = [](Metadata& metadata, const std::function<bool(ChangelogHandle&)>& change) {
    return edit_keyed<ChangelogHandle>(
        metadata, [&](OperatorState&, ChangelogHandle& handle) { return change(handle); });
  };
  return {
      {"two materialized handles with one id", kMaterialized, "SV012",
       [=](Metadata& metadata) {
         return edit(metadata, [](ChangelogHandle& changelog) {
           if (changelog.materialized.empty()) return false;
           KeyedHandle copy = changelog.materialized[0];
           auto* incremental = std::get_if<Boxed<IncrementalHandle>>(&copy);
           if (incremental == nullptr) return false;
           (*incremental)->meta = ByteStreamHandle{"another-meta", {1, 2, 3}};
           changelog.materialized.push_back(copy);
           return true;
         });
       }},
      {"changes of key groups of another subtask", kChangelog, "SV018",
       [=](Metadata& metadata) {
         return edit(metadata, [](ChangelogHandle& changelog) {
           const KeyGroupRange outer = changelog.range;
           return edit_log<ChangelogStreamHandle>(changelog, [&](ChangelogStreamHandle& log) {
             log.range = {outer.first == 0 ? outer.end() : 0, 1};
             return true;
           });
         });
       }},
      {"a change behind the end of its stream", kChangelog, "SV021",
       [=](Metadata& metadata) {
         return edit(metadata, [](ChangelogHandle& changelog) {
           return edit_log<ChangelogStreamHandle>(changelog, [](ChangelogStreamHandle& log) {
             if (log.segments.empty()) return false;
             log.segments[0].offset = *recorded_size(log.segments[0].handle);
             return true;
           });
         });
       }},
      {"an inline change of a foreign key group", kChangelog, "SV021",
       [=](Metadata& metadata) {
         int group = 0;
         Place place = edit(metadata, [&](ChangelogHandle& changelog) {
           InMemoryChangelogHandle log;
           log.range = changelog.range;
           log.to = 1;
           group = changelog.range.end();
           log.changes = {{group, {0}}};
           log.handle_id = "inline-log";
           changelog.non_materialized.push_back(Boxed(log));
           return true;
         });
         place.key_group = group;
         return place;
       }},
      {"sequence numbers that descend", kChangelog, "SV022",
       [=](Metadata& metadata) {
         return edit(metadata, [](ChangelogHandle& changelog) {
           InMemoryChangelogHandle log;
           log.range = changelog.range;
           log.from = 5;
           log.to = 4;
           log.handle_id = "inline-log";
           changelog.non_materialized.push_back(Boxed(log));
           return true;
         });
       }},
      {"a negative materialization id", kChangelog, "SV022",
       [=](Metadata& metadata) {
         return edit(metadata, [](ChangelogHandle& changelog) {
           changelog.materialization_id = -5;
           return true;
         });
       }},
      {"changes alone where keyed state belongs", kChangelog, "SV024",
       [](Metadata& metadata) {
         return edit_subtask(metadata, [](OperatorState& op, Subtask& subtask) {
           const auto* changelog = handle_as<ChangelogHandle>(subtask.managed_keyed_state);
           if (changelog == nullptr || changelog->non_materialized.empty()) {
             return std::optional<Place>();
           }
           KeyedHandle log = changelog->non_materialized[0];
           subtask.managed_keyed_state = log;
           return std::optional(place_of(op, subtask, "managed_keyed"));
         });
       }},
  };
}

std::vector<Mutation> operator_state_mutations() {
  return {
      {"two states of one name", kCanonical, "SV008",
       [](Metadata& metadata) {
         std::string name;
         Place place = edit_operator_state(metadata, [&](OperatorHandle& handle) {
           if (handle.states.empty()) return false;
           name = handle.states[0].name;
           handle.states.push_back(handle.states[0]);
           return true;
         });
         place.state = name;
         return place;
       }},
      {"elements that begin before the one before", kCanonical, "SV009",
       [](Metadata& metadata) {
         return edit_one_state(metadata, [](OperatorHandle&, OperatorStateEntry& state) {
           if (state.offsets.size() < 2 || state.offsets[0] == state.offsets[1]) return false;
           std::swap(state.offsets[0], state.offsets[1]);
           return true;
         });
       }},
      {"an element behind the end of the stream", kCanonical, "SV009",
       [](Metadata& metadata) {
         return edit_one_state(metadata, [](OperatorHandle& handle, OperatorStateEntry& state) {
           if (state.offsets.empty()) return false;
           state.offsets.back() = *recorded_size(handle.delegate) + 1;
           return true;
         });
       }},
      {"a broadcast state without its offset", kCanonical, "SV009",
       [](Metadata& metadata) {
         return edit_one_state(metadata, [](OperatorHandle&, OperatorStateEntry& state) {
           if (state.mode != DistributionMode::kBroadcast) return false;
           state.offsets.clear();
           return true;
         });
       }},
      {"raw operator state under a name of its own", kCanonical, "SV024",
       [](Metadata& metadata) {
         return edit_subtask(metadata, [](OperatorState& op, Subtask& subtask) {
           OperatorHandle raw;
           raw.states = {{"mine", DistributionMode::kSplit, {0}}};
           raw.delegate = ByteStreamHandle{"raw-state", {1, 2}};
           subtask.raw_operator_state = raw;
           Place place = place_of(op, subtask, "raw_operator");
           place.state = "mine";
           return std::optional(place);
         });
       }},
  };
}

std::vector<Mutation> stream_mutations() {
  return {
      {"one inline name for two things", kCanonical, "SV010",
       [](Metadata& metadata) {
         OperatorState& op = metadata.operators[0];
         OperatorHandle raw;
         raw.states = {{"_default_", DistributionMode::kSplit, {0}}};
         raw.delegate = ByteStreamHandle{"a-name", {1, 2}};
         op.subtasks[0].raw_operator_state = raw;
         raw.delegate = ByteStreamHandle{"a-name", {1, 3}};
         op.subtasks[1].raw_operator_state = raw;
         return place_of(op, op.subtasks[1], "raw_operator");
       }},
      {"the name of a coordinator's state for other bytes", kCanonical, "SV010",
       [](Metadata& metadata) {
         OperatorState& op = metadata.operators[0];
         OperatorHandle raw;
         raw.states = {{"_default_", DistributionMode::kSplit, {0}}};
         raw.delegate = ByteStreamHandle{"a-name", {1, 2}};
         op.subtasks[0].raw_operator_state = raw;
         op.coordinator_state = ByteStreamHandle{"a-name", {}};
         return place_of(op, op.subtasks[0], "raw_operator");
       }},
      {"one logical file in two places", kMerged, "SV011",
       [](Metadata& metadata) {
         const SegmentHandle* first = nullptr;
         return edit_keyed<IncrementalHandle>(
             metadata, [&](OperatorState&, IncrementalHandle& handle) {
               for (LocalFile& file : handle.private_files) {
                 auto* segment = std::get_if<Boxed<SegmentHandle>>(&file.handle);
                 if (segment == nullptr) continue;
                 if (first != nullptr && (*segment)->size_bytes != first->size_bytes) {
                   (*segment)->logical_file_id = first->logical_file_id;
                   return true;
                 }
                 first = &**segment;
               }
               return false;
             });
       }},
      {"a segment in front of its file", kMergedHeap, "SV019",
       [](Metadata& metadata) {
         return edit_subtask(metadata, [](OperatorState& op, Subtask& subtask) {
           auto* groups = std::get_if<Boxed<KeyGroupsHandle>>(&subtask.managed_keyed_state);
           if (groups == nullptr) return std::optional<Place>();
           auto* segment = std::get_if<Boxed<SegmentHandle>>(&(*groups)->delegate);
           if (segment == nullptr) return std::optional<Place>();
           (*segment)->start = -1;
           return std::optional(place_of(op, subtask, "managed_keyed"));
         });
       }},
  };
}

std::vector<Mutation> channel_mutations() {
  return {
      {"channels that cannot be unpacked", kUnaligned, "SV014",
       [](Metadata& metadata) {
         return edit_channel(metadata, [](MergedChannelHandle& handle) {
           handle.packed_channels.pop_back();
           return true;
         });
       }},
      {"a sum of sizes that is none", kUnaligned, "SV014",
       [](Metadata& metadata) {
         return edit_channel(metadata, [](MergedChannelHandle& handle) {
           handle.size_bytes += 1;
           return true;
         });
       }},
      {"a buffer where the version stands", kUnaligned, "SV014",
       [](Metadata& metadata) {
         return edit_channel(metadata, [](MergedChannelHandle& handle) {
           return edit_packed(handle, [](auto& channels) { channels[0].offsets[0] = 3; });
         });
       }},
      {"in-flight data of another subtask", kUnaligned, "SV015",
       [](Metadata& metadata) {
         return edit_channel(metadata, [](MergedChannelHandle& handle) {
           handle.subtask_index += 1;
           return true;
         });
       }},
      {"a channel that is described twice", kUnaligned, "SV023",
       [](Metadata& metadata) {
         return edit_channel(metadata, [](MergedChannelHandle& handle) {
           return edit_packed(handle, [&](auto& channels) {
             handle.size_bytes += channels[0].size_bytes;
             channels.push_back(channels[0]);
           });
         });
       }},
  };
}

void check_place(const Json& finding, const Place& place, const std::string& file) {
  CHECK(text_of(finding, "file") == file);
  CHECK(text_of(finding, "operator_id") == place.operator_id);
  CHECK(finding.value("subtask", -1) == place.subtask.value_or(-1));
  CHECK(text_of(finding, "slot") == place.slot);
  CHECK(text_of(finding, "state") == place.state);
  CHECK(finding.value("key_group", -1) == place.key_group.value_or(-1));
  CHECK_FALSE(text_of(finding, "expected").empty());
  CHECK_FALSE(text_of(finding, "found").empty());
}

void check_mutations(const std::vector<Mutation>& mutations) {
  for (const Mutation& mutation : mutations) {
    CAPTURE(mutation.what);
    const CheckedCopy copy(mutation.snapshot);
    Metadata metadata = copy.metadata();
    const Place place = mutation.apply(metadata);
    copy.write(metadata);
    const Run run = copy.check();
    CHECK(run.err.empty());
    const auto findings = findings_of(run);
    REQUIRE(codes_of(findings) == std::vector<std::string>{mutation.code});
    check_place(findings[0], place, copy.metadata_path());
    CHECK(run.exit_code == (findings[0].at("severity") == "error" ? 1 : 0));
  }
}

// Overwrites bytes at the first place where they are.
void replace_bytes(ByteVector& bytes, const ByteVector& from, const ByteVector& to) {
  const auto at = std::search(bytes.begin(), bytes.end(), from.begin(), from.end());
  REQUIRE(at != bytes.end());
  std::copy(to.begin(), to.end(), at);
}

}  // namespace

TEST_CASE("check finds damage of operators and subtasks", "[cli][check][structure]") {
  check_mutations(operator_mutations());
}

TEST_CASE("check finds damage of keyed handles", "[cli][check][structure]") {
  check_mutations(keyed_mutations());
}

TEST_CASE("check finds damage of change log handles", "[cli][check][structure]") {
  check_mutations(changelog_mutations());
}

TEST_CASE("check finds damage of operator state handles", "[cli][check][structure]") {
  check_mutations(operator_state_mutations());
}

TEST_CASE("check finds handles that confuse Flink", "[cli][check][structure]") {
  check_mutations(stream_mutations());
}

TEST_CASE("check finds damage of channel handles", "[cli][check][structure]") {
  check_mutations(channel_mutations());
}

TEST_CASE("check says where the metadata breaks off", "[cli][check][structure]") {
  const CheckedCopy copy(kCanonical);
  ByteVector bytes = read_file(copy.metadata_path());
  const Metadata metadata = copy.metadata();
  bytes.resize(bytes.size() - metadata.properties.size() - 1);
  copy.write_bytes(bytes);
  const Run run = copy.check();
  CHECK(run.exit_code == 1);
  const auto findings = findings_of(run);
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV001"});
  CHECK(findings[0].at("file") == copy.metadata_path());
  CHECK(findings[0].at("offset") <= bytes.size());
  CHECK(findings[0].at("offset") > bytes.size() / 2);
}

TEST_CASE("check reports what Flink's own parser refuses", "[cli][check][structure]") {
  // What stands where, in a file of one operator: magic, version, id, masters, operators (24
  // bytes), two empty names, id, parallelism and its maximum, coordinator, subtask count, index.
  struct Refused {
    const char* what;
    std::uint64_t offset;
    ByteVector bytes;
  };
  constexpr std::uint64_t kOperator = 24;
  constexpr std::uint64_t kParallelism = kOperator + 4 + 16;
  constexpr std::uint64_t kCoordinator = kParallelism + 8;
  constexpr std::uint64_t kSubtasks = kCoordinator + 1;
  const std::vector<Refused> all = {
      {"no magic number", 0, {0}},
      {"a negative checkpoint id", 8, {0xFF}},
      {"too many operators", 20, {0x7F}},
      {"more subtasks than key groups", kParallelism, {0, 0, 1, 0}},
      {"a coordinator's state of an unknown kind", kCoordinator, {9}},
      {"too many subtasks", kSubtasks, {0x7F}},
      {"a subtask beyond the parallelism", kSubtasks + 4, {0, 0, 0, 2}},
  };
  OperatorState op;
  op.parallelism = 2;
  op.max_parallelism = 128;
  op.subtasks.emplace_back();
  Metadata metadata;
  metadata.operators = {op};
  const CheckedCopy copy(kCanonical);
  copy.write(metadata);
  REQUIRE(findings_of(copy.check()).empty());
  for (const Refused& refused : all) {
    CAPTURE(refused.what);
    copy.write(metadata);
    overwrite(copy.metadata_path(), refused.offset, {refused.bytes.begin(), refused.bytes.end()});
    const Run run = copy.check();
    CHECK(run.exit_code == 1);
    const auto findings = findings_of(run);
    REQUIRE(codes_of(findings) == std::vector<std::string>{"SV001"});
    CHECK(findings[0].at("offset") == refused.offset);
  }
}

TEST_CASE("check says that a finished operator has no coordinator", "[cli][check][structure]") {
  OperatorState op;
  op.parallelism = 2;
  op.max_parallelism = 128;
  op.coordinator_state = ByteStreamHandle{"c", {1}};
  op.finished_marker = -1;
  Metadata metadata;
  metadata.operators = {op};
  const CheckedCopy copy(kCanonical);
  copy.write(metadata);
  const auto findings = findings_of(copy.check());
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV001"});
  // Behind code, name, length and byte of the coordinator's state.
  CHECK(findings[0].at("offset") == 24 + 4 + 16 + 8 + 1 + 3 + 4 + 1);
}

TEST_CASE("check tells metadata of an unknown version from damage", "[cli][check][structure]") {
  const CheckedCopy copy(kCanonical);
  overwrite(copy.metadata_path(), 4, std::string("\0\0\0\x09", 4));
  const Run run = copy.check();
  CHECK(run.exit_code == 1);
  const auto findings = findings_of(run);
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV002"});
  CHECK(findings[0].at("file") == copy.metadata_path());
}

TEST_CASE("damaged properties do not hide the rest", "[cli][check][structure]") {
  const CheckedCopy copy(kCanonical);
  Metadata metadata = copy.metadata();
  const std::uint64_t properties_at = encode_metadata(metadata).size() - metadata.properties.size();
  metadata.operators[0].max_parallelism = 32769;
  SECTION("a byte that Java does not write") {
    metadata.properties[1] = 0;
    copy.write(metadata);
    const auto findings = findings_of(copy.check());
    REQUIRE(codes_of(findings) == std::vector<std::string>{"SV004", "SV017"});
    CHECK(findings[1].at("file") == copy.metadata_path());
    CHECK(findings[1].at("offset") >= properties_at);
    CHECK(findings[1].at("offset") <= properties_at + 2);
  }
  SECTION("a constant that no Flink has") {
    replace_bytes(metadata.properties, {'C', 'A', 'N', 'O', 'N'}, {'H', 'A', 'N', 'O', 'N'});
    copy.write(metadata);
    CHECK(codes_of(findings_of(copy.check())) == std::vector<std::string>{"SV004", "SV017"});
  }
  SECTION("none at all") {
    ByteVector bytes = encode_metadata(metadata);
    bytes.resize(bytes.size() - metadata.properties.size());
    copy.write_bytes(bytes);
    CHECK(codes_of(findings_of(copy.check())) == std::vector<std::string>{"SV004", "SV017"});
  }
  SECTION("bytes behind them") {
    metadata.properties.push_back(0);
    copy.write(metadata);
    CHECK(codes_of(findings_of(copy.check())) == std::vector<std::string>{"SV004", "SV017"});
  }
  // All other commands go on refusing such a snapshot.
  CHECK(run_savvy("inspect " + shell_word(copy.path())).exit_code != 0);
}

}  // namespace savvy::testing
