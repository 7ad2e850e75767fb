// JSON of a row of the table runtime to the bytes that BinaryRowWriter lays out.
//
// Bytes   see binary_row.h: fixed part, then what does not fit in a slot in the order of the fields,
//         each filled up with zeros to eight bytes; a null is a bit and a slot of zeros
// Values  fields that are arrays, maps, rows, RAW, VARIANT or UUID have no bytes here; nor has a
//         null DECIMAL or TIMESTAMP that lies outside its slot: some writers keep room for it
// Source  BinaryRowWriter, AbstractBinaryWriter

#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "format/bytes.h"
#include "format/key_encoder.h"
#include "format/types/binary_row.h"

namespace savvy {

KeyFit encode_binary_row(const std::vector<BinaryField>& fields, const nlohmann::json& json,
                         ByteVector& row);

}  // namespace savvy
