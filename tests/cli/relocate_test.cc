// relocate of every snapshot of testdata: what is copied or renamed, and that nothing else changes.

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/cli/testdata.h"
#include "tests/support/check_clean.h"
#include "tests/support/dumpable.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// A snapshot of testdata in a folder that a test may delete, with the prefix of its absolute URIs.
struct CopiedSource {
  fs::path folder;     // what is copied
  fs::path snapshot;   // in it
  std::string prefix;  // empty: it has no absolute URIs

  // As arguments of a command.
  std::string arguments() const {
    if (prefix.empty()) return shell_word(snapshot);
    return shell_word(snapshot) + " --map " + shell_word(prefix + "=" + folder.string());
  }
};

std::string prefix_of(const fs::path& snapshot) {
  const fs::path map = folder_of(snapshot) / "map";
  if (!fs::exists(map)) return "";
  const std::string rule = read_text(map);
  return rule.substr(0, rule.rfind('='));
}

CopiedSource copy_source(const fs::path& snapshot, const fs::path& to) {
  const fs::path folder = folder_of(snapshot);
  fs::copy(folder, to, fs::copy_options::recursive);
  return {to, (to / snapshot.lexically_relative(folder)).lexically_normal(), prefix_of(snapshot)};
}

// SRC and its --map stand around DST.
Run relocate(const std::string& arguments, const fs::path& to, const std::string& options = {}) {
  const std::size_t first = arguments.find(" --map");
  const std::string map = first == std::string::npos ? "" : arguments.substr(first);
  return run_savvy("relocate " + arguments.substr(0, first) + " " + shell_word(to) + map + " " +
                   options);
}

std::string dump_of(const std::string& arguments) {
  const Run run = run_savvy("dump " + arguments);
  CAPTURE(run.err);
  REQUIRE(run.exit_code == 0);
  return run.out;
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_directory()) {
      files[file.path().lexically_relative(folder).string()] = read_text(file.path());
    }
  }
  return files;
}

// All files that the snapshot needs lie beside its metadata, and nothing else does.
void check_self_contained(const fs::path& snapshot) {
  const Run run = run_savvy("files " + shell_word(snapshot) + " --format json");
  REQUIRE(run.exit_code == 0);
  std::set<std::string> needed;
  const Json listed = Json::parse(run.out);
  for (const Json& file : listed.at("files")) {
    CAPTURE(file.dump());
    const std::string kind = file.at("kind");
    if (kind == "inline") continue;
    CHECK((kind == "relative" || kind == "metadata"));
    CHECK(file.at("status") != "missing");
    const fs::path path = file.at("local_path").get<std::string>();
    CHECK(path.parent_path() == snapshot);
    needed.insert(path.filename().string());
  }
  std::set<std::string> found;
  for (const auto& [name, text] : files_in(snapshot)) found.insert(name);
  CHECK(found == needed);
}

// No file is shared, and no segment or folder of merged files is named.
void check_private(const Metadata& metadata) {
  for (const OperatorState& op : metadata.operators) {
    for (const Subtask& subtask : op.subtasks) {
      const KeyedHandle* keyed = &subtask.managed_keyed_state;
      if (const auto* log = handle_as<ChangelogHandle>(*keyed)) {
        if (!log->materialized.empty()) keyed = &log->materialized.front();
      }
      const auto* files = handle_as<IncrementalHandle>(*keyed);
      if (files != nullptr) CHECK(files->shared_files.empty());
      for (const auto* handle : {&subtask.managed_operator_state, &subtask.raw_operator_state}) {
        if (*handle) CHECK(!(*handle)->directories);
      }
    }
  }
}

std::vector<fs::path> snapshots_with_absolute_uris() {
  std::vector<fs::path> snapshots = testdata_snapshots();
  std::erase_if(snapshots, [](const fs::path& path) { return prefix_of(path).empty(); });
  return snapshots;
}

const fs::path kSmall = testdata_folder("flink2.3-hashmap-canonical-p1");

fs::path last_checkpoint(const std::string& folder, const std::string& name) {
  return testdata_folder(folder) / "00000000000000000000000000000001" / name;
}

}  // namespace

TEST_CASE("a relocated snapshot needs nothing of its source and can be moved", "[cli][relocate]") {
  std::size_t relocated = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const TempFolder temp;
    const CopiedSource source = copy_source(snapshot, temp.path("source"));
    const auto before = files_in(source.folder);
    const Run run = relocate(source.arguments(), temp.path("there"), "--format json");
    CAPTURE(run.err);
    REQUIRE(run.exit_code == 0);
    CHECK(run.err.empty());
    CHECK(files_in(source.folder) == before);
    const Json report = Json::parse(run.out);
    CHECK(report.at("verified") == true);
    CHECK(report.at("metadata_version") == read_metadata(snapshot).version);
    fs::remove_all(source.folder);
    const fs::path moved = temp.path("moved");
    fs::rename(temp.path("there"), moved);
    const Run diff = run_savvy("diff " + shell_word(moved) + " " + snapshot_arguments(snapshot));
    CAPTURE(diff.out);
    CHECK(diff.exit_code == 0);
    CHECK(dump_of(shell_word(moved)) == dump_of(snapshot_arguments(snapshot)));
    CHECK(findings_in(moved) == "");
    check_self_contained(moved);
    check_private(read_metadata(moved));
    CHECK(report.at("copies").size() + 1 == files_in(moved).size());
    CHECK(report.at("files") == files_in(moved).size());
    ++relocated;
  }
  CHECK(relocated >= 60);
}

TEST_CASE("a relocated checkpoint is a savepoint, a savepoint stays what it is",
          "[cli][relocate]") {
  const auto properties_after = [](const fs::path& snapshot) {
    const TempFolder temp;
    REQUIRE(relocate(snapshot_arguments(snapshot), temp.path("there")).exit_code == 0);
    return read_metadata(temp.path("there")).properties;
  };
  CHECK(properties_after(kSmall) == read_metadata(kSmall).properties);
  const fs::path native = testdata_folder("flink2.3-hashmap-native");
  CHECK(properties_after(native) == read_metadata(native).properties);
  const fs::path checkpoint = testdata_folder("flink2.3-hashmap-checkpoint");
  CHECK(properties_after(checkpoint) == read_metadata(native).properties);
}

TEST_CASE("what is copied is listed", "[cli][relocate]") {
  const fs::path snapshot =
      last_checkpoint("flink2.3-rocksdb-checkpoint-incremental-merged", "chk-2");
  const TempFolder temp;
  const Run run = relocate(snapshot_arguments(snapshot), temp.path("there"), "--format json");
  REQUIRE(run.exit_code == 0);
  const Json report = Json::parse(run.out);
  CHECK(report.at("command") == "relocate");
  CHECK(report.at("form") == "self_contained");
  CHECK(report.at("dry_run") == false);
  CHECK(report.at("restore").get<std::string>() ==
        "flink run -s file://" + temp.path("there") + " JOB.jar");
  std::size_t segments = 0;
  std::uint64_t bytes = 0;
  for (const Json& copy : report.at("copies")) {
    if (copy.contains("segment_start")) ++segments;
    bytes += copy.at("bytes").get<std::uint64_t>();
    CHECK(fs::file_size(fs::path(temp.path("there")) / copy.at("file").get<std::string>()) ==
          copy.at("bytes").get<std::uint64_t>());
  }
  CHECK(segments > 3);
  CHECK(bytes == report.at("copied_bytes"));
  CHECK(bytes < report.at("bytes"));
  const Run lines = relocate(snapshot_arguments(snapshot), temp.path("other"), "--format jsonl");
  CHECK(parse_lines(lines.out).size() == report.at("copies").size());
  const Run text = relocate(snapshot_arguments(snapshot), temp.path("text"), "--format text");
  CHECK(text.out.find("verified: the new snapshot holds what its source holds\n") !=
        std::string::npos);
  CHECK(text.out.find("flink run -s file://") != std::string::npos);
}

TEST_CASE("a checkpoint whose files were moved by hand gets new URIs", "[cli][relocate]") {
  std::size_t rewritten = 0;
  for (const fs::path& snapshot : snapshots_with_absolute_uris()) {
    CAPTURE(snapshot.string());
    const TempFolder temp;
    const CopiedSource moved = copy_source(snapshot, temp.path("moved"));
    fs::remove(moved.snapshot / "_metadata");
    const auto before = files_in(moved.folder);
    const std::string rule = moved.prefix + "=" + moved.folder.string();
    const Run run = relocate(shell_word(snapshot), moved.snapshot,
                             "--rewrite-prefix " + shell_word(rule) + " --format json");
    CAPTURE(run.err);
    REQUIRE(run.exit_code == 0);
    CHECK(run.err.empty());
    const Json report = Json::parse(run.out);
    CHECK(report.at("form") == "rewrite_prefix");
    CHECK(report.at("kept_uris") == 0);
    CHECK(report.at("missing_files") == 0);
    CHECK(report.at("warnings").empty());
    auto after = files_in(moved.folder);
    after.erase((moved.snapshot / "_metadata").lexically_relative(moved.folder).string());
    CHECK(after == before);
    CHECK(dump_of(shell_word(moved.snapshot)) == dump_of(snapshot_arguments(snapshot)));
    ++rewritten;
  }
  CHECK(rewritten >= 17);
}

TEST_CASE("only URIs are rewritten, and back gives the same bytes", "[cli][relocate]") {
  for (const fs::path& snapshot : snapshots_with_absolute_uris()) {
    CAPTURE(snapshot.string());
    const TempFolder temp;
    const std::string prefix = prefix_of(snapshot);
    const Run there = relocate(shell_word(snapshot), temp.path("there"),
                               "--rewrite-prefix " + shell_word(prefix + "=s3://bucket/new"));
    CAPTURE(there.err);
    REQUIRE(there.exit_code == 0);
    const Json report = Json::parse(there.out);
    for (const Json& uri : report.at("uris")) {
      CHECK(text_of(uri, "old_uri").starts_with(prefix + "/"));
      CHECK(text_of(uri, "new_uri") ==
            "s3://bucket/new" + text_of(uri, "old_uri").substr(prefix.size()));
      CHECK(uri.at("uses") >= 1);
    }
    const Run back = relocate(shell_word(temp.path("there")), temp.path("back"),
                              "--rewrite-prefix " + shell_word("s3://bucket/new=" + prefix));
    REQUIRE(back.exit_code == 0);
    CHECK(files_in(temp.path("back")) ==
          std::map<std::string, std::string>{{"_metadata", read_text(snapshot / "_metadata")}});
  }
}

TEST_CASE("handles relative to the metadata are told of where it moves", "[cli][relocate]") {
  const fs::path snapshot =
      last_checkpoint("flink2.3-rocksdb-checkpoint-incremental-heap-timers", "chk-6");
  const TempFolder temp;
  const Run run = relocate(shell_word(snapshot), temp.path("there"),
                           "--rewrite-prefix " + shell_word(prefix_of(snapshot) + "=s3://b/new"));
  REQUIRE(run.exit_code == 0);
  const Json report = Json::parse(run.out);
  REQUIRE(report.at("relative_handles") > 0);
  CHECK(report.at("notes").dump().find("handles name files relative to the metadata") !=
        std::string::npos);
  // They are not there: nobody copied them.
  CHECK(report.at("missing_files") > 0);
  CHECK(report.at("notes").dump().find("local files that the new metadata names are not there") !=
        std::string::npos);
}

TEST_CASE("relocate refuses what it cannot do, and leaves nothing behind", "[cli][relocate]") {
  const TempFolder temp;
  const fs::path there = temp.path("there");
  const auto refuses = [&](const fs::path& snapshot, const std::string& options, int exit_code,
                           const std::string& text) {
    CAPTURE(options);
    const Run run = relocate(shell_word(snapshot), there, options);
    CAPTURE(run.err);
    CHECK(run.exit_code == exit_code);
    CHECK(run.out.empty());
    CHECK(run.err.find(text) != std::string::npos);
    CHECK(!fs::exists(there));
    CHECK(!fs::exists(there.string() + ".inprogress"));
  };
  refuses(kSmall, "--self-contained --rewrite-prefix /a=/b", 2, "give one of the two");
  refuses(kSmall, "--rewrite-prefix /a", 2, "expected FROM=TO");
  refuses(kSmall, "--metadata-version 6 --for-flink 1.18", 2,
          "Flink 1.18 does not read metadata version 6");
  refuses(kSmall, "--metadata-version 7", 2, "--metadata-version");
  refuses(kSmall, "--for-flink 1.14", 2, "expected 1.15 to 1.20");
  refuses(kSmall, "--rewrite-prefix /a=/b", 4, "it names no file by an absolute URI");
  const fs::path merged = last_checkpoint("flink2.3-hashmap-checkpoint-merged", "chk-2");
  refuses(merged, "--rewrite-prefix s3://a=s3://b", 4, "file:/tmp/savvy-testdata/");
  refuses(merged, "", 3, "with --map");
  refuses(temp.path("missing"), "", 3, "missing");
  CHECK(relocate(shell_word(kSmall), kSmall / "new").exit_code == 2);
  CHECK(relocate(shell_word(merged), merged / "new", "--rewrite-prefix file:/tmp=/b").exit_code ==
        2);
  CHECK(!fs::exists(kSmall / "new.inprogress"));
}

TEST_CASE("relocate writes over nothing", "[cli][relocate]") {
  const TempFolder temp;
  temp.add("there/file", "mine");
  temp.add("whole/_metadata", "mine");
  const Run copy = relocate(shell_word(kSmall), temp.path("there"));
  CHECK(copy.exit_code == 4);
  CHECK(copy.err.find("exists already") != std::string::npos);
  const fs::path merged = last_checkpoint("flink2.3-hashmap-checkpoint-merged", "chk-2");
  for (const std::string dry_run : {"", " --dry-run"}) {
    const Run uris = relocate(shell_word(merged), temp.path("whole"),
                              "--rewrite-prefix file:/tmp=file:/new" + dry_run);
    CHECK(uris.exit_code == 4);
    CHECK(uris.err.find("_metadata: exists already") != std::string::npos);
  }
  CHECK(files_in(temp.path()) ==
        std::map<std::string, std::string>{{"there/file", "mine"}, {"whole/_metadata", "mine"}});
}

TEST_CASE("a prefix that matches nothing beside one that does is warned about", "[cli][relocate]") {
  const TempFolder temp;
  const fs::path merged = last_checkpoint("flink2.3-hashmap-checkpoint-merged", "chk-2");
  const Run run = relocate(shell_word(merged), temp.path("there"),
                           "--rewrite-prefix file:/tmp=file:/new --rewrite-prefix s3://a=s3://b");
  CHECK(run.exit_code == 0);
  CHECK(run.err == "savvy: warning: --rewrite-prefix s3://a=s3://b matches nothing\n");
  CHECK(Json::parse(run.out).at("warnings").dump() ==
        "[\"--rewrite-prefix s3://a=s3://b matches nothing\"]");
}

TEST_CASE("a dry run of relocate says what it would do and writes nothing", "[cli][relocate]") {
  const TempFolder temp;
  const fs::path merged = last_checkpoint("flink2.3-hashmap-checkpoint-merged", "chk-2");
  for (const std::string options : {"", "--rewrite-prefix file:/tmp=file:/new"}) {
    const Run run = relocate(snapshot_arguments(merged), temp.path("there"),
                             options + " --dry-run --format json");
    CHECK(run.exit_code == 0);
    const Json report = Json::parse(run.out);
    CHECK(report.at("dry_run") == true);
    CHECK(!report.at(options.empty() ? "copies" : "uris").empty());
    CHECK(!report.contains("restore"));
    CHECK(fs::is_empty(temp.path()));
  }
}

TEST_CASE("a full disk leaves no metadata", "[cli][relocate]") {
  const TempFolder temp;
  fs::create_directory(temp.path("there"));
  const fs::path merged = last_checkpoint("flink2.3-hashmap-checkpoint-merged", "chk-2");
  // Files may have 512 bytes at most.
  const Run run =
      run_shell("ulimit -f 1; savvy relocate " + shell_word(merged) + " " +
                shell_word(temp.path("there")) + " --rewrite-prefix file:/tmp=file:/new");
  CHECK(run.exit_code == 5);
  CHECK(fs::is_empty(temp.path("there")));
}

TEST_CASE("state is refused that the asked release does not read", "[cli][relocate]") {
  const TempFolder temp;
  // The version that is written; or what an error says.
  const auto outcome = [&](const fs::path& snapshot, const std::string& options) -> std::string {
    fs::remove_all(temp.path("there"));
    const Run run = relocate(snapshot_arguments(snapshot), temp.path("there"), options);
    CAPTURE(options, run.err);
    if (run.exit_code == 0) {
      const std::int32_t version = read_metadata(temp.path("there")).version;
      CHECK(Json::parse(run.out).at("metadata_version") == version);
      return std::to_string(version);
    }
    CHECK(run.exit_code == 4);
    CHECK(!fs::exists(temp.path("there")));
    for (const std::string reason :
         {"XXH3", "merged in-flight data", "code 13", "code 14", "code 15"}) {
      if (run.err.find(reason) != std::string::npos) return reason;
    }
    return run.err;
  };
  const auto for_flink = [&](const fs::path& snapshot, const std::string& options = "") {
    std::string all;
    for (const std::string release : {"1.15", "1.16", "1.19", "1.20", "2.0", "2.1", "2.3"}) {
      all +=
          (all.empty() ? "" : ", ") + outcome(snapshot, "--for-flink " + release + " " + options);
    }
    return all;
  };
  const fs::path canonical = testdata_folder("flink2.3-hashmap-canonical");
  CHECK(for_flink(canonical) == "3, 4, 4, 4, 5, 6, 6");
  CHECK(for_flink(testdata_folder("flink1.20-hashmap-canonical")) == "3, 4, 4, 4, 4, 4, 4");
  CHECK(for_flink(testdata_folder("flink2.3-rocksdb-native")) == "XXH3, XXH3, XXH3, XXH3, 5, 6, 6");
  CHECK(for_flink(testdata_folder("flink1.20-rocksdb-native")) == "3, 4, 4, 4, 4, 4, 4");
  CHECK(for_flink(testdata_folder("flink1.20-hashmap-checkpoint-unaligned")) ==
        "3, 4, 4, 4, 4, 4, 4");
  const std::string channels = "merged in-flight data";
  CHECK(for_flink(testdata_folder("flink2.3-hashmap-checkpoint-unaligned")) ==
        channels + ", " + channels + ", " + channels + ", " + channels + ", " + channels +
            ", 6, 6");
  const fs::path log = last_checkpoint("flink1.20-hashmap-checkpoint-changelog", "chk-2");
  CHECK(for_flink(log) == "code 14, 4, 4, 4, 4, 4, 4");
  // Copies of segments are files; under new URIs they stay segments.
  const fs::path merged = last_checkpoint("flink1.20-hashmap-checkpoint-merged", "chk-2");
  CHECK(for_flink(merged) == "3, 4, 4, 4, 4, 4, 4");
  CHECK(for_flink(merged, "--rewrite-prefix file:/tmp=s3://b") ==
        "code 15, code 15, code 15, 4, 4, 4, 4");
  for (const std::string version : {"3", "4", "5", "6"}) {
    CHECK(outcome(canonical, "--metadata-version " + version) == version);
    CHECK(outcome(testdata_folder("flink1.20-hashmap-native"), "--metadata-version " + version) ==
          version);
  }
  CHECK(outcome(canonical, "--metadata-version 3 --for-flink 1.20") == "3");
}

TEST_CASE("an SST file that an older release does not read is named", "[cli][relocate]") {
  const TempFolder temp;
  const fs::path native = testdata_folder("flink2.3-rocksdb-native");
  const Run run = relocate(shell_word(native), temp.path("there"), "--for-flink 1.20");
  CHECK(run.exit_code == 4);
  CHECK(run.err.find("savvy: " + native.string() + "/") == 0);
  CHECK(
      run.err.find(".sst has XXH3 checksums, which the RocksDB 6.20 of Flink 1.20 does not read") !=
      std::string::npos);
  // Files that cannot be looked at are told of.
  const fs::path chain =
      last_checkpoint("flink2.3-rocksdb-checkpoint-incremental-heap-timers", "chk-6");
  const Run uris = relocate(shell_word(chain), temp.path("there"),
                            "--for-flink 1.20 --rewrite-prefix file:/tmp=s3://b --map file:/tmp=" +
                                shell_word(temp.path("nowhere")));
  CAPTURE(uris.err);
  REQUIRE(uris.exit_code == 0);
  CHECK(uris.out.find("SST files are not found here: whether Flink 1.20 reads them is not known") !=
        std::string::npos);
}

TEST_CASE("what an older layout has no place for is told of", "[cli][relocate]") {
  const TempFolder temp;
  const fs::path canonical = testdata_folder("flink2.3-hashmap-canonical");
  const Run run = relocate(shell_word(canonical), temp.path("there"), "--for-flink 1.15");
  REQUIRE(run.exit_code == 0);
  const Json report = Json::parse(run.out);
  CHECK(report.at("verified") == true);
  const std::string notes = report.at("notes").dump();
  CHECK(notes.find("names and uids of 12 operators are left out") != std::string::npos);
  CHECK(notes.find("the properties, which say whether this is a savepoint") != std::string::npos);
  CHECK(notes.find("what Kryo wrote in Flink 2.x") != std::string::npos);
  // Nothing is lost on the way up.
  const Run up = relocate(shell_word(temp.path("there")), temp.path("up"), "--metadata-version 4");
  REQUIRE(up.exit_code == 0);
  CHECK(Json::parse(up.out).at("notes").empty());
  CHECK(run_savvy("diff " + shell_word(canonical) + " " + shell_word(temp.path("up"))).exit_code ==
        0);
}

}  // namespace savvy::testing
