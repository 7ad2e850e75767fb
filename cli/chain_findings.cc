#include "cli/chain_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "cli/table.h"
#include "format/metadata_slots.h"
#include "readers/file_search.h"
#include "readers/local_storage.h"
#include "readers/real_paths.h"
#include "readers/sst_identity.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

bool lies_in(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// The number in "000012.sst"; 0 for other names.
std::uint64_t number_in(const std::string& local_name) {
  std::uint64_t number = 0;
  std::from_chars(local_name.data(), local_name.data() + local_name.size(), number);
  return number;
}

const FileNeed& need_of(const SetMember& member, std::size_t file) {
  return *std::lower_bound(member.needs.begin(), member.needs.end(), file,
                           [](const FileNeed& need, std::size_t f) { return need.file < f; });
}

// True if the file is not of the size that the member recorded.
bool is_resized(const FileNeed& need, std::uint64_t found_bytes) {
  if (!need.sized) return false;
  const auto recorded = static_cast<std::uint64_t>(need.recorded_bytes);
  return need.segment ? recorded > found_bytes : recorded != found_bytes;
}

FindingPlace at_file(const std::string& path) { return finding_place({}, path); }

FindingPlace at_subtask(const std::string& path, const Materialization& of) {
  FindingPlace place = at_file(path);
  place.operator_label = of.operator_label;
  place.operator_id = of.operator_id;
  place.subtask = of.subtask;
  place.slot = "managed_keyed";
  return place;
}

// What a single snapshot's check says of a file that is missing or has the wrong size.
bool is_about_presence(FindingCode code) {
  return code == FindingCode::kFileMissing || code == FindingCode::kFileShort ||
         code == FindingCode::kFileLong || code == FindingCode::kSegmentOutside ||
         code == FindingCode::kRelativeNowhere;
}

class ChainSearch {
 public:
  explicit ChainSearch(const SnapshotSet& set) : set_(set) {}

  ChainFindings run() {
    for (std::size_t file = 0; file < set_.files.size(); ++file) look_at_file(file);
    compare_shared_pieces();
    compare_identities();
    look_for_files_elsewhere();
    compare_materializations();
    std::vector<ChainFinding> of_chain = std::move(result_.findings);
    result_.findings.clear();
    add_own_findings();
    for (ChainFinding& finding : of_chain) result_.findings.push_back(std::move(finding));
    count();
    return std::move(result_);
  }

 private:
  using Members = std::vector<std::size_t>;

  // The file as the first of some members uses it.
  FindingPlace place_of(std::size_t file, const Members& members) const {
    FindingPlace place;
    place.file = set_.files[file].path;
    if (members.empty()) return place;
    const FileNeed& need = need_of(set_.members[members.front()], file);
    if (need.uses.empty()) return place;
    const FileUse& use = need.uses.front();
    place.operator_label = use.operator_label;
    place.operator_id = use.operator_id;
    place.subtask = use.subtask;
    place.slot = use.slot;
    return place;
  }

  void add(FindingCode code, FindingPlace place, std::string expected, std::string found,
           Members needed_by, Members unrestorable) {
    result_.findings.push_back({{code, std::move(place), std::move(expected), std::move(found), 0},
                                std::move(needed_by),
                                std::move(unrestorable)});
  }

  void add_for_file(FindingCode code, std::size_t file, std::string expected, std::string found,
                    const Members& unrestorable) {
    for (const std::size_t member : unrestorable) told_.emplace(member, file);
    add(code, place_of(file, unrestorable), std::move(expected), std::move(found),
        set_.files[file].needed_by, unrestorable);
  }

  void look_at_file(std::size_t number) {
    const SetFile& file = set_.files[number];
    if (!file.local || file.needed_by.empty()) return;
    if (file.found_bytes) return look_at_size(number, *file.found_bytes);
    Members relative;
    Members others;
    for (const std::size_t member : file.needed_by) {
      (lies_elsewhere(member, number) ? relative : others).push_back(member);
    }
    if (!relative.empty()) {
      const std::string name = fs::path(file.path).filename().string();
      add_for_file(FindingCode::kRelativeElsewhere, number, "a file beside the metadata",
                   fmt::format("none; {} has this name", set_.paths_by_name.at(name)), relative);
    }
    if (!others.empty() && is_shared(number)) {
      add_for_file(FindingCode::kSharedFileMissing, number, recorded_text(number, others),
                   missing_text(number, others.front()), others);
    }
  }

  // A relative handle leads to nothing, and a file of this name lies below the root.
  bool lies_elsewhere(std::size_t member, std::size_t file) const {
    return need_of(set_.members[member], file).relative &&
           set_.paths_by_name.contains(fs::path(set_.files[file].path).filename().string());
  }

  std::string missing_text(std::size_t file, std::size_t member) {
    const FileNeed& need = need_of(set_.members[member], file);
    if (need.relative) return "no such file";
    const std::string& directory = set_.members[member].directory;
    FileSearch& search = searches_.try_emplace(directory, directory, storage_).first->second;
    const std::optional<std::string> rule = search.find_rule(need.local_path, need.uri);
    return rule ? fmt::format("no such file; with --map {} it is found", *rule) : "no such file";
  }

  // Not a checkpoint's own: several need it, or it lies where several may.
  bool is_shared(std::size_t file) const {
    const Members& needed_by = set_.files[file].needed_by;
    return needed_by.size() > 1 ||
           !lies_in(set_.files[file].path, set_.members[needed_by.front()].real_directory);
  }

  std::string recorded_text(std::size_t file, const Members& members) const {
    std::map<std::int64_t, Members> by_size;
    for (const std::size_t member : members) {
      const FileNeed& need = need_of(set_.members[member], file);
      if (need.sized) by_size[need.recorded_bytes].push_back(member);
    }
    if (by_size.empty()) return "the file";
    if (by_size.size() == 1) {
      const FileNeed& need = need_of(set_.members[members.front()], file);
      return fmt::format("{}{} bytes", need.segment ? "at least " : "", by_size.begin()->first);
    }
    std::string text;
    for (const auto& [bytes, who] : by_size) {
      text += fmt::format("{}{} bytes for {}", text.empty() ? "" : "; ", bytes,
                          member_names(set_, who));
    }
    return text;
  }

  void look_at_size(std::size_t number, std::uint64_t found_bytes) {
    const Members& needed_by = set_.files[number].needed_by;
    Members resized;
    std::set<std::int64_t> recorded;
    for (const std::size_t member : needed_by) {
      const FileNeed& need = need_of(set_.members[member], number);
      if (is_resized(need, found_bytes)) resized.push_back(member);
      if (need.sized && !need.segment) recorded.insert(need.recorded_bytes);
    }
    if (recorded.size() > 1) {
      add_for_file(FindingCode::kNameReused, number, recorded_text(number, needed_by),
                   fmt::format("{} bytes", found_bytes), resized);
    } else if (!resized.empty() && is_shared(number)) {
      add_for_file(FindingCode::kSharedFileResized, number, recorded_text(number, resized),
                   fmt::format("{} bytes", found_bytes), resized);
    }
  }

  // Flink's registry knows inline pieces by their name, and keeps one of several.
  void compare_shared_pieces() {
    std::map<std::string, std::map<std::pair<std::uint64_t, std::uint64_t>, Members>> pieces;
    for (std::size_t member = 0; member < set_.members.size(); ++member) {
      for (const SharedPiece& piece : set_.members[member].shared_pieces) {
        Members& members = pieces[piece.name][{piece.bytes, piece.hash}];
        if (members.empty() || members.back() != member) members.push_back(member);
      }
    }
    for (const auto& [name, contents] : pieces) {
      if (contents.size() < 2) continue;
      std::string found;
      std::set<std::size_t> all;
      for (const auto& [content, members] : contents) {
        found += fmt::format("{}{} bytes in {}", found.empty() ? "" : "; other ", content.first,
                             member_names(set_, members));
        all.insert(members.begin(), members.end());
      }
      add(FindingCode::kNameReused, at_file(name), "the same bytes under the same name", found,
          Members(all.begin(), all.end()), {});
    }
  }

  // Files of one instance of RocksDB that hold one another's content: the number that is written in
  // a file is not that of its name, but the name of another.
  void compare_identities() {
    std::map<std::pair<std::string, std::uint64_t>, std::map<std::size_t, SstIdentity>> by_name;
    for (const SetMember& member : set_.members) {
      for (const EngineFile& file : member.engine_files) {
        if (!file.identity || !file.whole) continue;
        by_name[{file.backend_id, number_in(file.local_name)}].emplace(file.file, *file.identity);
      }
    }
    for (const auto& [name, files] : by_name) {
      for (const auto& [file, identity] : files) {
        if (identity.number == name.second) continue;
        const auto other = by_name.find({name.first, identity.number});
        if (other == by_name.end()) continue;
        for (const auto& [owner, own] : other->second) {
          const bool swapped = own.session == identity.session && own.number == name.second;
          const bool copied = own == identity && owner != file;
          if (!swapped && !copied) continue;
          add_for_file(FindingCode::kNameReused, file,
                       fmt::format("the content of {:06}.sst", name.second),
                       fmt::format("that of {:06}.sst, which is {}", identity.number,
                                   set_.files[owner].path),
                       set_.files[file].needed_by);
          break;
        }
      }
    }
  }

  // SV305: what a checkpoint needs that the life of its job does not keep.
  void look_for_files_elsewhere() {
    std::map<std::string, std::map<std::size_t, std::uint64_t>> folders;
    for (std::size_t i = 0; i < set_.members.size(); ++i) {
      const SetMember& member = set_.members[i];
      if (member.kind == "savepoint") continue;
      for (const FileNeed& need : member.needs) {
        const SetFile& file = set_.files[need.file];
        if (file.local && file.found_bytes && !is_of_job(member, need, file)) {
          ++folders[fs::path(file.path).parent_path().string()][i];
        }
      }
    }
    std::unordered_map<std::string_view, const SetMember*> savepoints;
    for (const SetMember& member : set_.members) {
      if (member.kind == "savepoint") savepoints.try_emplace(member.real_directory, &member);
    }
    for (const auto& [folder, counts] : folders) {
      Members members;
      std::uint64_t most = 0;
      for (const auto& [member, count] : counts) {
        members.push_back(member);
        most = std::max(most, count);
      }
      const auto savepoint = savepoints.find(folder);
      add(FindingCode::kNeedsSavepoint, at_file(folder),
          fmt::format("files below {}", set_.members[members.front()].real_job),
          savepoint == savepoints.end()
              ? counted(most, "file") + " elsewhere"
              : fmt::format("{} of the savepoint {}", counted(most, "file"),
                            savepoint->second->name),
          members, {});
    }
  }

  // In the job's folder, or in one of another root that is called by the same job id: entropy in
  // paths, working directories of ForSt, change logs. Those may lie anywhere.
  static bool is_of_job(const SetMember& member, const FileNeed& need, const SetFile& file) {
    if (lies_in(file.path, member.real_job) || lies_in(file.path, member.real_directory)) {
      return true;
    }
    const bool is_log = std::any_of(need.uses.begin(), need.uses.end(),
                                    [](const FileUse& use) { return use.role == "changelog"; });
    if (is_log || need.uses.empty()) return true;
    const std::string job = fs::path(member.real_job).filename().string();
    return file.path.find("/" + job + "/") != std::string::npos;
  }

  void compare_materializations() {
    using Place = std::tuple<std::string, std::string, std::int32_t>;  // job, operator, subtask
    std::map<Place, std::pair<std::size_t, Materialization>> last;
    for (std::size_t i = 0; i < set_.members.size(); ++i) {
      const SetMember& member = set_.members[i];
      if (member.kind == "savepoint") continue;
      for (const Materialization& now : member.materializations) {
        const Place place{member.job, now.operator_id, now.subtask};
        const auto before = last.find(place);
        // Another parallelism deals materializations out anew.
        if (before != last.end() && before->second.second.parallelism == now.parallelism &&
            now.id < before->second.second.id) {
          add(FindingCode::kMaterializationOrder, at_subtask(member.metadata_path, now),
              fmt::format("materialization {} of {}, or a later one", before->second.second.id,
                          set_.members[before->second.first].name),
              fmt::format("materialization {}", now.id), {before->second.first, i}, {});
        }
        last[place] = {i, now};
      }
    }
  }

  // Equal for findings that say the same of the same place.
  using Key = std::tuple<FindingCode, std::string, std::optional<std::uint64_t>, std::string,
                         std::optional<std::int32_t>, std::string, std::string,
                         std::optional<std::int32_t>, std::string, std::string>;

  static Key key_of(const Finding& finding, const std::string& file) {
    const FindingPlace& at = finding.place;
    return {finding.code, file,     at.offset,    at.operator_id,   at.subtask,
            at.slot,      at.state, at.key_group, finding.expected, finding.found};
  }

  // What the members' own checks say; equal findings of several become one.
  void add_own_findings() {
    RealPaths real_paths;
    std::map<Key, std::size_t> known;
    for (std::size_t i = 0; i < set_.members.size(); ++i) {
      const std::vector<Finding>& findings = set_.members[i].findings.findings();
      if (findings.empty()) continue;
      const std::map<std::string, std::size_t> spelled = files_as_spelled(set_.members[i]);
      for (const Finding& finding : findings) {
        const bool presence = is_about_presence(finding.code);
        auto file = spelled.find(finding.place.file);
        if (presence && file == spelled.end()) {
          file = spelled.find(real_paths.of(finding.place.file));
        }
        const bool on_file = file != spelled.end();
        if (on_file && presence && told_.contains({i, file->second})) continue;
        const Key key =
            key_of(finding, on_file ? set_.files[file->second].path : finding.place.file);
        const auto [same, fresh] = known.try_emplace(key, result_.findings.size());
        if (fresh) {
          const Members users = on_file ? set_.files[file->second].needed_by : Members{i};
          result_.findings.push_back({finding, users, {}});
        }
        const bool error = text_of(finding.code).severity == Severity::kError;
        if (error) result_.findings[same->second].unrestorable.push_back(i);
      }
    }
  }

  // A member's files by all names that a finding may call them.
  std::map<std::string, std::size_t> files_as_spelled(const SetMember& member) const {
    std::map<std::string, std::size_t> names;
    for (const FileNeed& need : member.needs) {
      names.emplace(need.uri, need.file);
      names.emplace(need.local_path, need.file);
      names.emplace(set_.files[need.file].path, need.file);
    }
    names.erase("");
    return names;
  }

  void count() {
    result_.first_error.resize(set_.members.size());
    for (std::size_t i = 0; i < result_.findings.size(); ++i) {
      ChainFinding& found = result_.findings[i];
      const bool error = text_of(found.finding.code).severity == Severity::kError;
      (error ? result_.error_count : result_.warning_count) += 1 + found.finding.more;
      Members& spoiled = found.unrestorable;
      spoiled.erase(std::unique(spoiled.begin(), spoiled.end()), spoiled.end());
      for (const std::size_t member : spoiled) {
        if (!result_.first_error[member]) result_.first_error[member] = i;
      }
    }
  }

  const SnapshotSet& set_;
  const LocalStorage storage_;
  std::map<std::string, FileSearch> searches_;  // by the directory of a snapshot
  ChainFindings result_;
  std::set<std::pair<std::size_t, std::size_t>> told_;  // members, and files told of already
};

}  // namespace

ChainFindings find_in_chain(const SnapshotSet& set) { return ChainSearch(set).run(); }

}  // namespace savvy
