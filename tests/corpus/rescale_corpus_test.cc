// rescale of every savepoint and checkpoint of the corpus: verified by its own comparison, or
// refused for a reason that is known.

#include <catch2/catch.hpp>
#include <map>

#include "tests/corpus/savepoints.h"
#include "tests/support/check_clean.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// Which of these a refusal says; the whole text if none.
std::string reason_of(const std::string& text) {
  for (const std::string reason : {"which is bound to the parallelism it was taken at",
                                   "the change log does not name the key's serializer",
                                   "values of a type that cannot be walked", "cannot be walked",
                                   "hashCode of its keys", "is in key group"}) {
    if (text.find(reason) != std::string::npos) return reason;
  }
  return text;
}

struct Outcome {
  std::size_t written = 0;
  std::map<std::string, std::size_t> refused;  // by reason
};

// Nothing is materialized, and there is no timer queue that would tell the key's type.
const std::map<std::string, std::size_t> kOneChangelog = {
    {"the change log does not name the key's serializer", 1}};

Outcome rescale_all(const fs::path& corpus, const std::string& options) {
  Outcome outcome;
  for (const fs::path& folder : sorted_folders(corpus / "savepoints")) {
    CAPTURE(folder.filename().string(), options);
    const TempFolder made;
    const Run run = run_savvy("rescale " + shell_word(folder) + " " +
                              shell_word(made.path("there")) + " " + options);
    CAPTURE(run.err);
    if (run.exit_code == 4) {
      ++outcome.refused[reason_of(run.err)];
      CHECK(!fs::exists(made.path("there")));
      continue;
    }
    REQUIRE(run.exit_code == 0);
    CHECK(Json::parse(run.out).at("verified") == true);
    const Run diff = run_savvy("diff " + shell_word(folder) + " " + shell_word(made.path("there")));
    CHECK(diff.exit_code == 0);
    CHECK(diff.out.empty());
    // What was written for a test alone nobody can check: a warning.
    CHECK(findings_in(made.path("there"), "") == "");
    ++outcome.written;
  }
  return outcome;
}

}  // namespace

TEST_CASE("every snapshot of the corpus is rescaled, or refused for a known reason",
          "[corpus][rescale]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const Outcome outcome = rescale_all(*corpus, "--parallelism 3");
  CHECK(outcome.written == 196);
  CHECK(outcome.refused == kOneChangelog);
}

TEST_CASE("key groups of the corpus are renumbered where the keys' hashes are known",
          "[corpus][rescale]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const Outcome outcome = rescale_all(*corpus, "--max-parallelism 1024");
  CHECK(outcome.written == 196);
  // The same changelog: what is not known has no hash.
  CHECK(outcome.refused == std::map<std::string, std::size_t>{{"hashCode of its keys", 1}});
}

}  // namespace savvy::testing
