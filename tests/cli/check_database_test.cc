// What `check --read-data` finds in the SST files of a database: snapshots damaged in one way each.

#include <rocksdb/table.h>

#include <catch2/catch.hpp>

#include "format/sst_tail.h"
#include "tests/cli/database_damage.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

TEST_CASE("whole databases have no finding", "[check][check_database]") {
  CHECK(check(Made().path).empty());
  std::size_t databases = 0;
  for (const fs::path& path : testdata_snapshots()) {
    const bool has_files = path.string().find("rocksdb") != std::string::npos ||
                           path.string().find("forst") != std::string::npos;
    if (!has_files) continue;
    CAPTURE(path);
    const Run run = run_savvy("check --read-data --strict " + snapshot_arguments(path));
    CHECK(run.out.find("SV") == std::string::npos);
    CHECK(run.exit_code == 0);
    ++databases;
  }
  CHECK(databases > 20);
}

TEST_CASE("the program tells damage of a database with its place", "[check][check_database]") {
  const Made made;
  const fs::path sst = made.ssts("names", 0).at(1);
  made.flip(sst, 5);
  const Run run = run_savvy("check --read-data --format jsonl " + shell_word(made.path));
  CHECK(run.exit_code == 1);
  std::vector<Json> rows = parse_lines(run.out);
  CAPTURE(run.out);
  // The handle has half of the key groups, which is told first.
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["code"] == "SV006");
  rows.erase(rows.begin());
  CHECK(rows[0]["code"] == "SV211");
  CHECK(rows[0]["file"] == sst.string());
  CHECK(rows[0]["offset"] == 0);
  CHECK(rows[0]["operator"] == "keyed");
  CHECK(rows[0]["operator_id"] == to_hex(operator_id_of_uid("keyed")));
  CHECK(rows[0]["subtask"] == 0);
  CHECK(rows[0]["slot"] == "managed_keyed");
  CHECK(rows[0]["state"] == "names");
}

// A copy of a folder of testdata whose metadata name files by URIs, and the rule to find them.
struct CopiedTestdata {
  TempFolder folder;
  fs::path path = folder.path("copy");
  std::string rule;

  explicit CopiedTestdata(const std::string& name) {
    fs::copy(testdata_folder(name), path, fs::copy_options::recursive);
    const std::string map = read_text(path / "map");
    rule = map.substr(0, map.find('=') + 1) + path.string();
  }
  fs::path snapshot(const std::string& checkpoint) const {
    return path / "00000000000000000000000000000001" / checkpoint;
  }
  PathMap path_map() const {
    PathMap paths;
    paths.add_rule(rule);
    return paths;
  }
};

TEST_CASE("damage in a merged file is told where it is in there", "[check][check_database]") {
  const CopiedTestdata copy("flink2.3-rocksdb-checkpoint-incremental-merged");
  const LocalStorage storage;
  const savvy::Snapshot snapshot(copy.snapshot("chk-2").string(), copy.path_map(), storage);
  REQUIRE(check(snapshot, 100).empty());
  std::string file;
  std::uint64_t start = 0;
  for_each_database(
      snapshot, [&](const IncrementalHandle& handle, std::int32_t, const FindingPlace&) {
        for (const LocalFile& each : handle.shared_files) {
          const auto* segment = handle_as<SegmentHandle>(each.handle);
          if (segment == nullptr || !each.local_path.ends_with(".sst") || segment->start == 0)
            continue;
          start = static_cast<std::uint64_t>(segment->start);
          file = snapshot.local_path(each.handle).value();
        }
      });
  REQUIRE(start > 0);
  overwrite(file, start + 3, "\xEE");
  const std::vector<Finding> findings = check(snapshot, 100);
  CHECK(code_set_of(findings) == Codes{"SV211"});
  for (const Finding& finding : findings) {
    CHECK(finding.place.file == file);
    CHECK(finding.place.offset == start);
  }
}

TEST_CASE("the database that a change log rests on is checked too", "[check][check_database]") {
  const CopiedTestdata copy("flink2.3-rocksdb-checkpoint-changelog-materialized");
  const std::string arguments = "check --read-data --format jsonl --map " + shell_word(copy.rule) +
                                " " + shell_word(copy.snapshot("chk-3"));
  CHECK(run_savvy(arguments).exit_code == 0);
  const std::string magic = "\xF7\xCF\xF4\x85\xB7\x41\xE2\x88";
  std::set<std::string> damaged;
  for (const auto& file : fs::recursive_directory_iterator(copy.path)) {
    if (!file.is_regular_file() || !read_text(file.path()).ends_with(magic)) continue;
    overwrite(file.path(), 3, "\xEE");
    damaged.insert(file.path().string());
  }
  REQUIRE(!damaged.empty());
  const Run run = run_savvy(arguments);
  CHECK(run.exit_code == 1);
  std::set<std::string> told;
  for (const Json& row : parse_lines(run.out)) {
    if (row["code"] == "SV211") told.insert(row["file"].get<std::string>());
  }
  CHECK_FALSE(told.empty());
  CHECK(std::includes(damaged.begin(), damaged.end(), told.begin(), told.end()));
}

TEST_CASE("SV211: damage of an SST file is told with its block", "[check][check_database]") {
  const Made made([](rocksdb::Options& options) {
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 256;
    if (GENERATE(true, false)) table.checksum = rocksdb::kCRC32c;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  });
  const fs::path sst = made.ssts("count", 3).at(0);
  const SstTail tail = read_sst_tail(*LocalStorage().open(sst.string()));
  const std::uint64_t size = fs::file_size(sst);
  struct Place {
    std::uint64_t flipped;
    std::optional<std::uint64_t> told;
  };
  // A data block, the index, the properties, the meta index, checksum type, handles, padding, magic.
  const Place places[] = {{1, 0},
                          {tail.index.offset + 9, tail.index.offset},
                          {tail.properties_offset + 20, tail.properties_offset},
                          {tail.meta_index.offset + 3, tail.meta_index.offset},
                          {size - 53, std::nullopt},
                          {size - 52, std::nullopt},
                          {size - 14, size - 14},
                          {size - 1, size - 8}};
  for (const Place& place : places) {
    CAPTURE(place.flipped);
    made.flip(sst, place.flipped);
    const std::vector<Finding> findings = check(made.path);
    CHECK(code_set_of(findings) == Codes{"SV211"});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].place.file == sst.string());
    CHECK(findings[0].place.state == "count");
    CHECK(findings[0].place.subtask == 0);
    if (place.told) CHECK(findings[0].place.offset == place.told);
    made.flip(sst, place.flipped);
  }
  // One damaged file, and one damaged block, do not hide the others.
  made.flip(sst, 1);
  made.flip(sst, 1000);
  made.flip(made.ssts("names", 0).at(0), 1);
  made.flip(made.ssts("_timer_state/event_t", 0).at(0), 1);
  const std::vector<Finding> findings = check(made.path);
  CHECK(findings.size() == 4);
  CHECK(code_set_of(findings) == Codes{"SV211"});
}

TEST_CASE("SV211: what RocksDB reads and savvy does not is verified by RocksDB",
          "[check][check_database]") {
  const Made made(
      [](rocksdb::Options& options) { options.compression = rocksdb::kLZ4Compression; });
  const fs::path sst = made.ssts("count", 3).at(0);
  REQUIRE(read_sst_tail(*LocalStorage().open(sst.string())).compression == "LZ4");
  CHECK(check(made.path).empty());
  made.flip(sst, 700);
  const std::vector<Finding> findings = check(made.path);
  REQUIRE(findings.size() == 1);
  CHECK(code_word(findings[0].code) == "SV211");
  CHECK(findings[0].place.file == sst.string());
  REQUIRE(findings[0].place.offset);
  CHECK(*findings[0].place.offset <= 700);
  CHECK(*findings[0].place.offset > 0);
}

TEST_CASE("SV211: a truncated SST file", "[check][check_database]") {
  const Made made;
  const fs::path sst = made.ssts("count", 3).at(0);
  fs::resize_file(sst, fs::file_size(sst) - 10);
  const std::vector<Finding> findings = check(made.path);
  CHECK(code_set_of(findings) == Codes{"SV211", "SV215"});
  for (const Finding& finding : findings) CHECK(finding.place.file == sst.string());
}

// What is found once the two SST files of a snapshot, equally long, have changed places.
std::vector<Finding> check_swapped(const fs::path& snapshot) {
  std::vector<fs::path> ssts;
  for (const auto& entry : fs::directory_iterator(snapshot)) {
    if (entry.path().extension() == ".sst") ssts.push_back(entry.path());
  }
  REQUIRE(ssts.size() == 2);
  REQUIRE(fs::file_size(ssts[0]) == fs::file_size(ssts[1]));
  CHECK(check(snapshot).empty());
  swap_files(ssts[0], ssts[1]);
  std::vector<Finding> findings = check(snapshot);
  CHECK(code_set_of(findings) == Codes{"SV212"});
  return findings;
}

TEST_CASE("SV212: SST files of two states that are swapped", "[check][check_database]") {
  // The names of two states are of one length, so that the files are too.
  TempFolder folder;
  SmallDatabase database;
  for (int i = 0; i < 9; ++i) {
    database.put(kCountFamily, SmallDatabase::key(1, i), "0123");
    database.put(kNamesFamily, SmallDatabase::key(1, i), "0123");
  }
  database.write_snapshot(folder.path("s"), kRange);
  const std::vector<Finding> findings = check_swapped(folder.path("s"));
  std::set<std::string> states;
  std::size_t names = 0;
  for (const Finding& finding : findings) {
    states.insert(finding.place.state);
    if (finding.found.find("column family") != std::string::npos) ++names;
  }
  CHECK(states == std::set<std::string>{"count", "names"});
  CHECK(names == 2);
}

TEST_CASE("SV212: SST files of one state that are swapped", "[check][check_database]") {
  TempFolder folder;
  SmallDatabase database;
  for (int group = 1; group < 3; ++group) {
    for (int i = 0; i < 9; ++i) database.put(kCountFamily, SmallDatabase::key(group, i), "0123");
    database.flush(kCountFamily);
  }
  database.write_snapshot(folder.path("s"), kRange);
  const std::vector<Finding> findings = check_swapped(folder.path("s"));
  std::string found;
  for (const Finding& finding : findings) {
    CHECK(finding.place.state == "count");
    found += finding.found + "\n";
  }
  CHECK(found.find("smallest key") != std::string::npos);
  CHECK(found.find("largest key") != std::string::npos);
  CHECK(found.find("smallest sequence number") != std::string::npos);
}

TEST_CASE("SV212: properties that do not fit the entries", "[check][check_database]") {
  struct Change {
    std::string from;
    std::string to;
    std::string found;
  };
  // Names of properties share their starts with the one before.
  const std::string entries = "entries";
  const std::string merges = "operands";
  const Change changes[] = {
      {entries + "\x1e", entries + "\x1d", "holds 30"},
      {merges + "\x1e", merges + "\x1d", "holds 30"},
      {"leveldb.BytewiseComparator", "leveldb.BackwardComparator", "comparator leveldb.Backward"},
      {"StringAppendTESTOperator", "UInt64AddOperatorOfOther", "merge operator UInt64"},
      {"names", "count", "column family \"count\""},
  };
  for (const Change& change : changes) {
    CAPTURE(change.found);
    const Made made;
    const fs::path sst = made.ssts("names", 0).at(1);
    change_properties(sst, change.from, change.to);
    const std::vector<Finding> findings = check(made.path);
    REQUIRE(findings.size() == 1);
    CHECK(code_word(findings[0].code) == "SV212");
    CHECK(findings[0].place.file == sst.string());
    CHECK(findings[0].place.state == "names");
    CHECK(findings[0].found.find(change.found) != std::string::npos);
  }
}

TEST_CASE("SV213: live keys outside the key groups, and deleted ones", "[check][check_database]") {
  TempFolder folder;
  SmallDatabase database;
  for (int group = 60; group < 70; ++group) {
    database.put(kCountFamily, SmallDatabase::key(group, 1), "0123");
    database.put(kNamesFamily, SmallDatabase::key(group, 1), "one");
  }
  database.flush(kNamesFamily);
  // Clipped as Flink does: the files go on to hold the keys.
  database.remove_groups(kCountFamily, 64, 128);
  database.remove_groups(kNamesFamily, 64, 128);
  database.write_snapshot(folder.path("clipped"), kRange);
  CHECK(check(folder.path("clipped")).empty());

  database.put(kNamesFamily, SmallDatabase::key(66, 2), "one");
  database.put(kNamesFamily, SmallDatabase::key(66, 3), "one");
  database.put(kNamesFamily, SmallDatabase::key(127, 3), "one");
  database.write_snapshot(folder.path("alive"), kRange);
  const std::vector<Finding> findings = check(folder.path("alive"));
  CHECK(code_set_of(findings) == Codes{"SV213"});
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].place.state == "names");
  CHECK(findings[0].place.key_group == 66);
  CHECK(findings[0].place.subtask == 0);
  CHECK(findings[0].found.find("2 live keys") != std::string::npos);
  CHECK(findings[1].place.key_group == 127);

  // In front of the range too.
  change_handle(folder.path("clipped"), [](IncrementalHandle& handle) { handle.range = {61, 67}; });
  const std::vector<Finding> before = check(folder.path("clipped"));
  REQUIRE(before.size() == 2);
  CHECK(before[0].place.key_group == 60);
  CHECK(before[1].place.state == "names");
}

TEST_CASE("SV222: what cannot be checked is said", "[check][check_database]") {
  const Made made;
  const fs::path sst = made.ssts("names", 0).at(0);
  const std::string bytes = read_text(sst);
  overwrite(sst, bytes.size() - 12, "\x06");  // the next format version
  std::vector<Finding> findings = check(made.path);
  REQUIRE(findings.size() == 1);
  CHECK(code_word(findings[0].code) == "SV222");
  CHECK(findings[0].place.file == sst.string());
  overwrite(sst, bytes.size() - 8, "\x64\x95\xbf\x63\x96\x22\x42\x82");  // a plain table
  CHECK(code_set_of(check(made.path)) == Codes{"SV222"});
  made.write(sst, bytes);

  made.write(made.path / "000099.log", "entries");
  change_handle(made.path, [](IncrementalHandle& handle) {
    handle.private_files.push_back({"000099.log", RelativeFileHandle{"000099.log", 7}});
  });
  findings = check(made.path);
  REQUIRE(findings.size() == 1);
  CHECK(code_word(findings[0].code) == "SV222");
  CHECK(findings[0].place.file == (made.path / "000099.log").string());
}

TEST_CASE("a share of the files, more for a larger one", "[check][check_database]") {
  const Made made;
  for (const auto& entry : fs::directory_iterator(made.path)) {
    if (entry.path().extension() == ".sst") made.flip(entry.path(), 1);
  }
  const auto damaged = [&](double percent) {
    std::set<std::string> files;
    for (const Finding& finding : check(made.path, percent)) files.insert(finding.place.file);
    return files;
  };
  const std::set<std::string> all = damaged(100);
  CHECK(all.size() == 6);
  CHECK(damaged(0.0001).size() == 1);
  std::set<std::string> before;
  for (const double percent : {0.0001, 10., 20., 30., 40., 50., 60., 70., 80., 90., 100.}) {
    const std::set<std::string> files = damaged(percent);
    CHECK(std::includes(files.begin(), files.end(), before.begin(), before.end()));
    CHECK(damaged(percent) == files);
    before = files;
  }
  CHECK(before == all);
}

}  // namespace
}  // namespace savvy::testing
