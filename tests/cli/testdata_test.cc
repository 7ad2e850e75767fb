// Every snapshot of testdata against what its job put in.

#include "tests/cli/testdata.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <sstream>

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// The last access of a state with a TTL is when Flink's clock stood there.
const std::string kClockField = "ttl_timestamp";

using Place = std::pair<std::string, std::string>;  // operator id, state

Place place_of(const Json& row) { return {text_of(row, "operator_id"), text_of(row, "state")}; }

Run dump(const fs::path& snapshot, const std::string& options = {}) {
  return run_savvy("dump " + snapshot_arguments(snapshot) + " " + options);
}

// Rows of the states that `expected` names.
std::vector<Json> rows_of_states(const std::vector<Json>& expected, std::vector<Json> rows) {
  std::set<Place> named;
  for (const Json& row : expected) named.insert(place_of(row));
  std::erase_if(rows, [&](const Json& row) { return !named.contains(place_of(row)); });
  return rows;
}

template <typename Predicate>
std::vector<Json> take_if(std::vector<Json>& rows, Predicate predicate) {
  const auto taken = std::stable_partition(rows.begin(), rows.end(), std::not_fn(predicate));
  std::vector<Json> chosen(taken, rows.end());
  rows.erase(taken, rows.end());
  return chosen;
}

// Text of a dump without what the clock decides.
std::string without_clock(const std::string& text) {
  std::string kept;
  std::istringstream lines(text);
  const std::string field = ",\"" + kClockField + "\":";
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find(field);
    if (start != std::string::npos) {
      const std::size_t end = line.find_first_of(",}", start + field.size());
      line.erase(start, end - start);
    }
    kept += line + '\n';
  }
  return kept;
}

// Bytes of connectors are shown with what they seem to be; what the job put in are the bytes.
void keep_only_bytes(std::vector<Json>& rows) {
  for (Json& row : rows) {
    for (const char* field : {"list_value", "state_value"}) {
      if (!row.contains(field) || !row[field].is_object()) continue;
      if (row[field].contains("$bytes")) row[field] = Json(row[field]["$bytes"]);
    }
  }
}

// States whose rows differ from expected.jsonl, and why.
struct KnownDifference {
  std::string folder_end;
  std::set<std::string> states;
};
const std::vector<KnownDifference> kKnownDifferences = {
    // A class of the job behind Kryo, whose fields only that class names.
    {"-types", {"kryo"}},
};

// Takes the rows of such states out, and checks that they do differ: else the entry has to go.
void remove_known_differences(const fs::path& snapshot, std::vector<Json>& expected,
                              std::vector<Json>& found) {
  for (const KnownDifference& known : kKnownDifferences) {
    if (!folder_of(snapshot).string().ends_with(known.folder_end)) continue;
    for (const std::string& state : known.states) {
      const auto is_known = [&](const Json& row) { return text_of(row, "state") == state; };
      CAPTURE(state);
      const std::vector<Json> wanted = take_if(expected, is_known);
      CHECK(first_difference(wanted, take_if(found, is_known)) != "");
    }
  }
}

}  // namespace

TEST_CASE("dump prints what the job put in", "[cli][testdata]") {
  std::size_t dumped = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const Run run = dump(snapshot);
    REQUIRE(run.exit_code == 0);
    std::vector<Json> expected = parse_lines(read_text(snapshot / "expected.jsonl"));
    std::vector<Json> found = rows_of_states(expected, parse_lines(run.out));
    drop_fields(expected, {kClockField});
    drop_fields(found, {kClockField});
    keep_only_bytes(found);
    remove_known_differences(snapshot, expected, found);
    CHECK(first_difference(expected, found) == "");
    ++dumped;
  }
  CHECK(dumped == testdata_snapshots().size());
  CHECK(dumped >= 60);
}

TEST_CASE("sorted, equal keyed state is equal text", "[cli][testdata]") {
  std::map<std::string, std::string> text_by_job;
  std::size_t compared = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    // Checkpoints below a folder follow one another and differ.
    if (snapshot != folder_of(snapshot)) continue;
    // Broadcast maps keep the order in which their entries came: another one in each run of the
    // job.
    const Run run = dump(snapshot, "--sort --kind keyed --kind timer");
    REQUIRE(run.exit_code == (run.out.empty() ? 1 : 0));  // a job without keyed state
    const auto [first, is_new] = text_by_job.emplace(job_of(snapshot), without_clock(run.out));
    if (is_new) continue;
    CHECK((without_clock(run.out) == first->second));
    ++compared;
  }
  CHECK(compared >= 10);
}

TEST_CASE("the number of threads does not show", "[cli][testdata]") {
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    for (const std::string order : {"", "--sort "}) {
      const Run one = dump(snapshot, order + "--jobs 1");
      const Run eight = dump(snapshot, order + "--jobs 8");
      CHECK(one.exit_code == 0);
      CHECK((one.out == eight.out));
      CHECK(one.err == eight.err);
    }
  }
}

TEST_CASE("inspect, schema and files are silent about whole snapshots", "[cli][testdata]") {
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    for (const std::string command : {"inspect ", "schema ", "files "}) {
      const Run run = run_savvy(command + snapshot_arguments(snapshot) + " --format json");
      CHECK(run.exit_code == 0);
      CHECK(run.err.empty());
      CHECK(Json::parse(run.out).at("schema") == "savvy/v1");
    }
  }
}

}  // namespace savvy::testing
