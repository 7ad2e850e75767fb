// dump of RocksDB's and ForSt's own files.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "tests/cli/testdata.h"
#include "tests/support/small_database.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kSavepoint = testdata_folder("flink2.3-rocksdb-native");

Run dump(const fs::path& snapshot, const std::string& options = {}) {
  return run_savvy("dump " + shell_word(snapshot) + " " + options);
}

// SST files end with this number.
bool is_sst(const fs::path& file) {
  return read_text(file).ends_with("\xF7\xCF\xF4\x85\xB7\x41\xE2\x88");
}

// A copy of a savepoint whose files may be changed.
struct Copy {
  TempFolder folder;
  fs::path path = folder.path("savepoint");
  Copy() { fs::copy(kSavepoint, path, fs::copy_options::recursive); }

  fs::path largest_sst() const {
    fs::path found;
    for (const auto& file : fs::directory_iterator(path)) {
      if (!is_sst(file.path())) continue;
      if (found.empty() || file.file_size() > fs::file_size(found)) found = file.path();
    }
    return found;
  }
};

// The files of a folder with their sizes and times, to see that nothing was written.
std::set<std::string> listing(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    files.insert(file.path().string() + " " + std::to_string(file.file_size()) + " " +
                 std::to_string(file.last_write_time().time_since_epoch().count()));
  }
  return files;
}

}  // namespace

TEST_CASE("RocksDB rows are the same for any number of threads and for a small cache",
          "[cli][rocksdb]") {
  const Run one = dump(kSavepoint, "--jobs 1");
  CHECK(one.exit_code == 0);
  CHECK(one.out.size() > 10'000);
  CHECK(dump(kSavepoint, "--jobs 8").out == one.out);
  CHECK(dump(kSavepoint, "--jobs 3 --block-cache 1KB").out == one.out);
}

TEST_CASE("reading RocksDB files writes nothing beside them", "[cli][rocksdb]") {
  const Copy copy;
  const auto before = listing(copy.path);
  CHECK(dump(copy.path).exit_code == 0);
  CHECK(listing(copy.path) == before);
}

TEST_CASE("two files in each other's place are not taken for what they are not", "[cli][rocksdb]") {
  const TempFolder folder;
  const fs::path snapshot = folder.path("snapshot");
  constexpr std::size_t kCountFamily = 0;
  SmallDatabase database;
  for (const int group : {1, 2}) {
    for (int i = 0; i < 3; ++i) database.put(kCountFamily, SmallDatabase::key(group, i), "0123");
    database.flush(kCountFamily);
  }
  database.write_snapshot(snapshot, {0, 64});
  const std::string whole = " " + shell_word(folder.path("whole"));
  REQUIRE(run_savvy("relocate " + shell_word(snapshot) + whole).exit_code == 0);
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(snapshot)) {
    if (is_sst(file.path())) files.push_back(file.path());
  }
  REQUIRE(files.size() == 2);
  REQUIRE(fs::file_size(files[0]) == fs::file_size(files[1]));
  fs::rename(files[0], folder.path("between"));
  fs::rename(files[1], files[0]);
  fs::rename(folder.path("between"), files[1]);
  const std::string there = " " + shell_word(folder.path("there"));
  for (const std::string command : {"dump", "stats", "rescale --parallelism 2", "relocate",
                                    "convert --to canonical", "convert --to rocksdb"}) {
    const bool writes = command != "dump" && command != "stats";
    const Run run = run_savvy(command + " " + shell_word(snapshot) + (writes ? there : ""));
    CAPTURE(command, run.err);
    CHECK(run.exit_code == 3);
    CHECK(run.err.find(": it is another file, or damaged") != std::string::npos);
    CHECK_FALSE(fs::exists(folder.path("there")));
  }
}

TEST_CASE("a damaged block hides no other state", "[cli][rocksdb]") {
  const Copy copy;
  const auto rows_by_state = [&] {
    std::map<std::string, std::size_t> counts;
    std::istringstream lines(dump(copy.path, "--kind keyed --keep-going").out);
    for (std::string line; std::getline(lines, line);) {
      const Json row = Json::parse(line);
      ++counts[row.at("operator").get<std::string>() + "/" + row.at("state").get<std::string>()];
    }
    return counts;
  };
  const auto whole = rows_by_state();
  const fs::path file = copy.largest_sst();
  std::string bytes = read_text(file);
  constexpr std::size_t kInFirstBlock = 20;
  bytes[kInFirstBlock] = static_cast<char>(bytes[kInFirstBlock] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
  std::size_t hurt = 0;
  const auto left = rows_by_state();
  for (const auto& [state, count] : whole) {
    const auto found = left.find(state);
    if (found == left.end() || found->second != count) ++hurt;
  }
  CHECK(hurt == 1);
}

TEST_CASE("diff reads both files of one identity", "[cli][rocksdb]") {
  // As a relocated snapshot: its files are copies of the others.
  const Copy original;
  const Copy damaged;
  const fs::path file = damaged.largest_sst();
  const std::string bytes = read_text(file);
  constexpr std::size_t kPlaces = 48;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    std::string changed = bytes;
    const std::size_t at = i * bytes.size() / kPlaces;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    std::ofstream(file, std::ios::binary) << changed;
    const Run run = run_savvy("diff " + shell_word(original.path) + " " + shell_word(damaged.path));
    CAPTURE(at, run.err);
    if (run.exit_code == 0) {
      CHECK(dump(damaged.path).exit_code == 0);
    } else {
      ++refused;
    }
  }
  CHECK(refused > kPlaces / 2);
}

TEST_CASE("inspect --sizes counts the entries of a state, or does not say", "[cli][rocksdb]") {
  const Copy copy;
  const auto operators = [&] {
    return Json::parse(run_savvy("inspect --sizes --format json " + shell_word(copy.path)).out)
        .at("operators");
  };
  std::size_t counted = 0;
  for (const Json& op : operators()) {
    for (const Json& state : op.at("states")) {
      if (state.at("kind") != "keyed" || state.at("state_kind") != "value") continue;
      const Run rows = dump(copy.path, "--operator " + op.at("uid").get<std::string>() +
                                           " --state " + state.at("state").get<std::string>());
      CHECK(state.at("elements") == std::count(rows.out.begin(), rows.out.end(), '\n'));
      ++counted;
    }
  }
  CHECK(counted > 0);
  // One subtask's entries cannot be counted: those of the others are not all.
  fs::remove(copy.largest_sst());
  std::size_t unknown = 0;
  for (const Json& op : operators()) {
    if (op.at("problems").empty()) continue;
    for (const Json& state : op.at("states")) {
      CHECK_FALSE(state.contains("elements"));
      CHECK(state.at("bytes").is_null());
      ++unknown;
    }
  }
  CHECK(unknown > 0);
}

TEST_CASE("a missing RocksDB file is named", "[cli][rocksdb]") {
  const Copy copy;
  const fs::path gone = copy.largest_sst();
  fs::remove(gone);
  const Run run = dump(copy.path);
  CHECK(run.exit_code == 3);
  CHECK(run.err.find(gone.filename().string()) != std::string::npos);
}

TEST_CASE("a damaged RocksDB file is damage, not other rows", "[cli][rocksdb]") {
  const std::string whole = dump(kSavepoint).out;
  const Copy copy;
  const fs::path file = copy.largest_sst();
  const std::string bytes = read_text(file);
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 40) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    copy.folder.add("savepoint/" + file.filename().string(), damaged);
    const Run run = dump(copy.path);
    CAPTURE(at);
    // What is not used does not matter: paddings, properties.
    const bool same = run.exit_code == 0 && run.out == whole;
    const bool damage = run.exit_code == 3 || run.exit_code == 4;
    CHECK((same || damage));
    if (damage) ++refused;
  }
  CHECK(refused >= 10);
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 20) {
    copy.folder.add("savepoint/" + file.filename().string(), bytes.substr(0, size));
    CHECK(dump(copy.path).exit_code == 3);
  }
}

}  // namespace savvy::testing
