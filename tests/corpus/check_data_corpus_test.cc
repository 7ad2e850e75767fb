// check --read-data on the savepoints that released Flink wrote: nothing is found.

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "tests/corpus/corpus.h"
#include "tests/support/check_data.h"

namespace savvy {

TEST_CASE("data: nothing is found in the corpus", "[corpus][check][data]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  std::map<std::string, std::set<std::string>> found;
  int checked = 0;
  for (const auto& folder : testing::sorted_folders(*corpus / "savepoints")) {
    const auto findings = testing::findings_of(folder.string(), testing::all_data(2));
    for (const Finding& finding : findings) {
      found[folder.filename()].insert(code_word(finding.code));
    }
    if (!findings.empty()) {
      UNSCOPED_INFO(folder << "\n" << testing::text_of_findings(findings));
    }
    ++checked;
  }
  CHECK(checked > 100);
  CHECK(found == std::map<std::string, std::set<std::string>>{});
}

}  // namespace savvy
