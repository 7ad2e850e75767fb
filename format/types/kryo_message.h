// A Protocol Buffers message as Chill's ProtobufSerializer leaves it in a Kryo value.
//
// Bytes   class (by id or by name) | mark 1 | varint n | n bytes to the end
// Source  com.twitter.chill.protobuf.ProtobufSerializer; the same in both releases of Kryo

#pragma once

#include <optional>

#include "format/bytes.h"

namespace savvy {

// Nothing if the value does not have exactly this form.
std::optional<Bytes> message_in_kryo(Bytes value);

}  // namespace savvy
