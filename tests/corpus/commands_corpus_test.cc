// The commands on every corpus savepoint: what can be read is read in silence, what cannot is
// named.

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "tests/corpus/savepoints.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// The document a command prints; fails the test if the command complains.
Json json_document(const std::string& command, const fs::path& folder) {
  const Run run = run_savvy(command + " " + shell_word(folder) + " --format json");
  CHECK(run.exit_code == 0);
  CHECK(run.err.empty());
  const Json document = Json::parse(run.out);
  CHECK(document.at("schema") == "savvy/v1");
  return document;
}

// Lines of a message that do not begin as expected.
std::vector<std::string> lines_without(const std::string& text, std::string_view start) {
  std::vector<std::string> others;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) others.push_back(line);
  }
  return others;
}

}  // namespace

TEST_CASE("inspect, schema and files understand every savepoint", "[corpus][commands]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  int snapshots = 0;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    CAPTURE(folder.filename());
    const Metadata metadata = read_metadata(folder);
    const Json inspect = json_document("inspect", folder);
    CHECK(inspect.at("metadata_version") == metadata.version);
    CHECK(inspect.at("missing_files").empty());
    REQUIRE(inspect.at("operators").size() == metadata.operators.size());
    for (const Json& op : inspect.at("operators")) CHECK(op.at("problems").empty());
    const Json files = json_document("files", folder);
    CHECK(files.at("missing_count") == 0);
    CHECK(files.at("files").size() == 1 + files.at("inline_count").get<std::size_t>() +
                                          files.at("file_count").get<std::size_t>());
    const Json schema = json_document("schema", folder);
    for (const Json& state : schema.at("states")) {
      CHECK_FALSE(state.at("kind").get<std::string>().empty());
    }
    ++snapshots;
  }
  CHECK(snapshots == 197);
}

TEST_CASE("dump reads every savepoint", "[corpus][commands]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  int dumped = 0;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    CAPTURE(folder.filename());
    const Run run = run_savvy("dump " + shell_word(folder));
    CHECK(run.exit_code == 0);
    CHECK(lines_without(run.err, "note: ").empty());
    ++dumped;
  }
  CHECK(dumped == 197);
}

namespace {

// The name of a snapshot up to the release that wrote it, or to the shape of its query.
std::string family_of(const std::string& name) {
  const std::size_t release = name.find("-flink1.");
  if (name.starts_with("sql-")) return "sql";
  return release != std::string::npos ? name.substr(0, release) : name;
}

struct Share {
  std::size_t values = 0;
  std::size_t as_bytes = 0;
};

// Values in the fields of a row, wherever they nest; bytes with a reason count as such.
void count_values(const Json& value, Share& share) {
  if (value.is_object() && value.contains("$reason")) {
    ++share.as_bytes;
    ++share.values;
  } else if (value.is_structured() && !value.empty()) {
    for (const Json& inner : value) count_values(inner, share);
  } else {
    ++share.values;
  }
}

Share share_of(const std::vector<Json>& rows) {
  Share share;
  for (const Json& row : rows) {
    for (const char* field :
         {"state_key", "state_namespace", "map_key", "map_value", "list_value", "state_value"}) {
      if (row.contains(field)) count_values(row.at(field), share);
    }
  }
  return share;
}

}  // namespace

TEST_CASE("values are printed as bytes only where the snapshot does not say what they are",
          "[corpus][commands]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::map<std::string, std::size_t> as_bytes;
  std::map<std::string, Share> families;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    const std::string name = folder.filename();
    const Share share = share_of(parse_lines(run_savvy("dump " + shell_word(folder)).out));
    const int strict = run_savvy("dump --strict " + shell_word(folder)).exit_code;
    CHECK(strict == (share.as_bytes == 0 ? 0 : 4));
    if (share.as_bytes > 0) as_bytes[name] = share.as_bytes;
    families[family_of(name)].values += share.values;
    families[family_of(name)].as_bytes += share.as_bytes;
  }
  CHECK(as_bytes ==
        std::map<std::string, std::size_t>{
            // Changes of states whose key no serializer is named for: nothing is materialized, and
            // these operators have no timers, which would tell.
            {"new-stateful-udf-migration-itcase-flink1.17-hashmap-checkpoint", 8},
            // The accumulator is a RAW type, whose serializer the planner keeps in the
            // plan alone.
            {"sql-group-aggregate-group-aggregate-udf-with-merge-mini-batch", 6},
            {"sql-over-aggregate-over-aggregate-lag-1.18", 1},
            // The enumerator of a source that nothing names.
            {"state-api-table-state", 1},
            // A serializer written for the test.
            {"type-serializer-snapshot-migration-itcase-flink1.16-hashmap-savepoint-"
             "native",
             1},
            {"type-serializer-snapshot-migration-itcase-flink1.16-rocksdb-checkpoint", 4},
            {"type-serializer-snapshot-migration-itcase-flink1.16-rocksdb-savepoint", 4}});
  // To be seen with --success.
  for (const auto& [name, share] : families) {
    INFO(name << ": " << share.as_bytes << " of " << share.values << " values are bytes");
    CHECK(share.values > 0);
  }
}

}  // namespace savvy::testing
