#include "cli/snapshot_set.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unordered_map>

#include "cli/snapshot_summary.h"
#include "format/errors.h"
#include "format/hash128.h"
#include "format/metadata_slots.h"
#include "readers/real_paths.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCheckpointPrefix = "chk-";
constexpr std::string_view kSavepointPrefix = "savepoint-";
constexpr std::size_t kJobIdPrefix = 6;  // "savepoint-", then the first digits of the job id, "-"

// Where checkpoint ids count: a folder of checkpoints, or what savepoints of one job share.
std::string job_of(const std::string& directory) {
  const fs::path path(directory);
  const std::string name = path.filename().string();
  if (name.starts_with(kCheckpointPrefix)) return path.parent_path().string();
  const std::size_t dash = kSavepointPrefix.size() + kJobIdPrefix;
  if (name.starts_with(kSavepointPrefix) && name.size() > dash && name[dash] == '-') {
    return (path.parent_path() / name.substr(0, dash)).string();
  }
  return directory;
}

// Of "chk-17", for metadata that cannot be read; -1 for other names.
std::int64_t id_in_name(const std::string& directory) {
  const std::string name = fs::path(directory).filename().string();
  std::int64_t id = -1;
  if (!name.starts_with(kCheckpointPrefix)) return id;
  std::from_chars(name.data() + kCheckpointPrefix.size(), name.data() + name.size(), id);
  return id;
}

std::string kind_of(const Snapshot& snapshot, const std::string& directory) {
  std::string word = kind_word(snapshot.properties());
  if (snapshot.properties().kind != SnapshotKind::kUnknown) return word;
  const std::string name = fs::path(directory).filename().string();
  if (name.starts_with(kCheckpointPrefix)) return "checkpoint";
  return name.starts_with(kSavepointPrefix) ? "savepoint" : word;
}

// Before version 4 RocksDB wrote its key groups under the codes of the hashmap backend.
std::string_view layout_word(const KeyedHandle& handle, std::int32_t version) {
  constexpr std::int32_t kHeapOnly = 4;
  if (handle_as<IncrementalHandle>(handle) != nullptr) return "rocksdb";
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    if (groups->code == KeyedCode::kSavepointKeyGroups) return "canonical";
    return version >= kHeapOnly ? "heap" : "key_groups";
  }
  return is_null(handle) ? "" : "changelog";
}

std::string layout_of(const Metadata& metadata) {
  std::set<std::string_view> words;
  for (const OperatorState& op : metadata.operators) {
    for (const Subtask& subtask : op.subtasks) {
      words.insert(layout_word(subtask.managed_keyed_state, metadata.version));
    }
  }
  words.erase("");
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

bool is_hidden(const std::string& path) {
  std::error_code failed;
  const bool found = fs::exists(path, failed);
  return !found &&
         (failed == std::errc::permission_denied || failed == std::errc::operation_not_permitted);
}

bool is_gone(const std::string& path) {
  std::error_code failed;
  return !fs::exists(path, failed) && !failed;
}

class MemberReader {
 public:
  MemberReader(const Snapshot& snapshot, const CheckDepth& depth, SetMember& member)
      : snapshot_(snapshot), depth_(depth), member_(member) {}

  void read() {
    for (const OperatorState& op : snapshot_.metadata().operators) {
      for (const Subtask& subtask : op.subtasks) {
        op_ = &op;
        subtask_ = &subtask;
        read(subtask.managed_keyed_state);
        read(subtask.raw_keyed_state);
      }
    }
  }

  // File numbers are those of `number_of`.
  template <typename NumberOf>
  void number_files(NumberOf number_of) {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      member_.engine_files[i].file =
          number_of(snapshot_.local_path(*streams_[i]), *path_in(*streams_[i]));
    }
  }

 private:
  void read(const KeyedHandle& handle) {
    if (const auto* incremental = handle_as<IncrementalHandle>(handle)) {
      read(*incremental);
    } else if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
      member_.materializations.push_back({operator_label(*op_), to_hex(op_->id), subtask_->index,
                                          op_->parallelism, changelog->materialization_id});
      for (const KeyedHandle& part : changelog->materialized) read(part);
    }
  }

  void read(const IncrementalHandle& handle) {
    std::map<std::string, SstIdentity> identities;
    if (depth_.data_percent) identities = sst_identities(snapshot_, handle);
    for (const auto* list : {&handle.shared_files, &handle.private_files}) {
      for (const LocalFile& file : *list) {
        const StreamHandle& stream = innermost(file.handle);
        if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) {
          Hash128Stream hash;
          hash.add(bytes->data);
          const bool shared = list == &handle.shared_files;
          if (shared) {
            member_.shared_pieces.push_back({bytes->name, bytes->data.size(), hash.finish().low});
          }
          continue;
        }
        if (!file.local_path.ends_with(".sst") || path_in(stream) == nullptr) continue;
        const auto identity = identities.find(file.local_path);
        member_.engine_files.push_back({handle.backend_id, file.local_path, 0,
                                        handle_as<SegmentHandle>(stream) == nullptr, std::nullopt});
        if (identity != identities.end()) member_.engine_files.back().identity = identity->second;
        streams_.push_back(&stream);
      }
    }
  }

  const Snapshot& snapshot_;
  const CheckDepth& depth_;
  SetMember& member_;
  const OperatorState* op_ = nullptr;
  const Subtask* subtask_ = nullptr;
  std::vector<const StreamHandle*> streams_;
};

class SetReader {
 public:
  SetReader(const std::string& root, const PathMap& paths, const Storage& storage,
            const CheckDepth& depth)
      : paths_(paths), storage_(storage), depth_(depth) {
    set_.root = root;
    while (set_.root.size() > 1 && set_.root.ends_with('/')) set_.root.pop_back();
  }

  SnapshotSet read() {
    FolderScan scan = scan_folder(set_.root);
    for (ScanProblem& problem : scan.problems) {
      // A running job deletes folders all the time.
      if (problem.trouble != ScanTrouble::kVanished) set_.problems.push_back(std::move(problem));
    }
    for (const ScannedFile& file : scan.files) {
      set_.paths_by_name.try_emplace(fs::path(file.path).filename().string(), file.path);
    }
    for (const ScannedFile& file : scan.metadata) read_member(file);
    // At the end: files of a snapshot that is being deleted may go before its metadata.
    for (SetMember& member : set_.members) {
      if (is_gone(member.metadata_path)) vanish(member);
    }
    sort_members();
    sort_files();
    count_bytes();
    return std::move(set_);
  }

 private:
  void read_member(const ScannedFile& file) {
    SetMember member;
    member.metadata_path = file.path;
    member.directory = fs::path(file.path).parent_path().string();
    member.name = fs::path(member.directory).lexically_relative(set_.root).string();
    member.job = job_of(member.directory);
    member.real_directory = real_paths_.of(member.directory);
    member.real_job = job_of(member.real_directory);
    member.checkpoint_id = id_in_name(member.directory);
    member.modified_ns = file.modified_ns;
    check(member);
    set_.members.push_back(std::move(member));
  }

  void check(SetMember& member) {
    try {
      SnapshotCheck check = check_snapshot(member.metadata_path, paths_, storage_, depth_);
      if (check.snapshot) {
        read_needs(*check.snapshot, member);
      } else {
        member.state = MemberState::kUnreadable;
      }
      member.findings = std::move(check.findings);
    } catch (const IoError& error) {
      rethrow_shortage(error);
      // A running job deletes snapshots all the time; the last look says what became of it.
      if (!error.is_absence()) {
        set_.problems.push_back({member.metadata_path, ScanTrouble::kUnreadable, error.what()});
      }
      member.state = MemberState::kUnreadable;
      member.findings.add(finding_of(error, FindingCode::kMetadataDamaged,
                                     finding_place({}, member.metadata_path),
                                     "metadata that can be read"));
    }
  }

  static void vanish(SetMember& member) {
    member.state = MemberState::kVanished;
    member.needs.clear();
    member.engine_files.clear();
    member.shared_pieces.clear();
    member.materializations.clear();
    member.findings = FindingList();
  }

  void read_needs(const Snapshot& snapshot, SetMember& member) {
    member.checkpoint_id = snapshot.metadata().checkpoint_id;
    member.kind = kind_of(snapshot, member.directory);
    member.layout = layout_of(snapshot.metadata());
    MemberReader reader(snapshot, depth_, member);
    reader.read();
    reader.number_files([this](const std::optional<std::string>& path, const std::string& uri) {
      return number_of(path, uri);
    });
    std::map<std::size_t, FileNeed> needs;
    for (const FileEntry& file : read_inventory(snapshot)) {
      if (file.is_inline()) continue;
      const std::size_t number = number_of(file.local_path, file.uri);
      add_need(file, needs[number]);
      needs[number].file = number;
    }
    for (auto& [number, need] : needs) member.needs.push_back(std::move(need));
  }

  static void add_need(const FileEntry& file, FileNeed& need) {
    const bool is_log = std::any_of(file.uses.begin(), file.uses.end(),
                                    [](const FileUse& use) { return use.role == "changelog"; });
    const std::int64_t recorded = file.recorded_bytes.value_or(kUnknownSize);
    const std::int64_t start = file.segment_start.value_or(0);
    std::int64_t end = 0;
    const bool fits = !__builtin_add_overflow(start, recorded, &end);
    need.uri = file.uri;
    need.local_path = file.local_path.value_or("");
    need.relative = file.kind == "relative";
    need.segment = file.kind == "segment";
    // A changelog segment records how many bytes its changes have, not how long the file is.
    if (recorded >= 0 && fits && !is_log) {
      need.recorded_bytes = std::max(need.sized ? need.recorded_bytes : 0, end);
      need.sized = true;
    }
    need.uses.insert(need.uses.end(), file.uses.begin(), file.uses.end());
  }

  std::size_t number_of(const std::optional<std::string>& local_path, const std::string& uri) {
    const std::string path = local_path ? real_paths_.of(*local_path) : uri;
    const auto [known, fresh] = numbers_.try_emplace(path, set_.files.size());
    if (fresh) {
      SetFile& file = set_.files.emplace_back();
      file.path = path;
      file.local = local_path.has_value();
      if (file.local) file.found_bytes = storage_.file_size(path);
      // Of what may not be looked at nothing is known.
      if (file.local && !file.found_bytes && is_hidden(path)) file.local = false;
    }
    return known->second;
  }

  void sort_members() {
    const auto key = [](const SetMember& member) {
      return std::tie(member.job, member.checkpoint_id, member.modified_ns, member.metadata_path);
    };
    std::sort(set_.members.begin(), set_.members.end(),
              [key](const SetMember& a, const SetMember& b) { return key(a) < key(b); });
  }

  void sort_files() {
    std::map<std::string, std::size_t> by_path(numbers_.begin(), numbers_.end());
    std::vector<SetFile> files;
    std::vector<std::size_t> new_number(set_.files.size());
    for (const auto& [path, number] : by_path) {
      new_number[number] = files.size();
      files.push_back(std::move(set_.files[number]));
    }
    set_.files = std::move(files);
    for (std::size_t i = 0; i < set_.members.size(); ++i) {
      SetMember& member = set_.members[i];
      for (FileNeed& need : member.needs) {
        need.file = new_number[need.file];
        set_.files[need.file].needed_by.push_back(i);
      }
      for (EngineFile& file : member.engine_files) file.file = new_number[file.file];
      std::sort(member.needs.begin(), member.needs.end(),
                [](const FileNeed& a, const FileNeed& b) { return a.file < b.file; });
    }
  }

  void count_bytes() {
    for (SetMember& member : set_.members) {
      for (const FileNeed& need : member.needs) {
        const SetFile& file = set_.files[need.file];
        (file.needed_by.size() == 1 ? member.exclusive_bytes : member.shared_bytes) +=
            file.found_bytes.value_or(0);
      }
    }
  }

  const PathMap& paths_;
  const Storage& storage_;
  const CheckDepth& depth_;
  RealPaths real_paths_;
  std::unordered_map<std::string, std::size_t> numbers_;
  SnapshotSet set_;
};

}  // namespace

SnapshotSet read_snapshot_set(const std::string& root, const PathMap& paths, const Storage& storage,
                              const CheckDepth& depth) {
  return SetReader(root, paths, storage, depth).read();
}

std::string member_names(const SnapshotSet& set, const std::vector<std::size_t>& members) {
  std::string text;
  for (const std::size_t member : members) {
    text += (text.empty() ? "" : ", ") + set.members[member].name;
  }
  return text;
}

std::vector<OrderDoubt> doubts_of_order(const SnapshotSet& set) {
  constexpr std::int64_t kMinute = 60'000'000'000;  // a copy is not made in order
  std::map<std::string, OrderDoubt> newest;
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const SetMember& member = set.members[i];
    OrderDoubt& job = newest.try_emplace(member.job, OrderDoubt{i, i}).first->second;
    job.newest_by_id = i;
    if (member.modified_ns > set.members[job.newest_by_time].modified_ns) job.newest_by_time = i;
  }
  std::vector<OrderDoubt> doubts;
  for (const auto& [job, doubt] : newest) {
    const std::int64_t by_id_ns = set.members[doubt.newest_by_id].modified_ns;
    if (set.members[doubt.newest_by_time].modified_ns - by_id_ns > kMinute) doubts.push_back(doubt);
  }
  return doubts;
}

std::vector<std::size_t> newest_first(const SnapshotSet& set) {
  // The members of a job, oldest first: the newest is taken off the end.
  std::map<std::string, std::vector<std::size_t>> jobs;
  for (std::size_t i = 0; i < set.members.size(); ++i) jobs[set.members[i].job].push_back(i);
  std::vector<std::size_t> order;
  while (!jobs.empty()) {
    auto newest = jobs.begin();
    for (auto job = jobs.begin(); job != jobs.end(); ++job) {
      const SetMember& best = set.members[newest->second.back()];
      const SetMember& other = set.members[job->second.back()];
      if (other.modified_ns > best.modified_ns) newest = job;
    }
    order.push_back(newest->second.back());
    newest->second.pop_back();
    if (newest->second.empty()) jobs.erase(newest);
  }
  return order;
}

}  // namespace savvy
