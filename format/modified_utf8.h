// Modified UTF-8 (java.io.DataOutput.writeUTF) to and from the UTF-8 this code base uses inside.
//
// Bytes   each UTF-16 unit by itself: U+0001..U+007F one byte, U+0000 and U+0080..U+07FF two, the
//         rest three; a supplementary character is two surrogates of three bytes each
// Values  inside, a surrogate pair is one four-byte character and U+0000 one zero byte; a lone
//         surrogate keeps its three bytes (so text may be "generalized" UTF-8)
// Source  java.io.DataInput / DataOutput

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "format/bytes.h"

namespace savvy {

// Appends the text of `encoded` to `out`. Returns how many bytes were well-formed: encoded.size()
// if all; otherwise the position of the first byte that Java's writer would not have written.
std::size_t decode_modified_utf8(Bytes encoded, std::string& out);

// Appends the modified UTF-8 form of `text`.
void encode_modified_utf8(std::string_view text, ByteVector& out);

// Appends one UTF-16 code unit; joins it with a high surrogate at the end of `out`.
void append_utf16_unit(std::uint16_t unit, std::string& out);

// True if `text` is standard UTF-8: shortest forms, no surrogates, at most U+10FFFF.
bool is_utf8(std::string_view text);

// The unit of the surrogate whose three bytes begin at `at`; 0 if there is none.
std::uint16_t surrogate_at(std::string_view text, std::size_t at);

// `text` with each lone surrogate as the six characters of its \uXXXX escape: always UTF-8.
std::string escape_surrogates(std::string_view text);

// The UTF-16 units of UTF-8 text in which a lone surrogate keeps its three bytes.
template <typename Visit>
void visit_utf16_units(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i < text.size();) {
    if (const auto first = static_cast<unsigned char>(text[i]); first < 0x80) {
      visit(std::uint16_t{first});
      ++i;
      continue;
    }
    const auto byte = [&](std::size_t k) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + k]));
    };
    const std::size_t width = byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    std::uint32_t code = byte(0) & (0x7FU >> width);
    for (std::size_t k = 1; k < width; ++k) code = code << 6 | (byte(k) & 0x3FU);
    if (width < 4) {
      visit(static_cast<std::uint16_t>(code));
    } else {
      visit(static_cast<std::uint16_t>(0xD800U + ((code - 0x10000U) >> 10)));
      visit(static_cast<std::uint16_t>(0xDC00U + ((code - 0x10000U) & 0x3FFU)));
    }
    i += width;
  }
}

}  // namespace savvy
