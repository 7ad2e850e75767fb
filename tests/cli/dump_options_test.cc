// The options of dump, on one snapshot of testdata with every kind of state.

#include <catch2/catch.hpp>
#include <functional>
#include <sstream>

#include "tests/cli/testdata.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kSnapshot = "flink2.3-hashmap-canonical";  // metadata version 6: uids and names
const std::string kOlderSnapshot = "flink1.20-hashmap-canonical";  // version 4: neither

Run dump(const std::string& options, const std::string& snapshot = kSnapshot) {
  return run_savvy("dump " + snapshot_arguments(testdata_folder(snapshot)) + " " + options);
}

using Predicate = std::function<bool(const Json&)>;

// The lines of the whole dump whose rows match, in their order.
std::string matching_lines(const Predicate& matches, const std::string& snapshot = kSnapshot) {
  std::string chosen;
  std::istringstream lines(dump("", snapshot).out);
  for (std::string line; std::getline(lines, line);) {
    if (matches(Json::parse(line))) chosen += line + '\n';
  }
  return chosen;
}

void check_filter(const std::string& options, const Predicate& matches,
                  const std::string& snapshot = kSnapshot) {
  CAPTURE(options);
  const Run run = dump(options, snapshot);
  const std::string expected = matching_lines(matches, snapshot);
  CHECK(run.exit_code == 0);
  CHECK_FALSE(expected.empty());
  CHECK((run.out == expected));
}

Predicate has(const char* field, const Json& value) {
  return [=](const Json& row) { return row.contains(field) && row[field] == value; };
}

// Rows of a CSV text, the head among them: newlines in quotes do not end one.
std::size_t csv_row_count(const std::string& text) {
  std::size_t rows = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) ++rows;
  }
  return rows;
}

}  // namespace

TEST_CASE("dump: the formats hold the same rows", "[cli][dump]") {
  const std::vector<Json> rows = parse_lines(dump("--format jsonl").out);
  CHECK(rows.size() > 500);
  const Json document = Json::parse(dump("--format json").out);
  CHECK(document.at("schema") == "savvy/v1");
  CHECK(first_difference(rows, document.at("rows").get<std::vector<Json>>()) == "");
  CHECK(csv_row_count(dump("--format csv").out) == rows.size() + 1);
}

TEST_CASE("dump: 64-bit integers as strings", "[cli][dump]") {
  const std::string filter = "--operator keyed-long --state number ";
  const std::vector<Json> numbers = parse_lines(dump(filter).out);
  const std::vector<Json> strings = parse_lines(dump(filter + "--int64=string").out);
  REQUIRE(numbers.size() == strings.size());
  REQUIRE_FALSE(numbers.empty());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CHECK(strings[i]["state_key"] == numbers[i]["state_key"].dump());
    CHECK(strings[i]["state_value"] == numbers[i]["state_value"].dump());
    CHECK(strings[i]["key_group"] == numbers[i]["key_group"]);
  }
  for (const Json& timer : parse_lines(dump("--kind timer --int64=string").out)) {
    CHECK(timer["timer_timestamp"].is_string());
  }
  for (const Json& row : parse_lines(dump("--kind list --int64=string").out)) {
    CHECK(row["list_index"].is_number());
  }
}

TEST_CASE("dump: keys without values", "[cli][dump]") {
  const std::vector<Json> rows = parse_lines(dump("--keys-only --operator keyed-string").out);
  CHECK_FALSE(rows.empty());
  for (const Json& row : rows) {
    CHECK(row.contains("state_key"));
    for (const char* value : {"state_value", "map_value", "list_value", "ttl_timestamp"}) {
      CHECK_FALSE(row.contains(value));
    }
  }
}

TEST_CASE("dump: the first rows alone", "[cli][dump]") {
  const std::string all = dump("").out;
  std::size_t end = 0;
  for (int row = 0; row < 500; ++row) end = all.find('\n', end) + 1;
  const Run run = dump("--limit 500");
  CHECK(run.exit_code == 0);
  CHECK((run.out == all.substr(0, end)));
  CHECK(dump("--limit 0").out.empty());
  CHECK((dump("--limit 1000000").out == all));
  CHECK(Json::parse(dump("--limit 0 --format json").out).at("rows").empty());
}

TEST_CASE("dump: an output file appears when it is whole", "[cli][dump]") {
  const TempFolder folder;
  const std::string file = folder.add("rows.jsonl", "what was there before");
  const Run run = dump("--output " + shell_word(file));
  CHECK(run.exit_code == 0);
  CHECK(run.out.empty());
  CHECK((read_text(file) == dump("").out));
  CHECK_FALSE(fs::exists(file + ".part"));
  const Run nowhere = dump("--output " + shell_word(folder.path("no/such/rows.jsonl")));
  CHECK(nowhere.exit_code == 5);
  CHECK(nowhere.err.find("no/such/rows.jsonl.part: cannot create: No such file or directory") !=
        std::string::npos);
}

TEST_CASE("dump: strict is content where every value is decoded", "[cli][dump]") {
  CHECK(dump("--strict --kind keyed --kind timer").exit_code == 0);
  // The splits of a source that is no connector known here.
  CHECK(dump("--strict --kind list").exit_code == 4);
}

TEST_CASE("dump: filter by operator", "[cli][dump]") {
  const Predicate is_keyed_string = has("operator", "keyed-string");
  const std::string id = "72109e4753cd9f8017460adae3d9ed0f";
  check_filter("--operator keyed-string", is_keyed_string);
  check_filter("--operator 'Keyed by String'", is_keyed_string);
  check_filter("--operator " + id, is_keyed_string);
  check_filter("--operator keyed-string --operator keyed-long", [](const Json& row) {
    return text_of(row, "operator") == "keyed-string" || text_of(row, "operator") == "keyed-long";
  });
  // No uid is stored: it is told by its hash, which is the id.
  check_filter("--operator keyed-string", has("operator_id", id), kOlderSnapshot);
  check_filter("--operator " + id, has("operator", id), kOlderSnapshot);
}

TEST_CASE("dump: filter by state, kind and place", "[cli][dump]") {
  check_filter("--state profile", has("state", "profile"));
  check_filter("--kind timer", has("kind", "timer"));
  check_filter("--kind union", has("kind", "union"));
  check_filter("--kind coordinator", has("kind", "coordinator"));
  check_filter("--kind list --subtask 1", [](const Json& row) {
    return text_of(row, "kind") == "list" && row.at("subtask") == 1;
  });
  check_filter("--subtask 0", has("subtask", 0));
  check_filter("--key-group 94", has("key_group", 94));
  check_filter("--key-group 0-9 --key-group 120-127", [](const Json& row) {
    const int group = row.value("key_group", -1);
    return (group >= 0 && group <= 9) || group >= 120;
  });
  check_filter("--operator keyed-string --state events --key-group 0-63", [](const Json& row) {
    return text_of(row, "operator") == "keyed-string" && text_of(row, "state") == "events" &&
           row.at("key_group") < 64;
  });
}

TEST_CASE("dump: filter by key", "[cli][dump]") {
  check_filter("--key 'käse'", has("state_key", "käse"));
  check_filter("--key '\"käse\"'", has("state_key", "käse"));
  check_filter("--key ''", has("state_key", ""));
  // Any row's key, given back as it was printed, chooses the rows of that key.
  for (const char* op : {"keyed-long", "keyed-tuple", "keyed-pojo"}) {
    const std::string first = dump("--limit 1 --operator " + std::string(op)).out;
    const Json key = Json::parse(first).at("state_key");
    check_filter("--key " + shell_word(key.dump()), has("state_key", key));
  }
}

TEST_CASE("dump: filters that nothing matches", "[cli][dump]") {
  for (const char* filter : {"--operator nobody", "--state nothing", "--key '\"no such key\"'"}) {
    CAPTURE(filter);
    const Run run = dump(filter);
    CHECK(run.exit_code == 1);
    CHECK(run.out.empty());
    CHECK(run.err.find("nothing in ") != std::string::npos);
  }
}

TEST_CASE("dump: requests that are wrong", "[cli][dump]") {
  for (const char* wrong :
       {"--key-group 9-3", "--key-group x", "--kind whatever", "--format xml", "--int64 maybe",
        "--jobs 0", "--limit many", "--subtask one", "--map nothing"}) {
    CAPTURE(wrong);
    const Run run = dump(wrong);
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK_FALSE(run.err.empty());
  }
}

TEST_CASE("dump: a closed pipe ends it in silence", "[cli][dump]") {
  const TempFolder folder;
  const std::string snapshot = snapshot_arguments(testdata_folder(kSnapshot));
  const std::string status = shell_word(folder.path("status"));
  const Run run =
      run_shell("{ savvy dump " + snapshot + " --jobs 8; echo $? >" + status + "; } | head -1");
  CHECK(run.out == dump("--limit 1").out);
  CHECK(run.err.empty());
  CHECK(read_text(folder.path("status")) == "141\n");  // 128 + SIGPIPE
}

}  // namespace savvy::testing
