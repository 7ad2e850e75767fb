// savvy stats: its figures against the rows that the jobs put in.

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "tests/cli/testdata.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kSnapshot = testdata_folder("flink2.3-hashmap-canonical");

Run stats(const fs::path& snapshot, const std::string& options = {}) {
  return run_savvy("stats " + snapshot_arguments(snapshot) + " " + options);
}

// The states of a document by operator id, kind and name.
std::map<StateKey, Json> states_of(const std::string& text) {
  std::map<StateKey, Json> states;
  const Json document = Json::parse(text);
  for (const Json& op : document.at("operators")) {
    for (const Json& state : op.at("states")) {
      states[{text_of(op, "operator_id"), text_of(state, "kind"), text_of(state, "state")}] = state;
    }
  }
  return states;
}

// What rows tell of a state.
struct RowFigures {
  std::size_t rows = 0;
  std::set<std::string> entries;            // keys with all that follows them
  std::map<std::string, std::size_t> keys;  // entries of each
  std::set<int> key_groups;
  std::set<std::int64_t> timers;
  bool is_list = false;
};

std::map<StateKey, RowFigures> figures_of(const std::vector<Json>& rows) {
  std::map<StateKey, RowFigures> figures;
  for (const Json& row : rows) {
    RowFigures& state = figures[state_key(row)];
    ++state.rows;
    if (!row.contains("key_group")) continue;
    const std::string key = row.at("state_key").dump();
    Json entry = row;
    for (const char* field :
         {"list_index", "list_value", "state_value", "map_value", "ttl_timestamp"}) {
      entry.erase(field);
    }
    if (state.entries.insert(entry.dump()).second) ++state.keys[key];
    state.key_groups.insert(row.at("key_group").get<int>());
    if (row.contains("timer_timestamp")) state.timers.insert(row["timer_timestamp"].get<long>());
    state.is_list = state.is_list || row.contains("list_index");
  }
  return figures;
}

void check_keyed(const RowFigures& rows, const Json& state) {
  CHECK(state.at("entries") == rows.entries.size());
  CHECK(state.at("keys") == Json({{"value", rows.keys.size()}, {"exact", true}}));
  CHECK(state.at("key_groups").at("used") == rows.key_groups.size());
  if (rows.is_list) CHECK(state.at("elements").at("total") == rows.rows);
  if (!rows.timers.empty()) {
    CHECK(state.at("timers").at("min_timestamp") == *rows.timers.begin());
    CHECK(state.at("timers").at("max_timestamp") == *rows.timers.rbegin());
  }
  std::size_t histogram = 0;
  for (const Json& bar : state.at("key_groups").at("histogram"))
    histogram += bar.get<std::size_t>();
  CHECK(histogram == rows.entries.size());
  for (const Json& key : state.at("largest_keys").at("items")) {
    const auto found = rows.keys.find(Json(key.at("key")).dump());
    REQUIRE(found != rows.keys.end());
    CHECK(key.at("entries") == found->second);
  }
}

std::uint64_t sum_of(const Json& items, const char* field) {
  std::uint64_t sum = 0;
  for (const Json& item : items) sum += item.at(field).get<std::uint64_t>();
  return sum;
}

// Figures that do not depend on which subtask or file holds what, nor on the clock of the job.
std::map<StateKey, Json> comparable(const fs::path& snapshot) {
  std::map<StateKey, Json> states = states_of(stats(snapshot, "--kind keyed --kind timer").out);
  for (auto& [key, state] : states) {
    if (state.contains("ttl")) state["ttl"] = state["ttl"]["values"];
    state.erase("empty_collections");
    // Behind the flag of a null value some writers let the serializer write its own null.
    if (text_of(state, "state_kind") != "map") continue;
    for (const char* field :
         {"bytes", "value_bytes", "subtasks", "largest_keys", "largest_values"}) {
      state.erase(field);
    }
    state["key_groups"].erase("most_bytes");
  }
  return states;
}

}  // namespace

TEST_CASE("stats counts what the job put in", "[cli][stats]") {
  std::size_t compared = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const Run run = stats(snapshot, "--format json");
    REQUIRE(run.exit_code == 0);
    CHECK(run.err.empty());
    const std::map<StateKey, Json> states = states_of(run.out);
    for (const auto& [key, rows] :
         figures_of(parse_lines(read_text(snapshot / "expected.jsonl")))) {
      CAPTURE(key.operator_id, key.kind, key.state);
      REQUIRE(states.contains(key));
      const Json& state = states.at(key);
      if (rows.entries.empty()) {
        CHECK(state.at("entries") == rows.rows);
      } else {
        check_keyed(rows, state);
      }
      ++compared;
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("stats: parts add up to the whole", "[cli][stats]") {
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const Json document = Json::parse(stats(snapshot).out);
    CHECK(document.at("schema") == "savvy/v1");
    for (const char* figure : {"entries", "bytes"}) {
      std::uint64_t total = 0;
      for (const Json& op : document.at("operators")) {
        total += op.at(figure).get<std::uint64_t>();
        CHECK(op.at(figure) == sum_of(op.at("states"), figure));
        for (const Json& state : op.at("states")) {
          if (!state.contains("subtasks")) continue;
          CHECK(state.at(figure) == sum_of(state.at("subtasks"), figure));
        }
      }
      total += sum_of(document.at("master_states"), figure);
      CHECK(document.at(figure) == total);
    }
  }
}

TEST_CASE("stats: equal state has equal figures, whatever backend wrote it", "[cli][stats]") {
  std::map<std::string, std::map<StateKey, Json>> figures_by_job;
  std::size_t compared = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    // Checkpoints below a folder follow one another and differ.
    if (snapshot != folder_of(snapshot)) continue;
    const auto [first, is_new] = figures_by_job.emplace(job_of(snapshot), comparable(snapshot));
    if (is_new) continue;
    const std::map<StateKey, Json> found = comparable(snapshot);
    REQUIRE(found.size() == first->second.size());
    for (const auto& [key, state] : first->second) {
      CAPTURE(key.operator_id, key.state);
      CHECK(found.at(key) == state);
    }
    ++compared;
  }
  CHECK(compared >= 10);
}

TEST_CASE("stats: the number of threads does not show", "[cli][stats]") {
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    for (const std::string format : {"--format text", "--format csv --top 1"}) {
      const Run one = stats(snapshot, format + " --jobs 1");
      const Run eight = stats(snapshot, format + " --jobs 8");
      CHECK(one.exit_code == eight.exit_code);
      CHECK((one.out == eight.out));
      CHECK(one.err == eight.err);
    }
  }
}

TEST_CASE("stats: the largest values are those of the rows", "[cli][stats]") {
  const Run run = stats(kSnapshot, "--operator keyed-string --state map --top 100000");
  CHECK(run.exit_code == 2);
  const auto states = states_of(stats(kSnapshot, "--operator keyed-string --top 10000").out);
  for (const auto& [key, state] : states) {
    if (key.kind != "keyed") continue;
    CAPTURE(key.state);
    const Json& values = state.at("largest_values");
    CHECK(values.size() == state.at("entries"));
    CHECK(sum_of(values, "bytes") == state.at("value_bytes").at("total"));
    CHECK(values.at(0).at("bytes") == state.at("value_bytes").at("max"));
    CHECK(values.at(values.size() - 1).at("bytes") == state.at("value_bytes").at("min"));
    const Json& keys = state.at("largest_keys").at("items");
    CHECK(keys.size() == state.at("keys").at("value"));
    CHECK(sum_of(keys, "bytes") == state.at("bytes"));
    CHECK(sum_of(keys, "entries") == state.at("entries"));
    for (const Json& value : values) {
      CHECK(value.contains("map_key") == (state.at("state_kind") == "map"));
    }
  }
  CHECK(states.size() > 5);
}

TEST_CASE("stats: filters leave out what they name not", "[cli][stats]") {
  const Json whole = Json::parse(stats(kSnapshot).out);
  const auto all = states_of(whole.dump());
  const auto timers = states_of(stats(kSnapshot, "--kind timer").out);
  CHECK_FALSE(timers.empty());
  for (const auto& [key, state] : timers) {
    CHECK(key.kind == "timer");
    CHECK(state == all.at(key));
  }
  std::uint64_t entries = 0;
  for (const std::string groups : {"0-31", "32-99", "100-127"}) {
    const Json part = Json::parse(stats(kSnapshot, "--key-group " + groups).out);
    entries += part.at("entries").get<std::uint64_t>();
    for (const auto& [key, state] : states_of(part.dump())) {
      CHECK((key.kind == "keyed" || key.kind == "timer" || key.kind == "raw_keyed"));
      if (groups == "0-31") CHECK(state.at("key_groups").at("count") == 32);
    }
  }
  std::uint64_t keyed = 0;
  for (const auto& [key, state] : all) {
    if (key.kind == "keyed" || key.kind == "timer" || key.kind == "raw_keyed") {
      keyed += state.at("entries").get<std::uint64_t>();
    }
  }
  CHECK(entries == keyed);
  CHECK(stats(kSnapshot, "--state nothing").exit_code == 1);
  CHECK(stats(kSnapshot, "--subtask 1 --operator keyed-string").exit_code == 0);
}

TEST_CASE("stats: the formats hold the same states", "[cli][stats]") {
  const auto states = states_of(stats(kSnapshot, "--format json").out);
  const std::vector<Json> records = parse_lines(stats(kSnapshot, "--format jsonl").out);
  std::size_t found = 0;
  for (const Json& record : records) {
    if (text_of(record, "kind") == "master") continue;
    ++found;
    const Json& state = states.at(state_key(record));
    for (const auto& [name, value] : state.items()) CHECK(record.at(name) == value);
  }
  CHECK(found == states.size());
  const std::string csv = stats(kSnapshot, "--format csv --top 0").out;
  CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) == records.size() + 1);
}

TEST_CASE("stats: damage ends the command with the first error in order", "[cli][stats]") {
  TempFolder folder;
  const fs::path copy = folder.path("savepoint");
  fs::copy(kSnapshot, copy, fs::copy_options::recursive);
  for (const auto& file : fs::directory_iterator(copy)) {
    if (file.path().filename() == "_metadata" || file.file_size() < 100) continue;
    fs::resize_file(file.path(), file.file_size() - 7);
  }
  const Run one = run_savvy("stats " + shell_word(copy) + " --jobs 1");
  const Run eight = run_savvy("stats " + shell_word(copy) + " --jobs 8");
  CHECK(one.exit_code == 3);
  CHECK(one.out.empty());
  CHECK(one.err == eight.err);
}

}  // namespace savvy::testing
