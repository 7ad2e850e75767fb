// savvy diff on what a real Flink wrote.

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/cli/testdata.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

Run diff(const fs::path& before, const fs::path& after, const std::string& options = {}) {
  std::string arguments = "diff " + shell_word(before) + " " + shell_word(after);
  for (const fs::path& snapshot : {before, after}) {
    const std::string with_map = snapshot_arguments(snapshot);
    const std::size_t rule = with_map.find(" --map ");
    if (rule != std::string::npos) arguments += with_map.substr(rule);
  }
  return run_savvy(arguments + " " + options);
}

// What a snapshot must hold of these kinds, in any order, wherever it is kept.
std::string contents(const fs::path& snapshot, const std::set<std::string>& kinds) {
  std::vector<Json> rows = parse_lines(read_text(snapshot / "expected.jsonl"));
  std::erase_if(rows, [&](const Json& row) { return !kinds.contains(text_of(row, "kind")); });
  drop_fields(rows, {"subtask", "key_group", "ttl_timestamp", "operator"});
  std::set<std::string> texts;  // subtasks hold the same broadcast entries
  for (const std::string& text : sorted_texts(rows)) texts.insert(text);
  std::string all;
  for (const std::string& text : texts) all += text + '\n';
  return all;
}

// The clock decides when an entry was last used.
bool is_clock(const Json& row) {
  return row.at("change_type") == "update" && row.contains("ttl_before") &&
         row.at("before") == row.at("after");
}

// Where a source stands: expected.jsonl does not say, and readers at parallelism 1 and 2 share the
// numbers out differently.
bool is_source_position(const Json& row) { return text_of(row, "state") == "SourceReaderState"; }

std::string release_of(const fs::path& snapshot) {
  const std::string name = folder_of(snapshot).filename();
  return name.substr(0, name.find('-'));
}

// Rows by what names them, with their values; elements of operator state by themselves.
using Named = std::multimap<std::string, Json>;

bool is_list(const Json& row) {
  const std::string kind = text_of(row, "kind");
  return kind == "list" || kind == "union";
}

Named named_rows(const std::vector<Json>& rows) {
  Named named;
  std::set<std::string> broadcast;
  for (Json row : rows) {
    Json value;
    for (const char* field : {"state_value", "map_value", "list_value"}) {
      if (row.contains(field)) value = row[field];
    }
    row.erase("subtask");
    row.erase("ttl_timestamp");
    if (is_list(row)) {
      row.erase("list_index");
    } else {
      for (const char* field : {"state_value", "map_value", "list_value"}) row.erase(field);
    }
    if (text_of(row, "kind") == "broadcast" && !broadcast.insert(row.dump()).second) continue;
    named.emplace(row.dump(), value);
  }
  return named;
}

std::multiset<std::string> changes(const fs::path& before, const fs::path& after) {
  Named a = named_rows(parse_lines(read_text(before / "expected.jsonl")));
  Named b = named_rows(parse_lines(read_text(after / "expected.jsonl")));
  std::multiset<std::string> found;
  for (const auto& [name, value] : a) {
    const auto other = b.find(name);
    if (other == b.end()) {
      found.insert("delete " + name + " " + value.dump());
      continue;
    }
    if (other->second != value) {
      found.insert("update " + name + " " + value.dump() + " " + other->second.dump());
    }
    b.erase(other);
  }
  for (const auto& [name, value] : b) found.insert("insert " + name + " " + value.dump());
  return found;
}

// The same words for what the program says.
std::string change_text(Json row) {
  const std::string change = row.at("change_type");
  const Json before = row.contains("before") ? row["before"] : Json();
  const Json after = row.contains("after") ? row["after"] : Json();
  for (const char* field : {"change_type", "before", "after", "ttl_before", "ttl_after"}) {
    row.erase(field);
  }
  if (is_list(row)) row["list_value"] = change == "delete" ? before : after;
  if (change == "update") {
    return change + " " + row.dump() + " " + before.dump() + " " + after.dump();
  }
  return change + " " + row.dump() + " " + (change == "delete" ? before : after).dump();
}

// The checkpoints of a folder of testdata, in their order.
std::vector<fs::path> chain(const std::string& folder) {
  std::map<int, fs::path> found;
  for (const fs::path& snapshot : testdata_snapshots()) {
    if (folder_of(snapshot) != testdata_folder(folder)) continue;
    found[std::stoi(snapshot.filename().string().substr(4))] = snapshot;
  }
  std::vector<fs::path> snapshots;
  for (const auto& [number, snapshot] : found) snapshots.push_back(snapshot);
  return snapshots;
}

}  // namespace

TEST_CASE("diff: a snapshot does not differ from itself", "[cli][diff]") {
  std::size_t compared = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot.string());
    const Run run = diff(snapshot, snapshot);
    CHECK(run.exit_code == 0);
    CHECK(run.out.empty());
    CHECK(run.err.empty());
    ++compared;
  }
  CHECK(compared >= 40);
}

// Compares the snapshots of each Flink release that hold the same rows of some kinds.
std::size_t compare_alike(const std::set<std::string>& kinds, const std::string& options) {
  std::map<std::string, std::vector<fs::path>> alike;
  for (const fs::path& snapshot : testdata_snapshots()) {
    const std::string text = contents(snapshot, kinds);
    if (!text.empty()) alike[release_of(snapshot) + '\n' + text].push_back(snapshot);
  }
  std::size_t compared = 0;
  for (const auto& [text, snapshots] : alike) {
    for (std::size_t i = 1; i < snapshots.size(); ++i) {
      CAPTURE(snapshots[0].string(), snapshots[i].string());
      const Run run = diff(snapshots[0], snapshots[i], options);
      std::vector<Json> rows = parse_lines(run.out);
      CHECK(run.exit_code == (rows.empty() ? 0 : 1));
      std::erase_if(rows, is_clock);
      std::erase_if(rows, is_source_position);
      CHECK((rows.empty() ? "" : rows.front().dump()) == "");
      ++compared;
    }
  }
  return compared;
}

TEST_CASE("diff: snapshots with equal contents are equal", "[cli][diff]") {
  const std::size_t compared = compare_alike({"keyed", "timer", "list", "union", "broadcast"}, "");
  CHECK(compared >= 15);
}

TEST_CASE("diff: equal keyed state is equal at any parallelism and max parallelism",
          "[cli][diff]") {
  CHECK(compare_alike({"keyed", "timer"}, "--kind keyed --kind timer") >= 30);
}

TEST_CASE("diff: between the checkpoints of a job", "[cli][diff]") {
  std::size_t found = 0;
  for (const std::string folder :
       {"flink2.3-rocksdb-checkpoint-incremental-merged", "flink2.3-hashmap-checkpoint-merged",
        "flink1.20-rocksdb-checkpoint-incremental-merged",
        "flink2.3-forst-checkpoint-incremental"}) {
    const std::vector<fs::path> snapshots = chain(folder);
    REQUIRE(snapshots.size() >= 2);
    for (std::size_t i = 1; i < snapshots.size(); ++i) {
      CAPTURE(snapshots[i].string());
      const std::multiset<std::string> expected = changes(snapshots[i - 1], snapshots[i]);
      CHECK_FALSE(expected.empty());
      const Run run = diff(snapshots[i - 1], snapshots[i]);
      CHECK(run.exit_code == 1);
      std::multiset<std::string> told;
      for (const Json& row : parse_lines(run.out)) {
        if (!is_clock(row) && !is_source_position(row)) told.insert(change_text(row));
      }
      CHECK(told == expected);
      found += told.size();
    }
  }
  CHECK(found > 20);
}

TEST_CASE("diff: options", "[cli][diff]") {
  const std::vector<fs::path> snapshots = chain("flink2.3-rocksdb-checkpoint-incremental-merged");
  const std::string whole = diff(snapshots[0], snapshots[1]).out;
  const std::size_t row_count = parse_lines(whole).size();
  const Run one = diff(snapshots[0], snapshots[1], "--limit 1");
  CHECK(one.exit_code == 1);
  CHECK(one.out == whole.substr(0, whole.find('\n') + 1));
  CHECK(diff(snapshots[0], snapshots[1], "--jobs 1").out == whole);
  CHECK(diff(snapshots[0], snapshots[1], "--jobs 7").out == whole);

  std::size_t timers = 0;
  for (const Json& row : parse_lines(diff(snapshots[0], snapshots[1], "--kind timer").out)) {
    CHECK(row.at("kind") == "timer");
    CHECK_FALSE(row.contains("before"));
    ++timers;
  }
  CHECK(timers > 0);
  for (const Json& row : parse_lines(diff(snapshots[0], snapshots[1], "--keys-only").out)) {
    CHECK_FALSE(row.contains("before"));
    CHECK_FALSE(row.contains("after"));
  }
  const Run filtered = diff(snapshots[0], snapshots[1], "--state entries --operator ledger");
  CHECK(filtered.exit_code == 1);
  for (const Json& row : parse_lines(filtered.out)) CHECK(row.at("state") == "entries");
  CHECK(diff(snapshots[0], snapshots[1], "--operator nobody").exit_code == 1);

  const Json document = Json::parse(diff(snapshots[0], snapshots[1], "--format json").out);
  CHECK(document.at("rows").size() == row_count);
  const Run summary = diff(snapshots[0], snapshots[1], "--summary");
  CHECK(summary.exit_code == 1);
  std::size_t counted = 0;
  for (const Json& row : parse_lines(summary.out)) {
    counted += row.at("inserted").get<std::size_t>() + row.at("deleted").get<std::size_t>() +
               row.at("updated").get<std::size_t>();
  }
  CHECK(counted == row_count);
}

TEST_CASE("diff: what cannot be asked", "[cli][diff]") {
  const fs::path snapshot = testdata_folder("flink2.3-hashmap-canonical");
  CHECK(diff(snapshot, snapshot, "--kind nothing").exit_code == 2);
  CHECK(diff(snapshot, snapshot / "nowhere").exit_code == 3);
  CHECK(run_savvy("diff " + shell_word(snapshot)).exit_code == 2);
  const Run run = diff(testdata_folder("flink2.3-hashmap-canonical-p1"),
                       testdata_folder("flink2.3-hashmap-canonical-p4-of-4096"), "--key-group 0-9");
  CHECK(run.exit_code == 4);
  CHECK(run.err.find("number key groups differently") != std::string::npos);
}

}  // namespace savvy::testing
