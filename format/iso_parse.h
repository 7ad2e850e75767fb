// ISO-8601 text, as iso_time.h writes it, back to numbers.
//
// Values  nothing where the text has another form or names no date or time of day; whether it is
//         the very text that iso_time.h writes (how many digits a fraction has), the caller compares

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/iso_time.h"

namespace savvy {

struct IsoDate {
  std::int64_t year;
  int month;
  int day;

  std::int64_t epoch_day() const;
};

struct IsoTime {
  std::int64_t second_of_day;
  std::int32_t nano;
};

// Of a date and a time: seconds since 1970-01-01T00:00, and the nanos of the second.
struct IsoDateTime {
  std::int64_t epoch_second;
  std::int32_t nano;
};

std::optional<IsoDate> parse_iso_date(std::string_view text);
std::optional<IsoTime> parse_iso_time(std::string_view text);
std::optional<IsoDateTime> parse_iso_date_time(std::string_view text, Zone zone);

}  // namespace savvy
