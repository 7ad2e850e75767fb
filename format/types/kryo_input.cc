#include "format/types/kryo_input.h"

#include "format/modified_utf8.h"

namespace savvy {
namespace {

constexpr std::uint8_t kHighBit = 0x80;
constexpr std::uint8_t kMoreBit = 0x40;

}  // namespace

std::int32_t KryoInput::zigzag(std::string_view field) {
  const std::uint32_t value = varint(field);
  return static_cast<std::int32_t>((value >> 1) ^ (0U - (value & 1U)));
}

std::uint64_t KryoInput::varlong(std::string_view field) {
  constexpr unsigned kLastShift = 56;
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift <= kLastShift; shift += 7) {
    const std::uint8_t byte = in_.u8(field);
    if (shift == kLastShift) return value | static_cast<std::uint64_t>(byte) << shift;
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & kHighBit) == 0) break;
  }
  return value;
}

std::int64_t KryoInput::zigzag_long(std::string_view field) {
  const std::uint64_t value = varlong(field);
  return static_cast<std::int64_t>((value >> 1) ^ (0U - (value & 1U)));
}

FlaggedLength KryoInput::flagged_varint(std::string_view field) {
  const std::uint8_t first = in_.u8(field);
  FlaggedLength length{(first & kHighBit) != 0, first & 0x3FU};
  if ((first & kMoreBit) == 0) return length;
  const std::uint64_t at = in_.offset();
  const std::uint32_t more = varint(field);
  if (more >> 25 != 0) in_.fail_at(at, "a Kryo length of more than 31 bits");
  length.value |= more << 6;
  return length;
}

bool KryoInput::string(std::string_view field, std::string& text) {
  text.clear();
  if ((in_.peek(1).empty() ? kHighBit : in_.peek(1)[0]) < kHighBit) {
    ascii(field, text);
    return true;
  }
  const FlaggedLength length = flagged_varint(field);
  if (length.value == 0) return false;
  units(length.value - 1, field, text);
  return true;
}

// Ends at the first byte with the high bit, which is not part of the character.
void KryoInput::ascii(std::string_view field, std::string& text) {
  for (;;) {
    const std::uint8_t byte = in_.u8(field);
    text.push_back(static_cast<char>(byte & 0x7FU));
    if ((byte & kHighBit) != 0) return;
  }
}

// Each UTF-16 unit as UTF-8 of one to three bytes.
void KryoInput::units(std::uint32_t count, std::string_view field, std::string& text) {
  in_.checked_count(count, 1, field);
  for (std::uint32_t i = 0; i < count; ++i) {
    const unsigned first = in_.u8(field);
    if (first < kHighBit) {
      text.push_back(static_cast<char>(first));
    } else if (first >> 5 == 0x6) {
      append_utf16_unit(static_cast<std::uint16_t>((first & 0x1FU) << 6 | (in_.u8(field) & 0x3FU)),
                        text);
    } else if (first >> 4 == 0xE) {
      const unsigned second = in_.u8(field) & 0x3FU;
      append_utf16_unit(
          static_cast<std::uint16_t>((first & 0xFU) << 12 | second << 6 | (in_.u8(field) & 0x3FU)),
          text);
    } else {
      in_.fail("a Kryo string is not UTF-8");
    }
  }
}

std::string KryoInput::required_string(std::string_view field) {
  std::string text;
  const std::uint64_t at = in_.offset();
  if (!string(field, text)) in_.fail_at(at, "a Kryo string is null");
  return text;
}

}  // namespace savvy
