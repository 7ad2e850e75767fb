// How many rows each state of a snapshot has, against what its job put in (expected_counts.tsv).

#include <fmt/format.h>
#include <fnmatch.h>

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "format/operator_id.h"
#include "tests/corpus/savepoints.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUnknownRows = static_cast<std::size_t>(-1);
constexpr std::string_view kAnyOperator = "*";

struct Expectation {
  std::string snapshot;
  StateKey place;  // the operator id may be kAnyOperator
  std::size_t rows;
};

// An operator id stands for itself, anything else is a uid.
std::string operator_id_text(const std::string& word) {
  const bool is_id = word.size() == 32 && word.find_first_not_of("0123456789abcdef") == word.npos;
  return is_id || word == kAnyOperator ? word : to_hex(operator_id_of_uid(word));
}

Expectation parse_expectation(const std::string& line) {
  std::istringstream fields(line);
  Expectation expected;
  std::string op;
  std::string rows;
  std::getline(fields, expected.snapshot, '\t');
  std::getline(fields, op, '\t');
  std::getline(fields, expected.place.kind, '\t');
  std::getline(fields, expected.place.state, '\t');
  std::getline(fields, rows, '\t');
  expected.place.operator_id = operator_id_text(op);
  if (expected.place.state == "-") expected.place.state.clear();
  expected.rows = rows == "?" ? kUnknownRows : std::stoul(rows);
  return expected;
}

std::vector<Expectation> read_expectations() {
  std::vector<Expectation> all;
  std::istringstream lines(read_text(SAVVY_SOURCE_DIR "/tests/corpus/expected_counts.tsv"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') all.push_back(parse_expectation(line));
  }
  return all;
}

// What is expected of one snapshot; of two lines for one state the later counts.
std::map<StateKey, std::size_t> expectations_of(const std::string& snapshot,
                                                const std::vector<Expectation>& all) {
  std::map<StateKey, std::size_t> expected;
  for (const Expectation& each : all) {
    if (fnmatch(each.snapshot.c_str(), snapshot.c_str(), 0) == 0) expected[each.place] = each.rows;
  }
  return expected;
}

// Found counts under the keys of the expectation: operators together where it does not tell them
// apart.
std::map<StateKey, std::size_t> regroup(const std::map<StateKey, std::size_t>& found,
                                        const std::map<StateKey, std::size_t>& expected) {
  std::map<StateKey, std::size_t> grouped;
  for (const auto& [place, rows] : found) {
    const StateKey any = {std::string(kAnyOperator), place.kind, place.state};
    grouped[expected.contains(any) ? any : place] += rows;
  }
  return grouped;
}

std::string text(const StateKey& place, std::size_t rows) {
  return fmt::format("{} {} \"{}\": {}", place.operator_id, place.kind, place.state, rows);
}

// What differs, a line a state.
std::set<std::string> differences(const std::map<StateKey, std::size_t>& expected,
                                  const std::map<StateKey, std::size_t>& found) {
  std::set<std::string> different;
  for (const auto& [place, rows] : found) {
    const auto wanted = expected.find(place);
    const bool known = wanted != expected.end();
    if (!known || (wanted->second != kUnknownRows && wanted->second != rows)) {
      different.insert(text(place, rows) + " found");
    }
  }
  for (const auto& [place, rows] : expected) {
    if (rows != 0 && !found.contains(place)) different.insert(text(place, rows) + " expected");
  }
  return different;
}

}  // namespace

TEST_CASE("states have as many rows as their jobs put in", "[corpus][counts]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const std::vector<Expectation> all = read_expectations();
  std::map<std::string, int> snapshots_by_family;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    const std::string name = folder.filename();
    CAPTURE(name);
    const std::map<StateKey, std::size_t> expected = expectations_of(name, all);
    if (expected.empty()) continue;
    std::vector<Json> rows = dump_rows(folder);
    // What is on its way between tasks differs from run to run.
    std::erase_if(rows, [](const Json& row) { return text_of(row, "kind") == "channel"; });
    const auto found = regroup(count_by_state(rows), expected);
    CHECK(differences(expected, found) == std::set<std::string>{});
    ++snapshots_by_family[name.substr(0, name.find('-', name.find('-') + 1))];
  }
  CHECK(snapshots_by_family["new-stateful"] == 64);
  CHECK(snapshots_by_family["operatorstate-complexKeyed"] == 8);
  CHECK(snapshots_by_family["operatorstate-nonKeyed"] == 8);
  CHECK(snapshots_by_family["type-serializer"] == 2);
  CHECK(snapshots_by_family.size() == 4 + 13);  // the others are SQL, by their first word
}

TEST_CASE("every expectation is of some snapshot", "[corpus][counts]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const std::vector<fs::path> folders = sorted_folders(*corpus / "savepoints");
  for (const Expectation& expected : read_expectations()) {
    CAPTURE(expected.snapshot);
    CHECK(std::any_of(folders.begin(), folders.end(), [&](const fs::path& folder) {
      return fnmatch(expected.snapshot.c_str(), folder.filename().c_str(), 0) == 0;
    }));
  }
}

}  // namespace savvy::testing
