// The value of a map entry as canonical streams, RocksDB and ForSt store it.
//
// Bytes   u8 null flag | value; ForSt's asynchronous putAll leaves the flag out (FLINK-40157), and
//         both forms stand in one state
// Values  without the flag: only in KEY_VALUE_V2 states, and only where the bytes with a flag are
//         not exactly one value
// Errors  FormatError: nothing where a flag is due
// Source  RocksDBMapState, ForStDBBunchPutRequest

#pragma once

#include <string_view>

#include "format/keyed_schema.h"

namespace savvy {

struct MapValue {
  bool is_null = false;
  Bytes value;  // without the flag, with its TTL time
};

// `file` names the snapshot's file in errors.
MapValue split_map_value(const KeyedStateSchema& state, Bytes stored, std::string_view file);

}  // namespace savvy
