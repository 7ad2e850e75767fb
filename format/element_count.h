// A count of elements in front of them.
//
// Bytes   i32
// Errors  FormatError for a count that is negative or that what is left cannot hold;
//         UnsupportedError for more elements without bytes than are read: a count alone would make
//         as many values as it likes

#pragma once

#include <cstddef>
#include <string_view>

#include "format/byte_reader.h"

namespace savvy {

// `min_bytes_each` is what an element takes at least; 0 if it may take none.
std::size_t element_count(ByteReader& in, std::size_t min_bytes_each, std::string_view field);

}  // namespace savvy
