// The databases of the corpus, which released Flinks wrote, are whole.

#include <catch2/catch.hpp>

#include "format/metadata.h"
#include "readers/check/database_check.h"
#include "readers/local_storage.h"
#include "tests/corpus/corpus.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

TEST_CASE("no finding in the databases of released Flinks", "[corpus][check][check_database]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  int databases = 0;
  const LocalStorage storage;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    CAPTURE(folder.filename());
    const Snapshot snapshot(folder.string(), PathMap(), storage);
    for (const OperatorState& op : snapshot.metadata().operators) {
      for (const Subtask& subtask : op.subtasks) {
        const auto* handle = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
        if (handle == nullptr) continue;
        FindingList findings;
        check_database(snapshot, *handle, op.max_parallelism, {}, 100, findings);
        for (const Finding& finding : findings.findings()) FAIL_CHECK(finding.found);
        ++databases;
      }
    }
  }
  CHECK(databases > 100);
}

}  // namespace
}  // namespace savvy::testing
