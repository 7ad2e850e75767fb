// convert of every snapshot of testdata: what the new one holds, and how it is stored.

#include <catch2/catch.hpp>
#include <map>

#include "format/checkpoint_properties.h"
#include "format/sst_tail.h"
#include "readers/local_storage.h"
#include "tests/cli/rewrites.h"
#include "tests/support/check_clean.h"
#include "tests/support/dumpable.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kLayouts = {"canonical", "hashmap", "rocksdb"};

Run convert(const std::string& arguments, const fs::path& to, const std::string& options) {
  return rewrite("convert", arguments, to, options);
}

bool contains(const fs::path& path, const std::string& text) {
  return path.string().find(text) != std::string::npos;
}

std::string layout_of(const KeyedHandle& handle) {
  if (const auto* files = handle_as<IncrementalHandle>(handle)) {
    return files->shared_files.empty() ? "rocksdb" : "rocksdb with shared files";
  }
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  if (groups == nullptr) return "other";
  return groups->code == KeyedCode::kSavepointKeyGroups ? "canonical" : "hashmap";
}

// Says how all managed keyed state is stored; empty if there is none.
std::set<std::string> layouts_of(const Metadata& metadata) {
  std::set<std::string> layouts;
  for (const OperatorState& op : metadata.operators) {
    for (const Subtask& subtask : op.subtasks) {
      if (is_null(subtask.managed_keyed_state)) continue;
      layouts.insert(layout_of(subtask.managed_keyed_state));
    }
  }
  return layouts;
}

// Why a snapshot of testdata is refused; empty if it is not.
std::string refusal(const fs::path& snapshot, const std::string& layout) {
  // With nothing materialized, nothing describes the keys to a new stream.
  if (contains(snapshot, "-hashmap-checkpoint-changelog/")) {
    return "does not name the key's serializer";
  }
  // Values of the job's own classes have no known length, and this layout stores none.
  if (contains(snapshot, "-canonical-types") && layout == "hashmap") {
    return "--no-verify writes it without comparing";
  }
  return "";
}

void check_properties(const Metadata& metadata, const std::string& layout) {
  const CheckpointProperties properties =
      interpret_checkpoint_properties(metadata.properties, "_metadata");
  CHECK(properties.kind == SnapshotKind::kSavepoint);
  const bool canonical = layout == "canonical";
  CHECK(properties.format == (canonical ? SavepointFormat::kCanonical : SavepointFormat::kNative));
}

const fs::path kSmall = testdata_folder("flink2.3-hashmap-canonical-p1");

}  // namespace

TEST_CASE("a converted snapshot holds what its source holds, in the layout asked for",
          "[cli][convert]") {
  std::size_t converted = 0;
  std::size_t refused = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    const std::string source = snapshot_arguments(snapshot);
    const std::vector<Json> before = rows_of(source);
    for (const std::string& layout : kLayouts) {
      CAPTURE(snapshot.string(), layout);
      const TempFolder folder;
      const fs::path there = folder.path("there");
      const Run run = convert(source, there, "--to " + layout + " --format json");
      CAPTURE(run.err);
      const std::string reason = refusal(snapshot, layout);
      if (!reason.empty()) {
        CHECK(run.exit_code == 4);
        CHECK(run.err.find(reason) != std::string::npos);
        CHECK(fs::is_empty(folder.path("")));
        ++refused;
        continue;
      }
      REQUIRE(run.exit_code == 0);
      CHECK(Json::parse(run.out).at("verified") == true);
      CHECK(first_difference(before, rows_of(shell_word(there))) == "");
      const Metadata metadata = read_metadata(there);
      for (const std::string& found : layouts_of(metadata)) CHECK(found == layout);
      check_properties(metadata, layout);
      CHECK(findings_in(there) == "");
      ++converted;
    }
  }
  CHECK(converted >= std::size_t{3} * 60);
  CHECK(refused >= 6);
}

TEST_CASE("from layout to layout and back nothing changes, and a second round not a byte",
          "[cli][convert]") {
  for (const std::string name :
       {"flink2.3-hashmap-canonical", "flink1.20-hashmap-canonical-compressed",
        "flink2.2-hashmap-canonical-p4-of-4096", "flink2.3-hashmap-canonical-windows",
        "flink1.20-hashmap-canonical-sql"}) {
    CAPTURE(name);
    const TempFolder folder;
    const std::string source = shell_word(testdata_folder(name));
    std::string from = source;
    for (const std::string to :
         {"rocksdb1", "hashmap1", "canonical1", "rocksdb2", "hashmap2", "canonical2", "rocksdb3"}) {
      const std::string layout = to.substr(0, to.size() - 1);
      REQUIRE(convert(from, folder.path(to), "--to " + layout).exit_code == 0);
      from = shell_word(folder.path(to));
    }
    CHECK(run_savvy("diff " + source + " " + from).exit_code == 0);
    // Flink writes bytes behind the flag of a null in a map (FLINK-38137): the first round copies
    // them into RocksDB, and the hashmap layout has no place for them.
    for (const auto& [first, second] : {std::pair("hashmap1", "hashmap2"),
                                        {"canonical1", "canonical2"},
                                        {"rocksdb2", "rocksdb3"}}) {
      CAPTURE(first);
      const auto files = files_in(folder.path(first));
      CHECK(files.size() > 1);
      CHECK((files == files_in(folder.path(second))));
    }
  }
}

TEST_CASE("states of ForSt's asynchronous backend become states that every backend knows",
          "[cli][convert]") {
  const fs::path chain = testdata_folder("flink2.3-forst-checkpoint-incremental");
  std::size_t maps = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    if (folder_of(snapshot) != chain) continue;
    for (const std::string& layout : kLayouts) {
      CAPTURE(snapshot.string(), layout);
      const TempFolder folder;
      const fs::path there = folder.path("there");
      REQUIRE(convert(snapshot_arguments(snapshot), there, "--to " + layout).exit_code == 0);
      const Run schema = run_savvy("schema " + shell_word(there) + " --format json");
      REQUIRE(schema.exit_code == 0);
      CHECK(schema.out.find("V2") == std::string::npos);
      if (schema.out.find("\"map\"") != std::string::npos) ++maps;
    }
  }
  CHECK(maps > 0);
}

TEST_CASE("a snapshot is converted and rescaled in one go", "[cli][convert]") {
  const std::string source = shell_word(testdata_folder("flink2.3-hashmap-canonical-p4-of-4096"));
  for (const std::string& layout : kLayouts) {
    for (const std::string options : {"--parallelism 3", "--parallelism 2 --max-parallelism 100"}) {
      CAPTURE(layout, options);
      const TempFolder folder;
      const fs::path there = folder.path("there");
      const Run run = convert(source, there, "--to " + layout + " " + options);
      CAPTURE(run.err);
      REQUIRE(run.exit_code == 0);
      CHECK(layouts_of(read_metadata(there)) == std::set<std::string>{layout});
      CHECK(run_savvy("diff " + source + " " + shell_word(there)).exit_code == 0);
    }
  }
}

TEST_CASE("an older Flink gets metadata and files that it reads", "[cli][convert]") {
  const fs::path source = testdata_folder("flink2.3-rocksdb-native");
  const auto checksums = [](const fs::path& snapshot) {
    std::map<SstChecksum, int> found;
    for (const auto& file : fs::directory_iterator(snapshot)) {
      if (file.path().extension() != ".sst") continue;
      ++found[read_sst_tail(*LocalStorage().open(file.path().string())).checksum];
    }
    return found;
  };
  const TempFolder folder;
  const auto written_for = [&](const std::string& options) {
    const fs::path there = folder.path("for" + options);
    CAPTURE(options);
    const Run run = convert(shell_word(source), there, "--to rocksdb " + options);
    CAPTURE(run.err);
    REQUIRE(run.exit_code == 0);
    return there;
  };
  const fs::path newer = written_for("");
  CHECK(read_metadata(newer).version == 6);
  CHECK(checksums(newer).count(SstChecksum::kXxh3) == 1);
  const fs::path older = written_for("--for-flink 1.20");
  CHECK(read_metadata(older).version == 4);
  CHECK(checksums(older).size() == 1);
  CHECK(checksums(older).count(SstChecksum::kCrc32c) == 1);
  CHECK(read_metadata(written_for("--for-flink 1.15")).version == 3);
  CHECK(read_metadata(written_for("--metadata-version 5")).version == 5);
  CHECK(run_savvy("diff " + shell_word(source) + " " + shell_word(older)).exit_code == 0);
}

TEST_CASE("timers that become RocksDB's are told of", "[cli][convert]") {
  const TempFolder folder;
  const auto said = [&](const std::string& source, const std::string& name) {
    const Run run = convert(shell_word(testdata_folder(source)), folder.path(name), "--to rocksdb");
    CHECK(run.exit_code == 0);
    return run.out.find("the timers of operator keyed-tuple lie in RocksDB") != std::string::npos;
  };
  CHECK(said("flink2.3-hashmap-canonical", "converted"));
  CHECK_FALSE(said("flink2.3-rocksdb-native", "taken over"));
}

TEST_CASE("convert refuses what it cannot do, and leaves nothing behind", "[cli][convert]") {
  const TempFolder folder;
  const auto refuses = [&](const std::string& options, int exit_code, const std::string& text) {
    CAPTURE(options);
    const Run run = convert(shell_word(kSmall), folder.path("there"), options);
    CAPTURE(run.err);
    CHECK(run.exit_code == exit_code);
    CHECK(run.out.empty());
    CHECK(run.err.find(text) != std::string::npos);
    CHECK(fs::is_empty(folder.path("")));
  };
  refuses("", 2, "--to is required");
  refuses("--to forst", 2, "canonical");
  refuses("--to rocksdb --parallelism 0", 2, "parallelism");
  refuses("--to rocksdb --parallelism 129", 4, "keyed-tuple");
  refuses("--to rocksdb --for-flink 1.14", 2, "1.15 to 1.20");
  refuses("--to rocksdb --for-flink 1.18 --metadata-version 6", 2, "");
}

TEST_CASE("a dry run of convert says what it would do and writes nothing", "[cli][convert]") {
  const TempFolder folder;
  const Run run =
      convert(shell_word(kSmall), folder.path("there"), "--to rocksdb --dry-run --format json");
  REQUIRE(run.exit_code == 0);
  const Json plan = Json::parse(run.out);
  CHECK(plan.at("command") == "convert");
  CHECK(plan.at("to") == "rocksdb");
  std::size_t converted = 0;
  for (const Json& op : plan.at("operators")) converted += op.at("action") == "converted" ? 1U : 0U;
  CHECK(converted > 0);
  CHECK(fs::is_empty(folder.path("")));
}

}  // namespace savvy::testing
