// check --read-data on the savepoints that released Flink wrote: nothing is found.

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "tests/corpus/corpus.h"
#include "tests/support/check_data.h"

namespace savvy {

TEST_CASE("data: nothing is found in the corpus but what savvy does not read",
          "[corpus][check][data]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  std::map<std::string, std::set<std::string>> found;
  std::string all;
  int checked = 0;
  for (const auto& folder : testing::sorted_folders(*corpus / "savepoints")) {
    const auto findings = testing::findings_of(folder.string(), testing::all_data(2));
    for (const Finding& finding : findings) {
      found[folder.filename()].insert(code_word(finding.code));
    }
    if (!findings.empty()) all += folder.string() + "\n" + testing::text_of_findings(findings);
    ++checked;
  }
  INFO(all);
  CHECK(checked > 100);
  // A change log without a key serializer, and a heap with a serializer of the job's own: what lies
  // there cannot be told apart.
  CHECK(found ==
        std::map<std::string, std::set<std::string>>{
            {"new-stateful-udf-migration-itcase-flink1.17-hashmap-checkpoint", {"SV222"}},
            {"type-serializer-snapshot-migration-itcase-flink1.16-hashmap-savepoint-native",
             {"SV222"}}});
}

}  // namespace savvy
