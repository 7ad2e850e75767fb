#include "cli/time_text.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "cli/ttl_options.h"
#include "format/errors.h"
#include "format/iso_time.h"

namespace savvy {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

KeyedStateSchema state_named(const std::string& name, bool ttl) {
  KeyedStateSchema state;
  state.name = name;
  state.ttl = ttl;
  return state;
}

}  // namespace

TEST_CASE("durations with units", "[time_text]") {
  CHECK(parse_duration_ms("90s") == 90'000);
  CHECK(parse_duration_ms("15m") == 900'000);
  CHECK(parse_duration_ms("15min") == 900'000);
  CHECK(parse_duration_ms("250ms") == 250);
  CHECK(parse_duration_ms("12h") == 43'200'000);
  CHECK(parse_duration_ms("7d") == 604'800'000);
  CHECK(parse_duration_ms("1d2h3m4s5ms") == 93'784'005);
  CHECK(parse_duration_ms("0s") == 0);
}

TEST_CASE("durations as java.time prints them", "[time_text]") {
  CHECK(parse_duration_ms("PT15M") == 900'000);
  CHECK(parse_duration_ms("P7D") == 604'800'000);
  CHECK(parse_duration_ms("P1DT2H3M4.5S") == 93'784'500);
  CHECK(parse_duration_ms("PT0.0019S") == 1);
}

TEST_CASE("what is no duration", "[time_text]") {
  for (const std::string text : {"",
                                 "s",
                                 "15",
                                 "-5s",
                                 "5 s",
                                 "5s ",
                                 "1m2h",
                                 "1s1s",
                                 "1.5s",
                                 "5x",
                                 "P",
                                 "PT",
                                 "P1DT",
                                 "P5H",
                                 "PT5D",
                                 "PT1.5M",
                                 "PT1.S",
                                 "P1M",
                                 "PT5",
                                 "99999999999999999999s",
                                 "9223372036854775808ms",
                                 "9223372036854775807s"}) {
    CAPTURE(text);
    CHECK(parse_duration_ms(text) == std::nullopt);
  }
  CHECK(parse_duration_ms("9223372036854775807ms") == kMax);
}

TEST_CASE("times", "[time_text]") {
  CHECK(parse_time_ms("1769860800000") == 1'769'860'800'000);
  CHECK(parse_time_ms("-1") == -1);
  CHECK(parse_time_ms("1970-01-01") == 0);
  CHECK(parse_time_ms("2026-01-31T12:00:00Z") == 1'769'860'800'000);
  CHECK(parse_time_ms("2026-01-31T12:00:00") == 1'769'860'800'000);
  CHECK(parse_time_ms("2026-01-31T14:00+02:00") == 1'769'860'800'000);
  CHECK(parse_time_ms("2026-01-31T06:30-05:30") == 1'769'860'800'000);
  CHECK(parse_time_ms("1969-12-31T23:59:59.5Z") == -500);
  CHECK(parse_time_ms("2000-02-29T00:00:00.123456Z") == 951'782'400'123);
}

TEST_CASE("what is no time", "[time_text]") {
  for (const std::string text :
       {"", "now", "2026-1-31", "2026-02-29", "2026-13-01", "2026-01-31T", "2026-01-31T24:00",
        "2026-01-31T12", "2026-01-31T12:60", "2026-01-31T12:00:60", "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00Zx", "2026-01-31T12:00+2", "2026-01-31 12:00", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK(parse_time_ms(text) == std::nullopt);
  }
}

TEST_CASE("times are read as they are printed", "[time_text]") {
  for (std::int64_t day = -719'528; day < 2'932'896; day += 997) {
    const std::int64_t time_ms = day * 86'400'000 + day % 1000;
    if (time_ms < -62'167'219'200'000) continue;  // the year 0
    const std::string text = iso_date_time_of_millis(time_ms, Zone::kUtc);
    CAPTURE(text);
    CHECK(parse_time_ms(text) == time_ms);
  }
}

TEST_CASE("a value is past its TTL when the time it ends at is reached", "[ttl]") {
  CHECK(ttl_expired(100, 50, 150));
  CHECK_FALSE(ttl_expired(100, 50, 149));
  CHECK(ttl_expired(-100, 50, -50));
  // Beyond 64 bits is the end of time, which may be asked about too.
  CHECK_FALSE(ttl_expired(kMax - 1, 50, kMax - 1));
  CHECK(ttl_expired(kMax - 1, 50, kMax));
  CHECK(ttl_expired(kMin, kMax, -1));
}

TEST_CASE("rules name a state and how long its values live", "[ttl]") {
  const TtlRules rules(TtlOptions{{"a=90s", "b=c=1h", "e=1d"}, "1000"});
  CHECK(rules.now_ms() == 1000);
  CHECK(rules.ttl_ms(state_named("a", true)) == 90'000);
  CHECK(rules.ttl_ms(state_named("b=c", false)) == std::nullopt);
  CHECK(rules.ttl_ms(state_named("d", true)) == std::nullopt);
  CHECK(rules.unused() == std::vector<std::string>{"--ttl b=c=1h met only state without a TTL",
                                                   "--ttl e=1d met no state"});
  CHECK(TtlRules().empty());
}

TEST_CASE("rules that cannot be read", "[ttl]") {
  const auto make = [](std::vector<std::string> rules, const std::string& now = {}) {
    return TtlRules(TtlOptions{std::move(rules), now});
  };
  CHECK_THROWS_AS(make({"a"}), UsageError);
  CHECK_THROWS_AS(make({"a=0s"}), UsageError);
  CHECK_THROWS_AS(make({"a=soon"}), UsageError);
  CHECK_THROWS_AS(make({"a=1s", "a=2s"}), UsageError);
  CHECK_THROWS_AS(make({"a=1s"}, "yesterday"), UsageError);
  CHECK_THROWS_AS(make({}, "1000"), UsageError);
}

}  // namespace savvy
