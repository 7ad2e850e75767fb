// Java's BigInteger and BigDecimal as decimal text.

#pragma once

#include <cstddef>
#include <cstdint>
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

}  // namespace savvy
