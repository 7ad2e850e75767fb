// Durations and points in time as people write them on a command line.
//
// Values  a duration is numbers with units, largest first ("90s", "15m", "1h30m", "7d"; ms, s, m or
//         min, h, d), or ISO-8601 as java.time.Duration prints it ("PT15M", "P7D"). A time is epoch
//         milliseconds, or ISO-8601 ("2026-01-31", "2026-01-31T12:00:00.5Z",
//         "2026-01-31T12:00+02:00"); without an offset it is UTC
// Errors  nothing for text of another form, or beyond 64-bit milliseconds

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace savvy {

std::optional<std::int64_t> parse_duration_ms(std::string_view text);

std::optional<std::int64_t> parse_time_ms(std::string_view text);

}  // namespace savvy
