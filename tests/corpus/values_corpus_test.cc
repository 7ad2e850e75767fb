// Values of a snapshot against what its job put in, known from the job's source.

#include <catch2/catch.hpp>
#include <sstream>

#include "format/operator_id.h"
#include "tests/corpus/savepoints.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// The rows of one state, with nothing but the fields named.
std::vector<Json> rows_of(const std::vector<Json>& rows, const StateKey& place,
                          const std::vector<std::string>& fields) {
  std::vector<Json> chosen;
  for (const Json& row : rows) {
    if (state_key(row) != place) continue;
    Json part = Json::object();
    for (const std::string& field : fields) {
      if (row.contains(field)) part[field] = row[field];
    }
    chosen.push_back(std::move(part));
  }
  return chosen;
}

std::string id_of(const std::string& uid) { return to_hex(operator_id_of_uid(uid)); }

std::vector<fs::path> folders_named(const fs::path& corpus, const std::string& name_start) {
  std::vector<fs::path> folders;
  for (const fs::path& folder : sorted_folders(corpus / "savepoints")) {
    if (folder.filename().string().starts_with(name_start)) {
      folders.push_back(folder);
    }
  }
  return folders;
}

const std::vector<Json> kDragons = {
    {{"list_value", "Here be dragons!"}},
    {{"list_value", "Here be more dragons!"}},
    {{"list_value", "Here be yet more dragons!"}},
    {{"list_value", "Here be the mostest dragons!"}},
};

// Row.toString(): the kind, then the values.
std::string flink_text(const Json& row) {
  if (row.is_null()) return "null";
  if (row.is_string()) return row.get<std::string>();
  if (!row.is_object()) return row.dump();
  std::string text = row.value("$kind", "+I") + "[";
  // Fields are called f0, f1, ... in a sink.
  for (std::size_t i = 0; row.contains("f" + std::to_string(i)); ++i) {
    text += (i == 0 ? "" : ", ") + flink_text(row["f" + std::to_string(i)]);
  }
  return text + "]";
}

std::map<std::string, std::vector<std::string>> read_sink_rows() {
  std::map<std::string, std::vector<std::string>> rows;
  std::istringstream lines(read_text(SAVVY_SOURCE_DIR "/tests/corpus/sql_sink_rows.tsv"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    rows[line.substr(0, tab)].push_back(line.substr(tab + 1));
  }
  return rows;
}

}  // namespace

TEST_CASE("values of the stateful job", "[corpus][values]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::vector<Json> by_key;
  std::vector<Json> by_namespace;
  for (int i = 0; i < 4; ++i) {
    by_key.push_back({{"state_key", {{"f0", i}}}, {"state_value", i}});
    by_namespace.push_back(
        {{"state_key", {{"f0", i}}}, {"state_namespace", i}, {"state_value", i}});
  }
  const std::vector<std::string> fields = {"state_key", "state_namespace", "state_value"};
  for (const fs::path& folder : folders_named(*corpus, "new-stateful-udf-")) {
    CAPTURE(folder.filename());
    const std::vector<Json> rows = dump_rows(folder);
    for (const std::string n : {"1", "2"}) {
      const std::string flat_map = id_of("CheckpointingKeyedStateFlatMap" + n);
      // There a change log is all there is, and nothing names the serializer of these keys.
      if (folder.filename().string().find("1.17-hashmap-checkpoint") == std::string::npos) {
        CHECK(first_difference(by_key, rows_of(rows, {flat_map, "keyed", "state-name"}, fields)) ==
              "");
      }
      const std::string timely = id_of("CheckpointingTimelyStatefulOperator" + n);
      CHECK(first_difference(by_namespace,
                             rows_of(rows, {timely, "keyed", "state-name"}, fields)) == "");
    }
    const StateKey list = {id_of("CheckpointingSource1"), "list", "source-state"};
    CHECK(first_difference(kDragons, rows_of(rows, list, {"list_value"})) == "");
    const StateKey united = {id_of("CheckpointingSource2"), "union", "source-state"};
    CHECK(first_difference(kDragons, rows_of(rows, united, {"list_value"})) == "");
  }
}

TEST_CASE("timers of the stateful job", "[corpus][values]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  // Registered at the current watermark + 10. The operator keeps watermarks from the timer service,
  // so that one stands at Long.MIN_VALUE.
  const std::int64_t due = std::numeric_limits<std::int64_t>::min() + 10;
  std::vector<Json> expected;
  for (int i = 0; i < 4; ++i) {
    expected.push_back(
        {{"state_key", {{"f0", i}}}, {"state_namespace", i}, {"timer_timestamp", due}});
  }
  const std::vector<std::string> fields = {"state_key", "state_namespace", "timer_timestamp"};
  for (const fs::path& folder : folders_named(*corpus, "new-stateful-udf-")) {
    CAPTURE(folder.filename());
    const std::vector<Json> rows = dump_rows(folder);
    for (const std::string n : {"1", "2"}) {
      const std::string timely = id_of("CheckpointingTimelyStatefulOperator" + n);
      const StateKey place = {timely, "timer", "_timer_state/event_timer"};
      CHECK(first_difference(expected, rows_of(rows, place, fields)) == "");
    }
  }
}

TEST_CASE("values of the broadcast job", "[corpus][values]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::vector<Json> first;
  std::vector<Json> second;
  std::vector<Json> third;
  for (int subtask = 0; subtask < 4; ++subtask) {
    for (int i = 0; i < 4; ++i) {
      first.push_back({{"subtask", subtask}, {"map_key", i}, {"map_value", i}});
      second.push_back({{"subtask", subtask}, {"map_key", std::to_string(i)}, {"map_value", i}});
      third.push_back({{"subtask", subtask}, {"map_key", i}, {"map_value", std::to_string(i)}});
    }
  }
  const std::vector<std::string> fields = {"subtask", "map_key", "map_value"};
  for (const fs::path& folder : folders_named(*corpus, "new-stateful-broadcast-udf-")) {
    CAPTURE(folder.filename());
    const std::vector<Json> rows = dump_rows(folder);
    const auto found = [&](const std::string& uid, const std::string& state) {
      return rows_of(rows, {id_of(uid), "broadcast", state}, fields);
    };
    CHECK(first_difference(first, found("BrProcess1", "broadcast-state-1")) == "");
    CHECK(first_difference(second, found("BrProcess1", "broadcast-state-2")) == "");
    CHECK(first_difference(third, found("BrProcess2", "broadcast-state-3")) == "");
  }
}

TEST_CASE("values of the chained operators", "[corpus][values]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::vector<Json> windows;
  for (int x = 0; x < 10; ++x) {
    windows.push_back({{"state_key", {{"f0", x}}}, {"list_index", 0}, {"list_value", x}});
  }
  for (const fs::path& folder : folders_named(*corpus, "operatorstate-")) {
    const std::string name = folder.filename();
    CAPTURE(name);
    const bool keyed = name.find("complexKeyed") != std::string::npos;
    const std::vector<Json> rows = dump_rows(folder);
    const StateKey window = {id_of("window"), "keyed", "values"};
    CHECK(first_difference(keyed ? windows : std::vector<Json>{},
                           rows_of(rows, window, {"state_key", "list_index", "list_value"})) == "");
    for (const std::string uid : {"first", "second", "third"}) {
      std::vector<Json> expected;
      for (int i = 0; i < 4 && !(keyed && uid == "third"); ++i) {
        expected.push_back({{"subtask", i}, {"list_value", uid + std::to_string(i)}});
      }
      const StateKey place = {id_of(uid), "list", "_default_"};
      CHECK(first_difference(expected, rows_of(rows, place, {"subtask", "list_value"})) == "");
    }
  }
}

TEST_CASE("rows that SQL sinks consumed", "[corpus][values]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const auto expected = read_sink_rows();
  CHECK(expected.size() == 21);
  for (auto [name, wanted] : expected) {
    CAPTURE(name);
    std::vector<std::string> found;
    for (const Json& row : dump_rows(*corpus / "savepoints" / name)) {
      if (text_of(row, "state") == "sink-results")
        found.push_back(flink_text(row.at("list_value")));
    }
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(found == wanted);
  }
}

}  // namespace savvy::testing
