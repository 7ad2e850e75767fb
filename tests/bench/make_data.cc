#include "tests/bench/make_data.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "format/byte_units.h"
#include "format/composite_key.h"
#include "format/java_hash.h"
#include "format/key_groups.h"
#include "readers/rocksdb_source.h"
#include "tests/bench/checkpoint_folder.h"
#include "tests/bench/database_maker.h"
#include "tests/bench/entry_kinds.h"
#include "tests/support/folder_output.h"
#include "tests/support/small_snapshot.h"
#include "writers/canonical_writer.h"

namespace savvy::bench {
namespace {

namespace fs = std::filesystem;
using testing::base_snapshot;
using testing::joined;
using testing::small_state;
using testing::stored;
using testing::string_bytes;

constexpr std::int32_t kMaxParallelism = 128;
constexpr std::int32_t kParallelism = 2;
constexpr std::size_t kListedKeys = 40;
// Compression, overwrites and deletions leave this share of the bytes that are written, or more.
constexpr double kLeft = 0.55;

KeyedMetaBlock long_keyed_meta() {
  KeyedMetaBlock meta;
  meta.key = stored(base_snapshot("Long"));
  meta.states = {small_state("count", "VALUE", base_snapshot("Long")),
                 small_state("events", "LIST", testing::list_of(base_snapshot("Long")))};
  return meta;
}

KeyedMetaBlock text_keyed_meta() {
  KeyedMetaBlock meta;
  meta.key = stored(base_snapshot("String"));
  const auto profile = testing::pojo_of("bench.Profile", {{"city", base_snapshot("String")},
                                                          {"note", base_snapshot("String")},
                                                          {"score", base_snapshot("Double")},
                                                          {"visits", base_snapshot("Long")}});
  meta.states = {
      small_state("prices", "MAP", testing::map_of(base_snapshot("String"), base_snapshot("Long"))),
      small_state("profile", "VALUE", profile)};
  return meta;
}

// The databases of one operator, a subtask each.
class OperatorData {
 public:
  OperatorData(std::string uid, KeyedMetaBlock meta, const fs::path& folder)
      : uid_(std::move(uid)), meta_(std::move(meta)), folder_(folder) {
    std::vector<std::string> names;
    for (const StateMeta& state : meta_.states) names.push_back(state.name);
    for (std::int32_t i = 0; i < kParallelism; ++i) {
      subtasks_.push_back(
          std::make_unique<DatabaseMaker>(folder_ / fmt::format("{}.making", name(i)), names));
    }
  }

  void put(std::size_t state, std::int32_t hash, Bytes key, Bytes value) {
    written_ += key.size() + value.size();
    subtask(hash).put(state, composite(hash, key), value);
  }
  void merge(std::size_t state, std::int32_t hash, Bytes key, Bytes operand) {
    written_ += key.size() + operand.size();
    subtask(hash).merge(state, composite(hash, key), operand);
  }
  void remove(std::size_t state, std::int32_t hash, Bytes key) {
    subtask(hash).remove(state, composite(hash, key));
  }
  std::uint64_t written_bytes() const { return written_; }

  OperatorState finish() {
    OperatorState op = testing::small_operator(uid_, kParallelism, kMaxParallelism);
    for (std::int32_t i = 0; i < kParallelism; ++i) {
      const auto index = static_cast<std::size_t>(i);
      subtasks_[index]->finish(folder_ / name(i));
      op.subtasks[index].managed_keyed_state = Boxed<IncrementalHandle>(checkpoint_handle(
          folder_, name(i), meta_, key_group_range(i, kParallelism, kMaxParallelism)));
    }
    return op;
  }

 private:
  std::string name(std::int32_t subtask) const { return fmt::format("{}-{}", uid_, subtask); }

  DatabaseMaker& subtask(std::int32_t hash) const {
    const std::int32_t group = key_group_of_hash(hash, kMaxParallelism);
    const std::int32_t owner = subtask_of_key_group(group, kParallelism, kMaxParallelism);
    return *subtasks_[static_cast<std::size_t>(owner)];
  }

  // `key` is what follows the number of the key group.
  ByteVector composite(std::int32_t hash, Bytes key) const {
    ByteVector bytes;
    append_key_group(key_group_of_hash(hash, kMaxParallelism),
                     key_group_prefix_bytes(kMaxParallelism), bytes);
    bytes.insert(bytes.end(), key.begin(), key.end());
    return bytes;
  }

  std::string uid_;
  KeyedMetaBlock meta_;
  fs::path folder_;
  std::vector<std::unique_ptr<DatabaseMaker>> subtasks_;
  std::uint64_t written_ = 0;
};

// Which entry of a state a write is about.
class Draw {
 public:
  enum class What { kNew, kChange, kDelete };

  explicit Draw(std::uint64_t seed) : random_(seed) {}
  std::uint64_t number() { return random_(); }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  What what() {
    const std::uint64_t percent = below(100);
    return percent < 75 ? What::kNew : percent < 95 ? What::kChange : What::kDelete;
  }
  // Numbers of entries count up; those before `next` are there, or were deleted.
  std::uint64_t entry(What what, std::uint64_t& next) {
    return what == What::kNew || next == 0 ? next++ : below(next);
  }
  std::string words(std::size_t count) {
    static constexpr std::array<std::string_view, 16> kWords = {
        "order", "basket", "returned", "late", "gift",   "north",   "window", "second",
        "paid",  "retry",  "customer", "rain", "silver", "invoice", "open",   "marked"};
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += ' ';
      // Every third is a number, so that there is something that cannot be compressed.
      text += i % 3 == 2 ? fmt::format("{}", below(1'000'000)) : kWords[below(kWords.size())];
    }
    return text;
  }

 private:
  std::mt19937_64 random_;
};

constexpr ByteVector::value_type kVoid = 0;

std::int32_t long_hash(std::uint64_t key) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(key ^ (key >> 32)));
}

// Writes entries until the operator has got that many bytes; returns how many counts there are.
std::uint64_t fill_long_keyed(OperatorData& data, std::uint64_t bytes, Draw& draw) {
  enum : std::size_t { kCount, kEvents };
  std::uint64_t next_count = 0;
  std::uint64_t next_list = 0;
  while (data.written_bytes() < bytes) {
    const Draw::What what = draw.what();
    const std::uint64_t count = scattered(draw.entry(what, next_count));
    const ByteVector key = joined({long_bytes(count), {kVoid}});
    if (what == Draw::What::kDelete) {
      data.remove(kCount, long_hash(count), key);
    } else {
      data.put(kCount, long_hash(count), key, long_bytes(draw.below(1'000'000)));
    }
    // Four elements a list.
    const auto grow = draw.below(4) == 0 ? Draw::What::kNew : Draw::What::kChange;
    const std::uint64_t list = scattered(draw.entry(grow, next_list));
    const ByteVector list_key = joined({long_bytes(list), {kVoid}});
    if (what == Draw::What::kDelete) {
      data.remove(kEvents, long_hash(list), list_key);
    } else {
      data.merge(kEvents, long_hash(list), list_key, long_bytes(draw.number() >> 24));
    }
  }
  return next_count;
}

ByteVector profile_bytes(Draw& draw) {
  constexpr std::uint8_t kNoSubclass = 2;  // PojoSerializer.NO_SUBCLASS
  constexpr std::uint8_t kNotNull = 0;
  const auto score = static_cast<double>(draw.below(100'000)) / 100;
  return joined({{kNoSubclass, kNotNull},
                 string_bytes(draw.words(1)),
                 {kNotNull},
                 string_bytes(draw.words(12).substr(0, 120)),
                 {kNotNull},
                 long_bytes(std::bit_cast<std::uint64_t>(score)),
                 {kNotNull},
                 long_bytes(draw.below(1000))});
}

void fill_text_keyed(OperatorData& data, std::uint64_t bytes, Draw& draw) {
  enum : std::size_t { kPrices, kProfile };
  constexpr std::uint64_t kPricesOfKey = 8;
  std::uint64_t next_profile = 0;
  std::uint64_t next_price = 0;
  while (data.written_bytes() < bytes) {
    const Draw::What what = draw.what();
    const std::uint64_t price = draw.entry(what, next_price);
    const std::string owner = fmt::format("user-{:016x}", scattered(price / kPricesOfKey));
    const ByteVector price_key = joined(
        {string_bytes(owner), {kVoid}, string_bytes(fmt::format("item-{}", price % kPricesOfKey))});
    const std::string name = fmt::format("user-{:016x}", scattered(draw.entry(what, next_profile)));
    const ByteVector key = joined({string_bytes(name), {kVoid}});
    if (what == Draw::What::kDelete) {
      data.remove(kPrices, java_hash_of_text(owner), price_key);
      data.remove(kProfile, java_hash_of_text(name), key);
    } else {
      constexpr std::uint8_t kNotNull = 0;
      data.put(kPrices, java_hash_of_text(owner), price_key,
               joined({{kNotNull}, long_bytes(draw.below(100'000))}));
      data.put(kProfile, java_hash_of_text(name), key, profile_bytes(draw));
    }
  }
}

}  // namespace

void make_rocksdb(const fs::path& folder, std::uint64_t size_bytes, std::uint64_t seed) {
  fs::create_directories(folder);
  const auto written = static_cast<std::uint64_t>(static_cast<double>(size_bytes) / kLeft);
  Draw draw(seed);
  std::vector<OperatorState> operators;
  OperatorData longs("longs", long_keyed_meta(), folder);
  const std::uint64_t counts = fill_long_keyed(longs, written / 4, draw);
  operators.push_back(longs.finish());
  OperatorData texts("texts", text_keyed_meta(), folder);
  fill_text_keyed(texts, written - written / 4, draw);
  operators.push_back(texts.finish());
  std::ofstream keys(folder / "keys.txt");
  for (std::size_t i = 0; i < kListedKeys; ++i) keys << scattered(draw.below(counts)) << '\n';
  write_metadata(folder, std::move(operators));
}

void make_canonical(const fs::path& rocksdb, const fs::path& folder) {
  const LocalStorage storage;
  const savvy::Snapshot snapshot(rocksdb.string(), PathMap(), storage);
  const SerializerRegistry registry = make_serializer_registry();
  const RocksdbCache cache(64 * kMiB);
  testing::PlainOutputFolder out(folder);
  std::vector<OperatorState> operators = snapshot.metadata().operators;
  for (OperatorState& op : operators) {
    for (Subtask& subtask : op.subtasks) {
      const auto* handle = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
      const auto source = open_rocksdb_source(
          snapshot, *handle, key_group_prefix_bytes(kMaxParallelism), registry, cache);
      CanonicalWriter writer(out, fmt::format("{}-{}", op.uid, subtask.index),
                             *source->meta_block(), handle->range, KeyedCode::kSavepointKeyGroups);
      for (const KeyGroupSection& section : source->sections()) {
        writer.begin_key_group(section.key_group);
        const auto group = source->open(section);
        for (KeyedEntry entry; group->next(entry);) writer.add(entry);
      }
      subtask.managed_keyed_state = writer.finish();
    }
  }
  write_metadata(folder, std::move(operators));
}

}  // namespace savvy::bench
