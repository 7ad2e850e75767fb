#include "cli/chain_relations.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace savvy {
namespace {

bool lies_in(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace

std::vector<std::optional<ChainBase>> find_bases(const SnapshotSet& set) {
  std::vector<std::optional<ChainBase>> bases(set.members.size());
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const SetMember& member = set.members[i];
    std::map<std::size_t, ChainBase> shared;
    for (const FileNeed& need : member.needs) {
      const SetFile& file = set.files[need.file];
      for (const std::size_t other : file.needed_by) {
        const SetMember& before = set.members[other];
        const bool earlier = std::tie(before.checkpoint_id, before.modified_ns) <
                             std::tie(member.checkpoint_id, member.modified_ns);
        if (other == i || !earlier) continue;
        ChainBase& base = shared[other];
        base.member = other;
        ++base.file_count;
        base.bytes += file.found_bytes.value_or(0);
      }
    }
    for (const auto& [other, base] : shared) {
      const auto age = [&set](std::size_t m) {
        return std::tie(set.members[m].checkpoint_id, set.members[m].modified_ns);
      };
      if (!bases[i] || age(bases[i]->member) < age(other)) bases[i] = base;
    }
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
  for (auto& [members, group] : groups) all.push_back(std::move(group));
  return all;
}

Deletion delete_members(const SnapshotSet& set, const std::vector<std::size_t>& deleted) {
  Deletion deletion;
  deletion.deleted = deleted;
  const std::set<std::size_t> gone(deleted.begin(), deleted.end());
  const auto is_gone = [&gone](std::size_t member) { return gone.contains(member); };
  std::map<std::size_t, std::vector<std::size_t>> broken;
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    const SetFile& file = set.files[i];
    const bool inside = std::any_of(deleted.begin(), deleted.end(), [&](std::size_t member) {
      return lies_in(file.path, set.members[member].real_directory);
    });
    if (inside) deletion.freed_bytes += file.found_bytes.value_or(0);
    for (const std::size_t member : file.needed_by) {
      if (inside && !is_gone(member)) broken[member].push_back(i);
    }
    const bool unneeded = std::all_of(file.needed_by.begin(), file.needed_by.end(), is_gone);
    if (!inside && unneeded && file.found_bytes && !file.needed_by.empty()) {
      ++deletion.orphan_count;
      deletion.orphan_bytes += *file.found_bytes;
    }
  }
  for (auto& [member, files] : broken) deletion.broken.push_back({member, std::move(files)});
  return deletion;
}

}  // namespace savvy
