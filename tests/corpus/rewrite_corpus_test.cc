// Every stream of the corpus savepoints, written anew.

#include <catch2/catch.hpp>

#include "readers/local_storage.h"
#include "tests/corpus/corpus.h"
#include "tests/support/rewrite.h"

namespace savvy::testing {

TEST_CASE("streams of corpus savepoints are written as they were", "[corpus][rewrite]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const LocalStorage storage;
  RewriteCounts counts;
  std::vector<std::string> problems;
  for (const auto& folder : sorted_folders(*corpus / "savepoints")) {
    const Snapshot snapshot(folder.string(), PathMap(), storage);
    counts += rewrite_all(snapshot, problems);
  }
  CAPTURE(counts.canonical, counts.heap, counts.canonical_to_heap, counts.heap_from_entries,
          counts.heap_to_canonical, counts.not_converted, counts.not_divided, counts.operator_state,
          counts.raw_operator, counts.raw_keyed);
  CHECK(problems == std::vector<std::string>{});
  CHECK(counts.canonical > 100);
  CHECK(counts.canonical_to_heap > 100);
  CHECK(counts.heap > 100);
  CHECK(counts.heap_from_entries > 100);
  CHECK(counts.heap_to_canonical > 100);
  CHECK(counts.operator_state > 100);
  CHECK(counts.raw_keyed > 0);
}

}  // namespace savvy::testing
