// orphans: what is listed, and above all what is not. A wrong listing deletes state.

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>

#include "cli/orphan_search.h"
#include "format/errors.h"
#include "readers/local_storage.h"
#include "tests/cli/chains.h"
#include "tests/support/damage.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kIncremental = "flink2.3-rocksdb-checkpoint-incremental-heap-timers";
const std::string kMerged = "flink2.3-rocksdb-checkpoint-incremental-merged";
const std::string kForst = "flink2.3-forst-checkpoint-incremental";
const std::string kMaterialized = "flink2.3-rocksdb-checkpoint-changelog-materialized";
const std::string kChangelog = "flink2.3-hashmap-checkpoint-changelog";

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// As if the tests' files were two days old.
OrphanRequest request(const fs::path& root, PathMap paths = {}) {
  OrphanRequest request;
  request.root = root.string();
  request.paths = std::move(paths);
  request.older_than_ms = kDay;
  request.now_ms = now_ms() + 2 * kDay;
  return request;
}

OrphanReport search(const OrphanRequest& request) {
  FolderScanner scanner;
  return find_orphans(request, scanner, LocalStorage());
}

OrphanReport search(const CopiedChain& chain) {
  return search(request(chain.root(), chain.path_map()));
}

std::string refusal(const OrphanRequest& request) {
  try {
    search(request);
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

std::set<fs::path> paths_of(const OrphanReport& report) {
  std::set<fs::path> paths;
  for (const Orphan& orphan : report.orphans) paths.insert(orphan.path);
  return paths;
}

std::uint64_t files_below(const fs::path& folder) {
  std::uint64_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && !entry.is_symlink()) ++count;
  }
  return count;
}

fs::path add(const fs::path& file, const std::string& text = "left behind") {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::uint64_t kept(const OrphanReport& report, const std::string& reason) {
  const auto found = report.kept_back.find(reason);
  return found == report.kept_back.end() ? 0 : found->second.file_count;
}

// Says that a file was changed some hours before the time of the search.
void touch(const fs::path& file, std::int64_t hours_before) {
  const std::int64_t when = now_ms() + 2 * kDay - hours_before * kHour;
  const timespec time{when / 1000, 0};
  const timespec times[] = {time, time};
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

void change_uris(const CopiedChain& chain, const std::function<std::string(std::string)>& change) {
  for (const std::string& checkpoint : chain.checkpoints()) {
    chain.edit(checkpoint, [&](Metadata& metadata) {
      IncrementalHandle& handle = *CopiedChain::incremental(metadata);
      for (auto* files : {&handle.shared_files, &handle.private_files}) {
        for (LocalFile& file : *files) {
          if (auto* stored = std::get_if<FileHandle>(&file.handle)) {
            stored->path = change(stored->path);
          }
        }
      }
    });
  }
}

}  // namespace

TEST_CASE("no file of a healthy chain is an orphan", "[check][orphans]") {
  for (const std::string& name : {kIncremental, kMerged, kForst, kChangelog}) {
    const CopiedChain chain(name);
    const OrphanReport report = search(chain);
    CAPTURE(name);
    CHECK(report.orphans.empty());
    CHECK(report.kept_back.empty());
    CHECK(report.needed_count == files_below(chain.root()));
    CHECK(report.snapshot_count == chain.checkpoints().size());
  }
}

TEST_CASE("what only deleted checkpoints needed is listed, nothing else", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  std::set<fs::path> expected;
  const Names gone{CopiedChain::name("chk-1"), CopiedChain::name("chk-2")};
  for (const auto& [file, needed_by] : chain.sst_files()) {
    if (std::includes(gone.begin(), gone.end(), needed_by.begin(), needed_by.end())) {
      expected.insert(file);
    }
  }
  for (const std::string checkpoint : {"chk-1", "chk-2"}) {
    Metadata metadata = chain.metadata(checkpoint);
    for (const LocalFile& file : CopiedChain::incremental(metadata)->private_files) {
      expected.insert(chain.local(std::get<FileHandle>(file.handle).path));
    }
    fs::remove_all(chain.folder_of(checkpoint));
  }
  expected.insert(add(chain.job() / "chk-1" / "a-private-file"));
  CHECK(paths_of(search(chain)) == expected);
  const Run run = run_savvy("orphans --format paths --older-than 0s " + chain.arguments());
  CHECK(run.exit_code == 0);
  CHECK(run.err.empty());
  std::string lines;
  for (const fs::path& path : expected) lines += path.string() + "\n";
  CHECK(run.out == lines);
  // By default nothing that was touched today.
  CHECK(run_savvy("orphans --format paths " + chain.arguments()).out.empty());
  const Run json = run_savvy("orphans --format json --older-than 0s " + chain.arguments());
  const auto document = nlohmann::json::parse(json.out);
  CHECK(document["orphan_count"] == expected.size());
  CHECK(document["orphans"][0]["bytes"] ==
        fs::file_size(document["orphans"][0]["path"].get<std::string>()));
}

TEST_CASE("whatever a needed file is called, it is needed", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const std::uint64_t all = files_below(chain.root());
  PathMap paths;
  fs::path root = chain.root();
  SECTION("two slashes") {
    change_uris(chain, [&](const std::string& uri) {
      return "file://" + chain.local(uri).parent_path().string() + "//" +
             chain.local(uri).filename().string();
    });
  }
  SECTION("three slashes and a dot") {
    change_uris(chain, [&](const std::string& uri) {
      return "file://" + chain.local(uri).parent_path().string() + "/./" +
             chain.local(uri).filename().string();
    });
  }
  SECTION("up and down, also through a folder that is gone") {
    change_uris(chain, [&](const std::string& uri) {
      return "file:" + chain.job().string() + "/no-longer/../shared/" +
             chain.local(uri).filename().string();
    });
  }
  SECTION("no scheme") {
    change_uris(chain, [&](const std::string& uri) { return chain.local(uri).string(); });
  }
  SECTION("relative to the metadata") {
    for (const std::string& checkpoint : chain.checkpoints()) {
      chain.edit(checkpoint, [&](Metadata& metadata) {
        IncrementalHandle& handle = *CopiedChain::incremental(metadata);
        for (auto* files : {&handle.shared_files, &handle.private_files}) {
          for (LocalFile& file : *files) {
            const auto stored = std::get<FileHandle>(file.handle);
            file.handle = RelativeFileHandle{
                "../shared/" + fs::path(stored.path).filename().string(), stored.size_bytes};
          }
        }
      });
    }
  }
  SECTION("through a link to the folder") {
    fs::create_directory_symlink(chain.job(), chain.root() / "link");
    change_uris(chain, [&](const std::string& uri) {
      return "file:" + chain.root().string() + "/link/shared/" +
             chain.local(uri).filename().string();
    });
  }
  SECTION("the root is a link") {
    paths = chain.path_map();
    root = chain.root().parent_path() / "link-to-root";
    fs::create_directory_symlink(chain.root(), root);
  }
  SECTION("under other names, which are hard links") {
    paths = chain.path_map();
    for (const auto& [file, needed_by] : chain.sst_files()) {
      fs::create_hard_link(file, file.parent_path() / ("other-" + file.filename().string()));
    }
    const OrphanReport report = search(request(root, paths));
    CHECK(report.orphans.empty());
    CHECK(report.needed_count == all + chain.sst_files().size());
    return;
  }
  const OrphanReport report = search(request(root, paths));
  CHECK(report.orphans.empty());
  CHECK(report.needed_count == all);
}

TEST_CASE("files behind links do not lie below the root", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const TempFolder elsewhere;
  fs::rename(chain.job() / "shared", elsewhere.path("shared"));
  fs::create_directory_symlink(elsewhere.path("shared"), chain.job() / "shared");
  add(elsewhere.path("shared") + "/not-needed");
  fs::create_symlink(chain.folder_of("chk-1") / "_metadata", chain.job() / "a-link");
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "a link") == 2);
}

TEST_CASE("a snapshot needs its files whatever its metadata is called", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const std::uint64_t all = files_below(chain.root());
  for (const std::string& checkpoint : chain.checkpoints()) {
    if (checkpoint == "chk-6") continue;
    fs::rename(chain.folder_of(checkpoint) / "_metadata",
               chain.folder_of(checkpoint) / "kept-copy");
  }
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(report.needed_count == all);
  CHECK(report.snapshot_count == 6);
  fs::resize_file(chain.folder_of("chk-2") / "kept-copy", 40);
  CHECK(refusal(request(chain.root(), chain.path_map())).find("kept-copy") != std::string::npos);
  fs::rename(chain.folder_of("chk-2") / "kept-copy",
             chain.folder_of("chk-2") / "._metadata.inprogress.1234");
  CHECK(kept(search(chain), "metadata half written") == 1);
}

TEST_CASE("what tasks own is never listed", "[check][orphans]") {
  const CopiedChain chain(kMaterialized);
  add(chain.job() / "taskowned" / "write-ahead-log");
  add(chain.job() / "taskowned" / "deep" / "er" / "file");
  CHECK(search(chain).orphans.empty());
  CHECK(kept(search(chain), "under taskowned") == 2);
  // Nor if the search starts there.
  OrphanRequest inside = request(chain.job() / "taskowned", chain.path_map());
  inside.also = {chain.root().string()};
  CHECK(search(inside).orphans.empty());
}

TEST_CASE("working directories are never listed", "[check][orphans]") {
  const CopiedChain chain(kForst);
  add(chain.job() / "shared" / "op_KeyedProcess_00ab__1_1__attempt_0" / "db" / "000012.sst");
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "in a working directory of ForSt") == 1);
  add(chain.root() / "working" / "db" / "CURRENT");
  add(chain.root() / "working" / "db" / "000013.sst");
  CHECK(kept(search(chain), "in the folder of a database") == 2);
  CHECK(search(chain).orphans.empty());
}

TEST_CASE("a link that leads nowhere makes the search refuse", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const auto run = [&] {
    return run_savvy("orphans --format paths --older-than 0s " + chain.arguments());
  };
  SECTION("to a folder that is not mounted") {
    fs::create_directory_symlink("/no/such/mount", chain.root() / "another-job");
  }
  SECTION("to metadata") {
    fs::rename(chain.folder_of("chk-6") / "_metadata", chain.root().parent_path() / "away");
    fs::create_symlink("nowhere", chain.folder_of("chk-6") / "_metadata");
  }
  SECTION("in a circle") { fs::create_symlink("circle", chain.job() / "circle"); }
  SECTION("in a folder behind a link") {
    const TempFolder behind;
    fs::create_symlink("nowhere", behind.path("dangling"));
    fs::create_directory_symlink(behind.path(), chain.root() / "link");
    CHECK(run().err.find("link/dangling: a link that leads nowhere") != std::string::npos);
  }
  CHECK(run().exit_code == 3);
  CHECK(run().out.empty());
  CHECK(run().err.find("a link that leads nowhere: there may be a snapshot behind it") !=
        std::string::npos);
}

TEST_CASE("metadata that is whole but not renamed yet needs its files", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const std::uint64_t all = files_below(chain.root());
  const fs::path metadata = chain.folder_of("chk-6") / "_metadata";
  SECTION("just before the rename") {
    fs::rename(metadata, chain.folder_of("chk-6") / "._metadata.inprogress.1234");
  }
  SECTION("a copy in another folder") {
    fs::create_directories(chain.root() / "copies");
    fs::rename(metadata, chain.root() / "copies" / "chk-6_metadata.part");
  }
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  // What it names relative to itself lies elsewhere for the copy, and is kept by its name.
  CHECK(report.needed_count + kept(report, "called as a needed file that lies elsewhere") == all);
}

TEST_CASE("a savepoint in the making is as young as its youngest file", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const fs::path savepoint = chain.root() / "savepoint-7d1c00-0123456789ab";
  const std::set<fs::path> files{add(savepoint / "old"), add(savepoint / "other")};
  CHECK(paths_of(search(chain)) == files);
  touch(savepoint / "other", 1);
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "too young (--older-than)") == 2);
}

TEST_CASE("what task managers share among checkpoints is never listed", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  add(chain.job() / "dstl" / "segment");
  add(chain.job() / "shared" / "job_00ab_op_Keyed_0_1" / "merged");
  add(chain.job() / "shared" / "job_00ab_tm_7" / "merged");
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "in a folder of change logs") == 1);
  CHECK(kept(report, "in a folder of merged files") == 2);
}

TEST_CASE("shared files of a checkpoint in the making are kept back", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  for (const std::string& checkpoint : chain.checkpoints()) {
    touch(chain.folder_of(checkpoint) / "_metadata", 46);
  }
  const fs::path before = add(chain.job() / "shared" / "before");
  const fs::path since = add(chain.job() / "shared" / "since");
  touch(before, 47);
  touch(since, 45);
  const std::string reason = "shared, and a checkpoint in the making may need it";
  CHECK(paths_of(search(chain)) == std::set<fs::path>{before, since});
  SECTION("it was at work lately") {
    touch(add(chain.job() / "chk-7" / "first"), 44);
    touch(add(chain.job() / "chk-7" / "last"), 2);
    touch(chain.job() / "chk-7", 2);
    const OrphanReport report = search(chain);
    CHECK(paths_of(report) == std::set<fs::path>{before});
    CHECK(kept(report, reason) == 1);
  }
  SECTION("its metadata is half written") {
    const std::string metadata = read_text(chain.folder_of("chk-6") / "_metadata");
    const fs::path unfinished =
        add(chain.job() / "chk-7" / "._metadata.inprogress.1", metadata.substr(0, 40));
    touch(unfinished, 44);
    touch(chain.job() / "chk-7", 44);
    const OrphanReport report = search(chain);
    CHECK(paths_of(report) == std::set<fs::path>{before});
    CHECK(kept(report, reason) == 1);
  }
  SECTION("it was given up long ago") {
    touch(add(chain.job() / "chk-7" / "first"), 44);
    touch(chain.job() / "chk-7", 44);
    CHECK(paths_of(search(chain)) ==
          std::set<fs::path>{before, since, chain.job() / "chk-7" / "first"});
  }
}

TEST_CASE("what lies outside the folders of snapshots is never listed", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const fs::path orphan = add(chain.job() / "shared" / "orphan");
  add(chain.root() / "jars" / "app.jar");
  add(chain.root() / "jars" / "shared" / "library.jar");
  add(chain.root() / "out" / "part-0-0");
  add(chain.root() / "out" / ".part-0-0.inprogress.x");
  add(chain.root() / "localState" / "aid_1" / "chk_5" / "file");
  add(chain.root() / "chk-1.bak" / "file");
  add(chain.root() / "application-result-store" / "cluster" / "result.json");
  OrphanReport report = search(chain);
  CHECK(paths_of(report) == std::set<fs::path>{orphan});
  CHECK(kept(report, "not in a folder that snapshots keep files in") == 6);
  CHECK(kept(report, "of high availability") == 1);
  // A job that is gone leaves its folder of shared files.
  const fs::path left = add(chain.root() / std::string(32, 'a') / "shared" / "left");
  const fs::path own = add(chain.job() / "chk-3" / "deep" / "left");
  CHECK(paths_of(search(chain)) == std::set<fs::path>{orphan, left, own});
  // Not even if the root itself is called so.
  const fs::path shared = chain.root().parent_path() / "shared";
  fs::rename(chain.root(), shared);
  PathMap paths;
  paths.add_rule(chain.prefix() + "=" + shared.string());
  CHECK(search(request(shared, paths)).orphans.size() == 3);
}

TEST_CASE("a relative path that leads nowhere does not end the search", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const std::string name = "a-file-of-another-checkpoint";
  chain.edit("chk-6", [&](Metadata& metadata) {
    CopiedChain::incremental(metadata)->shared_files.at(0).handle =
        RelativeFileHandle{name, std::int64_t{4}};
  });
  const fs::path orphan = add(chain.job() / "shared" / "orphan");
  add(chain.job() / "shared" / name);
  const OrphanReport report = search(chain);
  CHECK(paths_of(report).contains(orphan));
  CHECK(kept(report, "called as a needed file that lies elsewhere") == 1);
}

TEST_CASE("what a JobManager recovers from is never listed", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  add(chain.root() / "ha" / "cluster" / "completedCheckpoint0123");
  add(chain.root() / "ha" / "cluster" / "submittedJobGraph4567");
  add(chain.root() / "ha" / "cluster" / "blob" / "job_1" / "blob_p-1");
  add(chain.root() / "ha" / "job-result-store" / "cluster" / "result.json");
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "of high availability") == 4);
}

TEST_CASE("folders of merged files are those of their task managers", "[check][orphans]") {
  const CopiedChain chain(kMerged);
  const fs::path merged = chain.sst_files().begin()->first;
  add(merged.parent_path() / "being-written");
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "in a folder of merged files") == 1);
}

TEST_CASE("URIs that lead nowhere make the search refuse", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  change_uris(chain, [&](const std::string& uri) {
    return "file:/no/such/folder/" + chain.local(uri).lexically_relative(chain.root()).string();
  });
  CHECK(
      refusal(request(chain.root())).find("--map file:/no/such/folder=" + chain.root().string()) !=
      std::string::npos);
  const Run run = run_savvy("orphans --format paths --older-than 0s " + shell_word(chain.root()));
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  // Flink takes this for a file here, savvy cannot.
  change_uris(chain, [&](const std::string& uri) {
    return "file://localhost" + (chain.job() / "shared" / fs::path(uri).filename()).string();
  });
  CHECK_FALSE(refusal(request(chain.root())).empty());
  change_uris(chain, [](const std::string& uri) {
    return "s3://bucket/shared/" + fs::path(uri).filename().string();
  });
  CHECK(refusal(request(chain.root())).find("--map s3://bucket/shared=") != std::string::npos);
  // Files of other names are not those.
  fs::remove_all(chain.job() / "shared");
  const fs::path orphan = add(chain.job() / "shared" / "another");
  CHECK(paths_of(search(request(chain.root()))) == std::set<fs::path>{orphan});
}

TEST_CASE("a copy of needed files is not listed", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const TempFolder copy;
  fs::copy(chain.root(), copy.path("copy"), fs::copy_options::recursive);
  // The metadata of the copy leads to the files of the original.
  const OrphanReport report = search(request(copy.path("copy"), chain.path_map()));
  CHECK(report.orphans.empty());
  CHECK(kept(report, "called as a needed file that lies elsewhere") > 0);
}

TEST_CASE("metadata that cannot be read makes the search refuse", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  add(chain.job() / "shared" / "orphan");
  SECTION("damaged") { fs::resize_file(chain.folder_of("chk-4") / "_metadata", 99); }
  SECTION("of an unknown version") {
    overwrite(chain.folder_of("chk-4") / "_metadata", 4, std::string("\0\0\0\x09", 4));
  }
  SECTION("empty") { fs::resize_file(chain.folder_of("chk-4") / "_metadata", 0); }
  const Run run = run_savvy("orphans --format paths --older-than 0s " + chain.arguments());
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  CHECK(run.err.find("chk-4/_metadata") != std::string::npos);
}

TEST_CASE("without any snapshot nothing is known", "[check][orphans]") {
  const TempFolder folder;
  folder.add("precious");
  const Run run = run_savvy("orphans --format paths --older-than 0s " + shell_word(folder.path()));
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  CHECK(run_savvy("orphans " + shell_word(folder.path("none"))).exit_code == 3);
  const CopiedChain chain(kIncremental);
  CHECK(run_savvy("orphans --also " + shell_word(folder.path("none")) + " " + chain.arguments())
            .exit_code == 3);
}

TEST_CASE("files that were touched lately are kept back", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const fs::path old = add(chain.job() / "shared" / "old");
  const fs::path young = add(chain.job() / "shared" / "young");
  touch(young, 23);
  CHECK(paths_of(search(chain)) == std::set<fs::path>{old});
  CHECK(kept(search(chain), "too young (--older-than)") == 1);
  // A copy with the old time is young all the same.
  OrphanRequest today = request(chain.root(), chain.path_map());
  today.now_ms = now_ms();
  touch(old, 720);
  CHECK(search(today).orphans.empty());
}

TEST_CASE("a snapshot in the making is as young as its youngest file", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  std::set<fs::path> files;
  for (const std::string folder : {"chk-7", "savepoint-new.inprogress"}) {
    files.insert(add(chain.job() / folder / "old"));
    files.insert(add(chain.job() / folder / "deep" / "other"));
  }
  CHECK(paths_of(search(chain)) == files);
  touch(chain.job() / "chk-7" / "deep" / "other", 1);
  touch(chain.job() / "savepoint-new.inprogress" / "old", 1);
  const OrphanReport report = search(chain);
  CHECK(report.orphans.empty());
  CHECK(kept(report, "too young (--older-than)") == 4);
}

namespace {

// A folder in which something happens between the two times that it is looked at.
class ChangingFolder final : public FolderScanner {
 public:
  explicit ChangingFolder(std::function<void()> happens) : happens_(std::move(happens)) {}

  FolderScan scan(const std::string& root) override {
    if (++scans_ == 2) happens_();
    return scan_folder(root);
  }

 private:
  std::function<void()> happens_;
  int scans_ = 0;
};

}  // namespace

TEST_CASE("a folder that changes meanwhile makes the search refuse", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const fs::path orphan = add(chain.job() / "shared" / "orphan");
  bool refused = true;
  std::function<void()> happens;
  SECTION("a snapshot appears") {
    happens = [&] { copy_snapshot(chain.folder_of("chk-1"), chain.job() / "chk-7"); };
  }
  SECTION("a snapshot vanishes") {
    happens = [&] { fs::remove_all(chain.folder_of("chk-1")); };
  }
  SECTION("a snapshot is written anew") {
    happens = [&] { chain.edit("chk-1", [](Metadata& metadata) { metadata.checkpoint_id = 99; }); };
  }
  SECTION("a snapshot of another name appears") {
    happens = [&] {
      fs::copy_file(chain.folder_of("chk-1") / "_metadata", chain.job() / "shared" / "new");
    };
  }
  SECTION("an orphan grows") {
    happens = [&] { add(orphan, "more than there was before"); };
  }
  SECTION("an orphan is replaced by a file of its size") {
    happens = [&] {
      add(chain.root() / "other", read_text(orphan));
      fs::rename(chain.root() / "other", orphan);
    };
  }
  SECTION("an orphan vanishes") {
    happens = [&] { fs::remove(orphan); };
  }
  SECTION("an orphan becomes metadata") {
    happens = [&] {
      fs::copy_file(chain.folder_of("chk-1") / "_metadata", orphan,
                    fs::copy_options::overwrite_existing);
    };
  }
  SECTION("a file appears") {
    refused = false;  // young, and not in the list
    happens = [&] { add(chain.job() / "shared" / "new"); };
  }
  ChangingFolder scanner(happens);
  const OrphanRequest asked = request(chain.root(), chain.path_map());
  if (refused) {
    CHECK_THROWS_AS(find_orphans(asked, scanner, LocalStorage()), IoError);
  } else {
    CHECK(paths_of(find_orphans(asked, scanner, LocalStorage())) == std::set<fs::path>{orphan});
  }
}

TEST_CASE("snapshots elsewhere need files too", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const TempFolder other;
  fs::rename(chain.folder_of("chk-1"), other.path("chk-1"));
  CHECK_FALSE(search(chain).orphans.empty());
  OrphanRequest asked = request(chain.root(), chain.path_map());
  asked.also = {other.path()};
  CHECK(search(asked).orphans.empty());
  const std::string also = " --also " + shell_word(other.path());
  CHECK(
      run_savvy("orphans --format paths --older-than 0s " + chain.arguments() + also).out.empty());
  fs::resize_file(other.path("chk-1/_metadata"), 30);
  CHECK(run_savvy("orphans --older-than 0s " + chain.arguments() + also).exit_code == 3);
}

TEST_CASE("a list of names is never ambiguous", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  const std::string arguments = "orphans --older-than 0s " + chain.arguments();
  for (const std::string name :
       {"two\nlines", "two words", "a\ttab", "a\"quote", "an'other", "back\\slash", "\x7F"}) {
    CAPTURE(name);
    const fs::path tricky = add(chain.job() / "shared" / name);
    const Run lines = run_savvy(arguments + " --format paths");
    CHECK(lines.exit_code == 4);
    CHECK(lines.out.empty());
    const Run null = run_savvy(arguments + " -0");
    CHECK(null.exit_code == 0);
    CHECK(null.out == tricky.string() + std::string(1, '\0'));
    const auto json = nlohmann::json::parse(run_savvy(arguments + " --format json").out);
    CHECK(json["orphans"][0]["path"] == tricky.string());
    fs::remove(tricky);
  }
  // JSON has no text for bytes that are none.
  const fs::path bytes = add(chain.job() / "shared" / "\xFF");
  for (const std::string format : {"json", "jsonl", "csv"}) {
    CHECK(run_savvy(arguments + " --format " + format).exit_code == 4);
  }
  CHECK(run_savvy(arguments + " --null").out == bytes.string() + std::string(1, '\0'));
  CHECK(run_savvy(arguments + " --null --format json").exit_code == 2);
  CHECK(run_savvy("orphans --older-than soon " + chain.arguments()).exit_code == 2);
}

TEST_CASE("a folder that cannot be looked into makes the search refuse", "[check][orphans]") {
  const CopiedChain chain(kIncremental);
  add(chain.job() / "shared" / "orphan");
  // Too deep for any path to lead there.
  const std::string dig = "cd " + shell_word(chain.root()) +
                          " && for i in $(seq 30); do mkdir $(printf %0200d 1) && "
                          "cd -P $(printf %0200d 1) || exit 1; done";
  REQUIRE(run_shell(dig).exit_code == 0);
  const Run run = run_savvy("orphans --format paths --older-than 0s " + chain.arguments());
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  const Run list = run_savvy("ls --format jsonl " + chain.arguments());
  CHECK(list.exit_code == 3);
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 6);
  CHECK(list.err.find("there may be snapshots that are not listed") != std::string::npos);
  const Run check = run_savvy("check --format text --chain " + chain.arguments());
  CHECK(check.exit_code == 3);
  CHECK(check.out.find("not looked into: ") != std::string::npos);
  REQUIRE(run_shell("rm -r " + shell_word(chain.root())).exit_code == 0);
}

}  // namespace savvy::testing
