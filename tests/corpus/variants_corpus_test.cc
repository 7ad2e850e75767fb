// One job, one Flink release: every backend and every kind of snapshot holds the same rows.

#include <catch2/catch.hpp>
#include <map>
#include <utility>

#include "tests/corpus/savepoints.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// "job-flinkX-variant" -> "job-flinkX"
std::string job_and_release(const std::string& name) {
  const std::size_t release = name.find("-flink");
  return name.substr(0, name.find('-', release + 1));
}

// Without what differs from run to run: when processing-time timers fire, and what a checkpoint
// finds on its way between tasks.
std::vector<Json> comparable_rows(const fs::path& folder) {
  std::vector<Json> rows = dump_rows(folder);
  for (Json& row : rows) {
    if (text_of(row, "state").starts_with("_timer_state/processing")) row.erase("timer_timestamp");
  }
  std::erase_if(rows, [](const Json& row) { return text_of(row, "kind") == "channel"; });
  return rows;
}

// The one snapshot in which nothing names the serializer of some keys: a checkpoint of the changelog
// backend without a full handle, in operators without timers.
const std::string kKeylessFolder = "new-stateful-udf-migration-itcase-flink1.17-hashmap-checkpoint";

using Place = std::pair<std::string, std::string>;

Place place_of(const Json& row) { return {text_of(row, "operator_id"), text_of(row, "state")}; }

// The states whose changes are bytes, with the number of them.
std::map<Place, int> keyless_states(const std::vector<Json>& rows) {
  std::map<Place, int> states;
  for (const Json& row : rows) {
    if (text_of(row, "kind") == "keyed" && !row.contains("state_key")) ++states[place_of(row)];
  }
  return states;
}

std::vector<Json> without(std::vector<Json> rows, const std::map<Place, int>& states) {
  std::erase_if(rows, [&](const Json& row) { return states.contains(place_of(row)); });
  return rows;
}

}  // namespace

TEST_CASE("all variants of a job's snapshot hold the same rows", "[corpus][variants]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::map<std::string, std::vector<fs::path>> variants;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    const std::string name = folder.filename();
    if (!name.starts_with("new-stateful-")) continue;
    variants[job_and_release(name)].push_back(folder);
  }
  CHECK(variants.size() == 16);  // two jobs in 1.8, 1.10, 1.12, 1.14, 1.15, 1.17, 1.19 and 2.0
  std::size_t comparisons = 0;
  for (const auto& [job, folders] : variants) {
    REQUIRE(folders.size() >= 2);
    const std::vector<Json> last = comparable_rows(folders.back());
    CHECK(keyless_states(last).empty());
    for (std::size_t i = 0; i + 1 < folders.size(); ++i) {
      CAPTURE(folders.back().filename());
      CAPTURE(folders[i].filename());
      const std::vector<Json> other = comparable_rows(folders[i]);
      const std::map<Place, int> keyless = keyless_states(other);
      CHECK(keyless.size() == (folders[i].filename() == kKeylessFolder ? 2 : 0));
      for (const auto& [place, changes] : keyless) CHECK(changes == 4);
      CHECK(first_difference(without(last, keyless), without(other, keyless)) == "");
      ++comparisons;
    }
  }
  CHECK(comparisons == 64 - 2 * 8);
}

TEST_CASE("diff finds nothing between variants of a job but what clocks decide",
          "[corpus][variants][diff]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::map<std::string, fs::path> firsts;
  std::size_t comparisons = 0;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    const std::string name = folder.filename();
    if (!name.starts_with("new-stateful-") || name == kKeylessFolder) continue;
    const auto [first, is_new] = firsts.emplace(job_and_release(name), folder);
    if (is_new) continue;
    CAPTURE(first->second.filename(), name);
    const Run run = run_savvy("diff " + shell_word(first->second) + " " + shell_word(folder));
    CHECK(run.exit_code <= 1);
    CHECK(run.err == "");
    for (const Json& row : parse_lines(run.out)) {
      const std::string kind = text_of(row, "kind");
      const bool clock =
          kind == "channel" || text_of(row, "state").starts_with("_timer_state/processing");
      if (!clock) CHECK(row.dump() == "");
    }
    ++comparisons;
  }
  CHECK(comparisons == 63 - 2 * 8);
}

TEST_CASE("a job leaves the same state in every Flink release", "[corpus][variants]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const auto rows_in = [&](const std::string& job, const std::string& release) {
    std::vector<Json> rows = dump_rows(*corpus / "savepoints" / (job + "-flink" + release));
    drop_fields(rows, {"operator"});  // a uid from 2.0 on, an id before
    return rows;
  };
  for (const std::string job : {"operatorstate-complexKeyed", "operatorstate-nonKeyed"}) {
    for (const std::string release : {"1.10", "1.12", "1.14", "1.15", "1.17", "1.19", "2.0"}) {
      CAPTURE(job, release);
      CHECK(first_difference(rows_in(job, "1.8"), rows_in(job, release)) == "");
    }
  }
}

TEST_CASE("a test's own serializer writes the same bytes on both backends", "[corpus][variants]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const std::string start = "type-serializer-snapshot-migration-itcase-flink1.16-";
  std::vector<Json> canonical = dump_rows(*corpus / "savepoints" / (start + "rocksdb-savepoint"));
  std::vector<Json> heap = dump_rows(*corpus / "savepoints" / (start + "hashmap-savepoint-native"));
  // The heap entries of an unknown serializer cannot be cut: one row holds them all.
  const auto is_keyed = [](const Json& row) { return text_of(row, "kind") == "keyed"; };
  CHECK(std::erase_if(canonical, is_keyed) == 4);
  CHECK(std::erase_if(heap, is_keyed) == 1);
  CHECK(first_difference(canonical, heap) == "");
}

}  // namespace savvy::testing
