#include "format/operator_id.h"

#include <bit>
#include <cstring>

namespace savvy {
namespace {

constexpr std::uint64_t kC1 = 0x87c37b91114253d5;
constexpr std::uint64_t kC2 = 0x4cf5ad432745937f;

std::uint64_t load_le64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

// Up to eight bytes; what is missing counts as zero.
std::uint64_t load_tail(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

std::uint64_t mix_low(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t mix_high(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

std::uint64_t finish(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

struct Hash128 {
  std::uint64_t low;
  std::uint64_t high;
};

// MurmurHash3 x64 128 with seed 0.
Hash128 murmur3(std::string_view data) {
  std::uint64_t h1 = 0;
  std::uint64_t h2 = 0;
  const std::size_t whole = data.size() - data.size() % 16;
  for (std::size_t i = 0; i < whole; i += 16) {
    h1 = (std::rotl(h1 ^ mix_low(load_le64(data.data() + i)), 27) + h2) * 5 + 0x52dce729;
    h2 = (std::rotl(h2 ^ mix_high(load_le64(data.data() + i + 8)), 31) + h1) * 5 + 0x38495ab5;
  }
  const std::string_view tail = data.substr(whole);
  if (tail.size() > 8) h2 ^= mix_high(load_tail(tail.substr(8)));
  h1 ^= mix_low(load_tail(tail));

  h1 ^= data.size();
  h2 ^= data.size();
  h1 += h2;
  h2 += h1;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

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
  const Hash128 hash = murmur3(java_utf8(uid));
  OperatorId id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(hash.low >> (8 * i));
    id.bytes[i + 8] = static_cast<std::uint8_t>(hash.high >> (8 * i));
  }
  return id;
}

}  // namespace savvy
