// Writes the first inputs of the fuzz entries: pieces of testdata, in the form that each entry
// describes at its head, and small streams made by hand.
//
//   make_fuzz_inputs TESTDATA INPUTS

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "format/detail/rocksdb_log.h"
#include "format/detail/sst_block.h"
#include "format/operator_stream.h"
#include "format/sst_tail.h"
#include "readers/keyed_stream.h"
#include "readers/local_storage.h"
#include "readers/snapshot.h"
#include "readers/sst_files.h"
#include "tests/fuzz/parts.h"
#include "tests/fuzz/sst_parts.h"
#include "tests/support/changelog_bytes.h"
#include "tests/support/files.h"
#include "tests/support/keyed_streams.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// What libFuzzer mutates should be small.
constexpr std::uint64_t kMaxStreamBytes = 4500;
constexpr std::size_t kMaxSnapshotBytes = 1500;
constexpr int kMaxStreams = 2;  // of a snapshot

class Inputs {
 public:
  explicit Inputs(fs::path root) : root_(std::move(root)) {}
  void add(const std::string& entry, const std::string& name, const ByteVector& bytes) const {
    fs::create_directories(root_ / entry);
    std::ofstream out(root_ / entry / name, std::ios::binary);
    for (const std::uint8_t byte : bytes) out.put(static_cast<char>(byte));
  }

 private:
  fs::path root_;
};

ByteVector read_all(const RandomAccessFile& file) {
  ByteVector bytes(static_cast<std::size_t>(file.size()));
  file.read_at(0, bytes);
  return bytes;
}

void append_offsets(const std::vector<std::int64_t>& offsets, ByteVector& out) {
  out.push_back(static_cast<std::uint8_t>(offsets.size()));
  for (const std::int64_t offset : offsets) {
    out.push_back(static_cast<std::uint8_t>(offset >> 8));
    out.push_back(static_cast<std::uint8_t>(offset));
  }
}

// The number of key groups is written as one byte.
ByteVector stream_input(const KeyGroupsHandle& handle, const ByteVector& stream) {
  const bool savepoint = handle.code == KeyedCode::kSavepointKeyGroups;
  ByteVector input = {static_cast<std::uint8_t>(savepoint ? 2 : 0),
                      static_cast<std::uint8_t>(handle.range.first)};
  append_offsets(handle.offsets, input);
  return input + stream;
}

ByteVector operator_input(const OperatorHandle& handle, const OperatorStreamHead& head,
                          const ByteVector& stream) {
  std::vector<StateMeta> states = head.list_states;
  states.insert(states.end(), head.broadcast_states.begin(), head.broadcast_states.end());
  ByteVector input = {static_cast<std::uint8_t>(states.size())};
  for (const StateMeta& state : states) {
    std::vector<std::int64_t> offsets;
    for (const OperatorStateEntry& entry : handle.states) {
      if (entry.name == state.name) offsets = entry.offsets;
    }
    append_offsets(offsets, input);
  }
  return input + stream;
}

ByteVector manifest_input(const ByteVector& manifest) {
  ByteReader in(manifest, "MANIFEST");
  RocksdbLogReader log(in);
  ByteVector input;
  ByteVector record;
  while (log.next(record)) append_part(0, record, input);
  return input;
}

SstPartKind part_kind_of(const std::string& meta_block) {
  if (meta_block == "rocksdb.properties") return SstPartKind::kProperties;
  return meta_block == "rocksdb.range_del" ? SstPartKind::kRangeDeletions : SstPartKind::kFilter;
}

// Of a file with one data block, which then is the first in it.
ByteVector sst_input(const RandomAccessFile& file, const SstTail& tail) {
  ByteVector input = {static_cast<std::uint8_t>(tail.checksum),
                      static_cast<std::uint8_t>(tail.format_version)};
  SstBlockReader blocks(file, tail.checksum);
  const auto add = [&](SstPartKind kind, SstSpan span) {
    const bool packed = blocks.read(span, "block").size() != span.size;
    append_part(static_cast<std::uint8_t>(static_cast<int>(kind) | (packed ? kSstPacked : 0)),
                blocks.read(span, "block"), input);
  };
  std::uint64_t data_end = tail.index.offset;
  for (const SstMetaBlock& block : tail.meta_blocks) {
    data_end = std::min(data_end, block.span.offset);
  }
  add(SstPartKind::kData, {0, data_end - kSstTrailerBytes});
  for (const SstMetaBlock& block : tail.meta_blocks) add(part_kind_of(block.name), block.span);
  return input;
}

// Takes the pieces out of one snapshot.
class SnapshotPieces {
 public:
  SnapshotPieces(const fs::path& folder, const Inputs& inputs)
      : snapshot_(folder.string(), PathMap(), storage_),
        name_(folder.filename().string()),
        inputs_(inputs) {}

  void add_all() {
    inputs_.add("metadata", name_, read_file(snapshot_.metadata_path()));
    inputs_.add("java_stream", name_, snapshot_.metadata().properties);
    for (const OperatorState& op : snapshot_.metadata().operators) {
      for (const Subtask& subtask : op.subtasks) add_subtask(subtask);
    }
  }

 private:
  void add_subtask(const Subtask& subtask) {
    if (const auto* groups = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state)) {
      add_keyed(*groups);
    }
    if (const auto* database = handle_as<IncrementalHandle>(subtask.managed_keyed_state)) {
      add_database(*database);
    }
    if (subtask.managed_operator_state) add_operator(*subtask.managed_operator_state);
  }

  void add_keyed(const KeyGroupsHandle& handle) {
    auto file = snapshot_.open(handle.delegate);
    const ByteVector bytes = read_all(*file);
    const KeyedStream stream(std::move(file), handle, 1, registry_);
    add_serializer(stream.meta().key);
    for (const StateMeta& state : stream.meta().states) {
      for (const auto& [role, serializer] : state.serializers) add_serializer(serializer);
    }
    if (bytes.size() > kMaxStreamBytes || keyed_ == kMaxStreams) return;
    inputs_.add("stream", name_ + "-" + std::to_string(keyed_++), stream_input(handle, bytes));
  }

  void add_database(const IncrementalHandle& handle) {
    for (const auto& [name, file] : files_by_name(handle)) {
      const auto content = snapshot_.open(file->handle);
      if (content->size() > kMaxStreamBytes) continue;
      if (name.starts_with("MANIFEST-") && manifests_++ == 0) {
        inputs_.add("rocksdb_manifest", name_, manifest_input(read_all(*content)));
      }
      if (name.ends_with(".sst") && ssts_ < kMaxStreams) add_sst(*content);
    }
  }

  void add_sst(const RandomAccessFile& file) {
    const SstTail tail = read_sst_tail(file);
    if (tail.data_block_count != 1) return;
    const std::string name = name_ + "-" + std::to_string(ssts_++);
    inputs_.add("sst", name, sst_input(file, tail));
    inputs_.add("sst", name + "-as-it-is", ByteVector{0, kSstAsItIs} + read_all(file));
  }

  void add_operator(const OperatorHandle& handle) {
    const ByteVector bytes = read_all(*snapshot_.open(handle.delegate));
    if (bytes.size() > kMaxStreamBytes || operator_ == kMaxStreams) return;
    ByteReader in(bytes, name_);
    const OperatorStreamHead head = decode_operator_stream_head(in, registry_);
    inputs_.add("operator_stream", name_ + "-" + std::to_string(operator_++),
                operator_input(handle, head, bytes));
  }

  // One of each class; zeros behind it, which are values of many types.
  void add_serializer(const SerializerSnapshot& serializer) {
    const TypeDescription description = serializer.type->describe();
    const std::string& name = description.serializer;
    if (serializer.stored.size() > kMaxSnapshotBytes || !classes_.insert(name).second) return;
    inputs_.add("serializer_snapshot", name.substr(name.rfind('.') + 1),
                ByteVector{0} + serializer.stored + ByteVector(32));
  }

  LocalStorage storage_;
  Snapshot snapshot_;
  SerializerRegistry registry_ = make_serializer_registry();
  std::string name_;
  const Inputs& inputs_;
  std::set<std::string> classes_;
  int keyed_ = 0;
  int operator_ = 0;
  int manifests_ = 0;
  int ssts_ = 0;
};

// A state, a length and a change, as fuzz_changelog.cc has them.
ByteVector logged(std::uint8_t state, const std::string& hex) {
  const ByteVector change = from_hex(hex);
  return ByteVector{state, static_cast<std::uint8_t>(change.size())} + change;
}

void add_changes(const Inputs& inputs) {
  const ByteVector map = logged(2, "03 0000 0141 00 00000002 0178 00 00000009 0179 01") +
                         logged(2, "00 0000 0141 00") + logged(2, "06 0000 0141 00 0178 00000007") +
                         logged(2, "07 0000 0141 00 0178");
  const ByteVector list =
      logged(1, "01 0000 0141 00 00000002 0000000000000001 0178 0000000000000002 0179") +
      logged(1, "05 0000 0141 00 0000000000000003 017a") +
      logged(1, "04 0000 0141 00 00 00000001 00");
  const ByteVector timers = logged(3, "05 0000 00000001 80000000000003e8 0141 00") +
                            logged(3, "07 0000 80000000000003e8 0141 00");
  inputs.add("changelog", "four-states",
             from_hex("0005") + logged(0, "01 0000 0141 00 0000000a") + map + list + timers);
  inputs.add("changelog", "two-bytes",
             from_hex("0105") + list + logged(4, "01 0000 0141 0142 00000001"));
  inputs.add("changelog", "descriptions",
             from_hex("0200") + logged(0, announce_value_hex(3, "count", "VALUE", "Int")) +
                 logged(0, announce_timers_hex(4, "t", "Timer Text Void")));
}

// A state, a key and a value, as fuzz_entry.cc has them.
ByteVector entry(std::uint8_t state, const std::string& key_hex, const std::string& value_hex) {
  const ByteVector key = from_hex(key_hex);
  ByteVector part;
  append_part(state, ByteVector{static_cast<std::uint8_t>(key.size())} + key + from_hex(value_hex),
              part);
  return part;
}

void add_entries(const Inputs& inputs) {
  const std::string two_elements = "0000000000000001 0178 2c 0000000000000002 0179";
  // 0 to 4 as section_fuzz.h has them, then four more of each but timers: of the map with a TTL, of
  // ForSt, without types.
  const ByteVector plain =
      entry(0, "05 0141 00", "0000000a") + entry(1, "05 0141 00", two_elements) +
      entry(2, "05 0141 00 0178", "00 00000001") + entry(2, "05 0141 00 0179", "01") +
      entry(3, "05 80000000000003e8 0141 00", "") + entry(4, "05 0141 02 0142 02", "00000001");
  const ByteVector others = entry(5, "05 0141 00", "0000000000000007 0000000a") +
                            entry(13, "05 0141 00 0178", "00 0000000000000007 00000001") +
                            entry(14, "05 0141 00 0178", "00000001") +
                            entry(15, "05 0141 00 0178", "00 aabb") +
                            entry(16, "05 0141 00 0178", "00 00000001");
  inputs.add("entry", "states", from_hex("0005") + plain);
  inputs.add("entry", "other-states", from_hex("0005") + others);
  inputs.add("entry", "two-bytes", from_hex("0105") + entry(0, "0005 0141 00", "0000000a"));
}

void add_keys(const Inputs& inputs) {
  const auto add = [&inputs](const std::string& name, std::uint8_t type, const std::string& json) {
    inputs.add("key", name, ByteVector{type} + ByteVector(json.begin(), json.end()));
  };
  // Types by their place in key_types.h.
  add("int", 2, "-42");
  add("double", 7, "1.5e-7");
  add("text", 8, R"("a\u00f1\u20ac\ud83d\ude00\u0000")");
  add("date", 10, R"("+292278994-08-17T07:12:55.807Z")");
  add("timestamp", 13, R"("1969-12-31T23:59:59.999000001Z")");
  add("local-date-time", 17, R"("-0001-02-28T23:59:59.000000001")");
  add("uuid", 18, R"("00112233-4455-6677-8899-aabbccddeeff")");
  add("big-integer", 19, R"("-18446744073709551616")");
  add("tuple", 22, R"({"f0":1,"f1":"a","f2":"-1.23"})");
  add("row", 23, R"({"$kind":"+U","f0":5,"f1":null})");
  add("either", 25, R"({"left":7})");
  add("nullable", 27, "null");
  add("list", 29, R"([{"f0":"a","f1":"2024-02-29"}])");
  add("sql-numbers", 32,
      R"({"f0":true,"f1":-1,"f2":-2,"f3":7,"f4":-9223372036854775808,"f5":0.1,"f6":-0.0,)"
      R"("f7":"-1.23","f8":"-1.23"})");
  add("sql-texts", 33,
      R"({"$kind":"+U","f0":"hello world","f1":{"$base64":"AQI="},"f2":"1969-12-31",)"
      R"("f3":"00:00:01.002","f4":"1969-12-31T23:59:59.999","f5":"1970-01-01T00:00:00.000000001Z"})");
  inputs.add("key", "int-bytes", from_hex("82 80000000"));
  inputs.add("key", "tuple-bytes", from_hex("96 0000000000000001 0261 00000005 85 00000002"));
}

void add_hand_made(const Inputs& inputs) {
  const ByteVector canonical = from_hex(canonical_group_hex("05", "85"));
  inputs.add("canonical", "four-states", from_hex("0005") + canonical);
  inputs.add("canonical", "more-behind", from_hex("0205") + canonical + canonical);
  inputs.add("canonical", "two-bytes", from_hex("0105 0000 00000005 8005 0141 00 00000000 ffff"));
  inputs.add("canonical", "lengths",
             from_hex("0005 0004 00000007 85 0141 02 0142 02 00000000 ffff"));
  ByteVector heap;
  for (const std::string& section : heap_sections_hex()) heap = heap + from_hex(section);
  // The fifth state has a namespace of variable length.
  const ByteVector fifth = from_hex("0004 00000001 0142 0141 0000000a");
  inputs.add("heap", "five-states", from_hex("0005") + heap + fifth);
  inputs.add("heap", "two-bytes", from_hex("0105") + fifth + heap);
  inputs.add("heap", "more-behind", from_hex("0205") + heap + fifth + fifth);
  inputs.add("snappy", "packed", from_hex("00") + framed(ByteVector(3000, 0x41)));
  inputs.add("snappy", "plain", from_hex("00") + framed(canonical, ChunkKind::kPlain, 50));
  inputs.add("snappy", "mid-stream",
             from_hex("01") + chunk(ChunkKind::kPlain, canonical) + framed(canonical) +
                 raw_chunk(0xFE, ByteVector(10)));
  ByteVector parts = from_hex("02");
  append_part(0, ByteVector(3000, 0x41), parts);
  append_part(1, canonical, parts);
  append_part(0xFE, ByteVector(10), parts);
  inputs.add("snappy", "parts", parts);
}

}  // namespace
}  // namespace savvy::testing

namespace savvy::testing {
namespace {

// The number of a type in fuzz_value.cc, flags, and a value of it.
void add_values(const Inputs& inputs) {
  const auto add = [&inputs](const std::string& name, const std::string& hex) {
    inputs.add("value", name, from_hex(hex));
  };
  add("avro",
      "0000"
      "00000003"
      "0000000000000007"
      "01"
      "00000001"
      "6b"
      "02"
      "00"
      "00"
      "00000001"
      "00000002"
      "ff38"
      "0000000000000001"
      "0100000002000000e8030000");
  add("map",
      "0100"
      "00000001"
      "0261"
      "00"
      "00000001"
      "0000000000000009");
  add("tuple",
      "0200"
      "0261"
      "00000002"
      "00000002");
  add("pojo",
      "0300"
      "08"
      "00"
      "02"
      "00"
      "0261");
  add("times",
      "0400"
      "000007e4021d0102000000000000"
      "3ff0000000000000"
      "0000000000000001");
  const std::string array_list =
      "0100"
      "6a6176612e7574696c2e41727261794c6973f4";
  add("kryo2", "0500" + array_list +
                   "0103"
                   "03018261"
                   "00"
                   "03018262");
  add("kryo5", "0600" + array_list +
                   "0184"
                   "03"
                   "01"
                   "018261"
                   "00"
                   "018262");
  add("kryo2-map",
      "0500"
      "0100"
      "6a6176612e7574696c2e547265654d61f0"
      "0100"
      "02"
      "03018261"
      "0202"
      "03018262"
      "0204");
  add("kryo5-time",
      "0600"
      "0100"
      "6a6176612e74696d652e4c6f63616c54696de5"
      "01"
      "173b3a7b");
  add("kryo-either", "0700" + array_list +
                         "0103"
                         "03018261"
                         "00"
                         "03018262");
}

}  // namespace
}  // namespace savvy::testing

int main(int argc, char** argv) {
  using namespace savvy::testing;
  if (argc != 3) {
    std::cerr << "usage: make_fuzz_inputs TESTDATA INPUTS\n";
    return 2;
  }
  const Inputs inputs(argv[2]);
  add_changes(inputs);
  add_hand_made(inputs);
  add_values(inputs);
  add_entries(inputs);
  add_keys(inputs);
  for (const char* name : {"flink1.20-hashmap-native", "flink2.3-hashmap-canonical",
                           "flink2.3-hashmap-checkpoint-compressed", "flink1.20-rocksdb-native",
                           "flink2.3-rocksdb-native"}) {
    SnapshotPieces(fs::path(argv[1]) / name, inputs).add_all();
  }
  return 0;
}
