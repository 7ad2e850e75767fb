// Dates and times as ISO-8601 text, for every value a long of milliseconds or days can hold.
//
// Years outside 0000 to 9999 carry a sign, as in java.time. Fractions have 0, 3, 6 or 9 digits, or
// always 3 where the value itself is in milliseconds.

#pragma once

#include <cstdint>
#include <string>

namespace savvy {

enum class Fraction { kShortest, kMillis };
enum class Zone { kNone, kUtc };

std::string iso_year(std::int64_t year);
std::string iso_date(std::int64_t year, int month, int day);
std::string iso_date_of_epoch_day(std::int64_t epoch_day);
std::string iso_time(std::int64_t second_of_day, std::int32_t nano, Fraction fraction);
// Seconds since 1970-01-01T00:00, and the nanos of the second.
std::string iso_date_time(std::int64_t epoch_second, std::int32_t nano, Fraction fraction,
                          Zone zone);
std::string iso_date_time_of_millis(std::int64_t epoch_ms, Zone zone);

// "PT1.5S": seconds and nanos of a second are told apart no further.
std::string iso_duration(std::int64_t seconds, std::int64_t nano);
// "P1Y2M3D", without what is zero.
std::string iso_period(std::int64_t years, std::int64_t months, std::int64_t days);
// "Z", "+02:00".
std::string iso_offset(std::int64_t seconds);

// True if java.time.LocalDate.of accepts them.
bool is_date(std::int64_t year, int month, int day);

// Division that rounds down, so that times before 1970 have positive rests.
constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t value, std::int64_t by) {
  return value % by + (value % by < 0 ? by : 0);
}

}  // namespace savvy
