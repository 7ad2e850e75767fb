// One value of an Avro schema.
//
// Bytes   int, long, float, double, lengths, enum indices and branches at their full width, big
//         endian; arrays and maps in blocks: leb count | items, ended by a count of 0
// Values  record and map: object; enum: its symbol; union: the value of its branch; logical types:
//         dates and times as ISO-8601, decimals and uuids as text
// Errors  FormatError for bytes the schema cannot have written; UnsupportedError for records nested
//         deeper than a stack allows
// Source  DataOutputEncoder, which is not Avro's own binary encoder

#pragma once

#include "format/byte_reader.h"
#include "format/types/avro_schema.h"
#include "format/value_sink.h"

namespace savvy {

void decode_avro(const AvroNode& node, ByteReader& in, ValueSink& sink);

}  // namespace savvy
