// ls: the snapshots below a folder, in their order and state.

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "tests/cli/chains.h"
#include "tests/cli/equal_ssts.h"
#include "tests/support/damage.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kIncremental = "flink2.3-rocksdb-checkpoint-incremental-heap-timers";

nlohmann::json list(const std::string& arguments) {
  const Run run = run_savvy("ls --format json " + arguments);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  return nlohmann::json::parse(run.out)["snapshots"];
}

std::vector<std::string> names(const nlohmann::json& snapshots) {
  std::vector<std::string> found;
  for (const auto& snapshot : snapshots) {
    found.push_back(fs::path(snapshot["path"].get<std::string>()).filename().string());
  }
  return found;
}

void set_age(const fs::path& snapshot, int hours) {
  fs::last_write_time(snapshot / "_metadata",
                      fs::file_time_type::clock::now() - std::chrono::hours(hours));
}

}  // namespace

TEST_CASE("snapshots are listed by id within a job and by time across jobs", "[check][ls]") {
  const CopiedChain chain(kIncremental);
  // A copy that was made in another order: time says nothing, the id does. As text "chk-10" would
  // stand before "chk-6".
  fs::rename(chain.folder_of("chk-5"), chain.folder_of("chk-10"));
  chain.edit("chk-10", [](Metadata& metadata) { metadata.checkpoint_id = 10; });
  set_age(chain.folder_of("chk-10"), 40);
  for (const std::string checkpoint : {"chk-1", "chk-2", "chk-3", "chk-4", "chk-6"}) {
    set_age(chain.folder_of(checkpoint), 10);
  }
  copy_snapshot(testdata_folder("flink2.3-rocksdb-native"), chain.root() / "savepoint-aaaaaa-1");
  copy_snapshot(testdata_folder("flink2.3-hashmap-canonical"), chain.root() / "savepoint-bbbbbb-2");
  set_age(chain.root() / "savepoint-aaaaaa-1", 1);
  set_age(chain.root() / "savepoint-bbbbbb-2", 20);
  const nlohmann::json snapshots = list(chain.arguments());
  CHECK(names(snapshots) == std::vector<std::string>{"savepoint-aaaaaa-1", "savepoint-bbbbbb-2",
                                                     "chk-10", "chk-6", "chk-4", "chk-3", "chk-2",
                                                     "chk-1"});
  CHECK(snapshots[0]["kind"] == "savepoint");
  CHECK(snapshots[0]["layout"] == "rocksdb");
  CHECK(snapshots[1]["layout"] == "canonical");
  CHECK(snapshots[2]["kind"] == "checkpoint");
  CHECK(snapshots[2]["checkpoint_id"] == 10);
  for (const auto& snapshot : snapshots) CHECK(snapshot["state"] == "ok");
  const Run text = run_savvy("ls --format text " + chain.arguments());
  CHECK(text.out.find("ok     " + (chain.root() / "savepoint-aaaaaa-1").string()) !=
        std::string::npos);
  CHECK(text.err.find("chk-10 has the highest id (10), but") != std::string::npos);
  CHECK(text.err.find("was written later") != std::string::npos);
  set_age(chain.folder_of("chk-10"), 9);
  CHECK(run_savvy("ls --format text " + chain.arguments()).err.empty());
}

TEST_CASE("what could not be looked at is not good", "[check][ls]") {
  const CopiedChain chain(kIncremental);
  const auto hide = [&](const std::string& checkpoint) {
    chain.edit(checkpoint, [](Metadata& metadata) {
      auto& file =
          std::get<FileHandle>(CopiedChain::incremental(metadata)->shared_files.at(0).handle);
      file.path = "s3://bucket/flink/file";
    });
  };
  hide("chk-6");
  const auto snapshots = list(chain.arguments());
  CHECK(snapshots[0]["state"] == "not seen");
  CHECK(snapshots[0]["reason"].get<std::string>().starts_with("SV106 "));
  const std::string latest = "ls --latest-good " + chain.arguments();
  const Run older = run_savvy(latest);
  CHECK(older.out == chain.folder_of("chk-5").string() + "\n");
  CHECK(older.err.find("chk-6 was passed over") != std::string::npos);
  for (const std::string& checkpoint : chain.checkpoints()) hide(checkpoint);
  const Run none = run_savvy(latest);
  CHECK(none.exit_code == 1);
  CHECK(none.out.empty());
  CHECK(none.err.find("--map s3://bucket/flink") != std::string::npos);
}

TEST_CASE("a link that leads nowhere may hide a snapshot", "[check][ls]") {
  const CopiedChain chain(kIncremental);
  fs::create_directories(chain.job() / "chk-7");
  fs::create_symlink("nowhere", chain.job() / "chk-7" / "_metadata");
  const Run run = run_savvy("ls --format jsonl " + chain.arguments());
  CHECK(run.exit_code == 3);
  CHECK(run.err.find("chk-7/_metadata: a link that leads nowhere") != std::string::npos);
  CHECK(run_savvy("check --chain " + chain.arguments()).exit_code == 3);
}

TEST_CASE("layouts are told by the handles", "[check][ls]") {
  CHECK(list(shell_word(testdata_folder("flink2.3-hashmap-native")))[0]["layout"] == "heap");
  CHECK(list(snapshot_arguments(
            testdata_folder("flink2.3-hashmap-checkpoint-changelog")))[0]["layout"] == "changelog");
}

TEST_CASE("sizes add up to what lies in the folder", "[check][ls]") {
  const CopiedChain chain(kIncremental);
  const auto snapshots = list(chain.arguments());
  // Each file is needed by one, or by several.
  std::map<fs::path, int> users;
  for (const auto& entry : fs::recursive_directory_iterator(chain.root())) {
    if (entry.is_regular_file()) users[entry.path()] = 1;
  }
  for (const auto& [file, needed_by] : chain.sst_files()) {
    users.at(file) = static_cast<int>(needed_by.size());
  }
  std::uint64_t exclusive = 0;
  std::uint64_t shared = 0;
  for (const auto& [file, count] : users) {
    const std::uint64_t bytes = fs::file_size(file);
    if (count == 1) exclusive += bytes;
    if (count > 1) shared += bytes * static_cast<std::uint64_t>(count);
  }
  std::uint64_t exclusive_listed = 0;
  std::uint64_t shared_listed = 0;
  for (const auto& snapshot : snapshots) {
    exclusive_listed += snapshot["exclusive_bytes"].get<std::uint64_t>();
    shared_listed += snapshot["shared_bytes"].get<std::uint64_t>();
  }
  CHECK(exclusive_listed == exclusive);
  CHECK(shared_listed == shared);
}

TEST_CASE("ls --latest-good is the newest that passes", "[check][ls]") {
  const CopiedChain chain(kIncremental);
  const auto latest = [&] { return run_savvy("ls --latest-good " + chain.arguments()); };
  const auto path_of = [&](const std::string& name) {
    return chain.folder_of(name).string() + "\n";
  };
  const auto files = chain.sst_files();
  CHECK(latest().out == path_of("chk-6"));
  fs::resize_file(chain.folder_of("chk-6") / "_metadata", 50);
  CHECK(latest().out == path_of("chk-5"));
  for (const auto& [file, needed_by] : files) {
    if (needed_by.contains(CopiedChain::name("chk-5"))) fs::resize_file(file, 20);
  }
  const auto snapshots = list(chain.arguments());
  CHECK(snapshots[0]["state"] == "unreadable");
  CHECK(snapshots[0]["reason"].get<std::string>().starts_with("SV001 "));
  CHECK(snapshots[1]["state"] == "damaged");
  CHECK(snapshots[1]["reason"].get<std::string>().starts_with("SV302 "));
  const Run good = latest();
  CHECK(good.exit_code == 0);
  CHECK(good.out == path_of("chk-3"));  // chk-4 shares a file with chk-5
  for (const std::string& checkpoint : chain.checkpoints()) {
    fs::resize_file(chain.folder_of(checkpoint) / "_metadata", 10);
  }
  CHECK(latest().exit_code == 1);
  CHECK(latest().out.empty());
}

TEST_CASE("ls --latest-good may ask for the data", "[check][ls]") {
  const EqualSsts chain;
  const std::string root = shell_word(chain.root());
  CHECK(run_savvy("ls --latest-good --read-data " + root).exit_code == 0);
  chain.exchange();
  CHECK(run_savvy("ls --latest-good " + root).exit_code == 0);
  CHECK(run_savvy("ls --latest-good --read-data " + root).exit_code == 1);
  CHECK(run_savvy("ls --latest-good --read-data=100% " + root).exit_code == 1);
  for (const std::string wrong : {"0", "101", "some", "5x"}) {
    CHECK(run_savvy("ls --read-data=" + wrong + " " + root).exit_code == 2);
  }
}

TEST_CASE("folders without snapshots, and none at all", "[check][ls]") {
  const TempFolder folder;
  CHECK(list(shell_word(folder.path())).empty());
  CHECK(run_savvy("ls --latest-good " + shell_word(folder.path())).exit_code == 1);
  CHECK(run_savvy("ls " + shell_word(folder.path("nothing"))).exit_code == 3);
  CHECK(run_savvy("ls " + shell_word(folder.add("file"))).exit_code == 3);
  CHECK(run_savvy("ls").exit_code == 2);
}

TEST_CASE("links are followed once, circles end", "[check][ls]") {
  const CopiedChain chain(kIncremental);
  fs::create_directory_symlink(chain.root(), chain.job() / "circle");
  const TempFolder elsewhere;
  copy_snapshot(testdata_folder("flink2.3-hashmap-canonical"), elsewhere.path("savepoint-1"));
  fs::create_directory_symlink(elsewhere.path(), chain.root() / "a-link");
  CHECK(list(chain.arguments()).size() == 7);
}

}  // namespace savvy::testing
