// check --chain: which checkpoints a shared file spoils, and what a deletion would break.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "cli/chain_findings.h"
#include "cli/chain_report.h"
#include "cli/snapshot_set.h"
#include "readers/local_storage.h"
#include "tests/cli/chains.h"
#include "tests/cli/equal_ssts.h"
#include "tests/support/damage.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kIncremental = "flink2.3-rocksdb-checkpoint-incremental-heap-timers";
const std::string kMerged = "flink2.3-rocksdb-checkpoint-incremental-merged";
const std::string kForst = "flink2.3-forst-checkpoint-incremental";
const std::string kChangelog = "flink2.3-rocksdb-checkpoint-changelog-materialized";

// The one error there is, on this file.
void check_one_error(const ChainRun& run, const std::string& code, const fs::path& file,
                     const Names& needed_by, const Names& unrestorable) {
  CAPTURE(run.json["findings"].dump(1));
  CHECK(run.exit_code == 1);
  REQUIRE(run.json["findings"].size() == 1);
  const auto& finding = run.json["findings"][0];
  CHECK(finding["code"] == code);
  CHECK(finding["file"] == file.string());
  CHECK(names_of(finding["needed_by"]) == needed_by);
  CHECK(names_of(finding["unrestorable"]) == unrestorable);
  CHECK(run.spoiled() == unrestorable);
}

}  // namespace

TEST_CASE("chains of testdata are whole", "[check][chain]") {
  for (const auto& entry : fs::directory_iterator(SAVVY_TESTDATA)) {
    const fs::path& folder = entry.path();
    CAPTURE(folder);
    const ChainRun run = check_chain(snapshot_arguments(folder) + " --strict --read-data");
    CHECK(run.exit_code == 0);
    CHECK(run.json["findings"].empty());
  }
}

TEST_CASE("a chain says who shares what and builds on whom", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const ChainRun run = check_chain(chain.arguments());
  std::map<std::string, Names> groups;
  for (const auto& group : run.json["files"]) {
    for (const auto& file : group["files"]) {
      CHECK(groups.emplace(file, names_of(group["needed_by"])).second);
    }
  }
  for (const auto& [file, needed_by] : chain.sst_files()) {
    CAPTURE(file);
    CHECK(groups.at(file.string()) == needed_by);
  }
  REQUIRE(run.json["snapshots"].size() == 6);
  CHECK_FALSE(run.json["snapshots"][0].contains("base"));
  for (std::size_t i = 1; i < 6; ++i) {
    CHECK(run.json["snapshots"][i]["base"] == run.json["snapshots"][i - 1]["snapshot"]);
  }
}

TEST_CASE("each shared file spoils those that need it, missing or short", "[check][chain]") {
  for (const std::string& name : {kIncremental, kForst, kChangelog}) {
    const CopiedChain chain(name);
    for (const auto& [file, needed_by] : chain.sst_files()) {
      CAPTURE(file);
      const std::string content = read_text(file);
      fs::resize_file(file, content.size() - 1);
      check_one_error(check_chain(chain.arguments()), "SV302", file, needed_by, needed_by);
      fs::remove(file);
      check_one_error(check_chain(chain.arguments()), "SV301", file, needed_by, needed_by);
      std::ofstream(file, std::ios::binary) << content;
    }
    CHECK(check_chain(chain.arguments()).exit_code == 0);
  }
}

TEST_CASE("a finding names those that need the file, also as text", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const auto [file, needed_by] = *chain.sst_files().begin();
  fs::remove(file);
  std::string names;
  for (const std::string& name : needed_by) names += (names.empty() ? "" : ", ") + name;
  const Run run = run_savvy("check --format text --chain " + chain.arguments());
  CHECK(run.exit_code == 1);
  CHECK(run.out.find("\nSV301 error: ") != std::string::npos);
  CHECK(run.out.find("  file      " + file.string() + "\n") != std::string::npos);
  CHECK(run.out.find("  needed by " + names + "\n") != std::string::npos);
  CHECK(run.out.find("\ncannot be restored: " + names + "\n") != std::string::npos);
  const Run lines = run_savvy("check --format jsonl --chain " + chain.arguments());
  const auto last =
      nlohmann::json::parse(lines.out.substr(lines.out.rfind('\n', lines.out.size() - 2) + 1));
  CHECK(last["record"] == "finding");
  CHECK(last["code"] == "SV301");
  const Run table = run_savvy("check --format csv --chain " + chain.arguments());
  CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 7);
}

TEST_CASE("of a merged file only those lose state whose part is cut off", "[check][chain]") {
  const CopiedChain chain(kMerged);
  std::map<fs::path, std::map<std::string, std::int64_t>> ends;
  for (const std::string& checkpoint : chain.checkpoints()) {
    Metadata metadata = chain.metadata(checkpoint);
    const IncrementalHandle& handle = *CopiedChain::incremental(metadata);
    for (const auto* files : {&handle.shared_files, &handle.private_files}) {
      for (const LocalFile& file : *files) {
        const auto* segment = handle_as<SegmentHandle>(file.handle);
        std::int64_t& end = ends[chain.local(segment->path)][CopiedChain::name(checkpoint)];
        end = std::max(end, segment->start + segment->size_bytes);
      }
    }
  }
  bool some_only = false;
  for (const auto& [file, by_checkpoint] : ends) {
    if (by_checkpoint.size() < 2) continue;
    CAPTURE(file);
    const std::string content = read_text(file);
    fs::resize_file(file, content.size() - 1);
    Names all;
    Names cut;
    for (const auto& [checkpoint, end] : by_checkpoint) {
      all.insert(checkpoint);
      if (static_cast<std::uint64_t>(end) == content.size()) cut.insert(checkpoint);
    }
    some_only |= cut.size() < all.size();
    const ChainRun run = check_chain(chain.arguments());
    CHECK(run.spoiled() == cut);
    if (!cut.empty()) {
      REQUIRE(run.findings("SV302").size() == 1);
      CHECK(names_of(run.findings("SV302")[0]["unrestorable"]) == cut);
      CHECK(names_of(run.findings("SV302")[0]["needed_by"]) == all);
    }
    fs::remove(file);
    CHECK(check_chain(chain.arguments()).spoiled() == all);
    std::ofstream(file, std::ios::binary) << content;
  }
  CHECK(some_only);
}

TEST_CASE("swapped files spoil those that need either", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const auto files = chain.sst_files();
  const fs::path& first = files.begin()->first;
  for (auto other = std::next(files.begin()); other != files.end(); ++other) {
    if (fs::file_size(first) == fs::file_size(other->first)) continue;
    const std::string content = read_text(first);
    fs::copy_file(other->first, first, fs::copy_options::overwrite_existing);
    std::ofstream(other->first, std::ios::binary) << content;
    Names both = files.begin()->second;
    both.insert(other->second.begin(), other->second.end());
    const ChainRun run = check_chain(chain.arguments());
    CHECK(run.findings("SV302").size() == 2);
    CHECK(run.json["findings"].size() == 2);
    CHECK(run.spoiled() == both);
    fs::copy_file(first, other->first, fs::copy_options::overwrite_existing);
    std::ofstream(first, std::ios::binary) << content;
    break;
  }
}

TEST_CASE("files of one size that change places are told by their data alone", "[check][chain]") {
  const EqualSsts chain;
  CHECK(check_chain(shell_word(chain.root()) + " --read-data").exit_code == 0);
  SECTION("swapped") { chain.exchange(); }
  SECTION("one is a copy of the other") { chain.copy_second_over_first(); }
  CHECK(check_chain(shell_word(chain.root())).exit_code == 0);
  const ChainRun run = check_chain(shell_word(chain.root()) + " --read-data");
  CHECK(run.exit_code == 1);
  // The first file is needed by both checkpoints.
  CHECK(run.spoiled() == Names{"chk-1", "chk-2"});
  Names told;
  for (const auto& finding : run.findings("SV303")) told.insert(finding["file"]);
  CHECK(told.contains(chain.first().string()));
}

TEST_CASE("checkpoints that disagree on a file's size are told apart", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  fs::path file;
  std::int64_t size = 0;
  chain.edit("chk-2", [&](Metadata& metadata) {
    LocalFile& shared = CopiedChain::incremental(metadata)->shared_files.at(0);
    auto& handle = std::get<FileHandle>(shared.handle);
    file = chain.local(handle.path);
    size = ++handle.size_bytes;
  });
  const Names needed_by = chain.sst_files().at(file);
  REQUIRE(needed_by.size() > 1);
  const ChainRun run = check_chain(chain.arguments());
  check_one_error(run, "SV303", file, needed_by, {CopiedChain::name("chk-2")});
  const std::string expected = run.json["findings"][0]["expected"];
  CHECK(expected.find(std::to_string(size) + " bytes for " + CopiedChain::name("chk-2")) !=
        std::string::npos);
}

TEST_CASE("shared state inline is known by its name", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const auto put_inline = [&](const std::string& checkpoint, const ByteVector& bytes) {
    chain.edit(checkpoint, [&](Metadata& metadata) {
      CopiedChain::incremental(metadata)->shared_files.push_back(
          {"000099.sst", ByteStreamHandle{"a-name", bytes}});
    });
  };
  put_inline("chk-1", {1, 2, 3});
  put_inline("chk-2", {1, 2, 3});
  CHECK(check_chain(chain.arguments()).findings("SV303").empty());
  put_inline("chk-4", {1, 2, 4});
  const ChainRun run = check_chain(chain.arguments());
  REQUIRE(run.findings("SV303").size() == 1);
  CHECK(run.findings("SV303")[0]["file"] == "a-name");
  CHECK(names_of(run.findings("SV303")[0]["needed_by"]) ==
        Names{CopiedChain::name("chk-1"), CopiedChain::name("chk-2"), CopiedChain::name("chk-4")});
  CHECK(run.exit_code == 1);
}

TEST_CASE("a relative handle to a file elsewhere says where that is", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  fs::path real;
  chain.edit("chk-3", [&](Metadata& metadata) {
    LocalFile& shared = CopiedChain::incremental(metadata)->shared_files.at(0);
    const FileHandle handle = std::get<FileHandle>(shared.handle);
    real = chain.local(handle.path);
    shared.handle = RelativeFileHandle{real.filename().string(), handle.size_bytes};
  });
  const ChainRun run = check_chain(chain.arguments());
  const Names only{CopiedChain::name("chk-3")};
  check_one_error(run, "SV304", chain.folder_of("chk-3") / real.filename(), only, only);
  const std::string found = run.json["findings"][0]["found"];
  CHECK(found.find(real.string()) != std::string::npos);
}

TEST_CASE("a checkpoint on files of a savepoint is warned about", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const fs::path savepoint = chain.root() / "savepoint-abcdef-0123";
  copy_snapshot(testdata_folder("flink2.3-rocksdb-native"), savepoint);
  for (const std::string checkpoint : {"chk-2", "chk-3"}) {
    chain.edit(checkpoint, [&](Metadata& metadata) {
      LocalFile& shared = CopiedChain::incremental(metadata)->shared_files.at(0);
      auto& handle = std::get<FileHandle>(shared.handle);
      const fs::path moved = savepoint / fs::path(handle.path).filename();
      fs::copy_file(chain.local(handle.path), moved);
      handle.path = chain.uri(moved);
    });
  }
  const ChainRun run = check_chain(chain.arguments());
  CHECK(run.exit_code == 0);
  REQUIRE(run.json["findings"].size() == 1);
  const auto& finding = run.json["findings"][0];
  CHECK(finding["code"] == "SV305");
  CHECK(finding["severity"] == "warning");
  CHECK(finding["file"] == savepoint.string());
  CHECK(finding["found"] == "1 file of the savepoint savepoint-abcdef-0123");
  CHECK(names_of(finding["needed_by"]) ==
        Names{CopiedChain::name("chk-2"), CopiedChain::name("chk-3")});
  CHECK(check_chain(chain.arguments() + " --strict").exit_code == 1);

  const ChainRun without = check_chain(chain.arguments() + " --without savepoint-abcdef-0123");
  CHECK(without.exit_code == 1);
  CHECK(without.json["without"]["breaks"].size() == 2);
}

TEST_CASE("materializations go up within a job", "[check][chain]") {
  const CopiedChain chain(kChangelog);
  const auto materialization = [&](const std::string& checkpoint) -> std::int64_t {
    std::int64_t id = -1;
    for (const OperatorState& op : chain.metadata(checkpoint).operators) {
      for (const Subtask& subtask : op.subtasks) {
        const auto* handle = handle_as<ChangelogHandle>(subtask.managed_keyed_state);
        if (handle != nullptr) id = handle->materialization_id;
      }
    }
    return id;
  };
  const std::int64_t before = materialization("chk-2");
  REQUIRE(before > 0);
  chain.edit("chk-3", [&](Metadata& metadata) {
    for (OperatorState& op : metadata.operators) {
      for (Subtask& subtask : op.subtasks) {
        auto* handle = std::get_if<Boxed<ChangelogHandle>>(&subtask.managed_keyed_state);
        if (handle != nullptr) (*handle)->materialization_id = before - 1;
      }
    }
  });
  const ChainRun run = check_chain(chain.arguments());
  CHECK(run.exit_code == 0);
  REQUIRE(run.findings("SV306").size() == 1);
  const auto finding = run.findings("SV306")[0];
  CHECK(finding["file"] == (chain.folder_of("chk-3") / "_metadata").string());
  CHECK(finding["operator"] == "ledger");
  CHECK(finding["subtask"] == 0);
  CHECK(names_of(finding["needed_by"]) ==
        Names{CopiedChain::name("chk-2"), CopiedChain::name("chk-3")});
  CHECK(check_chain(chain.arguments() + " --strict").exit_code == 1);
}

TEST_CASE("check --chain --without says what a deletion breaks", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const ChainRun harmless = check_chain(chain.arguments() + " --without chk-1 --without chk-2");
  CHECK(harmless.exit_code == 0);
  CHECK(harmless.json["without"]["deleted"].size() == 2);
  CHECK(harmless.json["without"]["breaks"].empty());
  std::uint64_t unneeded = 0;
  for (const auto& [file, needed_by] : chain.sst_files()) {
    const Names gone{CopiedChain::name("chk-1"), CopiedChain::name("chk-2")};
    if (std::includes(gone.begin(), gone.end(), needed_by.begin(), needed_by.end())) ++unneeded;
  }
  // MANIFEST, CURRENT and OPTIONS lie in shared/ too.
  CHECK(harmless.json["without"]["orphan_count"] == unneeded + 6);

  fs::path moved;
  chain.edit("chk-4", [&](Metadata& metadata) {
    auto& handle =
        std::get<FileHandle>(CopiedChain::incremental(metadata)->shared_files.at(0).handle);
    moved = chain.folder_of("chk-1") / fs::path(handle.path).filename();
    fs::copy_file(chain.local(handle.path), moved);
    handle.path = chain.uri(moved);
  });
  const ChainRun run = check_chain(chain.arguments() + " --without chk-1");
  CHECK(run.exit_code == 1);
  REQUIRE(run.json["without"]["breaks"].size() == 1);
  CHECK(run.json["without"]["breaks"][0]["snapshot"] == CopiedChain::name("chk-4"));
  CHECK(run.json["without"]["breaks"][0]["files"] == nlohmann::json::array({moved.string()}));
  CHECK(check_chain(chain.arguments() + " --without chk-1 --without chk-4").exit_code == 0);
  CHECK(check_chain(chain.arguments() + " --without chk-1/ --without chk-4").exit_code == 0);
  CHECK(run_savvy("check --chain " + chain.arguments() + " --without chk-9").exit_code == 4);
  CHECK(run_savvy("check --without chk-1 " + chain.arguments()).exit_code == 2);
}

TEST_CASE("what needs files nobody can see may need those of a deletion", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  chain.edit("chk-4", [](Metadata& metadata) {
    auto& file =
        std::get<FileHandle>(CopiedChain::incremental(metadata)->shared_files.at(0).handle);
    file.path = "s3://bucket/chk-1/file";
  });
  const std::string without = "check --chain " + chain.arguments() + " --without chk-1";
  const Run text = run_savvy(without + " --format text");
  CHECK(text.exit_code == 1);
  CHECK(text.out.find("breaks nothing") == std::string::npos);
  CHECK(text.out.find("cannot be told for " + CopiedChain::name("chk-4") +
                      ", which needs s3://bucket/chk-1/file") != std::string::npos);
  const ChainRun run = check_chain(chain.arguments() + " --without chk-1");
  REQUIRE(run.json["without"]["cannot_tell"].size() == 1);
  CHECK(run.json["without"]["cannot_tell"][0]["uri"] == "s3://bucket/chk-1/file");
  CHECK(check_chain(chain.arguments() + " --without chk-4").exit_code == 0);
}

TEST_CASE("links in a deleted folder are gone with it", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  fs::path real;
  chain.edit("chk-4", [&](Metadata& metadata) {
    auto& handle =
        std::get<FileHandle>(CopiedChain::incremental(metadata)->shared_files.at(0).handle);
    real = chain.local(handle.path);
    const fs::path link = chain.folder_of("chk-1") / real.filename();
    fs::create_symlink(real, link);
    handle.path = chain.uri(link);
  });
  const ChainRun run = check_chain(chain.arguments() + " --without chk-1");
  CHECK(run.exit_code == 1);
  REQUIRE(run.json["without"]["breaks"].size() == 1);
  CHECK(run.json["without"]["breaks"][0]["files"] == nlohmann::json::array({real.string()}));
}

TEST_CASE("a base is the last before that shares files, of several that do", "[check][chain]") {
  SnapshotSet set;
  const std::vector<std::vector<std::size_t>> needs = {
      {0, 1}, {1, 2}, {0, 1, 2}, {0, 1, 2, 3}, {4}};
  set.files.resize(5);
  for (std::size_t i = 0; i < needs.size(); ++i) {
    SetMember& member = set.members.emplace_back();
    member.checkpoint_id = i == 3 ? 2 : static_cast<std::int64_t>(i);  // as old as the one before
    for (const std::size_t file : needs[i]) {
      member.needs.emplace_back().file = file;
      set.files[file].needed_by.push_back(i);
      set.files[file].found_bytes = 10 + file;
    }
  }
  const auto bases = find_bases(set);
  CHECK_FALSE(bases[0]);
  REQUIRE(bases[1]);
  CHECK(bases[1]->member == 0);
  CHECK(bases[1]->bytes == 11);
  for (const std::size_t member : {2U, 3U}) {
    REQUIRE(bases[member]);
    CHECK(bases[member]->member == 1);
    CHECK(bases[member]->file_count == 2);
    CHECK(bases[member]->bytes == 23);
  }
  CHECK_FALSE(bases[4]);
}

TEST_CASE("several jobs below one root", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  const fs::path other = chain.root() / "other" / "deep";
  copy_snapshot(chain.job(), other);
  const ChainRun run = check_chain(chain.arguments());
  CHECK(run.exit_code == 0);
  CHECK(run.json["snapshots"].size() == 12);
  // The copies lead to the first job's files.
  CHECK(run.findings("SV305").size() == 1);
  CHECK(run_savvy("check --chain " + chain.arguments() + " --without chk-1").exit_code == 4);
  CHECK(check_chain(chain.arguments() + " --without other/deep/chk-1").exit_code == 0);
  const fs::path file = chain.sst_files().begin()->first;
  const Names here = chain.sst_files().begin()->second;
  fs::remove(file);
  Names all = here;
  for (const std::string& name : here) all.insert("other/deep/" + name.substr(name.rfind('/') + 1));
  CHECK(check_chain(chain.arguments()).spoiled() == all);
}

TEST_CASE("metadata that cannot be read is told of once", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  fs::resize_file(chain.folder_of("chk-2") / "_metadata", 100);
  const ChainRun run = check_chain(chain.arguments());
  CHECK(run.exit_code == 1);
  REQUIRE(run.json["findings"].size() == 1);
  CHECK(run.json["findings"][0]["code"] == "SV001");
  CHECK(run.spoiled() == Names{CopiedChain::name("chk-2")});
  CHECK(run.json["snapshots"][1]["state"] == "unreadable");
  CHECK(run_savvy("check --chain /no/such/folder").exit_code == 3);
  const TempFolder empty;
  CHECK(run_savvy("check --chain " + shell_word(empty.path())).exit_code == 3);
}

namespace {

enum class Moment { kBefore, kAfter };

// Deletes a snapshot's metadata when a file is opened, as a running job does.
class VanishingStorage final : public Storage {
 public:
  VanishingStorage(fs::path victim, fs::path opened, Moment moment = Moment::kAfter)
      : victim_(std::move(victim)), opened_(std::move(opened)), moment_(moment) {}

  std::unique_ptr<RandomAccessFile> open(std::string_view path) const override {
    const bool is_moment = path == opened_;
    if (is_moment && moment_ == Moment::kBefore) fs::remove(victim_);
    auto file = local_.open(path);
    if (is_moment && moment_ == Moment::kAfter) fs::remove(victim_);
    return file;
  }
  std::optional<std::uint64_t> file_size(std::string_view path) const override {
    return local_.file_size(path);
  }

 private:
  LocalStorage local_;
  fs::path victim_;
  fs::path opened_;
  Moment moment_;
};

}  // namespace

TEST_CASE("a snapshot that vanishes while it is read is reported as that", "[check][chain]") {
  const CopiedChain chain(kIncremental);
  fs::path opened = chain.folder_of("chk-1") / "_metadata";
  Moment moment = Moment::kAfter;
  SECTION("as soon as it is opened") {}
  SECTION("before it is opened") { moment = Moment::kBefore; }
  SECTION("after all of it was looked at") { opened = chain.folder_of("chk-6") / "_metadata"; }
  SECTION("its files first") {
    for (const auto& [file, needed_by] : chain.sst_files()) {
      if (needed_by == Names{CopiedChain::name("chk-1")}) fs::remove(file);
    }
    opened = chain.folder_of("chk-6") / "_metadata";
  }
  const VanishingStorage storage(chain.folder_of("chk-1") / "_metadata", opened, moment);
  const SnapshotSet set =
      read_snapshot_set(chain.root().string(), chain.path_map(), storage, CheckDepth());
  const ChainFindings findings = find_in_chain(set);
  REQUIRE(set.members.size() == 6);
  CHECK(set.members[0].state == MemberState::kVanished);
  // A job deletes old checkpoints all the time: nothing is wrong with the chain.
  CHECK(findings.findings.empty());
  CHECK(set.problems.empty());
  CHECK(state_word(set, findings, 0) == "vanished");
  for (const SetFile& file : set.files) {
    CHECK(std::count(file.needed_by.begin(), file.needed_by.end(), 0U) == 0);
  }
}

TEST_CASE("the picture of a chain stays as it is", "[check][chain][golden]") {
  const TempFolder folder;
  const std::string file = folder.path("chain.dot");
  const std::string name = kIncremental;
  const Run run = run_shell(
      "cd " + shell_word(SAVVY_SOURCE_DIR) + " && savvy check --chain testdata/" + name +
      " --map " + shell_word("file:/tmp/savvy-testdata=testdata") + " --graph " + shell_word(file));
  CHECK(run.exit_code == 0);
  const std::string golden = SAVVY_SOURCE_DIR "/tests/golden/chain-2.3-incremental.dot";
  if (std::getenv("SAVVY_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << read_text(file);
  }
  CHECK(read_text(file) == read_text(golden));
}

}  // namespace savvy::testing
