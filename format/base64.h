// Base64 text, as rows hold bytes, back to the bytes.

#pragma once

#include <optional>
#include <string_view>

#include "format/bytes.h"

namespace savvy {

// Nothing if it is not the base64 form (with padding) of any bytes.
std::optional<ByteVector> decode_base64(std::string_view text);

}  // namespace savvy
