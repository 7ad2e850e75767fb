#include "format/iso_time.h"

#include <fmt/format.h>

namespace savvy {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kDaysPerEra = 146097;           // 400 Gregorian years
constexpr std::int64_t kEpochDayOfYearZero = -719468;  // of 0000-03-01
constexpr std::int64_t kMaxYear = 999'999'999;
constexpr std::int32_t kNanosPerMilli = 1'000'000;

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::string fraction_text(std::int32_t nano, Fraction fraction) {
  if (fraction == Fraction::kMillis) return fmt::format(".{:03}", nano / kNanosPerMilli);
  if (nano == 0) return {};
  if (nano % kNanosPerMilli == 0) return fmt::format(".{:03}", nano / kNanosPerMilli);
  if (nano % 1000 == 0) return fmt::format(".{:06}", nano / 1000);
  return fmt::format(".{:09}", nano);
}

}  // namespace

std::string iso_year(std::int64_t year) {
  if (year > 9999) return fmt::format("+{}", year);
  return year < 0 ? fmt::format("-{:04}", -year) : fmt::format("{:04}", year);
}

std::string iso_date(std::int64_t year, int month, int day) {
  return fmt::format("{}-{:02}-{:02}", iso_year(year), month, day);
}

std::string iso_date_of_epoch_day(std::int64_t epoch_day) {
  // Years that start in March put the leap day last.
  const std::int64_t day_zero = epoch_day - kEpochDayOfYearZero;
  const std::int64_t era = floor_div(day_zero, kDaysPerEra);
  const std::int64_t day_of_era = floor_mod(day_zero, kDaysPerEra);
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return iso_date(year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

std::string iso_time(std::int64_t second_of_day, std::int32_t nano, Fraction fraction) {
  return fmt::format("{:02}:{:02}:{:02}{}", second_of_day / 3600, second_of_day / 60 % 60,
                     second_of_day % 60, fraction_text(nano, fraction));
}

std::string iso_date_time(std::int64_t epoch_second, std::int32_t nano, Fraction fraction,
                          Zone zone) {
  return fmt::format("{}T{}{}", iso_date_of_epoch_day(floor_div(epoch_second, kSecondsPerDay)),
                     iso_time(floor_mod(epoch_second, kSecondsPerDay), nano, fraction),
                     zone == Zone::kUtc ? "Z" : "");
}

std::string iso_date_time_of_millis(std::int64_t epoch_ms, Zone zone) {
  return iso_date_time(floor_div(epoch_ms, 1000),
                       static_cast<std::int32_t>(floor_mod(epoch_ms, 1000)) * kNanosPerMilli,
                       Fraction::kMillis, zone);
}

std::string iso_duration(std::int64_t seconds, std::int64_t nano) {
  const bool negative = seconds < 0 && nano > 0;
  if (negative) {
    ++seconds;
    nano = 1'000'000'000 - nano;
  }
  std::string text = fmt::format("PT{}{}", negative && seconds == 0 ? "-" : "", seconds);
  if (nano > 0) {
    std::string fraction = fmt::format(".{:09}", nano);
    while (fraction.back() == '0') fraction.pop_back();
    text += fraction;
  }
  return text + "S";
}

std::string iso_period(std::int64_t years, std::int64_t months, std::int64_t days) {
  std::string text = "P";
  if (years != 0) text += fmt::format("{}Y", years);
  if (months != 0) text += fmt::format("{}M", months);
  if (days != 0 || text.size() == 1) text += fmt::format("{}D", days);
  return text;
}

std::string iso_offset(std::int64_t seconds) {
  if (seconds == 0) return "Z";
  const std::int64_t size = seconds < 0 ? -seconds : seconds;
  std::string text =
      fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) text += fmt::format(":{:02}", size % 60);
  return text;
}

bool is_date(std::int64_t year, int month, int day) {
  if (year < -kMaxYear || year > kMaxYear || month < 1 || month > 12 || day < 1) return false;
  if (month == 2) return day <= (is_leap(year) ? 29 : 28);
  return day <= (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
}

}  // namespace savvy
