// VARIANT of SQL: a value with its own type, and a dictionary of field names.
//
// Bytes   metadata: u8 header (4 bits version 1, top 2 bits width - 1) | size | size + 1 offsets |
//         UTF-8 names; value: u8 header (info << 2 | basic type) | what they say; little-endian
// Values  objects, lists, numbers, text, bytes; dates and times as ISO-8601, decimals and UUIDs as
//         text
// Errors  FormatError for offsets outside the value, unknown types, and too deep values
// Source  BinaryVariant, BinaryVariantUtil

#pragma once

#include "format/bytes.h"
#include "format/value_sink.h"

namespace savvy {

// `place` stands in front of the message of an error.
void emit_variant(Bytes metadata, Bytes value, std::string_view place, ValueSink& sink);

}  // namespace savvy
