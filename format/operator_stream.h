// The head of a managed operator-state stream; the values behind it are cut by the handle's
// offsets.
//
// Bytes   i32 version | u8 compressed (version 6) | i16 n, n list states | i16 n, n broadcast
//         states | values. A list element is the serializer's bytes and nothing else; a broadcast
//         state is i32 n, n x (key, value). Compressed: one snappy stream, each element starts a
//         chunk
// Values  version 5 (Flink 1.7 to 1.17) or 6 (from 1.18); which elements exist, and where, only the
//         handle says
// Errors  UnsupportedError for versions 1 to 4, as Flink >= 1.17 refuses them
// Source  OperatorBackendSerializationProxy, PartitionableListState, HeapBroadcastState

#pragma once

#include <cstdint>
#include <vector>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/state_meta.h"

namespace savvy {

struct OperatorStreamHead {
  std::int32_t version = 6;
  bool compressed = false;
  std::vector<StateMeta> list_states;
  std::vector<StateMeta> broadcast_states;
};

OperatorStreamHead decode_operator_stream_head(ByteReader& in, const SerializerRegistry& registry);
// How many entries the map of a broadcast state has, which stands in front of them.
std::size_t decode_broadcast_map_size(ByteReader& in, const Type& key, const Type& value);

void encode_operator_stream_head(const OperatorStreamHead& head, ByteWriter& out);

}  // namespace savvy
