#include "readers/check/sample.h"

#include <cmath>

namespace savvy {
namespace {

constexpr double kAll = 100;
// Hashes are below 2^53, so that a percentage of their range is exact enough.
constexpr int kHashBits = 53;

// FNV-1a, of bytes and of numbers byte by byte.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
    add_byte(0xFF);  // no byte of UTF-8: "ab", "c" is not "a", "bc"
  }
  void add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) add_byte(static_cast<std::uint8_t>(number >> (8 * i)));
  }
  // The last bytes change little of the high bits by themselves.
  std::uint64_t result() const {
    std::uint64_t mix = value_;
    mix = (mix ^ mix >> 30) * 0xBF58476D1CE4E5B9U;
    mix = (mix ^ mix >> 27) * 0x94D049BB133111EBU;
    return (mix ^ mix >> 31) >> (64 - kHashBits);
  }

 private:
  void add_byte(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001B3U; }

  std::uint64_t value_ = 0xCBF29CE484222325U;
};

std::uint64_t limit_of(double percent) {
  const double range = std::ldexp(1.0, kHashBits);
  if (percent >= kAll) return static_cast<std::uint64_t>(range);
  return static_cast<std::uint64_t>(range * percent / kAll);
}

}  // namespace

Sample::Sample(double percent) : limit_(limit_of(percent)) {}

bool Sample::takes(const SampleStretch& stretch, std::uint64_t piece) {
  Hash hash;
  hash.add(stretch.operator_id);
  hash.add(static_cast<std::uint64_t>(stretch.subtask));
  hash.add(stretch.slot);
  hash.add(stretch.state);
  hash.add(piece);
  const std::uint64_t own = hash.result();
  if (own <= limit_) {
    ++taken_;
    return true;
  }
  std::uint64_t least = least_left_.load();
  while (own < least && !least_left_.compare_exchange_weak(least, own)) {
  }
  return false;
}

void Sample::take_one_more() {
  if (left_something()) limit_ = least_left_.load();
  least_left_ = kNothingLeft;
}

}  // namespace savvy
