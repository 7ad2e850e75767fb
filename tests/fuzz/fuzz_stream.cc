// A whole stream of keyed state with its handle: u8 flags (1: key group of two bytes; 2: a
// savepoint's handle) | u8 first key group | u8 n | n x i16 offset | the stream. Keys and values
// are decoded.

#include <memory>
#include <vector>

#include "format/composite_key.h"
#include "format/serializer_registry.h"
#include "readers/keyed_stream.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace savvy;

void decode(const Type& type, Bytes bytes) {
  NullSink nowhere;
  ByteReader in(bytes, "f");
  type.decode(in, Extent::kDelimited, nowhere);
}

void decode_entry(const KeyedStateSchema& state, const KeyedEntry& entry, int prefix_bytes) {
  if (entry.undivided) return;
  const CompositeKey key = cut_composite_key(state, entry.composite_key, prefix_bytes, "f");
  if (!key.cut) return;
  decode(*state.key, key.key);
  decode(*state.name_space, key.name_space);
  if (state.kind == KeyedStateKind::kMap) decode(*state.user_key, key.user_key);
  if (state.value != nullptr) decode(*state.value, entry.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SerializerRegistry registry = make_serializer_registry();
  testing::Choices choices({data, size});
  const std::uint8_t flags = choices.u8();
  const int prefix_bytes = (flags & 1) != 0 ? 2 : 1;
  KeyGroupsHandle handle;
  handle.code = (flags & 2) != 0 ? KeyedCode::kSavepointKeyGroups : KeyedCode::kKeyGroupsV2;
  handle.range.first = choices.u8();
  handle.offsets.resize(choices.u8());
  for (std::int64_t& offset : handle.offsets) offset = choices.i16();
  handle.range.count = static_cast<std::int32_t>(handle.offsets.size());
  testing::outcome_of([&] {
    const KeyedStream stream(std::make_unique<MemoryFile>("f", choices.rest()), handle,
                             prefix_bytes, registry);
    for (const KeyGroupSection& section : stream.sections()) {
      testing::outcome_of([&] {
        const auto reader = stream.open(section);
        KeyedEntry entry;
        while (reader->next(entry)) {
          testing::outcome_of(
              [&] { decode_entry(stream.states()[entry.state], entry, prefix_bytes); });
        }
      });
    }
  });
  return 0;
}
