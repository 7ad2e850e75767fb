#include "format/big_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace savvy {
namespace {

constexpr std::uint32_t kChunk = 1'000'000'000;
constexpr std::size_t kChunkDigits = 9;
constexpr std::int64_t kMaxZeros = 4096;

// 32-bit words of the magnitude, low first.
std::vector<std::uint32_t> magnitude_words(Bytes bytes, bool negative) {
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t byte = bytes[bytes.size() - 1 - i];
    const auto plain = static_cast<std::uint8_t>(negative ? ~byte : byte);
    words[i / 4] |= static_cast<std::uint32_t>(plain) << (8 * (i % 4));
  }
  if (!negative) return words;
  for (std::uint32_t& word : words) {
    if (++word != 0) return words;
  }
  words.push_back(1);
  return words;
}

// Divides in place and returns the remainder.
std::uint32_t divide(std::vector<std::uint32_t>& words, std::uint32_t divisor) {
  std::uint64_t remainder = 0;
  for (std::size_t i = words.size(); i-- > 0;) {
    const std::uint64_t part = (remainder << 32) | words[i];
    words[i] = static_cast<std::uint32_t>(part / divisor);
    remainder = part % divisor;
  }
  while (!words.empty() && words.back() == 0) words.pop_back();
  return static_cast<std::uint32_t>(remainder);
}

// Two's complement of bytes, low first.
void negate(ByteVector& low_first) {
  unsigned carry = 1;
  for (std::uint8_t& byte : low_first) {
    carry += ~unsigned{byte} & 0xFFU;
    byte = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
}

}  // namespace

std::string to_decimal(Bytes twos_complement) {
  const bool negative = !twos_complement.empty() && (twos_complement[0] & 0x80) != 0;
  std::vector<std::uint32_t> words = magnitude_words(twos_complement, negative);
  std::string reversed;
  while (!words.empty()) {
    std::uint32_t chunk = divide(words, kChunk);
    for (std::size_t i = 0; i < kChunkDigits; ++i) {
      reversed.push_back(static_cast<char>('0' + chunk % 10));
      chunk /= 10;
    }
  }
  while (reversed.size() > 1 && reversed.back() == '0') reversed.pop_back();
  if (reversed.empty()) reversed.push_back('0');
  if (negative) reversed.push_back('-');
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::string to_plain_decimal(std::string_view digits, std::int64_t scale) {
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  std::string text(negative ? 1 : 0, '-');
  const auto size = static_cast<std::int64_t>(digits.size());
  if (scale < -kMaxZeros || scale > size + kMaxZeros) {
    return fmt::format("{}{}E{:+}", text, digits, -scale);
  }
  if (scale <= 0) {
    text += digits;
    // Zero has no places to shift.
    if (digits != "0") text.append(static_cast<std::size_t>(-scale), '0');
    return text;
  }
  if (scale >= size) {
    text += "0.";
    text.append(static_cast<std::size_t>(scale - size), '0');
    text += digits;
    return text;
  }
  const auto point = static_cast<std::size_t>(size - scale);
  text += digits.substr(0, point);
  text += '.';
  text += digits.substr(point);
  return text;
}

std::optional<ByteVector> from_decimal(std::string_view text) {
  constexpr std::size_t kMaxDigits = kMaxPrintedNumberBytes * 5 / 2;  // a byte has 2.41
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool digits_alone =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool leading_zero = text.starts_with('0') && (text.size() > 1 || negative);
  if (text.empty() || text.size() > kMaxDigits || !digits_alone || leading_zero) {
    return std::nullopt;
  }
  ByteVector low_first;  // the magnitude
  for (const char c : text) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (std::uint8_t& byte : low_first) {
      carry += byte * 10U;
      byte = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) low_first.push_back(static_cast<std::uint8_t>(carry));
  }
  low_first.push_back(0);  // the sign
  if (negative) negate(low_first);
  const auto repeats_sign = [&low_first] {
    const std::size_t last = low_first.size() - 1;
    return low_first[last] == ((low_first[last - 1] & 0x80U) != 0 ? 0xFF : 0x00);
  };
  while (low_first.size() > 1 && repeats_sign()) low_first.pop_back();
  return ByteVector(low_first.rbegin(), low_first.rend());
}

std::optional<DecimalParts> split_plain_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::int64_t scale = 0;
  if (point != std::string_view::npos) {
    digits += text.substr(point + 1);
    scale = static_cast<std::int64_t>(text.size() - point - 1);
  }
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  if (digits.size() <= first) return std::nullopt;
  const std::size_t significant = std::min(digits.find_first_not_of('0', first), digits.size() - 1);
  digits.erase(first, significant - first);
  if (to_plain_decimal(digits, scale) != text) return std::nullopt;
  return DecimalParts{std::move(digits), scale};
}

}  // namespace savvy
