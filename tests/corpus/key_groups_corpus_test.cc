// The key group of every key, worked out again from the key's bytes.

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "format/composite_key.h"
#include "format/java_hash.h"
#include "format/key_groups.h"
#include "readers/keyed_stream.h"
#include "readers/local_storage.h"
#include "readers/snapshot.h"
#include "tests/corpus/corpus.h"
#include "tests/support/gzip_lines.h"
#include "tests/support/json_sink.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

struct Checked {
  std::uint64_t entries = 0;
  std::uint64_t wrong = 0;
  // By the name of the key's type, where its hash is not told by its bytes.
  std::map<std::string, std::uint64_t> unknown;
};

void check_stream(const KeyedStream& stream, std::int32_t max_parallelism, Checked& checked) {
  const int prefix_bytes = key_group_prefix_bytes(max_parallelism);
  for (const KeyGroupSection& section : stream.sections()) {
    const auto entries = stream.open(section);
    KeyedEntry entry;
    while (entries->next(entry)) {
      const KeyedStateSchema& state = stream.states()[entry.state];
      const JavaHash hash = java_hash_of(*state.key);
      const bool cut = !entry.undivided && state.key->walkable();
      if (!hash || !cut) {
        ++checked.unknown[state.key->describe().name];
        continue;
      }
      const CompositeKey key =
          cut_composite_key(state, entry.composite_key, prefix_bytes, "key group test");
      ByteReader in(key.key, "key");
      if (key_group_of_hash(hash(in), max_parallelism) != section.key_group) ++checked.wrong;
      if (!in.at_end()) ++checked.wrong;
      ++checked.entries;
    }
  }
}

void check_snapshot(const fs::path& folder, Checked& checked) {
  const LocalStorage storage;
  const Snapshot snapshot(folder, PathMap(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      const auto* keyed = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state);
      if (keyed == nullptr) continue;
      check_stream(KeyedStream(snapshot.open(keyed->delegate), *keyed,
                               key_group_prefix_bytes(op.max_parallelism), registry),
                   op.max_parallelism, checked);
    }
  }
}

// Of these Java told the hash of another object than the one that is read: GenericRowData counts
// the identity of an enum, and a Row with names the map of its names.
const std::set<std::string> kOtherObjects = {"rowdata-all", "rowdata-0", "rowdata-57",
                                             "rowdata-121", "rownamed"};

}  // namespace

TEST_CASE("keys lie in the key group of their hash", "[corpus][hash]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  Checked checked;
  for (const fs::path& folder : testing::sorted_folders(*corpus / "savepoints")) {
    check_snapshot(folder, checked);
  }
  CHECK(checked.wrong == 0);
  CHECK(checked.entries == 1560);
  // One row of bytes that cannot be cut.
  CHECK(checked.unknown == std::map<std::string, std::uint64_t>{{"Tuple1<Long>", 1}});
}

TEST_CASE("keys of testdata lie in the key group of their hash", "[hash]") {
  Checked checked;
  for (const auto& entry : fs::directory_iterator(SAVVY_TESTDATA)) {
    // Chains hold absolute paths, and their streams are in other layouts.
    if (!fs::exists(entry.path() / "map")) check_snapshot(entry.path(), checked);
  }
  CHECK(checked.wrong == 0);
  CHECK(checked.entries > 14'000);
  // A POJO, whose hashCode is the job's own code.
  CHECK(checked.unknown.size() == 1);
  CHECK(checked.unknown["Address"] == 360);
}

TEST_CASE("hash codes that Java itself told", "[corpus][hash]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  int compared = 0;
  std::set<std::string> unknown;
  for (const auto& row : testing::read_table(*corpus / "values" / "flink-values.tsv.gz")) {
    if (row[4].empty()) continue;
    INFO(row[0]);
    const TypePtr type = testing::read_type(testing::from_hex(row[1]), KryoRelease::kKryo5);
    const JavaHash hash = java_hash_of(*type);
    if (!hash || kOtherObjects.contains(row[0])) {
      unknown.insert(row[0]);
      continue;
    }
    const ByteVector value = testing::from_hex(row[2]);
    ByteReader in(value, row[0]);
    const std::int32_t found = hash(in);
    CHECK(std::to_string(found) + ":" + std::to_string(key_group_of_hash(found, 128)) == row[4]);
    CHECK(in.at_end());
    ++compared;
  }
  CHECK(compared == 40);
  CHECK(unknown == std::set<std::string>{"arraydata", "decimal-big", "kryo-g1", "kryo-list",
                                         "mapdata", "pa-bool", "pojo", "pojo-unregistered-sub",
                                         "rawvalue", "rowdata-0", "rowdata-121", "rowdata-57",
                                         "rowdata-all", "rownamed", "ts9", "windowkey"});
}

}  // namespace savvy
