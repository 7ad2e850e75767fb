// Names that would lead a command out of the place where it may write: of the destination, of the
// files of the source, of the files in RocksDB's lists.

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "format/state_handles.h"
#include "tests/cli/testdata.h"
#include "tests/cli/write_cases.h"
#include "tests/support/files.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// A folder "root" with a snapshot "source" in it, and what was there before a command ran.
class Root {
 public:
  Root() { add_source({small_operator_of("one", "a")}); }

  // An operator whose state lies in a file of this name, relative to the source.
  OperatorState small_operator_of(const std::string& uid, const std::string& relative) {
    OperatorState op = small_operator(uid, 1, 128);
    OperatorHandle handle = small_operator_handle({{"value"}, {}, {}});
    const ByteVector data = handle_as<ByteStreamHandle>(handle.delegate)->data;
    folder_.add("root/source/" + relative, {data.begin(), data.end()});
    handle.delegate = RelativeFileHandle{relative, static_cast<std::int64_t>(data.size())};
    op.subtasks[0].managed_operator_state = handle;
    return op;
  }
  void add_source(std::vector<OperatorState> operators) {
    write_snapshot(folder_, "root/source", std::move(operators));
  }

  fs::path path(const std::string& inside) const { return folder_.path("root/" + inside); }
  std::string add(const std::string& inside, const std::string& text = {}) const {
    return folder_.add("root/" + inside, text);
  }
  // All but what lies below these names.
  Tree tree_without(const std::string& name) const {
    Tree tree = tree_of(folder_.path());
    std::erase_if(tree, [&](const auto& entry) {
      return entry.first.starts_with("root/" + name + "/") || entry.first == "root/" + name;
    });
    return tree;
  }
  // Runs in the folder "root".
  Run run(const std::string& command) const {
    return run_shell("cd " + shell_word(path("")) + " && savvy " + command);
  }

 private:
  TempFolder folder_;
};

// How a command answers to a destination; nothing appears but `made`, relative to the root.
struct Destination {
  std::string name;
  int exit_code;
  std::string message;
  std::string made;
};

void check_destination(const Root& root, const std::string& command,
                       const Destination& destination) {
  const Tree before = root.tree_without("nothing");
  const Run run = root.run(command + " " + shell_word(destination.name));
  CAPTURE(command, destination.name, run.err);
  CHECK(run.exit_code == destination.exit_code);
  CHECK(run.err.find(destination.message) != std::string::npos);
  if (destination.made.empty()) {
    CHECK((root.tree_without("nothing") == before));
    return;
  }
  CHECK((root.tree_without(destination.made) == before));
  CHECK(root.run("diff source " + shell_word(root.path(destination.made))).exit_code == 0);
  fs::remove_all(root.path(destination.made));
}

}  // namespace

TEST_CASE("a destination may have any name that the system takes", "[cli][names]") {
  const Root root;
  fs::create_directory(root.path("real"));
  fs::create_directory_symlink("real", root.path("link"));
  const std::string longest(255 - std::string(".inprogress").size(), 'n');
  for (const std::string& name :
       {std::string("with space"), std::string("ünï-日本"), std::string("100%25"),
        std::string("line\nbreak"), std::string("it's"), std::string("back\\slash"),
        std::string("..."), longest}) {
    check_destination(root, "relocate source", {name, 0, "", name});
    check_destination(root, "relocate source", {root.path(name).string() + "//", 0, "", name});
  }
  check_destination(root, "relocate source", {"real/../there", 0, "", "there"});
  check_destination(root, "relocate source", {"link/there", 0, "", "real/there"});
  check_destination(root, "convert source --to rocksdb", {"./there", 0, "", "there"});
}

TEST_CASE("a destination that cannot be made is refused", "[cli][names]") {
  const Root root;
  const Tree source = tree_of(root.path("source"));
  root.add("file", "mine");
  root.add("begun.inprogress/x", "rest");
  fs::create_directory(root.path("folder"));
  fs::create_directory_symlink("source", root.path("link"));
  fs::create_symlink("nowhere", root.path("dangling"));
  fs::create_symlink("nowhere", root.path("later.inprogress"));
  const std::string too_long(250, 'n');
  for (const std::string command :
       {"relocate source", "rescale source --parallelism 2", "convert source --to hashmap"}) {
    for (const Destination& destination : std::vector<Destination>{
             {"", 2, "is empty", ""},
             {"/", 2, "is empty", ""},
             {"source", 2, "source: lies in the source, which is never changed", ""},
             {"source/new", 2, "lies in the source", ""},
             {"link/new", 2, "lies in the source", ""},
             {"folder/../source/new", 2, "lies in the source", ""},
             {".", 4, ".: exists already", ""},
             {"..", 4, "..: exists already", ""},
             {"folder", 4, "folder: exists already", ""},
             {"file", 4, "file: exists already", ""},
             {"dangling", 4, "dangling: exists already", ""},
             {"begun", 4, "begun.inprogress: exists already", ""},
             {"later", 4, "later.inprogress: exists already", ""},
             {"no/there", 5, "no/there.inprogress: cannot create: No such file", ""},
             {"file/there", 5, "file/there.inprogress: cannot create: Not a directory", ""},
             {too_long, 5, "cannot create: File name too long", ""}}) {
      check_destination(root, command, destination);
    }
  }
  CHECK((tree_of(root.path("source")) == source));
}

TEST_CASE("new metadata goes where it is told to, and nowhere else", "[cli][names]") {
  const Root root;
  OperatorState op = small_operator("far", 1, 128);
  OperatorHandle handle = small_operator_handle({{"far"}, {}, {}});
  handle.delegate = FileHandle{1, "file:/old/file"};
  op.subtasks[0].managed_operator_state = handle;
  TempFolder other;
  const std::string far = write_snapshot(other, "far", {op});
  const std::string command = "relocate --rewrite-prefix file:/old=file:/new " + shell_word(far);
  root.add("whole/_metadata", "m");
  root.add("begun/_metadata.part", "p");
  root.add("file", "mine");
  fs::create_symlink("nowhere", root.path("dangling"));
  fs::create_directory_symlink(far, root.path("link"));
  for (const Destination& destination : std::vector<Destination>{
           {far, 2, "lies in the source", ""},
           {"link", 2, "lies in the source", ""},
           {far + "/new", 2, "lies in the source", ""},
           {"whole", 4, "whole/_metadata: exists already", ""},
           {"begun", 4, "begun/_metadata.part: exists already", ""},
           {"file", 5, "file/_metadata.part: cannot create: Not a directory", ""},
           {"dangling", 5, "dangling/_metadata.part: cannot create: No such file", ""},
           {"no/there", 5, "no/there: cannot create: No such file", ""}}) {
    check_destination(root, command, destination);
  }
}

TEST_CASE("an output file replaces a plain file alone, and none of the source", "[cli][names]") {
  const Root root;
  OperatorState op = small_operator("far", 1, 128);
  OperatorHandle handle = small_operator_handle({{"far"}, {}, {}});
  const ByteVector data = handle_as<ByteStreamHandle>(handle.delegate)->data;
  root.add("shared/file", {data.begin(), data.end()});
  handle.delegate = FileHandle{static_cast<std::int64_t>(data.size()),
                               "file:" + root.path("shared/file").string()};
  op.subtasks[0].managed_operator_state = handle;
  TempFolder other;
  const std::string far = write_snapshot(other, "far", {op});
  fs::create_directory(root.path("folder"));
  fs::create_symlink("/dev/null", root.path("null"));
  fs::create_hard_link(root.path("shared/file"), root.path("twin"));
  fs::create_symlink("nowhere", root.path("dangling"));
  REQUIRE(mkfifo(root.path("pipe").c_str(), 0600) == 0);
  root.add("begun.part", "rest");
  const auto refused = [&](const std::string& file, int exit_code, const std::string& message) {
    const Run run = root.run("dump " + shell_word(far) + " -o " + shell_word(file));
    CAPTURE(file, run.err);
    CHECK(run.exit_code == exit_code);
    CHECK(run.err.find(message) != std::string::npos);
    CHECK(!fs::exists(root.path(file + ".part")) == (file != "begun"));
  };
  const std::string plain = "exists and is no plain file";
  refused("folder", 4, plain);
  refused("dangling", 4, plain);
  refused("pipe", 4, plain);
  refused("null", 4, plain);
  refused("begun", 4, "begun.part: exists already");
  refused("twin", 2, "is a file of the source");
  refused("shared/file", 2, "shared/file: is a file of the source, which is never changed");
  refused(far + "/_metadata", 2, "lies in the source");
  refused(far + "/rows", 2, "lies in the source");
  CHECK(fs::is_symlink(root.path("null")));
  CHECK(read_file(root.path("shared/file")) == data);
  CHECK(fs::is_symlink(root.path("dangling")));
  CHECK(root.run("dump " + shell_word(far) + " -o rows").exit_code == 0);
}

TEST_CASE("names of the source's files do not lead out of the new snapshot", "[cli][names]") {
  Root root;
  // In the order in which they are met, with the name of the copy.
  const std::vector<std::pair<std::string, std::string>> names = {
      {"../../outside/up", "up"},
      {"sub/twice", "twice"},
      {"other/twice", "twice-2"},
      {"twice-2", "twice-2-2"},
      {"TWICE", "TWICE-3"},
      {"in/_metadata", "stream"},
      {"in/_metadata.part", "stream-2"},
      {"back\\slash", "stream-3"},
      {" lead", "stream-4"},
      {"trail ", "stream-5"},
      {"new\nline", "stream-6"},
      {std::string(255, 'n'), "stream-7"},
      {std::string(240, 'm'), std::string(240, 'm')},
      {"per%2Fcent", "per%2Fcent"},
      {"ünï", "ünï"},
      {"with space", "with space"},
      {"...", "..."},
      {".hidden", ".hidden"}};
  std::vector<OperatorState> operators;
  for (const auto& [name, copy] : names) operators.push_back(root.small_operator_of(name, name));
  root.add_source(operators);
  const Tree before = root.tree_without("there");
  const Run run = root.run("relocate source there");
  CAPTURE(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK((root.tree_without("there") == before));
  std::set<std::string> expected = {"_metadata"};
  std::set<std::string> found;
  for (const auto& [name, copy] : names) expected.insert(copy);
  for (const auto& [name, content] : tree_of(root.path("there"))) found.insert(name);
  CHECK(found == expected);
  CHECK(root.run("diff source there").exit_code == 0);
  fs::remove_all(root.path("source"));
  const Run alone = root.run("dump there");
  CAPTURE(alone.err);
  CHECK(alone.exit_code == 0);
}

TEST_CASE("a name with a zero in it is not cut short", "[cli][names]") {
  Root root;
  OperatorState op = root.small_operator_of("one", "a");
  OperatorHandle& handle = *op.subtasks[0].managed_operator_state;
  handle.delegate = RelativeFileHandle{std::string("a\0b", 3), 1};
  root.add_source({op});
  const Tree before = root.tree_without("there");
  for (const std::string command : {"relocate source there", "rescale source there --parallelism 2",
                                    "convert source there --to hashmap", "dump source"}) {
    const Run run = root.run(command);
    CAPTURE(command, run.err);
    CHECK(run.exit_code == 3);
    CHECK(run.err.find("cannot open: Invalid argument") != std::string::npos);
    CHECK((root.tree_without("nothing") == before));
  }
}

TEST_CASE("a copy with the name of a file that is written is no loss", "[cli][names]") {
  Root root;
  OperatorState keyed = keyed_operator({value_entry("a", 1)}, 1);
  const std::string name = to_hex(keyed.id) + "-0-keyed";
  root.add_source({keyed, root.small_operator_of("other", name)});
  const Tree before = root.tree_without("there");
  const Run run = root.run("rescale source there --operator keyed=2");
  CAPTURE(run.err);
  CHECK(run.exit_code == 5);
  CHECK(run.err.find(name + ": cannot create: File exists") != std::string::npos);
  CHECK((root.tree_without("nothing") == before));
}

TEST_CASE("RocksDB's names for its files lead nowhere", "[cli][names]") {
  Root root;
  root.add_source({keyed_operator({value_entry("a", 1), timer_entry("b", 2)}, 1)});
  REQUIRE(root.run("convert source database --to rocksdb").exit_code == 0);
  const fs::path file = root.path("database/_metadata");
  const ByteVector bytes = read_file(file);
  ByteReader in(bytes, file.string());
  const Metadata whole = decode_metadata(in);
  root.add("database/extra", "extra");
  const auto with_names = [&](const std::function<void(IncrementalHandle&)>& change) {
    Metadata metadata = whole;
    auto& keyed = metadata.operators[0].subtasks[0].managed_keyed_state;
    IncrementalHandle handle = *handle_as<IncrementalHandle>(keyed);
    change(handle);
    keyed = Boxed<IncrementalHandle>(std::move(handle));
    const ByteVector changed = encode_metadata(metadata);
    root.add("database/_metadata", {changed.begin(), changed.end()});
  };
  const std::vector<std::string> commands = {"relocate database there",
                                             "rescale database there --parallelism 2",
                                             "convert database there --to canonical"};
  for (const std::string& name :
       {std::string("../../x"), std::string("a/b"), std::string("/x"), std::string(),
        std::string(300, 'x'), std::string("x\0y", 3), std::string("x\ny"), std::string(".."),
        std::string("000003.sst/x")}) {
    with_names([&](IncrementalHandle& handle) {
      handle.private_files.push_back({name, RelativeFileHandle{"extra", 5}});
    });
    const Tree before = root.tree_without("there");
    for (const std::string& command : commands) {
      const Run run = root.run(command);
      CAPTURE(command, name, run.err);
      CHECK(run.exit_code == 0);
      CHECK((root.tree_without("there") == before));
      CHECK(root.run("diff database there").exit_code == 0);
      for (const auto& [made, content] : tree_of(root.path("there"))) {
        CHECK(made.find('/') == std::string::npos);
      }
      fs::remove_all(root.path("there"));
    }
  }
  // A file that the database needs, under another name.
  with_names([](IncrementalHandle& handle) {
    for (auto& listed : handle.private_files) {
      if (listed.local_path == "CURRENT") listed.local_path = "../CURRENT";
    }
  });
  const Tree before = root.tree_without("there");
  for (const std::string& command : commands) {
    const Run run = root.run(command);
    CAPTURE(command, run.err);
    CHECK(run.exit_code == 3);
    CHECK((root.tree_without("nothing") == before));
  }
}

}  // namespace savvy::testing
