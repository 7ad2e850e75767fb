// No savepoint that a released Flink wrote has a finding.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/corpus/savepoints.h"

namespace savvy::testing {

TEST_CASE("check finds nothing in the corpus", "[corpus][check]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::size_t checked = 0;
  for (const auto& folder : sorted_folders(*corpus / "savepoints")) {
    CAPTURE(folder.string());
    const Run run = run_savvy("check --strict --format json " + shell_word(folder));
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
    CHECK(Json::parse(run.out).at("findings") == Json::array());
    ++checked;
  }
  CHECK(checked >= 100);
}

}  // namespace savvy::testing
