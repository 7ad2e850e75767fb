// What commands that write refuse, so that a source stays as it is and a result says what it holds.

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "cli/stream_copies.h"
#include "format/errors.h"
#include "readers/local_storage.h"
#include "tests/cli/check_run.h"
#include "tests/cli/write_cases.h"
#include "tests/support/memory_output.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kCanonical = "flink2.3-hashmap-canonical";
const std::string kRocksdb = "flink2.3-rocksdb-native";

// A file of operator state, of which a rewrite copies the bytes.
const StreamHandle& operator_state_file(const Metadata& metadata) {
  for (const OperatorState& op : metadata.operators) {
    for (const Subtask& subtask : op.subtasks) {
      if (!subtask.managed_operator_state) continue;
      const StreamHandle& stream = subtask.managed_operator_state->delegate;
      if (handle_as<RelativeFileHandle>(stream) != nullptr) return stream;
    }
  }
  throw std::runtime_error("no operator state lies in a file");
}

fs::path path_of(const CheckedCopy& copy, const StreamHandle& stream) {
  return copy.path() / handle_as<RelativeFileHandle>(stream)->path;
}

void append_byte(const fs::path& file) { std::ofstream(file, std::ios::app) << 'x'; }

}  // namespace

TEST_CASE("a picture of a chain replaces no file of a snapshot", "[cli][guards]") {
  const CheckedCopy copy(kCanonical);
  const TempFolder folder;
  const std::string link = folder.path("link.dot");
  fs::create_symlink(copy.metadata_path(), link);
  const Tree before = tree_of(copy.root());
  for (const std::string& file : {copy.metadata_path(), (copy.path() / "new.dot").string(), link}) {
    CAPTURE(file);
    const Run run =
        run_savvy("check --chain " + shell_word(copy.root()) + " --graph " + shell_word(file));
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK(run.err.ends_with("which is never changed\n"));
  }
  CHECK((tree_of(copy.root()) == before));
}

TEST_CASE("a relative path into the source is one into the source", "[cli][guards]") {
  const CheckedCopy copy(kCanonical);
  const Tree before = tree_of(copy.root());
  const std::string enter = "cd " + shell_word(copy.path()) + " && savvy ";
  for (const std::string command :
       {"dump . -o new", "relocate . new", "rescale . new --parallelism 3", "relocate . new/below",
        "convert . new --to rocksdb", "check --chain .. --graph new"}) {
    CAPTURE(command);
    const Run run = run_shell(enter + command);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK(run.err.ends_with("which is never changed\n"));
  }
  CHECK((tree_of(copy.root()) == before));
}

TEST_CASE("a damaged number of a key group is not repaired in silence", "[cli][guards]") {
  const CheckedCopy copy("flink2.3-hashmap-native");
  const StoredKeyGroup damaged = stored_key_groups(copy.path(), "keyed-string").at(1);
  // The last byte of the i32 in front of the key group.
  constexpr std::uint64_t kLastOfNumber = 3;
  overwrite(copy.path() / damaged.file, damaged.offset + kLastOfNumber,
            {static_cast<char>(damaged.key_group + 1)});
  const TempFolder folder;
  const std::string there = folder.path("there");
  const std::string places = " " + shell_word(copy.path()) + " " + shell_word(there);
  for (const std::string command :
       {"rescale --parallelism 3", "rescale --parallelism 3 --no-verify",
        "convert --to rocksdb --no-verify"}) {
    CAPTURE(command);
    const Run run = run_savvy(command + places);
    CHECK(run.exit_code == 3);
    CHECK(run.err.find(fmt::format("key group = {}, expected {}", damaged.key_group + 1,
                                   damaged.key_group)) != std::string::npos);
    CHECK_FALSE(fs::exists(there));
  }
}

TEST_CASE("files of another size than recorded are not copied", "[cli][guards]") {
  for (const bool longer : {true, false}) {
    const CheckedCopy copy(kRocksdb);
    const Metadata metadata = copy.metadata();
    const fs::path file = path_of(copy, operator_state_file(metadata));
    const std::uintmax_t recorded = fs::file_size(file);
    if (longer) {
      append_byte(file);
    } else {
      fs::resize_file(file, recorded - 1);
    }
    const TempFolder folder;
    const std::string there = folder.path("there");
    const std::string places = " " + shell_word(copy.path()) + " " + shell_word(there);
    for (const std::string command :
         {"relocate", "rescale --parallelism 3", "convert --to canonical", "relocate --dry-run"}) {
      CAPTURE(command);
      const Run run = run_savvy(command + places);
      CHECK(run.exit_code == 3);
      CHECK(run.err.starts_with(fmt::format("savvy: {}: recorded are {} bytes, found {} bytes",
                                            file.string(), recorded, fs::file_size(file))));
      CHECK(run.err.find("\n  of operator numbers, subtask 0\n") != std::string::npos);
      CHECK_FALSE(fs::exists(there));
    }
    const Run taken = run_savvy("relocate --no-verify" + places);
    CHECK(taken.exit_code == 0);
    CHECK(taken.out.find("recorded are") != std::string::npos);
    const std::vector<Json> findings =
        findings_of(run_savvy("check --format json " + shell_word(there)));
    CHECK(codes_of(findings) == std::vector<std::string>{longer ? "SV103" : "SV102"});
  }
}

TEST_CASE("a file that changes between plan and copy is said to", "[cli][guards]") {
  const CheckedCopy copy(kRocksdb);
  const LocalStorage storage;
  const Snapshot source(copy.path().string(), PathMap(), storage);
  const StreamHandle& stream = operator_state_file(source.metadata());
  StreamCopies copies(source);
  copies.plan({StreamRole::kOperatorState, {}, stream});
  append_byte(path_of(copy, stream));
  MemoryFolder folder;
  CHECK_THROWS_WITH(copies.make(0, folder), Catch::EndsWith("it was changed meanwhile"));
}

TEST_CASE("a name of an unfinished snapshot is given to none", "[cli][guards]") {
  const TempFolder folder;
  const std::string source = shell_word(testdata_folder(kCanonical));
  const std::string there = folder.path("there.inprogress");
  const Run named = run_savvy("relocate " + source + " " + shell_word(there) + "/");
  CHECK(named.exit_code == 2);
  CHECK_FALSE(fs::exists(there));
  // What a run leaves that is killed between its last two steps.
  copy_snapshot(testdata_folder(kCanonical), there);
  const Run again = run_savvy("relocate " + source + " " + shell_word(folder.path("there")));
  CHECK(again.exit_code == 4);
  CHECK(again.err.find("it holds a whole snapshot that did not get its name") != std::string::npos);
  const Run latest = run_savvy("ls --latest-good " + shell_word(folder.path()));
  CHECK(latest.exit_code == 1);
  CHECK(latest.out.empty());
  CHECK(latest.err.find("note: " + there + " was passed over") != std::string::npos);
}

TEST_CASE("what is no text or no file is refused at once", "[cli][guards]") {
  const std::string source = shell_word(testdata_folder(kCanonical));
  const TempFolder folder;
  const Run prefix = run_savvy("relocate " + source + " " + shell_word(folder.path("there")) +
                               " --rewrite-prefix 'file:/a=file:/b\xff'");
  CHECK(prefix.exit_code == 2);
  CHECK(prefix.err == "savvy: --rewrite-prefix: the text is not UTF-8\n");
  const std::pair<std::string, std::string> descriptor_files[] = {
      {"/dev/zero", "has more than 67108864 bytes"},
      {"/", "cannot be read"},
      {"/nowhere", "cannot be opened: No such file or directory"}};
  for (const auto& [path, why] : descriptor_files) {
    const Run run = run_savvy("dump " + source + " --proto-type a=b --proto-descriptor " + path);
    CHECK(run.exit_code == 2);
    CHECK(run.err == "savvy: --proto-descriptor " + path + ": " + why + "\n");
  }
  CHECK(run_savvy("dump --limit -1 " + source).exit_code == 2);
  for (const std::string name : {"", "file:/tmp/new", "s3://bucket/new"}) {
    for (const std::string command : {"relocate ", "rescale --parallelism 3 "}) {
      CHECK(run_savvy(command + source + " '" + name + "'").exit_code == 2);
    }
  }
  CHECK(run_savvy("dump " + source + " -o ''").exit_code == 2);
  for (const std::string name : {"new/.", "new/.."}) {
    const Run run = run_savvy("relocate " + source + " " + shell_word(folder.path() + "/" + name));
    CHECK(run.exit_code == 2);
    CHECK(run.err.ends_with(name + ": the new snapshot needs a name of its own\n"));
  }
}

TEST_CASE("a snapshot may be named by its URI", "[cli]") {
  const std::string folder = testdata_folder(kCanonical).string();
  const std::string rows = run_savvy("dump --limit 3 " + shell_word(folder)).out;
  for (const std::string& name : {"file:" + folder, "file://" + folder + "/_metadata",
                                  "s3://bucket/sp --map s3://bucket/sp=" + folder}) {
    CAPTURE(name);
    CHECK(run_savvy("dump --limit 3 " + name).out == rows);
    CHECK(run_savvy("check " + name).exit_code == 0);
  }
  const Run elsewhere = run_savvy("dump s3://bucket/sp");
  CHECK(elsewhere.exit_code == 3);
  CHECK(elsewhere.err.find("--map FROM=TO tells where a URI prefix lives here") !=
        std::string::npos);
}

TEST_CASE("what replaces a file may be read by those who could read it", "[cli][guards]") {
  const TempFolder folder;
  const std::string file = folder.add("rows", "old");
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  const std::string source = shell_word(testdata_folder(kCanonical));
  CHECK(run_savvy("dump --limit 1 " + source + " -o " + shell_word(file)).exit_code == 0);
  struct stat status;
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
}

TEST_CASE("documents are JSON whatever files are called", "[cli][guards]") {
  const TempFolder folder;
  const std::string odd = folder.path("b\xff");
  copy_snapshot(testdata_folder(kCanonical), odd);
  for (const std::string command : {"inspect", "files", "check", "schema", "stats"}) {
    const Run run = run_savvy(command + " --format json " + shell_word(odd));
    CAPTURE(command, run.err);
    CHECK(run.exit_code == 0);
    CHECK(Json::accept(run.out));
  }
}

TEST_CASE("results that cannot be written are errors", "[cli][streams]") {
  for (const std::string command : {"uid a", "--help", "--version", "dump --help"}) {
    CAPTURE(command);
    CHECK(run_shell("savvy " + command + " >/dev/full").exit_code == 5);
  }
  const TempFolder folder;
  const Run limited =
      run_shell("ulimit -f 1; savvy dump " + shell_word(testdata_folder(kCanonical)) + " >" +
                shell_word(folder.path("rows")));
  CHECK(limited.exit_code == 5);
}

}  // namespace savvy::testing
