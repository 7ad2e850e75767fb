// convert of every savepoint and checkpoint of the corpus to every layout: verified by its own
// comparison, or refused for a reason that is known.

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
  for (const std::string reason :
       {"the change log does not name the key's serializer", "cannot be compared with its source",
        "cannot be told apart", "RocksDB cannot hold a second column family"}) {
    if (text.find(reason) != std::string::npos) return reason;
  }
  return text;
}

// RocksDB of Flink before 1.16 wrote the canonical layout under a code that it alone restores.
void check_codes(const Metadata& metadata) {
  for (const OperatorState& op : metadata.operators) {
    for (const Subtask& subtask : op.subtasks) {
      const auto* groups = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state);
      if (groups != nullptr) CHECK(groups->code == KeyedCode::kSavepointKeyGroups);
    }
  }
}

}  // namespace

TEST_CASE("every snapshot of the corpus is converted, or refused for a known reason",
          "[corpus][convert]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::map<std::string, std::size_t> written;
  std::map<std::pair<std::string, std::string>, std::size_t> refused;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    for (const std::string layout : {"canonical", "hashmap", "rocksdb"}) {
      CAPTURE(folder.filename().string(), layout);
      const TempFolder made;
      const Run run = run_savvy("convert " + shell_word(folder) + " " +
                                shell_word(made.path("there")) + " --format json --to " + layout);
      CAPTURE(run.err);
      if (run.exit_code == 4) {
        ++refused[{layout, reason_of(run.err)}];
        CHECK(!fs::exists(made.path("there")));
        continue;
      }
      REQUIRE(run.exit_code == 0);
      CHECK(Json::parse(run.out).at("verified") == true);
      if (std::string(layout) == "canonical") check_codes(read_metadata(made.path("there")));
      // What was written for a test alone nobody can check: a warning.
      CHECK(findings_in(made.path("there"), "") == "");
      ++written[layout];
    }
  }
  using Written = std::map<std::string, std::size_t>;
  CHECK(written == Written{{"canonical", 195}, {"hashmap", 194}, {"rocksdb", 195}});
  const std::string log = "the change log does not name the key's serializer";
  const std::string apart = "cannot be told apart";
  // One job has a serializer that was written for the test, and nobody else knows: out of the heap
  // layout its values cannot be cut, and into it they cannot be compared.
  using Refused = std::map<std::pair<std::string, std::string>, std::size_t>;
  CHECK(refused == Refused{{{"canonical", log}, 1},
                           {{"hashmap", log}, 1},
                           {{"rocksdb", log}, 1},
                           {{"canonical", apart}, 1},
                           {{"rocksdb", apart}, 1},
                           {{"hashmap", "cannot be compared with its source"}, 2}});
}

}  // namespace savvy::testing
