#include "format/types/time_encoders.h"

#include <limits>

#include "format/iso_parse.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kNullLong = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t kNanosPerMilli = 1'000'000;
// java.time.Instant.MIN and MAX.
constexpr std::int64_t kMinInstantSecond = -31557014167219200;
constexpr std::int64_t kMaxInstantSecond = 31556889864403199;

KeyFit put_date(std::string_view text, ByteWriter& out) {
  const auto date = parse_iso_date(text);
  if (!date || !is_date(date->year, date->month, date->day)) return KeyFit::kMismatch;
  if (iso_date(date->year, date->month, date->day) != text) return KeyFit::kMismatch;
  out.i32(static_cast<std::int32_t>(date->year));
  out.u8(static_cast<std::uint8_t>(date->month));
  out.u8(static_cast<std::uint8_t>(date->day));
  return KeyFit::kExact;
}

KeyFit put_time(std::string_view text, ByteWriter& out) {
  const auto time = parse_iso_time(text);
  if (!time || iso_time(time->second_of_day, time->nano, Fraction::kShortest) != text) {
    return KeyFit::kMismatch;
  }
  out.u8(static_cast<std::uint8_t>(time->second_of_day / 3600));
  out.u8(static_cast<std::uint8_t>(time->second_of_day / 60 % 60));
  out.u8(static_cast<std::uint8_t>(time->second_of_day % 60));
  out.i32(time->nano);
  return KeyFit::kExact;
}

}  // namespace

std::optional<MillisAndNano> parse_date_time(const Json& json, Fraction fraction, Zone zone) {
  const std::string* text = text_of(json);
  const auto parsed = text == nullptr ? std::nullopt : parse_iso_date_time(*text, zone);
  if (!parsed || iso_date_time(parsed->epoch_second, parsed->nano, fraction, zone) != *text) {
    return std::nullopt;
  }
  // The least second counts back from the one above it, which alone can be multiplied.
  const bool negative = parsed->epoch_second < 0;
  const std::int64_t second = parsed->epoch_second + (negative ? 1 : 0);
  const std::int64_t ms = parsed->nano / kNanosPerMilli - (negative ? 1000 : 0);
  MillisAndNano result{0, parsed->nano};
  const bool overflow = __builtin_mul_overflow(second, 1000, &result.ms) ||
                        __builtin_add_overflow(result.ms, ms, &result.ms);
  if (overflow) return std::nullopt;
  return result;
}

KeyFit put_millis(const Json& json, ByteWriter& out) {
  const auto parsed = parse_date_time(json, Fraction::kMillis, Zone::kUtc);
  if (!parsed || parsed->ms == kNullLong) return KeyFit::kMismatch;
  out.i64(parsed->ms);
  return KeyFit::kExact;
}

KeyFit put_sql_timestamp(const Json& json, ByteWriter& out) {
  const auto parsed = parse_date_time(json, Fraction::kShortest, Zone::kUtc);
  if (!parsed || parsed->ms == kNullLong) return KeyFit::kMismatch;
  out.i64(parsed->ms);
  out.i32(parsed->nano);
  return KeyFit::kExact;
}

KeyFit put_instant(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  const auto parsed = text == nullptr ? std::nullopt : parse_iso_date_time(*text, Zone::kUtc);
  if (!parsed || parsed->epoch_second < kMinInstantSecond ||
      parsed->epoch_second > kMaxInstantSecond) {
    return KeyFit::kMismatch;
  }
  if (iso_date_time(parsed->epoch_second, parsed->nano, Fraction::kShortest, Zone::kUtc) != *text) {
    return KeyFit::kMismatch;
  }
  out.i64(parsed->epoch_second);
  out.i32(parsed->nano);
  return KeyFit::kExact;
}

KeyFit put_local_date(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  return text == nullptr ? KeyFit::kMismatch : put_date(*text, out);
}

KeyFit put_local_time(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  return text == nullptr ? KeyFit::kMismatch : put_time(*text, out);
}

KeyFit put_local_date_time(const Json& json, ByteWriter& out) {
  const std::string* found = text_of(json);
  const std::string_view text = found == nullptr ? std::string_view{} : *found;
  const std::size_t middle = text.find('T');
  if (middle == std::string_view::npos) return KeyFit::kMismatch;
  KeyFit fit = put_date(text.substr(0, middle), out);
  worsen(fit, put_time(text.substr(middle + 1), out));
  return fit;
}

KeyFit put_uuid(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  if (text == nullptr) return KeyFit::kMismatch;
  std::uint64_t halves[2] = {0, 0};
  int digits = 0;
  for (const char c : *text) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos || digits == 32) continue;
    halves[digits / 16] = halves[digits / 16] << 4 | digit;
    ++digits;
  }
  if (uuid_text(halves[0], halves[1]) != *text) return KeyFit::kMismatch;
  out.i64(static_cast<std::int64_t>(halves[0]));
  out.i64(static_cast<std::int64_t>(halves[1]));
  return KeyFit::kExact;
}

}  // namespace savvy
