// --ttl and --now: which values are past their TTL.

#include <catch2/catch.hpp>
#include <set>

#include "tests/cli/testdata.h"
#include "tests/support/state_row_json.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kForms = {"flink2.3-hashmap-canonical", "flink2.3-hashmap-native",
                                         "flink2.3-rocksdb-canonical"};
const std::string kStates = "--state ttl-value --state ttl-list --state ttl-map ";
const std::string kRules = "--ttl ttl-value=1h --ttl ttl-map=PT1H --ttl ttl-list=60m ";

Run run(const std::string& command, const std::string& form, const std::string& options) {
  return run_savvy(command + " " + snapshot_arguments(testdata_folder(form)) + " " + options);
}

std::vector<Json> rows_of(const std::string& form, const std::string& options) {
  return parse_lines(run("dump", form, kStates + options).out);
}

// A time that splits the values: the last access of one of them in the middle.
std::int64_t middle_access(const std::vector<Json>& rows) {
  std::vector<std::int64_t> times;
  for (const Json& row : rows) times.push_back(row.at("ttl_timestamp").get<std::int64_t>());
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

TEST_CASE("dump marks the values past their TTL and drops none", "[cli][ttl]") {
  for (const std::string& form : kForms) {
    CAPTURE(form);
    const std::vector<Json> plain = rows_of(form, "");
    REQUIRE(plain.size() > 30);
    const std::int64_t middle = middle_access(plain);
    const std::string now = "--now " + std::to_string(middle + 3'600'000);
    std::vector<Json> marked = rows_of(form, kRules + now);
    std::set<std::string> states;
    std::size_t expired = 0;
    for (const Json& row : marked) {
      const bool wanted = row.at("ttl_timestamp").get<std::int64_t>() <= middle;
      CHECK(row.at("ttl_expired") == wanted);
      expired += wanted ? 1 : 0;
      states.insert(text_of(row, "state"));
    }
    CHECK(expired > 0);
    CHECK(states.size() == 3);
    drop_fields(marked, {"ttl_expired"});
    CHECK(first_difference(plain, marked) == "");
  }
}

TEST_CASE("dump marks only the states that --ttl names", "[cli][ttl]") {
  for (const Json& row : rows_of(kForms[0], "--ttl ttl-map=1d")) {
    CHECK(row.contains("ttl_expired") == (text_of(row, "state") == "ttl-map"));
  }
  const Run all = run("dump", kForms[0], "--ttl ttl-map=1d");
  for (const Json& row : parse_lines(all.out)) {
    CHECK(row.contains("ttl_expired") == (text_of(row, "state") == "ttl-map"));
  }
  CHECK(all.err.find("--ttl") == std::string::npos);
}

TEST_CASE("the mark in each format", "[cli][ttl]") {
  const std::string options = kStates + kRules + "--now 2000-01-01 ";
  const std::string jsonl = run("dump", kForms[0], options).out;
  CHECK(jsonl.find(",\"ttl_expired\":false}\n") != std::string::npos);
  CHECK(state_rows_as_jsonl(run("dump", kForms[0], options + "--format protobuf").out) == jsonl);
  const std::string csv = run("dump", kForms[0], options + "--format csv").out;
  CHECK(csv.find(",ttl_timestamp,timer_timestamp,ttl_expired\n") != std::string::npos);
  CHECK(csv.find(",,false\n") != std::string::npos);
  const std::string later = kStates + kRules + "--now 9999-12-31T23:59:59Z ";
  CHECK(run("dump", kForms[0], later).out.find("\"ttl_expired\":false") == std::string::npos);
}

TEST_CASE("a --ttl that marks nothing is told of", "[cli][ttl]") {
  for (const std::string command : {"dump", "stats"}) {
    const Run found = run(command, kForms[0], "--ttl no-such=1h --ttl profile=1h --ttl ttl-map=1h");
    CHECK(found.exit_code == 0);
    CHECK(found.err.find("note: --ttl no-such=1h met no state\n") != std::string::npos);
    CHECK(found.err.find("note: --ttl profile=1h met only state without a TTL\n") !=
          std::string::npos);
    CHECK(found.err.find("ttl-map") == std::string::npos);
    CHECK(run(command, kForms[0], "--ttl x").exit_code == 2);
    CHECK(run(command, kForms[0], "--ttl x=1h --now noon").exit_code == 2);
    CHECK(run(command, kForms[0], "--now 2026-01-01").exit_code == 2);
  }
}

TEST_CASE("stats counts the values past their TTL", "[cli][ttl]") {
  for (const std::string& form : kForms) {
    CAPTURE(form);
    const std::string now = "--now " + std::to_string(middle_access(rows_of(form, "")) + 3'600'000);
    std::map<std::string, std::pair<std::size_t, std::size_t>> wanted;  // expired, all
    for (const Json& row : rows_of(form, kRules + now)) {
      auto& [expired, all] = wanted[text_of(row, "state")];
      if (row.at("ttl_expired").get<bool>()) ++expired;
      ++all;
    }
    const Run found = run("stats", form, kStates + kRules + now + " --format jsonl");
    std::size_t states = 0;
    for (const Json& state : parse_lines(found.out)) {
      const auto& [expired, all] = wanted.at(text_of(state, "state"));
      CHECK(state.at("ttl").at("ttl_ms") == 3'600'000);
      CHECK(state.at("ttl").at("expired") == expired);
      CHECK(state.at("ttl").at("values") == all);
      ++states;
    }
    CHECK(states == 3);
    const Run text = run("stats", form, kStates + kRules + now + " --format text");
    CHECK(text.out.find("past its TTL") != std::string::npos);
  }
}

}  // namespace savvy::testing
