// Rows, arrays and maps of the table runtime, in the memory layout of the writer.
//
// Bytes   row   = header | n x 8-byte slot | variable part; header = ceil((n + 8) / 64) x 8 bytes:
//                 byte 0 the row kind, bit i + 8 null of field i, least significant bit first
//         array = i32 n | null bits, ceil(n / 32) x 4 bytes | elements | padding | variable part
//         map   = i32 size of the key array | key array | value array
//         little-endian inside (the writer's native order); offsets count from the start of the row
//         or array that holds the slot
// Errors  FormatError for offsets beyond the end, and for variable parts that together are longer
//         than what they lie in: no writer lets them overlap
// Source  BinaryRowData, BinaryArrayData, BinaryMapData, BinarySegmentUtils, AbstractBinaryWriter

#pragma once

#include <string_view>
#include <vector>

#include "format/type.h"
#include "format/types/logical_type.h"

namespace savvy {

// A view: whoever holds the types holds the names.
struct BinaryField {
  std::string_view name;
  const LogicalType& type;
  const Type* raw;  // of RAW: what the bytes are; may be null
};

// A type whose values are rows with these fields, each behind its i32 size.
class BinaryRowHolder {
 public:
  virtual ~BinaryRowHolder() = default;
  virtual const std::vector<BinaryField>& binary_fields() const = 0;
};

// Each takes all bytes of the reader.
void emit_binary_row(ByteReader in, const std::vector<BinaryField>& fields, ValueSink& sink);
void emit_binary_array(ByteReader in, const LogicalType& element, ValueSink& sink);
void emit_binary_map(ByteReader in, const LogicalType& key, const LogicalType& value,
                     ValueSink& sink);

}  // namespace savvy
