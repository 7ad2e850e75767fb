#include "cli/chain_relations.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace savvy {
namespace {

bool lies_in(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

auto age_of(const SetMember& member) { return std::tie(member.checkpoint_id, member.modified_ns); }

// Gives those that need a file the last one before each of them, if it is later than what they have.
void offer_bases(const SnapshotSet& set, const SetFile& file,
                 std::vector<std::optional<ChainBase>>& bases) {
  const auto age = [&set](std::size_t member) { return age_of(set.members[member]); };
  std::vector<std::size_t> by_age = file.needed_by;
  std::stable_sort(by_age.begin(), by_age.end(),
                   [&age](std::size_t a, std::size_t b) { return age(a) < age(b); });
  std::optional<std::size_t> before;  // the first of the last age that is over
  std::size_t first = 0;              // of this age
  for (std::size_t i = 0; i < by_age.size(); ++i) {
    if (age(by_age[first]) < age(by_age[i])) {
      before = by_age[first];
      first = i;
    }
    std::optional<ChainBase>& base = bases[by_age[i]];
    if (before && (!base || age(base->member) < age(*before))) base = ChainBase{*before, 0, 0};
  }
}

void count_common(const SnapshotSet& set, std::size_t member, ChainBase& base) {
  const std::vector<FileNeed>& others = set.members[base.member].needs;
  auto other = others.begin();
  for (const FileNeed& need : set.members[member].needs) {
    while (other != others.end() && other->file < need.file) ++other;
    if (other == others.end()) return;
    if (other->file != need.file) continue;
    ++base.file_count;
    base.bytes += set.files[need.file].found_bytes.value_or(0);
  }
}

std::string absolute_path(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

// Files that those who stay lead to through a deleted folder, wherever its links lead.
std::vector<std::size_t> files_by_name_in(const SetMember& member,
                                          const std::vector<std::string>& folders) {
  std::vector<std::size_t> files;
  for (const FileNeed& need : member.needs) {
    if (need.local_path.empty()) continue;
    const std::string path = absolute_path(need.local_path);
    const bool inside = std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
      return lies_in(path, folder);
    });
    if (inside) files.push_back(need.file);
  }
  return files;
}

}  // namespace

std::vector<std::optional<ChainBase>> find_bases(const SnapshotSet& set) {
  std::vector<std::optional<ChainBase>> bases(set.members.size());
  for (const SetFile& file : set.files) offer_bases(set, file, bases);
  for (std::size_t i = 0; i < bases.size(); ++i) {
    if (bases[i]) count_common(set, i, *bases[i]);
  }
  return bases;
}

std::vector<ChainGroup> group_files(const SnapshotSet& set) {
  std::map<std::vector<std::size_t>, ChainGroup> groups;
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    const SetFile& file = set.files[i];
    if (file.needed_by.empty()) continue;
    ChainGroup& group = groups[file.needed_by];
    group.members = file.needed_by;
    group.files.push_back(i);
    group.bytes += file.found_bytes.value_or(0);
    if (file.local && !file.found_bytes) ++group.missing_count;
  }
  std::vector<ChainGroup> all;
  all.reserve(groups.size());
  for (auto& [members, group] : groups) all.push_back(std::move(group));
  return all;
}

Deletion delete_members(const SnapshotSet& set, const std::vector<std::size_t>& deleted) {
  Deletion deletion;
  deletion.deleted = deleted;
  const std::set<std::size_t> gone(deleted.begin(), deleted.end());
  const auto is_gone = [&gone](std::size_t member) { return gone.contains(member); };
  std::map<std::size_t, std::set<std::size_t>> broken;
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    const SetFile& file = set.files[i];
    const bool inside = std::any_of(deleted.begin(), deleted.end(), [&](std::size_t member) {
      return lies_in(file.path, set.members[member].real_directory);
    });
    if (inside) deletion.freed_bytes += file.found_bytes.value_or(0);
    for (const std::size_t member : file.needed_by) {
      if (inside && !is_gone(member)) broken[member].insert(i);
    }
    const bool unneeded = std::all_of(file.needed_by.begin(), file.needed_by.end(), is_gone);
    if (!inside && unneeded && file.found_bytes && !file.needed_by.empty()) {
      ++deletion.orphan_count;
      deletion.orphan_bytes += *file.found_bytes;
    }
  }
  std::vector<std::string> folders;
  folders.reserve(deleted.size());
  for (const std::size_t member : deleted) {
    folders.push_back(absolute_path(set.members[member].directory));
  }
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    if (is_gone(i)) continue;
    const SetMember& member = set.members[i];
    for (const std::size_t file : files_by_name_in(member, folders)) broken[i].insert(file);
    const auto unknown =
        std::find_if(member.needs.begin(), member.needs.end(),
                     [&set](const FileNeed& n) { return !set.files[n.file].local; });
    if (unknown != member.needs.end()) deletion.unknown.push_back({i, unknown->uri});
  }
  for (const auto& [member, files] : broken) {
    deletion.broken.push_back({member, {files.begin(), files.end()}});
  }
  return deletion;
}

}  // namespace savvy
