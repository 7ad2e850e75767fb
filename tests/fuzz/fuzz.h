// What the fuzz entries share. Each entry reads bytes as one parser does; errors of the four kinds
// are expected, anything else that ends the program is a finding.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "format/bytes.h"
#include "format/errors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace savvy::testing {

// Ends the program: the parser did something wrong without crashing.
[[noreturn]] inline void finding(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}

// How a parse ended: the kind of error, or "read".
template <typename Parse>
std::string outcome_of(Parse parse) {
  try {
    parse();
    return "read";
  } catch (const FormatError&) {
    return "FormatError";
  } catch (const UnsupportedError&) {
    return "UnsupportedError";
  } catch (const IoError&) {
    return "IoError";
  } catch (const UsageError&) {
    return "UsageError";
  }
}

// The front of an input decides how the rest of it is read. Missing bytes are zero.
class Choices {
 public:
  explicit Choices(Bytes input) : rest_(input) {}
  std::uint8_t u8() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  // Signed, so that offsets can be negative.
  std::int16_t i16() {
    const unsigned high = u8();
    return static_cast<std::int16_t>((high << 8) | u8());
  }
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace savvy::testing
