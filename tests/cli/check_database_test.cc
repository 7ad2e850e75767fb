// What `check --read-data` finds in RocksDB's and ForSt's own files: snapshots damaged in one way
// each.

#include <fmt/format.h>
#include <rocksdb/table.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "format/detail/rocksdb_log.h"
#include "format/sst_tail.h"
#include "readers/check/database_check.h"
#include "readers/local_storage.h"
#include "readers/rocksdb_source.h"
#include "tests/cli/testdata.h"
#include "tests/support/damage.h"
#include "tests/support/small_database.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

enum Family : std::size_t {
  kCountFamily,
  kNamesFamily,
  kPricesFamily,
  kTimersFamily,
  kExtraFamily
};
constexpr KeyGroupRange kRange = {0, 64};

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

std::vector<Finding> check(const savvy::Snapshot& snapshot, double percent) {
  FindingList findings;
  for_each_database(snapshot, [&](const IncrementalHandle& handle, std::int32_t max_parallelism,
                                  const FindingPlace& place) {
    check_database(snapshot, handle, max_parallelism, place, percent, findings);
  });
  return findings.findings();
}

std::vector<Finding> check(const fs::path& path, double percent = 100) {
  const LocalStorage storage;
  return check(savvy::Snapshot(path.string(), PathMap(), storage), percent);
}

std::set<std::string> codes_of(const std::vector<Finding>& findings) {
  std::set<std::string> codes;
  for (const Finding& finding : findings) codes.insert(code_word(finding.code));
  return codes;
}

using Codes = std::set<std::string>;

// Several states, levels, deletions, merge operands and a range deletion, in key groups 0 to 9.
void fill(SmallDatabase& database) {
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
  fs::path path = folder.path("snapshot");

  explicit Made(const SmallDatabase::SetOptions& set = {}) {
    SmallDatabase database(set);
    fill(database);
    database.write_snapshot(path, kRange);
  }

  fs::path file(const std::string& start) const {
    std::set<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().filename().string().starts_with(start)) found.insert(entry.path());
    }
    if (found.size() != 1) throw std::runtime_error("no one file " + start);
    return *found.begin();
  }
  // Files of a family on a level, by number.
  std::vector<fs::path> ssts(const std::string& family, int level) const {
    const ByteVector bytes = read_file(file("MANIFEST"));
    ByteReader in(bytes, "MANIFEST");
    std::vector<fs::path> found;
    for (const RocksdbFamily& each : decode_rocksdb_manifest(in).families) {
      if (each.name != family) continue;
      for (const SstFile& sst : each.files) {
        if (sst.level == level) found.push_back(path / sst_local_path(sst.number));
      }
    }
    return found;
  }
  void write(const fs::path& file, const std::string& text) const {
    folder.add(fs::relative(file, folder.path()).string(), text);
  }
  void flip(const fs::path& file, std::uint64_t offset) const {
    overwrite(file, offset, std::string(1, static_cast<char>(read_text(file).at(offset) ^ 0x10)));
  }
};

void swap_files(const fs::path& a, const fs::path& b) {
  fs::rename(a, a.string() + ".kept");
  fs::rename(b, a);
  fs::rename(a.string() + ".kept", b);
}

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
  const std::vector<Json> rows = parse_lines(run.out);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["code"] == "SV211");
  CHECK(rows[0]["file"] == sst.string());
  CHECK(rows[0]["offset"] == 0);
  CHECK(rows[0]["operator"] == "keyed");
  CHECK(rows[0]["operator_id"] == to_hex(operator_id_of_uid("keyed")));
  CHECK(rows[0]["subtask"] == 0);
  CHECK(rows[0]["slot"] == "managed_keyed");
  CHECK(rows[0]["state"] == "names");
  CHECK(run_savvy("check " + shell_word(made.path)).exit_code == 0);
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
  CHECK(codes_of(findings) == Codes{"SV211"});
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
    CHECK(codes_of(findings) == Codes{"SV211"});
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
  CHECK(codes_of(findings) == Codes{"SV211"});
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
  CHECK(codes_of(findings) == Codes{"SV211", "SV215"});
  for (const Finding& finding : findings) CHECK(finding.place.file == sst.string());
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
  std::vector<fs::path> ssts;
  for (const auto& entry : fs::directory_iterator(folder.path("s"))) {
    if (entry.path().extension() == ".sst") ssts.push_back(entry.path());
  }
  REQUIRE(ssts.size() == 2);
  REQUIRE(fs::file_size(ssts[0]) == fs::file_size(ssts[1]));
  CHECK(check(folder.path("s")).empty());
  swap_files(ssts[0], ssts[1]);
  const std::vector<Finding> findings = check(folder.path("s"));
  CHECK(codes_of(findings) == Codes{"SV212"});
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
  std::vector<fs::path> ssts;
  for (const auto& entry : fs::directory_iterator(folder.path("s"))) {
    if (entry.path().extension() == ".sst") ssts.push_back(entry.path());
  }
  REQUIRE(ssts.size() == 2);
  REQUIRE(fs::file_size(ssts[0]) == fs::file_size(ssts[1]));
  CHECK(check(folder.path("s")).empty());
  swap_files(ssts[0], ssts[1]);
  const std::vector<Finding> findings = check(folder.path("s"));
  CHECK(codes_of(findings) == Codes{"SV212"});
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
  CHECK(codes_of(findings) == Codes{"SV213"});
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

TEST_CASE("SV214: CURRENT", "[check][check_database]") {
  const Made made;
  const fs::path current = made.file("CURRENT");
  const std::string text = read_text(current);
  for (const std::string& damaged :
       {text.substr(0, text.size() - 1), std::string("MANIFEST-000099\n"), std::string("\n"),
        std::string(), std::string("OPTIONS-000005\n"), std::string(300, 'M')}) {
    CAPTURE(damaged);
    made.write(current, damaged);
    const std::vector<Finding> findings = check(made.path);
    REQUIRE(findings.size() == 1);
    CHECK(code_word(findings[0].code) == "SV214");
    CHECK(findings[0].place.file == current.string());
  }
  made.write(current, text);
  change_handle(made.path, [](IncrementalHandle& handle) {
    std::erase_if(handle.private_files,
                  [](const LocalFile& file) { return file.local_path == "CURRENT"; });
  });
  CHECK(codes_of(check(made.path)) == Codes{"SV214"});
}

TEST_CASE("SV214: a damaged MANIFEST", "[check][check_database]") {
  const Made made;
  const fs::path manifest = made.file("MANIFEST");
  const std::string text = read_text(manifest);
  for (const std::size_t at : {std::size_t{2}, std::size_t{30}, text.size() / 2, text.size() - 1}) {
    made.flip(manifest, at);
    const std::vector<Finding> findings = check(made.path);
    REQUIRE(findings.size() == 1);
    CHECK(code_word(findings[0].code) == "SV214");
    CHECK(findings[0].place.file == manifest.string());
    REQUIRE(findings[0].place.offset);
    CHECK(*findings[0].place.offset <= at);
    made.flip(manifest, at);
  }
  made.write(manifest, text.substr(0, text.size() - 1));
  CHECK(codes_of(check(made.path)) == Codes{"SV214"});
  made.write(manifest, "");
  CHECK(codes_of(check(made.path)) == Codes{"SV214"});
}

// An edit that only says what the last sequence number is.
void append_last_seqno(const fs::path& manifest, std::uint8_t seqno) {
  constexpr std::uint8_t kLastSequence = 4;
  const ByteVector bytes = read_file(manifest);
  ByteReader in(bytes, "MANIFEST");
  RocksdbLogReader log(in);
  ByteWriter out;
  for (ByteVector record; log.next(record);) put_rocksdb_record(record, out);
  put_rocksdb_record(ByteVector{kLastSequence, seqno}, out);
  std::ofstream(manifest, std::ios::binary)
      .write(reinterpret_cast<const char*>(out.bytes().data()),
             static_cast<std::streamsize>(out.size()));
}

// All entries that are alive.
std::size_t count_entries(const fs::path& path) {
  const LocalStorage storage;
  const savvy::Snapshot snapshot(path.string(), PathMap(), storage);
  const SerializerRegistry registry = make_serializer_registry();
  const RocksdbCache cache(1024 * 1024);
  std::size_t count = 0;
  for_each_database(snapshot, [&](const IncrementalHandle& handle, std::int32_t max_parallelism,
                                  const FindingPlace&) {
    const auto source = open_rocksdb_source(
        snapshot, handle, key_group_prefix_bytes(max_parallelism), registry, cache);
    for (const KeyGroupSection& section : source->sections()) {
      const auto reader = source->open(section);
      for (KeyedEntry entry; reader->next(entry);) ++count;
    }
  });
  return count;
}

TEST_CASE("a MANIFEST over which RocksDB ends the process does not end savvy",
          "[check][check_database]") {
  const Made made;
  const std::size_t entries = count_entries(made.path);
  CHECK(entries > 100);
  // Numbers that run backwards: an assertion of Debian's RocksDB.
  append_last_seqno(made.file("MANIFEST"), 1);
  CHECK(count_entries(made.path) < entries);  // as old as the MANIFEST says
  CHECK(codes_of(check(made.path)) == Codes{"SV215"});
}

TEST_CASE("SV215: the files of the MANIFEST are not those of the handle",
          "[check][check_database]") {
  struct Change {
    std::string found;
    std::function<void(RocksdbManifest&)> change;
    std::size_t count = 1;
  };
  const auto family = [](RocksdbManifest& manifest, std::string_view name) -> RocksdbFamily& {
    return *std::find_if(manifest.families.begin(), manifest.families.end(),
                         [&](const RocksdbFamily& each) { return each.name == name; });
  };
  const Change changes[] = {
      {"does not list it", [&](RocksdbManifest& m) { family(m, "names").files.pop_back(); }},
      {"the handle lists no such file",
       [&](RocksdbManifest& m) {
         SstFile more = family(m, "names").files.back();
         more.number = m.next_file_number++;
         family(m, "names").files.push_back(more);
       }},
      {" bytes", [&](RocksdbManifest& m) { family(m, "names").files[1].size_bytes += 1; }},
      {"and",  // the second begins with a key of the first
       [&](RocksdbManifest& m) {
         for (SstFile& file : family(m, "names").files) file.level = 2;
       }},
      {"would take its place", [&](RocksdbManifest& m) { m.next_file_number = 3; }, 6},
      {"later changes would count as older", [&](RocksdbManifest& m) { m.last_seqno = 3; }, 6},
      {"two column families",
       [&](RocksdbManifest& m) {
         family(m, "names").files.push_back(family(m, "count").files[0]);
       }},
  };
  for (const Change& change : changes) {
    CAPTURE(change.found);
    const Made made;
    change_manifest(made.file("MANIFEST"), change.change);
    Codes codes;
    std::size_t told = 0;
    for (const Finding& finding : check(made.path)) {
      codes.insert(code_word(finding.code));
      if (code_word(finding.code) != "SV215") continue;
      CHECK(finding.place.subtask == 0);
      if (finding.found.find(change.found) != std::string::npos) ++told;
    }
    // A file that counts to another state holds that state's name.
    if (change.found != "two column families") CHECK(codes == Codes{"SV215"});
    CHECK(told == change.count);
  }
}

TEST_CASE("SV215: a file with wrong bounds, another that the handle lacks",
          "[check][check_database]") {
  const Made made;
  const fs::path sst = made.ssts("names", 0).at(0);
  change_handle(made.path, [&](IncrementalHandle& handle) {
    std::erase_if(handle.private_files, [&](const LocalFile& file) {
      return file.local_path == sst.filename().string();
    });
  });
  const std::vector<Finding> findings = check(made.path);
  REQUIRE(findings.size() == 1);
  CHECK(code_word(findings[0].code) == "SV215");
  CHECK(findings[0].expected.find(sst.filename().string()) != std::string::npos);
  CHECK(findings[0].place.state == "names");
  CHECK(findings[0].place.file == made.file("MANIFEST").string());
}

TEST_CASE("SV216: families and states", "[check][check_database]") {
  TempFolder folder;
  {
    SmallDatabase database({}, {"other"});
    fill(database);
    database.put(kExtraFamily, SmallDatabase::key(1, 1), "x");
    database.write_snapshot(folder.path("more"), kRange);
  }
  const std::vector<Finding> more = check(folder.path("more"));
  REQUIRE(more.size() == 1);
  CHECK(code_word(more[0].code) == "SV216");
  CHECK(more[0].place.state == "other");

  const Made made;
  KeyedMetaBlock meta = small_meta();
  meta.states.push_back(small_state("late", "VALUE", base_snapshot("Int")));
  ByteWriter out;
  encode_keyed_meta_block(meta, out);
  made.write(made.path / "meta", {out.bytes().begin(), out.bytes().end()});
  const std::vector<Finding> fewer = check(made.path);
  REQUIRE(fewer.size() == 1);
  CHECK(code_word(fewer[0].code) == "SV216");
  CHECK(fewer[0].place.state == "late");
  CHECK(fewer[0].place.file == made.file("MANIFEST").string());
}

TEST_CASE("SV230: OPTIONS", "[check][check_database]") {
  const Made made;
  const fs::path options = made.file("OPTIONS");
  const std::string text = read_text(options);
  const std::string lines = text.substr(0, text.size() / 2);
  std::string renamed = text;
  renamed.replace(renamed.find("CFOptions \"names\""), 17, "CFOptions \"nemas\"");
  for (const std::string& damaged : {text.substr(0, text.size() - 5), lines, std::string("\n"),
                                     std::string(), renamed, "x\n" + text, "[DBOptions\n" + text}) {
    made.write(options, damaged);
    const std::vector<Finding> findings = check(made.path);
    REQUIRE(findings.size() == 1);
    CHECK(code_word(findings[0].code) == "SV230");
    CHECK(findings[0].place.file == options.string());
  }
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
  CHECK(codes_of(check(made.path)) == Codes{"SV222"});
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
