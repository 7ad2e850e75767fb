// Streams that writers made, read back.

#pragma once

#include <string>
#include <vector>

#include "readers/keyed_stream.h"
#include "tests/support/entries.h"
#include "tests/support/memory_output.h"
#include "tests/support/test_types.h"

namespace savvy::testing {

inline KeyedMetaBlock meta_from_hex(const std::string& head_hex) {
  const ByteVector bytes = from_hex(head_hex);
  ByteReader in(bytes, "f");
  return decode_keyed_meta_block(in, test_registry());
}

inline KeyedStream written_stream(const MemoryFolder& folder, const KeyedHandle& handle,
                                  int prefix_bytes,
                                  const SerializerRegistry& registry = test_registry()) {
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  const auto* file = handle_as<RelativeFileHandle>(groups->delegate);
  auto bytes = folder.open(file->path);
  if (bytes->size() != static_cast<std::uint64_t>(file->size_bytes)) {
    throw std::logic_error("the handle has another size than its file");
  }
  return KeyedStream(std::move(bytes), *groups, prefix_bytes, registry);
}

inline std::vector<std::string> entries_of(const KeyedStream& stream) {
  std::vector<std::string> all;
  for (const KeyGroupSection& section : stream.sections()) {
    const auto reader = stream.open(section);
    for (std::string& entry : all_entries(*reader)) all.push_back(std::move(entry));
  }
  return all;
}

// Hands every entry of a stream to a writer.
template <typename Writer>
void add_all_entries(const KeyedStream& from, Writer& writer) {
  for (const KeyGroupSection& section : from.sections()) {
    const auto reader = from.open(section);
    writer.begin_key_group(section.key_group);
    KeyedEntry entry;
    while (reader->next(entry)) writer.add(entry);
  }
}

}  // namespace savvy::testing
