// Databases to damage, and what check_database() says of them.

#pragma once

#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "readers/check/database_check.h"
#include "readers/local_storage.h"
#include "tests/cli/testdata.h"
#include "tests/support/damage.h"
#include "tests/support/small_database.h"

namespace savvy::testing {

enum Family : std::size_t {
  kCountFamily,
  kNamesFamily,
  kPricesFamily,
  kTimersFamily,
  kExtraFamily
};
inline constexpr KeyGroupRange kRange = {0, 64};

// Calls `visit` for each database of a snapshot.
template <typename Visit>
void for_each_database(const savvy::Snapshot& snapshot, Visit visit) {
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      const auto* handle = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
      if (handle == nullptr) continue;
      FindingPlace place;
      place.operator_label = operator_label(op);
      place.subtask = subtask.index;
      place.slot = "managed_keyed";
      visit(*handle, op.max_parallelism, place);
    }
  }
}

inline std::vector<Finding> check(const savvy::Snapshot& snapshot, double percent) {
  FindingList findings;
  for_each_database(snapshot, [&](const IncrementalHandle& handle, std::int32_t max_parallelism,
                                  const FindingPlace& place) {
    check_database(snapshot, handle, max_parallelism, place, percent, findings);
  });
  return findings.findings();
}

inline std::vector<Finding> check(const std::filesystem::path& path, double percent = 100) {
  const LocalStorage storage;
  return check(savvy::Snapshot(path.string(), PathMap(), storage), percent);
}

inline std::set<std::string> code_set_of(const std::vector<Finding>& findings) {
  std::set<std::string> codes;
  for (const Finding& finding : findings) codes.insert(code_word(finding.code));
  return codes;
}

using Codes = std::set<std::string>;

// Several states, levels, deletions, merge operands and a range deletion, in key groups 0 to 9.
inline void fill(SmallDatabase& database) {
  for (int group = 0; group < 10; ++group) {
    for (int i = 0; i < 30; ++i) {
      database.put(kCountFamily, SmallDatabase::key(group, i), "0123");
      database.merge(kNamesFamily, SmallDatabase::key(group, i), "one");
      database.put(kTimersFamily, SmallDatabase::key(group, i), "");
    }
  }
  database.compact(kCountFamily, 3);
  database.flush(kNamesFamily);
  for (int i = 0; i < 30; ++i) {
    database.merge(kNamesFamily, SmallDatabase::key(3, i), "two");
    database.remove(kCountFamily, SmallDatabase::key(4, i));
  }
  database.flush(kNamesFamily);
  database.flush(kCountFamily);
  database.remove_groups(kCountFamily, 5, 6);
}

// A snapshot to damage.
struct Made {
  TempFolder folder;
  std::filesystem::path path = folder.path("snapshot");

  explicit Made(const SmallDatabase::SetOptions& set = {}) {
    SmallDatabase database(set);
    fill(database);
    database.write_snapshot(path, kRange);
  }

  std::filesystem::path file(const std::string& start) const {
    std::set<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().filename().string().starts_with(start)) found.insert(entry.path());
    }
    if (found.size() != 1) throw std::runtime_error("no one file " + start);
    return *found.begin();
  }
  // Files of a family on a level, by number.
  std::vector<std::filesystem::path> ssts(const std::string& family, int level) const {
    const ByteVector bytes = read_file(file("MANIFEST"));
    ByteReader in(bytes, "MANIFEST");
    std::vector<std::filesystem::path> found;
    for (const RocksdbFamily& each : decode_rocksdb_manifest(in).families) {
      if (each.name != family) continue;
      for (const SstFile& sst : each.files) {
        if (sst.level == level) found.push_back(path / sst_local_path(sst.number));
      }
    }
    return found;
  }
  void write(const std::filesystem::path& file, const std::string& text) const {
    folder.add(std::filesystem::relative(file, folder.path()).string(), text);
  }
  void flip(const std::filesystem::path& file, std::uint64_t offset) const {
    overwrite(file, offset, std::string(1, static_cast<char>(read_text(file).at(offset) ^ 0x10)));
  }
};

inline void swap_files(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::filesystem::rename(a, a.string() + ".kept");
  std::filesystem::rename(b, a);
  std::filesystem::rename(a.string() + ".kept", b);
}

}  // namespace savvy::testing
