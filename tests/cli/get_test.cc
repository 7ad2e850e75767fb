// get: the rows of one key, and what it says where there are none.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "format/composite_key.h"
#include "format/key_groups.h"
#include "readers/local_storage.h"
#include "readers/open_keyed.h"
#include "tests/cli/testdata.h"
#include "tests/support/damage.h"
#include "tests/support/dumpable.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kSnapshot = "flink2.3-hashmap-canonical";

Run get(const fs::path& snapshot, const std::string& options) {
  return run_savvy("get " + snapshot_arguments(snapshot) + " " + options);
}

Run get(const std::string& options) { return get(testdata_folder(kSnapshot), options); }

std::string key_option(const Json& key) { return "--key=" + shell_word(key.dump()); }

bool has_key(const Json& row) {
  const std::string kind = text_of(row, "kind");
  return (kind == "keyed" || kind == "timer") && row.contains("state_key");
}

// The rows of a whole dump by their keys, each as the lines of the dump.
std::map<std::string, std::string> dumped_by_key(const fs::path& snapshot) {
  const Run run =
      run_savvy("dump " + snapshot_arguments(snapshot) + " --kind keyed --kind timer --jobs 2");
  std::map<std::string, std::string> by_key;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    const Json row = Json::parse(line);
    if (has_key(row)) by_key[row["state_key"].dump()] += line + '\n';
  }
  return by_key;
}

// An entry that a source gave.
struct StoredEntry {
  std::size_t state;
  bool timer;
  ByteVector key;
  ByteVector composite_key;
  ByteVector value;

  bool operator==(const StoredEntry&) const = default;
};

std::vector<StoredEntry> read_entries(const KeyedSource& source, KeyGroupReader& reader,
                                      int prefix_bytes) {
  std::vector<StoredEntry> entries;
  KeyedEntry entry;
  while (reader.next(entry)) {
    const KeyedStateSchema& state = source.states()[entry.state];
    const CompositeKey key =
        cut_composite_key(state, entry.composite_key, prefix_bytes, source.name());
    entries.push_back({entry.state,
                       state.kind == KeyedStateKind::kTimer,
                       {key.key.begin(), key.key.end()},
                       {entry.composite_key.begin(), entry.composite_key.end()},
                       {entry.value.begin(), entry.value.end()}});
  }
  return entries;
}

// About this many keys of a map, from its start to its end.
std::vector<std::string> sample(const std::map<std::string, std::string>& by_key,
                                std::size_t count) {
  std::vector<std::string> keys;
  const std::size_t step = by_key.size() / count + 1;
  std::size_t i = 0;
  for (const auto& [key, rows] : by_key) {
    if (i++ % step == 0) keys.push_back(key);
  }
  return keys;
}

}  // namespace

TEST_CASE("get: every snapshot's keys have the rows that dump has", "[cli][get]") {
  std::set<std::string> folders;
  std::size_t compared = 0;
  for (const fs::path& snapshot : testdata_snapshots()) {
    CAPTURE(snapshot);
    const std::map<std::string, std::string> by_key = dumped_by_key(snapshot);
    for (const std::string& key : sample(by_key, 4)) {
      CAPTURE(key);
      const Run run = get(snapshot, "--key=" + shell_word(key));
      CHECK(run.exit_code == 0);
      CHECK((run.out == by_key.at(key)));
      ++compared;
    }
    if (!by_key.empty()) folders.insert(folder_of(snapshot).filename().string());
  }
  CHECK(compared > 200);
  for (const char* layout : {"flink2.3-hashmap-canonical", "flink2.3-hashmap-native",
                             "flink2.3-rocksdb-native", "flink2.3-forst-checkpoint-incremental",
                             "flink2.3-rocksdb-canonical", "flink2.3-hashmap-canonical-sql"}) {
    CAPTURE(layout);
    CHECK(folders.contains(layout));
  }
}

TEST_CASE("get: the rows that the job put in", "[cli][get]") {
  std::size_t compared = 0;
  for (const char* name :
       {"flink1.20-hashmap-canonical", "flink1.20-hashmap-native", "flink1.20-rocksdb-native",
        "flink2.3-rocksdb-native", "flink2.3-hashmap-canonical-p4-of-4096",
        "flink2.3-hashmap-checkpoint"}) {
    CAPTURE(name);
    const fs::path snapshot = testdata_folder(name);
    std::map<std::string, std::vector<Json>> expected;
    std::set<std::pair<std::string, std::string>> states;
    for (const Json& row : parse_lines(read_text(snapshot / "expected.jsonl"))) {
      if (!has_key(row)) continue;
      expected[row["state_key"].dump()].push_back(row);
      states.emplace(text_of(row, "operator_id"), text_of(row, "state"));
    }
    std::size_t at = 0;
    const std::size_t step = expected.size() / 20 + 1;
    for (auto& [key, wanted] : expected) {
      if (at++ % step != 0) continue;
      CAPTURE(key);
      const Run run = get(snapshot, "--key=" + shell_word(key));
      CHECK(run.exit_code == 0);
      std::vector<Json> found = parse_lines(run.out);
      std::erase_if(found, [&](const Json& row) {
        return !states.contains({text_of(row, "operator_id"), text_of(row, "state")});
      });
      // Labels and the clock are not the job's.
      drop_fields(wanted, {"operator", "ttl_timestamp"});
      drop_fields(found, {"operator", "ttl_timestamp"});
      CHECK(first_difference(wanted, found) == "");
      ++compared;
    }
  }
  CHECK(compared >= 60);
}

TEST_CASE("get: keys as text, as JSON and several of them", "[cli][get]") {
  const std::string one = get("--key 'käse'").out;
  CHECK_FALSE(one.empty());
  CHECK(get("--key '\"käse\"'").out == one);
  CHECK(run_savvy("dump " + shell_word(testdata_folder(kSnapshot)) + " --key 'käse'").out == one);
  const Run two = get("--key 'käse' --key '' --key 'käse'");
  CHECK(two.exit_code == 0);
  CHECK(parse_lines(two.out).size() ==
        parse_lines(one).size() + parse_lines(get("--key ''").out).size());
  CHECK(two.err.empty());
}

TEST_CASE("get: filters and formats", "[cli][get]") {
  for (const Json& row : parse_lines(get("--key 'käse' --kind timer").out)) {
    CHECK(row["kind"] == "timer");
  }
  const std::vector<Json> profile = parse_lines(get("--key 'käse' --state profile").out);
  CHECK(profile.size() == 1);
  CHECK(Json::parse(get("--key 'käse' --state profile --format json").out)["rows"][0] ==
        profile.at(0));
  CHECK(parse_lines(get("--key 'käse' --limit 2").out).size() == 2);
  CHECK_FALSE(parse_lines(get("--key 'käse' --state profile --keys-only").out)
                  .at(0)
                  .contains("state_value"));
  CHECK(get("--key 'käse' --kind list").exit_code == 2);
  CHECK(get("").exit_code == 2);
}

TEST_CASE("get: a key that is absent", "[cli][get]") {
  const Run run = get("--key 'no such key'");
  CHECK(run.exit_code == 1);
  CHECK(run.out.empty());
  CHECK(run.err.find("savvy: key \"no such key\" is not in ") != std::string::npos);
  // One of two.
  const Run two = get("--key 'no such key' --key 'käse'");
  CHECK(two.exit_code == 1);
  CHECK(two.out == get("--key 'käse'").out);
  CHECK(two.err.find("\"no such key\"") != std::string::npos);
  CHECK(two.err.find("\"käse\"") == std::string::npos);
  for (const char* filter :
       {"--state nothing", "--operator keyed-long", "--kind timer --state profile"}) {
    CAPTURE(filter);
    CHECK(get("--key 'käse' " + std::string(filter)).exit_code == 1);
  }
  CHECK(get("--key 1 --operator nobody").exit_code == 1);
}

TEST_CASE("get: a key that fits no key type", "[cli][get]") {
  const Run run = get("--operator keyed-string --operator keyed-long --key '[1]'");
  CHECK(run.exit_code == 1);
  CHECK(run.out.empty());
  CHECK(run.err.find("savvy: key [1] fits no key type of these operators in ") !=
        std::string::npos);
  CHECK(run.err.find(": Long, String\n") != std::string::npos);
  // A number is no text: quotes make it some.
  const Run number = get("--operator keyed-string --key 42");
  CHECK(number.exit_code == 1);
  CHECK(number.err.find("needs quotes") != std::string::npos);
}

TEST_CASE("get: a key whose hash is not known is looked for everywhere", "[cli][get]") {
  const std::string pojo = "--operator keyed-pojo ";
  const Run rows = run_savvy("dump " + shell_word(testdata_folder(kSnapshot)) + " " + pojo);
  const Json key = parse_lines(rows.out).at(0).at("state_key");
  const Run run = get(pojo + key_option(key));
  CHECK(run.exit_code == 0);
  CHECK_FALSE(run.out.empty());
  CHECK(run.err ==
        "note: reading all key groups of operator keyed-pojo: the hashCode of Address "
        "is not known here\n");
}

TEST_CASE("get: damage elsewhere does not matter", "[cli][get][damage]") {
  // Where the entries of a key group begin: heap repeats the number of the group in front of them.
  const auto [name, first] = GENERATE(table<std::string, std::uint64_t>({
      {"flink2.3-hashmap-canonical", 0},
      {"flink2.3-hashmap-native", 4},
  }));
  CAPTURE(name);
  const TempFolder folder;
  const fs::path copy = folder.path("snapshot");
  copy_snapshot(testdata_folder(name), copy);
  const std::string options = " --key 'käse' --operator keyed-string";
  const std::string whole = get(testdata_folder(name), options).out;
  const int own = parse_lines(whole).at(0).at("key_group");
  std::size_t damaged = 0;
  for (const StoredKeyGroup& group : stored_key_groups(copy, "keyed-string")) {
    if (group.key_group == own) continue;
    overwrite(copy / group.file, group.offset + first, std::string("\x7f\x7f", 2));
    ++damaged;
  }
  CHECK(damaged > 10);
  const Run run = run_savvy("get " + shell_word(copy) + options);
  CHECK(run.exit_code == 0);
  CHECK((run.out == whole));
  CHECK(run_savvy("dump " + shell_word(copy) + options).out == whole);
  CHECK(run_savvy("dump " + shell_word(copy) + " --operator keyed-string").exit_code == 3);
}

namespace {

std::size_t remove_file(const fs::path& folder, const StreamHandle& handle) {
  const auto* file = handle_as<RelativeFileHandle>(handle);
  return file != nullptr && fs::remove(folder / file->path) ? 1 : 0;
}

// Takes away the keyed state of all subtasks but one; returns how many files those were.
std::size_t remove_other_subtasks(const fs::path& folder, int owner) {
  std::size_t removed = 0;
  for (const OperatorState& op : read_metadata(folder).operators) {
    for (const Subtask& subtask : op.subtasks) {
      if (subtask.index == owner) continue;
      if (const auto* groups = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state)) {
        removed += remove_file(folder, groups->delegate);
      }
      if (const auto* files = handle_as<IncrementalHandle>(subtask.managed_keyed_state)) {
        for (const LocalFile& file : files->private_files) {
          removed += remove_file(folder, file.handle);
        }
      }
    }
  }
  return removed;
}

}  // namespace

TEST_CASE("get: files of other subtasks are not needed", "[cli][get]") {
  for (const char* name : {"flink2.3-hashmap-canonical", "flink2.3-rocksdb-native"}) {
    for (const int owner : {0, 1}) {
      CAPTURE(name, owner);
      const TempFolder folder;
      const fs::path copy = folder.path("snapshot");
      copy_snapshot(testdata_folder(name), copy);
      const std::string rows =
          run_savvy("dump " + shell_word(copy) +
                    " --operator keyed-long --limit 1 --kind keyed --subtask " +
                    std::to_string(owner))
              .out;
      const std::string options =
          " --operator keyed-long " + key_option(parse_lines(rows).at(0).at("state_key"));
      const std::string whole = get(testdata_folder(name), options).out;
      CHECK(remove_other_subtasks(copy, owner) > 0);
      const Run run = run_savvy("get " + shell_word(copy) + options);
      CHECK(run.exit_code == 0);
      CHECK_FALSE(run.out.empty());
      CHECK((run.out == whole));
    }
  }
}

TEST_CASE("RocksDB files give the entries of some keys and the timers, and no other",
          "[cli][get][rocksdb]") {
  const LocalStorage storage;
  const Snapshot snapshot(testdata_folder("flink2.3-rocksdb-native").string(), {}, storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  const RocksdbCache cache(1 << 20);
  std::size_t sought = 0;
  std::size_t all = 0;
  for (const OperatorState& op : snapshot.metadata().operators) {
    const int prefix_bytes = key_group_prefix_bytes(op.max_parallelism);
    for (const Subtask& subtask : op.subtasks) {
      if (!can_open_keyed(subtask.managed_keyed_state)) continue;
      const auto source = open_keyed_source(snapshot, subtask.managed_keyed_state,
                                            op.max_parallelism, registry, cache);
      for (const KeyGroupSection& section : source->sections()) {
        const std::vector<StoredEntry> entries =
            read_entries(*source, *source->open(section), prefix_bytes);
        std::set<ByteVector> keys;
        for (const StoredEntry& entry : entries) {
          if (!entry.timer && keys.size() < 2) keys.insert(entry.key);
        }
        const std::vector<ByteVector> wanted(keys.begin(), keys.end());
        std::vector<StoredEntry> expected;
        for (const StoredEntry& entry : entries) {
          if (entry.timer || keys.contains(entry.key)) expected.push_back(entry);
        }
        const auto found = read_entries(*source, *source->open_keys(section, wanted), prefix_bytes);
        CHECK((found == expected));
        sought += found.size();
        all += entries.size();
      }
    }
  }
  CHECK(sought > 100);
  CHECK(all > sought);
}

}  // namespace savvy::testing
