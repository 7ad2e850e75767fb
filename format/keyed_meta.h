// The meta block at the head of every keyed stream: the key's serializer and the states in order.
//
// Bytes   i32 version | u8 compression (since version 4) | proxied key serializer | i16 state count
//         | states; the index of a state in this list is its id in the stream
// Values  version 6 (Flink 1.7 to 2.x)
// Errors  UnsupportedError for versions 1 to 5 (Flink 1.6 and older), as Flink >= 1.17 refuses
//         them; FormatError for any other number
// Source  KeyedBackendSerializationProxy

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/state_meta.h"

namespace savvy {

struct KeyedMetaBlock {
  bool compressed = false;  // every key-group section is framed snappy
  SerializerSnapshot key;
  std::vector<StateMeta> states;
};

KeyedMetaBlock decode_keyed_meta_block(ByteReader& in, const SerializerRegistry& registry);
void encode_keyed_meta_block(const KeyedMetaBlock& block, ByteWriter& out);

}  // namespace savvy
