#include "tests/cli/write_cases.h"

#include <catch2/catch.hpp>

#include "tests/support/check_clean.h"
#include "tests/support/damage.h"
#include "tests/support/files.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

OperatorState small_keyed() {
  std::vector<SmallEntry> entries = {value_entry("a", 1), value_entry("b", 2),
                                     list_entry("a", {"x", "y"}), map_entry("a", "m", 3),
                                     timer_entry("b", 4)};
  // More in one key group than a sorter keeps in memory with as many threads as there may be.
  for (int i = 0; i < 400; ++i) {
    entries.push_back(map_entry("c", std::string(100, 'n') + std::to_string(i), i));
  }
  return keyed_operator(entries, 1);
}

OperatorState small_stateful() {
  return stateful_operator({{{"one", "two"}, {"all"}, {{"rule", "1"}}}});
}

std::string words(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& argument : arguments) text += shell_word(argument) + " ";
  return text;
}

void run_well(const std::string& arguments) {
  const Run run = run_savvy(arguments);
  CAPTURE(arguments, run.err);
  REQUIRE(run.exit_code == 0);
}

std::string with_folder(std::string text, const std::string& folder) {
  const std::string mark = "{sources}";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
    text.replace(at, mark.size(), folder);
  }
  return text;
}

}  // namespace

Tree tree_of(const fs::path& folder) {
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (entry.is_symlink()) {
      tree[name] = "-> " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
      tree[name + "/"] = "";
    } else {
      tree[name] = read_text(entry.path());
    }
  }
  return tree;
}

std::vector<WriteCase> write_cases() {
  const std::vector<std::string> other = {"--parallelism", "3", "--jobs", "1"};
  const auto to = [](const std::string& layout) {
    return std::vector<std::string>{"--to", layout, "--jobs", "1"};
  };
  return {
      {"rescale canonical", "canonical", "rescale", other},
      {"rescale hashmap", "hashmap", "rescale", other},
      {"rescale rocksdb", "rocksdb", "rescale", other},
      {"convert to canonical", "rocksdb", "convert", to("canonical")},
      {"convert to hashmap", "canonical", "convert", to("hashmap")},
      {"convert to rocksdb", "canonical", "convert", to("rocksdb")},
      // With so little memory for each thread that entries are sorted in --tmp-dir.
      {"convert in little memory", "hashmap", "convert", {"--to", "rocksdb", "--jobs", "1024"}},
      {"relocate", "rocksdb", "relocate", {"--jobs", "1"}},
      {"relocate to URIs",
       "absolute",
       "relocate",
       {"--rewrite-prefix", "file:{sources}/canonical=file:{sources}/moved"},
       "there/_metadata.part"},
      {"dump", "canonical", "dump", {"--sort", "--jobs", "1"}, "there.part"},
  };
}

WriteLab::WriteLab(WriteCase write_case) : case_(std::move(write_case)) {
  make_sources();
  sources_ = tree_of(folder_.path("sources"));
  clear_place();
  nothing_ = tree_of(place());
  run_well(words(arguments()));
  whole_ = tree_of(place());
  check_result();
}

// Only what the case needs. What is dealt out anew lies in files.
void WriteLab::make_sources() const {
  const fs::path sources = folder_.path("sources");
  const std::string inlined =
      shell_word(write_snapshot(folder_, "sources/inline", {small_keyed(), small_stateful()}));
  if (case_.source == "hashmap" || case_.source == "rocksdb") {
    run_well("convert " + inlined + " " + shell_word(sources / case_.source) + " --to " +
             case_.source);
    return;
  }
  run_well("rescale " + inlined + " " + shell_word(sources / "canonical") + " --parallelism 2");
  if (case_.source != "absolute") return;
  copy_snapshot(sources / "canonical", sources / "moved");
  fs::create_directory(sources / "absolute");
  fs::copy(sources / "canonical/_metadata", sources / "absolute/_metadata");
  make_absolute(sources / "absolute", "file:" + (sources / "canonical").string());
}

std::vector<std::string> WriteLab::arguments() const {
  const std::string there = (place() / "there").string();
  std::vector<std::string> arguments = {case_.command, folder_.path("sources/" + case_.source)};
  if (case_.command == "dump") arguments.emplace_back("--output");
  arguments.push_back(there);
  for (const std::string& option : case_.options) {
    arguments.push_back(with_folder(option, folder_.path("sources")));
  }
  arguments.insert(arguments.end(), {"--tmp-dir", (place() / "tmp").string()});
  return arguments;
}

void WriteLab::clear_place() {
  fs::remove_all(place());
  fs::create_directories(place() / "tmp");
}

// What every whole result is compared with, byte for byte.
void WriteLab::check_result() const {
  const std::string source = shell_word(folder_.path("sources/" + case_.source));
  const std::string there = shell_word(place() / "there");
  if (case_.command == "dump") {
    REQUIRE(run_savvy("dump --sort " + source).out == whole_.at("there"));
    return;
  }
  const Run diff = run_savvy("diff --format jsonl " + source + " " + there);
  CAPTURE(diff.err);
  REQUIRE(diff.exit_code == 0);
  REQUIRE(diff.out.empty());
  REQUIRE(findings_in(place() / "there") == "");
}

void WriteLab::check_aftermath(const Run& run, Ending ending) {
  CAPTURE(case_.name, run.exit_code, run.err);
  CHECK((tree_of(folder_.path("sources")) == sources_));
  Tree found = tree_of(place());
  if (found == whole_) return;
  CHECK(run.exit_code != 0);
  // A folder for metadata alone may be there without it.
  if (ending == Ending::kKilled && found.size() == nothing_.size() + 1) found.erase("there/");
  if (found == nothing_) return;
  REQUIRE(ending == Ending::kKilled);
  check_leftover(found);
}

void WriteLab::check_leftover(const Tree& found) const {
  const std::string metadata = case_.leftover + "/_metadata";
  for (const auto& [name, content] : found) {
    CAPTURE(name);
    CHECK((nothing_.contains(name) || name == "there/" || name.starts_with(case_.leftover)));
    // Its name comes after all else is there.
    if (found.contains(metadata) && name.starts_with(case_.leftover)) {
      const std::string final_name = "there" + name.substr(case_.leftover.size());
      REQUIRE(whole_.contains(final_name));
      CHECK((whole_.at(final_name) == content));
    }
  }
  if (found.contains(metadata)) CHECK(found.size() == whole_.size());
  const Run next = run_savvy(words(arguments()));
  CAPTURE(next.err);
  CHECK(next.exit_code == 4);
  CHECK(next.err.find((place() / case_.leftover).string() + ": exists already") !=
        std::string::npos);
  CHECK(next.err.find(found.contains(metadata) ? "a whole snapshot that did not get its name"
                                               : "can be deleted") != std::string::npos);
  CHECK((tree_of(place()) == found));
}

}  // namespace savvy::testing
