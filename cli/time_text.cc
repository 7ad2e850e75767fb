#include "cli/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "format/iso_time.h"

namespace savvy {
namespace {

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

// Takes what it can from the front of a text; every function tells whether it found what it wants.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  // Digits alone; no sign.
  std::optional<std::int64_t> number() {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  // Exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    TextCursor field(rest_.substr(0, count));
    const std::optional<std::int64_t> value = field.number();
    if (!value || !field.at_end()) return std::nullopt;
    rest_.remove_prefix(count);
    return static_cast<int>(*value);
  }
  // The milliseconds of a fraction of a second; finer digits are cut off, as Duration.toMillis does.
  std::optional<std::int64_t> fraction_ms() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (count == 0) return std::nullopt;
    std::string padded(rest_.substr(0, std::min<std::size_t>(count, 3)));
    padded.resize(3, '0');
    rest_.remove_prefix(count);
    return TextCursor(padded).number();
  }

 private:
  std::string_view rest_;
};

bool add_scaled(std::int64_t count, std::int64_t unit_ms, std::int64_t& total_ms) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(count, unit_ms, &product) &&
         !__builtin_add_overflow(total_ms, product, &total_ms);
}

struct Unit {
  std::string_view word;
  std::int64_t size_ms;
};

// Largest first; a word that begins another one stands behind it where their size differs.
constexpr std::array<Unit, 6> kUnits = {{{"d", kDayMs},
                                         {"h", kHourMs},
                                         {"min", kMinuteMs},
                                         {"ms", 1},
                                         {"m", kMinuteMs},
                                         {"s", kSecondMs}}};

std::optional<Unit> take_unit(TextCursor& text) {
  for (const Unit& unit : kUnits) {
    if (text.take_word(unit.word)) return unit;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_units(TextCursor text) {
  std::int64_t total_ms = 0;
  std::int64_t last_unit_ms = kDayMs + 1;
  do {
    const std::optional<std::int64_t> count = text.number();
    const std::optional<Unit> unit = count ? take_unit(text) : std::nullopt;
    if (!unit || unit->size_ms >= last_unit_ms) return std::nullopt;
    last_unit_ms = unit->size_ms;
    if (!add_scaled(*count, unit->size_ms, total_ms)) return std::nullopt;
  } while (!text.at_end());
  return total_ms;
}

// Behind the P: [nD][T[nH][nM][n[.n]S]], with at least one part, and one behind a T.
std::optional<std::int64_t> parse_iso_duration(TextCursor text) {
  std::int64_t total_ms = 0;
  std::int64_t last_unit_ms = kDayMs + 1;
  bool in_time = false;
  do {
    if (!in_time && text.take('T')) in_time = true;
    const std::optional<std::int64_t> count = text.number();
    if (!count) return std::nullopt;
    const bool has_fraction = in_time && text.take('.');
    const std::optional<std::int64_t> fraction = has_fraction ? text.fraction_ms() : 0;
    std::int64_t unit_ms = 0;
    if (!in_time && text.take('D')) unit_ms = kDayMs;
    if (in_time && text.take('H')) unit_ms = kHourMs;
    if (in_time && unit_ms == 0 && text.take('M')) unit_ms = kMinuteMs;
    if (in_time && unit_ms == 0 && text.take('S')) unit_ms = kSecondMs;
    if (unit_ms == 0 || unit_ms >= last_unit_ms || !fraction) return std::nullopt;
    if (has_fraction && unit_ms != kSecondMs) return std::nullopt;
    last_unit_ms = unit_ms;
    if (!add_scaled(*count, unit_ms, total_ms) || !add_scaled(*fraction, 1, total_ms)) {
      return std::nullopt;
    }
  } while (!text.at_end());
  return total_ms;
}

// Days since 1970-01-01, for years 0 to 9999. Years that start in March put the leap day last.
std::int64_t epoch_day(int year, int month, int day) {
  const std::int64_t shifted_year = month > 2 ? year : year - 1;
  const std::int64_t shifted_month = month > 2 ? month - 3 : month + 9;
  return 365 * shifted_year + floor_div(shifted_year, 4) - floor_div(shifted_year, 100) +
         floor_div(shifted_year, 400) + (153 * shifted_month + 2) / 5 + day - 1 - 719468;
}

// hh:mm[:ss[.fraction]]
std::optional<std::int64_t> parse_time_of_day(TextCursor& text) {
  const std::optional<int> hour = text.digits(2);
  if (!hour || *hour > 23 || !text.take(':')) return std::nullopt;
  const std::optional<int> minute = text.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t time_ms = *hour * kHourMs + *minute * kMinuteMs;
  if (!text.take(':')) return time_ms;
  const std::optional<int> second = text.digits(2);
  if (!second || *second > 59) return std::nullopt;
  const std::optional<std::int64_t> fraction = text.take('.') ? text.fraction_ms() : 0;
  if (!fraction) return std::nullopt;
  return time_ms + *second * kSecondMs + *fraction;
}

// Z, +hh:mm, -hh:mm, or nothing.
std::optional<std::int64_t> parse_offset(TextCursor& text) {
  if (text.at_end() || text.take('Z')) return 0;
  const int sign = text.take('-') ? -1 : (text.take('+') ? 1 : 0);
  if (sign == 0) return std::nullopt;
  const std::optional<int> hours = text.digits(2);
  if (!hours || *hours > 18 || !text.take(':')) return std::nullopt;
  const std::optional<int> minutes = text.digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (*hours * kHourMs + *minutes * kMinuteMs);
}

std::optional<std::int64_t> parse_iso_time(TextCursor text) {
  const std::optional<int> year = text.digits(4);
  if (!year || !text.take('-')) return std::nullopt;
  const std::optional<int> month = text.digits(2);
  if (!month || !text.take('-')) return std::nullopt;
  const std::optional<int> day = text.digits(2);
  if (!day || !is_date(*year, *month, *day)) return std::nullopt;
  const std::int64_t date_ms = epoch_day(*year, *month, *day) * kDayMs;
  if (text.at_end()) return date_ms;
  if (!text.take('T')) return std::nullopt;
  const std::optional<std::int64_t> time_ms = parse_time_of_day(text);
  if (!time_ms) return std::nullopt;
  const std::optional<std::int64_t> offset_ms = parse_offset(text);
  if (!offset_ms || !text.at_end()) return std::nullopt;
  return date_ms + *time_ms - *offset_ms;
}

}  // namespace

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  TextCursor cursor(text);
  return cursor.take('P') ? parse_iso_duration(cursor) : parse_units(cursor);
}

std::optional<std::int64_t> parse_time_ms(std::string_view text) {
  std::int64_t epoch_ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch_ms);
  if (error == std::errc() && end == text.data() + text.size()) return epoch_ms;
  return parse_iso_time(TextCursor(text));
}

}  // namespace savvy
