// relocate of every savepoint and checkpoint of the corpus: a copy that needs no other file.

#include <catch2/catch.hpp>
#include <map>

#include "tests/corpus/savepoints.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

using Reasons = std::map<std::string, std::size_t>;

// Which of these a refusal says; the whole text if none.
std::string reason_of(const std::string& text) {
  for (const std::string reason : {"has XXH3 checksums", "keyed state handle code 14"}) {
    if (text.find(reason) != std::string::npos) return reason;
  }
  return text;
}

struct Outcome {
  std::size_t written = 0;
  Reasons refused;
};

Outcome relocate_all(const fs::path& corpus, const std::string& options) {
  Outcome outcome;
  for (const fs::path& folder : sorted_folders(corpus / "savepoints")) {
    CAPTURE(folder.filename().string(), options);
    const TempFolder made;
    const std::string there = shell_word(made.path("there"));
    const Run run = run_savvy("relocate " + shell_word(folder) + " " + there + " " + options);
    CAPTURE(run.err);
    if (run.exit_code == 4) {
      ++outcome.refused[reason_of(run.err)];
      CHECK(!fs::exists(made.path("there")));
      continue;
    }
    REQUIRE(run.exit_code == 0);
    CHECK(Json::parse(run.out).at("verified") == true);
    const Run files = run_savvy("files " + there + " --format jsonl");
    for (const Json& file : parse_lines(files.out)) {
      CHECK((file.at("kind") == "inline" || file.at("kind") == "relative" ||
             file.at("kind") == "metadata"));
      CHECK(file.at("status") != "missing");
    }
    ++outcome.written;
  }
  return outcome;
}

}  // namespace

TEST_CASE("every snapshot of the corpus becomes self-contained", "[corpus][relocate]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const Outcome outcome = relocate_all(*corpus, "");
  CHECK(outcome.written == 197);
  CHECK(outcome.refused == Reasons{});
}

TEST_CASE("snapshots of the corpus are written for the oldest release, or refused by name",
          "[corpus][relocate]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const Outcome outcome = relocate_all(*corpus, "--for-flink 1.15");
  CHECK(outcome.written == 194);
  CHECK(outcome.refused == Reasons{{"has XXH3 checksums", 2}, {"keyed state handle code 14", 1}});
}

}  // namespace savvy::testing
