#include "tests/bench/entry_kinds.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "format/java_hash.h"
#include "format/keyed_schema.h"
#include "format/serializer_registry.h"
#include "readers/local_storage.h"
#include "readers/section_reader.h"
#include "readers/snapshot.h"
#include "tests/support/small_snapshot.h"

namespace savvy::bench {
namespace {

namespace fs = std::filesystem;
using testing::base_snapshot;
using testing::joined;
using testing::string_bytes;

// Bits without order that are always the same for a number (the finalizer of splitmix64).
std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9;
  n = (n ^ (n >> 27)) * 0x94D049BB133111EB;
  return n ^ (n >> 31);
}

std::string_view word(std::uint64_t bits) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "order", "basket", "returned", "customer", "north", "silver", "invoice", "marked"};
  return kWords[bits % kWords.size()];
}

std::string text_key(std::uint64_t number) {
  return fmt::format("user-{:016x}", scattered(number));
}

class LongEntries final : public EntryKind {
 public:
  explicit LongEntries(std::uint64_t seed) : seed_(seed) {
    meta_.key = testing::stored(base_snapshot("Long"));
    meta_.states = {testing::small_state("count", "VALUE", base_snapshot("Long"))};
  }
  const KeyedMetaBlock& meta() const override { return meta_; }
  ByteVector key(std::uint64_t number) const override { return long_bytes(scattered(number)); }
  ByteVector value(std::uint64_t number) const override {
    return long_bytes(mixed(seed_ + number) % 1'000'000);
  }
  std::int32_t hash(std::uint64_t number) const override {
    const std::uint64_t key = scattered(number);
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(key ^ (key >> 32)));
  }

 private:
  std::uint64_t seed_;
  KeyedMetaBlock meta_;
};

class PojoEntries final : public EntryKind {
 public:
  explicit PojoEntries(std::uint64_t seed) : seed_(seed) {
    meta_.key = testing::stored(base_snapshot("String"));
    meta_.states = {testing::small_state(
        "profile", "VALUE",
        testing::pojo_of("bench.Profile", {{"active", base_snapshot("Boolean")},
                                           {"city", base_snapshot("String")},
                                           {"level", base_snapshot("Int")},
                                           {"note", base_snapshot("String")},
                                           {"score", base_snapshot("Double")},
                                           {"visits", base_snapshot("Long")}}))};
  }
  const KeyedMetaBlock& meta() const override { return meta_; }
  ByteVector key(std::uint64_t number) const override { return string_bytes(text_key(number)); }
  ByteVector value(std::uint64_t number) const override {
    constexpr std::uint8_t kNoSubclass = 2;  // PojoSerializer.NO_SUBCLASS
    const std::uint64_t bits = mixed(seed_ + number);
    const auto score = static_cast<double>(bits % 100'000) / 100;
    ByteVector bytes{kNoSubclass};
    for (const ByteVector& field :
         {ByteVector{static_cast<std::uint8_t>(bits >> 63)}, string_bytes(word(bits)),
          testing::int_bytes(static_cast<std::int32_t>(bits >> 40 & 0xFF)),
          string_bytes(fmt::format("{} {} {}", word(bits >> 8), bits >> 44, word(bits >> 16))),
          long_bytes(std::bit_cast<std::uint64_t>(score)), long_bytes(bits >> 32)}) {
      bytes.push_back(0);  // not null
      bytes.insert(bytes.end(), field.begin(), field.end());
    }
    return bytes;
  }
  std::int32_t hash(std::uint64_t number) const override {
    return java_hash_of_text(text_key(number));
  }

 private:
  std::uint64_t seed_;
  KeyedMetaBlock meta_;
};

// A binary row of fewer than 57 fields, with the size in front as serializers write it.
class RowWriter {
 public:
  explicit RowWriter(std::size_t arity) : fixed_(kHeaderBytes + arity * kSlotBytes) {}

  void number(std::size_t field, std::uint64_t value) { put(field, value); }
  void text(std::size_t field, std::string_view text) {
    constexpr std::size_t kMostInline = 7;
    if (text.size() <= kMostInline) {
      std::uint64_t slot = (0x80 | text.size()) << 56;
      for (std::size_t i = 0; i < text.size(); ++i) {
        slot |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
      }
      put(field, slot);
      return;
    }
    put(field, (fixed_.size() + variable_.size()) << 32 | text.size());
    variable_.insert(variable_.end(), text.begin(), text.end());
    variable_.resize((variable_.size() + kSlotBytes - 1) / kSlotBytes * kSlotBytes);
  }
  ByteVector bytes() const {
    ByteWriter out;
    out.i32(static_cast<std::int32_t>(fixed_.size() + variable_.size()));
    out.raw(fixed_);
    out.raw(variable_);
    return out.take();
  }

 private:
  static constexpr std::size_t kHeaderBytes = 8;  // the kind of the row, and which fields are null
  static constexpr std::size_t kSlotBytes = 8;

  void put(std::size_t field, std::uint64_t slot) {
    for (std::size_t i = 0; i < kSlotBytes; ++i) {
      fixed_[kHeaderBytes + field * kSlotBytes + i] = static_cast<std::uint8_t>(slot >> (8 * i));
    }
  }

  ByteVector fixed_;
  ByteVector variable_;
};

// The block of the operator that has this state, without its other states.
KeyedMetaBlock stored_meta(const fs::path& path, std::string_view state) {
  const LocalStorage storage;
  const savvy::Snapshot snapshot(path.string(), PathMap(), storage);
  const SerializerRegistry registry = make_serializer_registry();
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks) {
      const auto* handle = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state);
      if (handle == nullptr) continue;
      const auto file = snapshot.open(handle->delegate);
      SectionReader section(*file, {0, file->size()}, Compression::kNone);
      KeyedMetaBlock block = decode_keyed_meta_block(section.in(), registry);
      for (const StateMeta& meta : block.states) {
        if (meta.name == state) return {block.compressed, block.key, {meta}};
      }
    }
  }
  throw std::runtime_error(fmt::format("{}: no operator has the state {}", path.string(), state));
}

class RowEntries final : public EntryKind {
 public:
  RowEntries(std::uint64_t seed, const fs::path& testdata)
      : seed_(seed),
        meta_(stored_meta(testdata / "flink2.3-hashmap-canonical-sql", "deduplicate-state")),
        hash_(java_hash_of(*keyed_state_schemas(meta_, "testdata").front().key)) {}
  const KeyedMetaBlock& meta() const override { return meta_; }
  ByteVector key(std::uint64_t number) const override {
    RowWriter row(1);
    row.text(0, text_key(number));
    return row.bytes();
  }
  // ROW<BIGINT, STRING, INT, STRING, TIMESTAMP_LTZ(3)>
  ByteVector value(std::uint64_t number) const override {
    const std::uint64_t bits = mixed(seed_ + number);
    RowWriter row(5);
    row.number(0, number);
    row.text(1, text_key(number));
    row.number(2, bits % 1000);
    row.text(3, word(bits >> 8));
    row.number(4, 1'700'000'000'000 + (bits >> 30));
    return row.bytes();
  }
  std::int32_t hash(std::uint64_t number) const override {
    const ByteVector bytes = key(number);
    ByteReader in(bytes, "key");
    return hash_(in);
  }

 private:
  std::uint64_t seed_;
  KeyedMetaBlock meta_;
  JavaHash hash_;
};

}  // namespace

ByteVector long_bytes(std::uint64_t value) {
  ByteWriter out;
  out.i64(static_cast<std::int64_t>(value));
  return out.take();
}

std::uint64_t scattered(std::uint64_t n) { return (n * 0x9E3779B97F4A7C15 + 1) & ~(1ULL << 63); }

std::unique_ptr<EntryKind> make_entry_kind(const std::string& name, std::uint64_t seed,
                                           const fs::path& testdata) {
  if (name == "long") return std::make_unique<LongEntries>(seed);
  if (name == "pojo") return std::make_unique<PojoEntries>(seed);
  if (name == "row") return std::make_unique<RowEntries>(seed, testdata);
  throw std::runtime_error("there is no such kind of entries: " + name);
}

}  // namespace savvy::bench
