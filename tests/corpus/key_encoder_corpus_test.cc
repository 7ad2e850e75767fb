// Keys of real snapshots: printed as `dump` does and encoded again they have the bytes they had.

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "cli/json_sink.h"
#include "format/composite_key.h"
#include "format/java_hash.h"
#include "format/key_encoder.h"
#include "format/key_groups.h"
#include "readers/local_storage.h"
#include "readers/open_keyed.h"
#include "tests/corpus/corpus.h"
#include "tests/support/files.h"
#include "tests/support/gzip_lines.h"
#include "tests/support/json_sink.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

struct Tally {
  std::uint64_t exact = 0;
  std::uint64_t same_hash = 0;
  std::uint64_t unknown = 0;
};

// By the kind and name of the type.
using Tallies = std::map<std::string, Tally>;

std::string printed(const Type& type, Bytes bytes) {
  std::string text;
  savvy::JsonSink sink(text, Int64Style::kNumber, nullptr);
  ByteReader in(bytes, "key");
  type.decode(in, Extent::kDelimited, sink);
  return text;
}

void check_value(const Type& type, Bytes bytes, Tallies& tallies) {
  const std::string json = printed(type, bytes);
  const TypeDescription description = type.describe();
  INFO(description.name << " " << json);
  // A lone surrogate is no JSON for the library.
  if (!nlohmann::json::accept(json)) return;
  const EncodedKey key = encode_key(type, json);
  Tally& tally = tallies[description.kind + " " + description.name];
  switch (key.fit) {
    case KeyFit::kExact:
      ++tally.exact;
      if (!std::equal(bytes.begin(), bytes.end(), key.bytes.begin(), key.bytes.end())) {
        FAIL_CHECK("other bytes: " << testing::to_hex_text(key.bytes) << " for "
                                   << testing::to_hex_text(bytes));
      }
      return;
    case KeyFit::kSameHash: {
      ++tally.same_hash;
      CHECK(printed(type, key.bytes) == json);
      const JavaHash hash = java_hash_of(type);
      if (!hash) return;
      ByteReader stored(bytes, "key");
      ByteReader encoded(key.bytes, "key");
      CHECK(hash(stored) == hash(encoded));
      return;
    }
    case KeyFit::kUnknown:
      ++tally.unknown;
      return;
    case KeyFit::kMismatch:
      FAIL_CHECK("what a type printed does not fit it");
  }
}

void check_source(const KeyedSource& source, int prefix_bytes, Tallies& tallies) {
  for (const KeyGroupSection& section : source.sections()) {
    const auto entries = source.open(section);
    KeyedEntry entry;
    while (entries->next(entry)) {
      const KeyedStateSchema& state = source.states()[entry.state];
      if (entry.undivided || !state.key->walkable()) continue;
      const CompositeKey key =
          cut_composite_key(state, entry.composite_key, prefix_bytes, source.name());
      if (!key.cut) continue;
      check_value(*state.key, key.key, tallies);
      if (state.kind == KeyedStateKind::kMap) check_value(*state.user_key, key.user_key, tallies);
    }
  }
}

void check_snapshot(const fs::path& folder, Tallies& tallies) {
  INFO(folder);
  PathMap paths;
  const LocalStorage storage;
  const Snapshot snapshot(folder, paths, storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  const RocksdbCache cache(1 << 20);
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      if (!can_open_keyed(subtask.managed_keyed_state)) continue;
      const auto source = open_keyed_source(snapshot, subtask.managed_keyed_state,
                                            op.max_parallelism, registry, cache);
      check_source(*source, key_group_prefix_bytes(op.max_parallelism), tallies);
    }
  }
}

Tally sum_of(const Tallies& tallies, const std::string& name_start) {
  Tally sum;
  for (const auto& [name, tally] : tallies) {
    if (!name.starts_with(name_start)) continue;
    sum.exact += tally.exact;
    sum.same_hash += tally.same_hash;
    sum.unknown += tally.unknown;
  }
  return sum;
}

}  // namespace

TEST_CASE("keys of testdata encode to their bytes", "[key_encoder]") {
  Tallies tallies;
  for (const auto& entry : fs::directory_iterator(SAVVY_TESTDATA)) {
    // Chains hold absolute paths.
    if (fs::exists(entry.path() / "_metadata") && !fs::exists(entry.path() / "map")) {
      check_snapshot(entry.path(), tallies);
    }
  }
  for (const auto& [name, tally] : tallies) {
    UNSCOPED_INFO(name << ": " << tally.exact << " exact, " << tally.same_hash << " same hash, "
                       << tally.unknown << " unknown");
  }
  for (const char* name : {"long Long", "string String", "int Int", "tuple Tuple2", "row_data "}) {
    CAPTURE(name);
    CHECK(sum_of(tallies, name).exact > 0);
    CHECK(sum_of(tallies, name).unknown == 0);
  }
  CHECK(sum_of(tallies, "").exact > 15'000);
  // A class of the job.
  CHECK(sum_of(tallies, "pojo Address").unknown > 0);
}

TEST_CASE("keys of the corpus encode to their bytes", "[corpus][key_encoder]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  Tallies tallies;
  for (const fs::path& folder : testing::sorted_folders(*corpus / "savepoints")) {
    check_snapshot(folder, tallies);
  }
  for (const auto& [name, tally] : tallies) {
    UNSCOPED_INFO(name << ": " << tally.exact << " exact, " << tally.same_hash << " same hash, "
                       << tally.unknown << " unknown");
  }
  CHECK(sum_of(tallies, "row_data ").exact > 100);
  CHECK(sum_of(tallies, "row_data ").unknown == 0);
  CHECK(sum_of(tallies, "tuple ").exact > 100);
}

TEST_CASE("values that Flink wrote encode to their bytes", "[corpus][key_encoder]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  Tallies tallies;
  for (const auto& row : testing::read_table(*corpus / "values" / "flink-values.tsv.gz")) {
    INFO(row[0]);
    const TypePtr type = testing::read_type(testing::from_hex(row[1]), KryoRelease::kKryo5);
    check_value(*type, testing::from_hex(row[2]), tallies);
  }
  for (const fs::path& folder : testing::sorted_folders(*corpus / "serializers")) {
    const std::string name = folder.filename().string();
    if (name.starts_with("kryo")) continue;
    INFO(name);
    const TypePtr type = testing::read_type(testing::read_file(folder / "serializer-snapshot"));
    check_value(*type, testing::read_file(folder / "test-data"), tallies);
  }
  for (const auto& [name, tally] : tallies) {
    UNSCOPED_INFO(name << ": " << tally.exact << " exact, " << tally.same_hash << " same hash, "
                       << tally.unknown << " unknown");
  }
  const char* families[] = {
      "boolean ",         "byte ",          "short ",   "int ",        "long ",
      "float ",           "double ",        "char ",    "string ",     "date ",
      "sql_date ",        "sql_time ",      "instant ", "local_date ", "local_time ",
      "local_date_time ", "sql_timestamp ", "tuple ",   "row ",        "row_data ",
      "big_integer ",     "big_decimal ",   "either ",  "list ",       "nullable "};
  for (const char* family : families) {
    CAPTURE(family);
    const Tally tally = sum_of(tallies, family);
    CHECK(tally.exact + tally.same_hash > 0);
  }
}

}  // namespace savvy
