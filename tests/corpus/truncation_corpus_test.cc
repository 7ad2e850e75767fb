// Streams that a real Flink wrote, cut short at every byte: each prefix is an error that names the
// file and an offset. Run with the sanitizers.

#include <catch2/catch.hpp>
#include <functional>
#include <optional>

#include "format/composite_key.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/keyed_stream.h"
#include "readers/local_storage.h"
#include "readers/operator_state_stream.h"
#include "readers/snapshot.h"
#include "tests/corpus/corpus.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

using Reader = std::function<void(const ByteVector&)>;

std::unique_ptr<MemoryFile> as_file(const ByteVector& bytes) {
  return std::make_unique<MemoryFile>("f", bytes);
}

// Reads every entry, its key and its value.
void read_entries(const KeyedStream& stream, const KeyGroupSection& section, int prefix_bytes) {
  const auto source = stream.open(section);
  KeyedEntry entry;
  while (source->next(entry)) {
    cut_composite_key(stream.states()[entry.state], entry.composite_key, prefix_bytes, "f");
  }
}

Reader keyed_reader(const KeyGroupsHandle& handle, int prefix_bytes,
                    const SerializerRegistry& registry) {
  return [&handle, prefix_bytes, &registry](const ByteVector& bytes) {
    const KeyedStream stream(as_file(bytes), handle, prefix_bytes, registry);
    for (const KeyGroupSection& section : stream.sections()) {
      read_entries(stream, section, prefix_bytes);
    }
  };
}

void read_list(const OperatorStateStream& stream, const StateMeta& state) {
  const auto elements = stream.elements(state);
  while (const auto element = elements->next()) {
    ByteReader in(*element, "f");
    state.serializer(kValueSerializer)->skip(in);
    in.expect_end("the element");
  }
}

void read_broadcast(const OperatorStateStream& stream, const StateMeta& state) {
  auto map = stream.broadcast_map(state);
  if (!map) return;
  const std::size_t size = map->in().count(1, "map size");
  for (std::size_t i = 0; i < size; ++i) {
    state.serializer(kKeySerializer)->skip(map->in());
    state.serializer(kValueSerializer)->skip(map->in());
  }
  map->in().expect_end("the map");
}

Reader operator_reader(const OperatorHandle& handle, const SerializerRegistry& registry) {
  return [&handle, &registry](const ByteVector& bytes) {
    const OperatorStateStream stream(as_file(bytes), handle, registry);
    for (const StateMeta& state : stream.head().list_states) read_list(stream, state);
    for (const StateMeta& state : stream.head().broadcast_states) read_broadcast(stream, state);
  };
}

std::string error_of(const Reader& read, const ByteVector& bytes) {
  try {
    read(bytes);
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

void check_every_prefix(const ByteVector& whole, const Reader& read) {
  REQUIRE(error_of(read, whole) == "no error");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ByteVector prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string error = error_of(read, prefix);
    const bool clear = error.starts_with("f: ") && error.find("offset ") != std::string::npos;
    if (!clear) FAIL("prefix of " << size << " of " << whole.size() << " bytes: " << error);
  }
}

ByteVector read_all(const RandomAccessFile& file) {
  ByteVector bytes(file.size());
  file.read_at(0, bytes);
  return bytes;
}

// The smallest stream of a snapshot for which `choose` gives a reader.
class SmallestStream {
 public:
  void offer(ByteVector bytes, Reader read) {
    if (found() && bytes.size() >= bytes_.size()) return;
    bytes_ = std::move(bytes);
    read_ = std::move(read);
  }
  bool found() const { return read_ != nullptr; }
  void check() const { check_every_prefix(bytes_, read_); }

 private:
  ByteVector bytes_;
  Reader read_;
};

void for_each_subtask(const Snapshot& snapshot,
                      const std::function<void(const OperatorState&, const Subtask&)>& visit) {
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) visit(op, subtask);
  }
}

bool has_entries(const KeyedStream& stream) {
  KeyedEntry entry;
  for (const KeyGroupSection& section : stream.sections()) {
    if (stream.open(section)->next(entry)) return true;
  }
  return false;
}

void check_keyed_prefixes(const fs::path& folder, KeyedLayout layout, bool compressed) {
  CAPTURE(folder.filename());
  const LocalStorage storage;
  const Snapshot snapshot(folder.string(), {}, storage);
  const SerializerRegistry registry = make_serializer_registry();
  SmallestStream smallest;
  for_each_subtask(snapshot, [&](const OperatorState& op, const Subtask& subtask) {
    const auto* handle = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state);
    if (handle == nullptr) return;
    const int prefix_bytes = key_group_prefix_bytes(op.max_parallelism);
    const KeyedStream stream(snapshot.open(handle->delegate), *handle, prefix_bytes, registry);
    if (stream.layout() != layout || stream.meta().compressed != compressed) return;
    if (!has_entries(stream)) return;
    smallest.offer(read_all(stream.file()), keyed_reader(*handle, prefix_bytes, registry));
  });
  REQUIRE(smallest.found());
  smallest.check();
}

enum class OperatorContent { kLists, kBroadcast };

void check_operator_prefixes(const fs::path& folder, OperatorContent content, bool compressed) {
  CAPTURE(folder.filename());
  const LocalStorage storage;
  const Snapshot snapshot(folder.string(), {}, storage);
  const SerializerRegistry registry = make_serializer_registry();
  SmallestStream smallest;
  for_each_subtask(snapshot, [&](const OperatorState&, const Subtask& subtask) {
    if (!subtask.managed_operator_state) return;
    const OperatorHandle& handle = *subtask.managed_operator_state;
    const OperatorStateStream stream(snapshot.open(handle.delegate), handle, registry);
    const auto& states = content == OperatorContent::kLists ? stream.head().list_states
                                                            : stream.head().broadcast_states;
    const bool holds_bytes = std::any_of(states.begin(), states.end(), [&](const StateMeta& state) {
      return stream.stored_bytes(state.name) > 0;
    });
    if (!holds_bytes || stream.head().compressed != compressed) return;
    smallest.offer(read_all(stream.file()), operator_reader(handle, registry));
  });
  REQUIRE(smallest.found());
  smallest.check();
}

std::vector<fs::path> testdata_folders(const std::string& name_part) {
  std::vector<fs::path> folders;
  for (const fs::path& folder : sorted_folders(SAVVY_TESTDATA)) {
    if (folder.filename().string().find(name_part) != std::string::npos) folders.push_back(folder);
  }
  return folders;
}

}  // namespace

TEST_CASE("prefixes of canonical streams", "[corpus][truncation]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  // Up to 1.12 the RocksDB full format, which the unified one came from.
  for (const std::string name :
       {"1.8-rocksdb-savepoint", "1.12-rocksdb-savepoint", "1.15-rocksdb-checkpoint",
        "1.19-hashmap-savepoint", "2.0-rocksdb-savepoint"}) {
    check_keyed_prefixes(
        *corpus / "savepoints" / ("new-stateful-udf-migration-itcase-flink" + name),
        KeyedLayout::kCanonical, false);
  }
}

TEST_CASE("prefixes of heap streams", "[corpus][truncation]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  for (const std::string name : {"1.8-savepoint", "1.12-savepoint", "1.19-hashmap-savepoint-native",
                                 "2.0-hashmap-checkpoint"}) {
    check_keyed_prefixes(
        *corpus / "savepoints" / ("new-stateful-udf-migration-itcase-flink" + name),
        KeyedLayout::kHeap, false);
  }
}

TEST_CASE("prefixes of operator state streams", "[corpus][truncation]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  for (const std::string name :
       {"1.8-savepoint", "1.12-rocksdb-savepoint", "2.0-hashmap-savepoint"}) {
    const fs::path folder =
        *corpus / "savepoints" / ("new-stateful-broadcast-udf-migration-itcase-flink" + name);
    check_operator_prefixes(folder, OperatorContent::kLists, false);
    check_operator_prefixes(folder, OperatorContent::kBroadcast, false);
  }
}

TEST_CASE("prefixes of compressed streams", "[testdata][truncation]") {
  const std::vector<fs::path> canonical = testdata_folders("hashmap-canonical-compressed");
  const std::vector<fs::path> heap = testdata_folders("hashmap-checkpoint-compressed");
  CHECK(canonical.size() >= 2);
  CHECK(heap.size() >= 2);
  for (const fs::path& folder : canonical) {
    check_keyed_prefixes(folder, KeyedLayout::kCanonical, true);
    check_operator_prefixes(folder, OperatorContent::kLists, true);
    check_operator_prefixes(folder, OperatorContent::kBroadcast, true);
  }
  for (const fs::path& folder : heap) check_keyed_prefixes(folder, KeyedLayout::kHeap, true);
}

}  // namespace savvy::testing
