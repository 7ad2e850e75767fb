// Java's BigInteger and BigDecimal as decimal text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/bytes.h"

namespace savvy {

// Turning binary into decimal takes time that grows with the square of the size. Longer numbers are
// no numbers of a user.
constexpr std::size_t kMaxPrintedNumberBytes = 4096;

// The decimal digits of a big-endian two's complement number of 1 to kMaxPrintedNumberBytes bytes.
std::string to_decimal(Bytes twos_complement);

// BigDecimal.toPlainString of digits * 10^-scale. Where that needs more zeros than anyone would
// read, the exponent is written out: "12E+100000".
std::string to_plain_decimal(std::string_view digits, std::int64_t scale);

// The shortest two's complement form of decimal digits, perhaps with a minus sign in front: what
// BigInteger.toByteArray gives. Nothing for other text, for leading zeros, for "-0" and for numbers
// that are too long to print.
std::optional<ByteVector> from_decimal(std::string_view text);

// A plain decimal number taken apart: what to_plain_decimal puts together again. Nothing for text in
// another form; whether the digits are some, from_decimal tells.
struct DecimalParts {
  std::string digits;  // without leading zeros
  std::int64_t scale;  // how many of them stand behind the point
};
std::optional<DecimalParts> split_plain_decimal(std::string_view text);

}  // namespace savvy
