// What commands that read say of things that are no files where files should be, and of files and
// snapshots with odd names.

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/cli/testdata.h"
#include "tests/cli/write_cases.h"
#include "tests/support/damage.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// A command about the snapshot or folder NAME, and how it answers to one that is whole, and where a
// state file, or the metadata, is none.
struct ReadCommand {
  std::string text;
  int without_state_file;
  int without_metadata;
};

std::vector<ReadCommand> read_commands() {
  return {{"inspect NAME", 0, 3},
          {"files NAME", 0, 3},
          {"schema NAME", 0, 3},
          {"schema NAME --format jsonl", 3, 3},
          {"dump NAME", 3, 3},
          {"get NAME --key a", 3, 3},
          {"stats NAME", 3, 3},
          {"diff NAME NAME", 3, 3},
          {"check NAME", 1, 3},
          {"check NAME --read-data", 1, 3},
          {"check --chain NAME", 1, 3},
          {"ls NAME", 0, 0},
          {"ls NAME --latest-good", 1, 1},
          {"orphans NAME", 0, 3},
          {"rescale NAME there --parallelism 3", 3, 3},
          {"convert NAME there --to hashmap", 3, 3},
          {"relocate NAME there", 3, 3}};
}

std::string about(const std::string& command, const std::string& name) {
  std::string text = command;
  for (std::size_t at = text.find("NAME"); at != std::string::npos; at = text.find("NAME")) {
    text.replace(at, 4, shell_word(name));
  }
  return text;
}

// A folder in which commands run, with snapshots whose state lies in files.
class Place {
 public:
  Place() {
    const std::vector<OperatorState> operators = {
        keyed_operator({value_entry("a", 1), list_entry("b", {"x", "y"}), timer_entry("b", 4)}, 1),
        stateful_operator({{{"one", "two"}, {"all"}, {{"rule", "1"}}}})};
    write_snapshot(folder_, "inline", operators);
    run_well("rescale inline canonical --parallelism 2");
    run_well("convert inline rocksdb --to rocksdb");
  }

  fs::path path(const std::string& inside) const { return folder_.path(inside); }
  Run run(const std::string& command) const {
    // A command that waits for a pipe would wait forever.
    return run_shell("cd " + shell_word(folder_.path()) + " && timeout 300 '" SAVVY_PROGRAM "' " +
                     command);
  }
  void copy(const std::string& from, const std::string& to) const {
    fs::remove_all(path(to));
    copy_snapshot(path(from), path(to));
  }
  // The file that holds the key "a", relative to its snapshot: of RocksDB an SST file.
  std::string state_file(const std::string& snapshot) const {
    for (const auto& [name, content] : tree_of(path(snapshot))) {
      const bool sst = content.size() > 500 && content.find("rocksdb.properties") != content.npos;
      if (snapshot == "rocksdb" ? sst : name.ends_with("-1-keyed")) return name;
    }
    throw std::runtime_error("no file of state");
  }

 private:
  void run_well(const std::string& command) const {
    const Run run = this->run(command);
    CAPTURE(command, run.err);
    REQUIRE(run.exit_code == 0);
  }

  TempFolder folder_;
};

// What may stand where a file should.
struct NoFile {
  std::string name;
  std::function<void(const fs::path&)> make;
};

std::vector<NoFile> no_files() {
  return {
      {"directory", [](const fs::path& path) { fs::create_directory(path); }},
      {"pipe", [](const fs::path& path) { REQUIRE(mkfifo(path.c_str(), 0600) == 0); }},
      {"device", [](const fs::path& path) { fs::create_symlink("/dev/zero", path); }},
      {"dangling link", [](const fs::path& path) { fs::create_symlink("nowhere", path); }},
      {"link to itself", [](const fs::path& path) { fs::create_symlink(path.filename(), path); }},
  };
}

void check_refused(const Place& place, const ReadCommand& command, const std::string& snapshot,
                   const std::string& file, int exit_code) {
  const Run run = place.run(about(command.text, snapshot));
  CAPTURE(command.text, run.exit_code, run.out, run.err);
  CHECK(run.exit_code == exit_code);
  CHECK((run.out + run.err).find(file) != std::string::npos);
  CHECK_FALSE(fs::exists(place.path("there")));
  CHECK_FALSE(fs::exists(place.path("there.inprogress")));
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// As it stands in a JSON document.
std::string quoted(const std::string& text) {
  const std::string quoted = nlohmann::json(text).dump();
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

TEST_CASE("what is no file is not read as a file of state", "[cli][reads]") {
  const Place place;
  for (const std::string layout : {"canonical", "rocksdb"}) {
    const std::string file = place.state_file(layout);
    for (const NoFile& kind : no_files()) {
      if (layout == "rocksdb" && kind.name != "pipe" && kind.name != "directory") continue;
      CAPTURE(layout, kind.name, file);
      place.copy(layout, "odd");
      fs::remove(place.path("odd/" + file));
      kind.make(place.path("odd/" + file));
      for (const ReadCommand& command : read_commands()) {
        // A link that leads nowhere could be one to a snapshot.
        const bool below = command.text.starts_with("orphans ") ||
                           command.text.starts_with("ls ") ||
                           command.text.starts_with("check --chain ");
        const bool lost = below && kind.name.find("link") != kind.name.npos;
        // Descriptions of states lie elsewhere than their data.
        const bool unneeded = command.text.starts_with("schema ") && layout == "rocksdb";
        // Names no file by itself.
        const bool named = (!below || lost) && !unneeded;
        check_refused(place, command, "odd", named ? file : "",
                      lost       ? 3
                      : unneeded ? 0
                                 : command.without_state_file);
      }
    }
  }
}

TEST_CASE("what is no file is not read as metadata", "[cli][reads]") {
  const Place place;
  for (const NoFile& kind : no_files()) {
    place.copy("canonical", "odd");
    fs::remove(place.path("odd/_metadata"));
    kind.make(place.path("odd/_metadata"));
    CAPTURE(kind.name);
    for (const ReadCommand& command : read_commands()) {
      // A link that leads nowhere could be one to a snapshot; else the answer is that there is none.
      const bool lost = command.text.starts_with("ls ") && kind.name.find("link") != kind.name.npos;
      const bool named = lost || command.text != "ls NAME --latest-good";
      check_refused(place, command, "odd", named ? "odd" : "", lost ? 3 : command.without_metadata);
    }
  }
}

TEST_CASE("a link to a file is as good as the file", "[cli][reads]") {
  const Place place;
  for (const std::string layout : {"canonical", "rocksdb"}) {
    place.copy(layout, "odd");
    fs::create_directory(place.path("elsewhere"));
    for (const std::string& file : {place.state_file(layout), std::string("_metadata")}) {
      fs::rename(place.path("odd/" + file), place.path("elsewhere/" + file));
      fs::create_symlink("../elsewhere/" + file, place.path("odd/" + file));
    }
    const std::string plain = place.run("dump " + layout).out;
    REQUIRE(!plain.empty());
    CHECK(place.run("dump odd").out == plain);
    CHECK(place.run("check odd --read-data").exit_code == 0);
    CHECK(place.run("relocate odd there").exit_code == 0);
    CHECK(place.run("dump there").out == plain);
    fs::remove_all(place.path("there"));
    fs::remove_all(place.path("elsewhere"));
  }
}

TEST_CASE("a snapshot may have any name that the system takes", "[cli][reads]") {
  const Place place;
  const auto run = [&](const std::string& command, const std::string& name) {
    Run result = place.run(about(command, name));
    fs::remove_all(place.path("there"));
    replace_all(result.out, quoted(name), "plain");
    replace_all(result.out, name, "plain");
    return result;
  };
  std::map<std::string, Run> plain;
  for (const std::string& name :
       {std::string("plain"), std::string("sp ace's ünï-日本 100%25 %s %2F #?&*"),
        std::string("line\nbreak\\..slash"), std::string(255, 'n')}) {
    fs::rename(place.path("canonical"), place.path(name));
    for (const ReadCommand& command : read_commands()) {
      const Run odd = run(command.text, name);
      const Run& expected = plain.try_emplace(command.text, odd).first->second;
      CAPTURE(name, command.text, expected.err, odd.err);
      CHECK(odd.exit_code == expected.exit_code);
      CHECK(odd.out == expected.out);
    }
    fs::rename(place.path(name), place.path("canonical"));
  }
}

TEST_CASE("a snapshot may be reached by roundabout ways", "[cli][reads]") {
  const Place place;
  fs::create_directory(place.path("folder"));
  fs::create_directory_symlink("../canonical", place.path("folder/link"));
  const Run plain = place.run("dump canonical");
  REQUIRE(plain.exit_code == 0);
  for (const std::string& name :
       {std::string("./canonical"), std::string("folder/../canonical"),
        std::string("canonical/../canonical//"), std::string("folder/link"),
        std::string("folder/link/_metadata"), std::string("folder/link/../canonical"),
        place.path("canonical").string(), place.path("folder/../canonical/.").string()}) {
    CAPTURE(name);
    CHECK(place.run("dump " + name).out == plain.out);
    CHECK(place.run("check --read-data " + name).exit_code == 0);
    CHECK(place.run("diff canonical " + name).exit_code == 0);
    CHECK(place.run("orphans " + name).exit_code == (name.ends_with("_metadata") ? 3 : 0));
  }
}

TEST_CASE("links that go round in circles are followed once", "[cli][reads]") {
  const Place place;
  fs::create_directories(place.path("root/a/b"));
  place.copy("canonical", "root/a/chk-1");
  fs::create_directory_symlink("..", place.path("root/a/b/up"));
  fs::create_directory_symlink(place.path("root"), place.path("root/a/b/root"));
  fs::create_directory_symlink("../../a", place.path("root/a/b/side"));
  const Run listed = place.run("ls root --format jsonl");
  CAPTURE(listed.out, listed.err);
  CHECK(listed.exit_code == 0);
  CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 1);
  CHECK(place.run("check --chain root").exit_code == 0);
  CHECK(place.run("orphans root").exit_code == 0);
  CHECK(place.run("inspect root").err.find("root/a/chk-1") != std::string::npos);
}

TEST_CASE("files of state may have any names", "[cli][reads]") {
  const Place place;
  const std::string plain = place.run("dump inline").out;
  REQUIRE(!plain.empty());
  for (const std::string& name :
       {std::string("with space"), std::string("ünï-日本"), std::string("100%25%2F"),
        std::string("line\nbreak"), std::string("..."), std::string("../beside")}) {
    OperatorState op = stateful_operator({{{"one", "two"}, {"all"}, {{"rule", "1"}}}});
    OperatorHandle& handle = *op.subtasks[0].managed_operator_state;
    const ByteVector data = handle_as<ByteStreamHandle>(handle.delegate)->data;
    const auto size = static_cast<std::int64_t>(data.size());
    TempFolder other;
    other.add("odd/" + name, {data.begin(), data.end()});
    const std::string uri = "file:" + other.path("odd/" + name);
    for (const StreamHandle& delegate :
         {StreamHandle(RelativeFileHandle{name, size}), StreamHandle(FileHandle{size, uri})}) {
      handle.delegate = delegate;
      const std::string odd = shell_word(write_snapshot(other, "odd", {op}));
      const std::string expected = place.run("dump --operator stateful inline").out;
      const Run dump = place.run("dump " + odd);
      CAPTURE(name, dump.err);
      CHECK(dump.exit_code == 0);
      CHECK(dump.out == expected);
      CHECK(place.run("files --format json " + odd).out.find("\"missing_count\": 0") !=
            std::string::npos);
      CHECK(place.run("check --read-data " + odd).exit_code == 0);
      CHECK(place.run("relocate " + odd + " there").exit_code == 0);
      CHECK(place.run("dump there").out == expected);
      fs::remove_all(place.path("there"));
    }
  }
}

}  // namespace savvy::testing
