#include "format/iso_parse.h"

namespace savvy {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kMaxYear = 1'000'000'000;  // that of java.time.Instant
constexpr std::size_t kMaxDigits = 10;
constexpr std::size_t kNanoDigits = 9;

// A number of digits alone, at least one and at most ten.
std::optional<std::int64_t> digits(std::string_view text) {
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// ".5": nanos of a second; no text is none.
std::optional<std::int32_t> fraction(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] != '.' || text.size() > kNanoDigits + 1) return std::nullopt;
  std::optional<std::int64_t> nano = digits(text.substr(1));
  if (!nano) return std::nullopt;
  for (std::size_t i = text.size() - 1; i < kNanoDigits; ++i) *nano *= 10;
  return static_cast<std::int32_t>(*nano);
}

}  // namespace

std::int64_t IsoDate::epoch_day() const {
  // Years that start in March put the leap day last; 719468 days lie between 0000-03-01 and 1970.
  const std::int64_t shifted_year = month <= 2 ? year - 1 : year;
  const std::int64_t era = floor_div(shifted_year, 400);
  const std::int64_t year_of_era = floor_mod(shifted_year, 400);
  const std::int64_t shifted_month = month > 2 ? month - 3 : month + 9;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

std::optional<IsoDate> parse_iso_date(std::string_view text) {
  // From the end, since a year may begin with a sign and has no fixed width.
  if (text.size() < 7 || text[text.size() - 3] != '-' || text[text.size() - 6] != '-') {
    return std::nullopt;
  }
  const auto day = digits(text.substr(text.size() - 2));
  const auto month = digits(text.substr(text.size() - 5, 2));
  std::string_view year_text = text.substr(0, text.size() - 6);
  const bool negative = year_text.starts_with('-');
  if (negative || year_text.starts_with('+')) year_text.remove_prefix(1);
  const auto year = digits(year_text);
  if (!year || !month || !day) return std::nullopt;
  if (*year > kMaxYear) return std::nullopt;
  const IsoDate date{negative ? -*year : *year, static_cast<int>(*month), static_cast<int>(*day)};
  // The calendar repeats itself.
  if (!is_date(floor_mod(date.year, 400), date.month, date.day)) return std::nullopt;
  return date;
}

std::optional<IsoTime> parse_iso_time(std::string_view text) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = digits(text.substr(0, 2));
  const auto minute = digits(text.substr(3, 2));
  const auto second = digits(text.substr(6, 2));
  const auto nano = fraction(text.substr(8));
  if (!hour || !minute || !second || !nano) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return IsoTime{(*hour * 60 + *minute) * 60 + *second, *nano};
}

std::optional<IsoDateTime> parse_iso_date_time(std::string_view text, Zone zone) {
  if (zone == Zone::kUtc) {
    if (!text.ends_with('Z')) return std::nullopt;
    text.remove_suffix(1);
  }
  const std::size_t middle = text.find('T');
  if (middle == std::string_view::npos) return std::nullopt;
  const auto date = parse_iso_date(text.substr(0, middle));
  const auto time = parse_iso_time(text.substr(middle + 1));
  if (!date || !time) return std::nullopt;
  return IsoDateTime{date->epoch_day() * kSecondsPerDay + time->second_of_day, time->nano};
}

}  // namespace savvy
