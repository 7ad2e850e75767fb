#include "format/operator_id.h"

#include "format/hash128.h"

namespace savvy {
namespace {

// What String.getBytes(UTF_8) gives: every lone surrogate (ED A0..BF xx) becomes `?`.
std::string java_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\xED' && i + 2 < text.size() &&
        static_cast<std::uint8_t>(text[i + 1]) >= 0xA0) {
      out += '?';
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(const OperatorId& id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * id.bytes.size());
  for (const std::uint8_t byte : id.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0F];
  }
  return text;
}

std::optional<OperatorId> parse_operator_id(std::string_view text) {
  OperatorId id;
  if (text.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = digit_value(text[2 * i]);
    const int low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

OperatorId operator_id_of_uid(std::string_view uid) {
  const std::string text = java_utf8(uid);
  Hash128Stream stream;
  stream.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  const Hash128 hash = stream.finish();
  OperatorId id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(hash.low >> (8 * i));
    id.bytes[i + 8] = static_cast<std::uint8_t>(hash.high >> (8 * i));
  }
  return id;
}

}  // namespace savvy
