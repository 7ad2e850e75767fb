#include "format/modified_utf8.h"

#include <fmt/format.h>

#include <cstring>
#include <iterator>

namespace savvy {
namespace {

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

void append_three_bytes(std::uint32_t unit, std::string& out) {
  out.push_back(static_cast<char>(0xE0 | (unit >> 12)));
  out.push_back(static_cast<char>(0x80 | ((unit >> 6) & 0x3F)));
  out.push_back(static_cast<char>(0x80 | (unit & 0x3F)));
}

// The high surrogate in the last three bytes of `out`, or 0.
std::uint32_t trailing_high_surrogate(const std::string& out) {
  const std::size_t n = out.size();
  if (n < 3 || byte_at(out, n - 3) != 0xED || (byte_at(out, n - 2) & 0xF0) != 0xA0) return 0;
  return 0xD000U | (static_cast<std::uint32_t>(byte_at(out, n - 2) & 0x3F) << 6) |
         (byte_at(out, n - 1) & 0x3FU);
}

// Decodes one well-formed unit at `i`; returns its width, 0 if malformed.
std::size_t decode_unit(Bytes in, std::size_t i, std::uint16_t& unit) {
  const std::uint8_t first = in[i];
  if (first >= 0x01 && first < 0x80) {
    unit = first;
    return 1;
  }
  if ((first & 0xE0) == 0xC0 && i + 1 < in.size() && is_continuation(in[i + 1])) {
    unit = static_cast<std::uint16_t>(((first & 0x1F) << 6) | (in[i + 1] & 0x3F));
    return unit >= 0x80 || unit == 0 ? 2 : 0;
  }
  if ((first & 0xF0) == 0xE0 && i + 2 < in.size() && is_continuation(in[i + 1]) &&
      is_continuation(in[i + 2])) {
    unit = static_cast<std::uint16_t>(((first & 0x0F) << 12) | ((in[i + 1] & 0x3F) << 6) |
                                      (in[i + 2] & 0x3F));
    return unit >= 0x800 ? 3 : 0;
  }
  return 0;
}

// How many bytes at the start are U+0001..U+007F, which are the same in both forms.
std::size_t plain_prefix(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= size; i += sizeof(std::uint64_t)) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + i, sizeof eight);
    // A byte with the high bit, or one that borrows from it when decremented: zero.
    if (((eight | (eight - kOnes)) & kHighBits) != 0) break;
  }
  while (i < size && bytes[i] >= 0x01 && bytes[i] < 0x80) ++i;
  return i;
}

}  // namespace

void append_utf16_unit(std::uint16_t unit, std::string& out) {
  if (unit < 0x80) {
    out.push_back(static_cast<char>(unit));
    return;
  }
  if (unit < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (unit >> 6)));
    out.push_back(static_cast<char>(0x80 | (unit & 0x3F)));
    return;
  }
  const std::uint32_t high = (unit & 0xFC00) == 0xDC00 ? trailing_high_surrogate(out) : 0;
  if (high == 0) {
    append_three_bytes(unit, out);
    return;
  }
  const std::uint32_t code = 0x10000 + ((high & 0x3FF) << 10) + (unit & 0x3FFU);
  out.resize(out.size() - 3);
  out.push_back(static_cast<char>(0xF0 | (code >> 18)));
  out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
  out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
  out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
}

std::size_t decode_modified_utf8(Bytes encoded, std::string& out) {
  out.reserve(out.size() + encoded.size());
  std::size_t i = plain_prefix(encoded.data(), encoded.size());
  out.append(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(i));
  while (i < encoded.size()) {
    std::uint16_t unit = 0;
    const std::size_t width = decode_unit(encoded, i, unit);
    if (width == 0) return i;
    append_utf16_unit(unit, out);
    i += width;
  }
  return i;
}

void encode_modified_utf8(std::string_view text, ByteVector& out) {
  const auto put_unit = [&out](std::uint32_t unit) {
    if (unit >= 0x01 && unit < 0x80) {
      out.push_back(static_cast<std::uint8_t>(unit));
    } else if (unit < 0x800) {
      out.push_back(static_cast<std::uint8_t>(0xC0 | (unit >> 6)));
      out.push_back(static_cast<std::uint8_t>(0x80 | (unit & 0x3F)));
    } else {
      out.push_back(static_cast<std::uint8_t>(0xE0 | (unit >> 12)));
      out.push_back(static_cast<std::uint8_t>(0x80 | ((unit >> 6) & 0x3F)));
      out.push_back(static_cast<std::uint8_t>(0x80 | (unit & 0x3F)));
    }
  };
  const std::size_t plain =
      plain_prefix(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  out.insert(out.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(plain));
  for (std::size_t i = plain; i < text.size();) {
    const std::uint8_t first = byte_at(text, i);
    if ((first & 0xF8) == 0xF0 && i + 3 < text.size()) {
      const std::uint32_t code = ((first & 7U) << 18) | ((byte_at(text, i + 1) & 0x3FU) << 12) |
                                 ((byte_at(text, i + 2) & 0x3FU) << 6) |
                                 (byte_at(text, i + 3) & 0x3FU);
      put_unit(0xD800 + ((code - 0x10000) >> 10));
      put_unit(0xDC00 + ((code - 0x10000) & 0x3FF));
      i += 4;
    } else if (first == 0) {
      put_unit(0);
      ++i;
    } else {
      // One to three bytes read the same in both forms.
      out.push_back(first);
      ++i;
    }
  }
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t first = byte_at(text, i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const std::size_t width = (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : 4;
    if ((first & 0xF8) > 0xF0 || (first & 0xC0) == 0x80 || i + width > text.size()) return false;
    std::uint32_t code = first & (0x7FU >> width);
    for (std::size_t k = 1; k < width; ++k) {
      if (!is_continuation(byte_at(text, i + k))) return false;
      code = (code << 6) | (byte_at(text, i + k) & 0x3FU);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[width] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return false;
    }
    i += width;
  }
  return true;
}

std::uint16_t surrogate_at(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || byte_at(text, at) != 0xED || byte_at(text, at + 1) < 0xA0) return 0;
  return static_cast<std::uint16_t>(0xD000U | ((byte_at(text, at + 1) & 0x3FU) << 6) |
                                    (byte_at(text, at + 2) & 0x3FU));
}

std::string escape_surrogates(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::uint16_t unit = surrogate_at(text, i); unit != 0) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
      i += 3;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

}  // namespace savvy
