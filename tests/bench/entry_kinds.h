// The kinds of keyed value state that the benchmark makes in any number: how the n-th entry looks.
//
// Source  LongSerializer, StringSerializer, PojoSerializer, BinaryRowData (AbstractBinaryWriter)

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "format/keyed_meta.h"

namespace savvy::bench {

class EntryKind {
 public:
  virtual ~EntryKind() = default;
  // The key's serializer, and one state.
  virtual const KeyedMetaBlock& meta() const = 0;
  // No two numbers have the same key.
  virtual ByteVector key(std::uint64_t number) const = 0;
  virtual ByteVector value(std::uint64_t number) const = 0;
  // The hashCode of the key.
  virtual std::int32_t hash(std::uint64_t number) const = 0;
};

// "long": Long → Long. "pojo": String → a POJO of six fields. "row": RowData as in SQL, a STRING →
// five fields; its serializers are those of the deduplication in `testdata`.
std::unique_ptr<EntryKind> make_entry_kind(const std::string& name, std::uint64_t seed,
                                           const std::filesystem::path& testdata);

// LongSerializer's bytes.
ByteVector long_bytes(std::uint64_t value);

// The n-th of a sequence of numbers without repetition and without order; never negative as Long.
std::uint64_t scattered(std::uint64_t n);

}  // namespace savvy::bench
