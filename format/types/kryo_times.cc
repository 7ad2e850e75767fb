#include "format/types/kryo_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "format/iso_time.h"

namespace savvy {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::string date_text(KryoInput& in, std::int64_t year, int month, int day) {
  if (!is_date(year, month, day)) in.in().fail("a Kryo date that is no date");
  return iso_date(year, month, day);
}

std::string time_text(KryoInput& in, int hour, int minute, int second, std::int64_t nano) {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || nano < 0 ||
      nano >= kNanosPerSecond) {
    in.in().fail("a Kryo time that is no time");
  }
  return iso_time((hour * 60 + minute) * 60 + second, static_cast<std::int32_t>(nano),
                  Fraction::kShortest);
}

std::int64_t checked_nano(KryoInput& in, std::int64_t nano) {
  if (nano < 0 || nano >= kNanosPerSecond) in.in().fail("Kryo nanos that are no part of a second");
  return nano;
}

std::string instant_text(KryoInput& in, std::int64_t second, std::int64_t nano) {
  return iso_date_time(second, static_cast<std::int32_t>(checked_nano(in, nano)),
                       Fraction::kShortest, Zone::kUtc);
}

// The fields of each class, by name.
class FieldTimes {
 public:
  FieldTimes(KryoInput& in, KryoInnerObjects& objects) : in_(in), objects_(objects) {}

  std::string instant() {
    const std::int32_t nanos = in_.zigzag("nanos");
    return instant_text(in_, in_.zigzag_long("seconds"), nanos);
  }
  std::string duration() {
    const std::int64_t nanos = checked_nano(in_, in_.zigzag("nanos"));
    return iso_duration(in_.zigzag_long("seconds"), nanos);
  }
  std::string local_date() {
    const int day = in_.i16("day");
    const int month = in_.i16("month");
    return date_text(in_, in_.zigzag("year"), month, day);
  }
  std::string local_time() {
    const int hour = in_.u8("hour");
    const int minute = in_.u8("minute");
    const std::int32_t nano = in_.zigzag("nano");
    return time_text(in_, hour, minute, in_.u8("second"), nano);
  }
  std::string local_date_time() {
    objects_.begin_object();
    const std::string date = local_date();
    objects_.begin_object();
    return date + "T" + local_time();
  }
  std::string offset() { return iso_offset(in_.zigzag("totalSeconds")); }
  std::string offset_time() {
    objects_.begin_object();
    const std::string offset_text = offset();
    objects_.begin_object();
    return local_time() + offset_text;
  }
  std::string offset_date_time() {
    objects_.begin_object();
    const std::string date_time = local_date_time();
    objects_.begin_object();
    return date_time + offset();
  }
  std::string zoned_date_time() {
    const std::string text = offset_date_time();
    const std::string zone = objects_.read_text_object();
    return zone.empty() || zone == "Z" || zone[0] == '+' || zone[0] == '-'
               ? text
               : text + "[" + zone + "]";
  }
  std::string zone_region() {
    objects_.begin_object();
    return in_.required_string("id");
  }
  std::string year() { return iso_year(in_.zigzag("year")); }
  std::string year_month() {
    const int month = in_.zigzag("month");
    return date_text(in_, in_.zigzag("year"), month, 1);
  }
  std::string month_day() {
    const int day = in_.zigzag("day");
    return date_text(in_, 2000, in_.zigzag("month"), day);
  }
  std::string period() {
    const std::int32_t days = in_.zigzag("days");
    const std::int32_t months = in_.zigzag("months");
    return iso_period(in_.zigzag("years"), months, days);
  }

 private:
  KryoInput& in_;
  KryoInnerObjects& objects_;
};

// The forms of TimeSerializers.
class CompactTimes {
 public:
  explicit CompactTimes(KryoInput& in) : in_(in) {}

  std::string instant() {
    const auto second = static_cast<std::int64_t>(in_.varlong("seconds"));
    return instant_text(in_, second, in_.varint("nanos"));
  }
  std::string duration() {
    const std::int64_t second = in_.i64("seconds");
    return iso_duration(second, checked_nano(in_, in_.varint("nanos")));
  }
  std::string local_date() {
    const auto year = static_cast<std::int32_t>(in_.varint("year"));
    const int month = in_.u8("month");
    return date_text(in_, year, month, in_.u8("day"));
  }
  // Trailing zeros are cut, and the last byte is complemented.
  std::string local_time() {
    int parts[3] = {0, 0, 0};
    for (int& part : parts) {
      part = static_cast<std::int8_t>(in_.u8("time"));
      if (part >= 0) continue;
      part = ~part;
      return time_text(in_, parts[0], parts[1], parts[2], 0);
    }
    return time_text(in_, parts[0], parts[1], parts[2], in_.varint("nano"));
  }
  std::string local_date_time() {
    const std::string date = local_date();
    return date + "T" + local_time();
  }
  std::string offset() {
    constexpr int kSecondsFollow = 127;
    constexpr int kSecondsPerQuarter = 900;
    const int quarters = static_cast<std::int8_t>(in_.u8("offset"));
    return iso_offset(quarters == kSecondsFollow ? in_.i32("offset")
                                                 : quarters * kSecondsPerQuarter);
  }
  std::string offset_time() {
    const std::string time = local_time();
    return time + offset();
  }
  std::string offset_date_time() {
    const std::string date_time = local_date_time();
    return date_time + offset();
  }
  std::string zoned_date_time() {
    const std::string date_time = local_date_time();
    const std::string zone = zone_region();
    const bool offset = zone == "Z" || zone[0] == '+' || zone[0] == '-';
    return offset ? date_time + zone : date_time + "[" + zone + "]";
  }
  std::string zone_region() { return in_.required_string("zone"); }
  std::string year() { return iso_year(static_cast<std::int32_t>(in_.varint("year"))); }
  std::string year_month() {
    const auto year = static_cast<std::int32_t>(in_.varint("year"));
    return date_text(in_, year, in_.u8("month"), 1);
  }
  std::string month_day() {
    const int month = in_.u8("month");
    return date_text(in_, 2000, month, in_.u8("day"));
  }
  std::string period() {
    const auto years = static_cast<std::int32_t>(in_.varint("years"));
    const auto months = static_cast<std::int32_t>(in_.varint("months"));
    return iso_period(years, months, static_cast<std::int32_t>(in_.varint("days")));
  }

 private:
  KryoInput& in_;
};

template <typename Times>
struct Form {
  std::string_view name;
  std::string (Times::*read)();
};

template <typename Times>
constexpr std::array<Form<Times>, 14> kForms = {{
    {"Instant", &Times::instant},
    {"Duration", &Times::duration},
    {"LocalDate", &Times::local_date},
    {"LocalTime", &Times::local_time},
    {"LocalDateTime", &Times::local_date_time},
    {"ZoneOffset", &Times::offset},
    {"ZoneRegion", &Times::zone_region},
    {"OffsetTime", &Times::offset_time},
    {"OffsetDateTime", &Times::offset_date_time},
    {"ZonedDateTime", &Times::zoned_date_time},
    {"Year", &Times::year},
    {"YearMonth", &Times::year_month},
    {"MonthDay", &Times::month_day},
    {"Period", &Times::period},
}};

constexpr std::string_view kPackage = "java.time.";

template <typename Times>
std::string read_as(std::string_view class_name, Times times) {
  for (const Form<Times>& form : kForms<Times>) {
    if (form.name == class_name.substr(kPackage.size())) return (times.*form.read)();
  }
  return {};
}

// java.time's own text of these has no day or no year.
std::string cut(std::string_view class_name, std::string text) {
  if (class_name == "java.time.YearMonth") return text.substr(0, text.size() - 3);
  if (class_name == "java.time.MonthDay") return "--" + text.substr(text.size() - 5);
  return text;
}

}  // namespace

bool is_kryo_time(std::string_view class_name) {
  if (!class_name.starts_with(kPackage)) return false;
  const std::string_view name = class_name.substr(kPackage.size());
  return std::any_of(kForms<CompactTimes>.begin(), kForms<CompactTimes>.end(),
                     [&](const auto& form) { return form.name == name; });
}

std::string read_kryo_time(std::string_view class_name, KryoRelease release, KryoInput& in,
                           KryoInnerObjects& objects) {
  return cut(class_name, release == KryoRelease::kKryo5
                             ? read_as(class_name, CompactTimes(in))
                             : read_as(class_name, FieldTimes(in, objects)));
}

}  // namespace savvy
