// One slot of a binary row or one element of a binary array. Private to the binary formats.

#pragma once

#include <optional>
#include <string_view>

#include "format/type.h"
#include "format/types/binary_region.h"
#include "format/types/logical_type.h"

namespace savvy {

// Bytes an element takes in an array; a slot of a row is always 8.
std::size_t element_width(const LogicalType& type);

// `raw` decodes a RAW value; may be null.
void emit_slot(BinaryRegion& region, std::size_t pos, const LogicalType& type, const Type* raw,
               ValueSink& sink);

// The text of a CHAR or VARCHAR slot; nullopt if it is not UTF-8.
std::optional<std::string_view> slot_text(BinaryRegion& region, std::size_t pos);

}  // namespace savvy
