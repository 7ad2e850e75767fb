// What `check --read-data` finds in the MANIFEST, CURRENT and OPTIONS of a database: snapshots damaged
// in one way each.

#include <catch2/catch.hpp>
#include <fstream>

#include "format/byte_units.h"
#include "format/detail/rocksdb_log.h"
#include "format/key_groups.h"
#include "readers/rocksdb_source.h"
#include "tests/cli/database_damage.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

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
  CHECK(code_set_of(check(made.path)) == Codes{"SV214"});
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
  CHECK(code_set_of(check(made.path)) == Codes{"SV214"});
  made.write(manifest, "");
  CHECK(code_set_of(check(made.path)) == Codes{"SV214"});
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
  const RocksdbCache cache(kMiB);
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
  CHECK(code_set_of(check(made.path)) == Codes{"SV215"});
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

}  // namespace
}  // namespace savvy::testing
