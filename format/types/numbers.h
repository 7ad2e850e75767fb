// Big integers in the form that several types contain.

#pragma once

#include <optional>

#include "format/byte_reader.h"

namespace savvy {

// The two's complement bytes; nullopt for null.
std::optional<Bytes> read_big_integer(ByteReader& in);

}  // namespace savvy
