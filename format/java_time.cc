#include "format/java_time.h"

#include <fmt/format.h>

#include "format/iso_time.h"
#include "format/modified_utf8.h"

// Bytes   u8 type | 1 Duration, 2 Instant: i64 seconds | i32 nanos
//         3 LocalDate: i32 year | u8 month | u8 day
//         4 LocalTime: u8 hour | u8 minute | u8 second | i32 nano; trailing zeros are cut and the
//           last byte is complemented
//         5 LocalDateTime: date | time; 6 ZonedDateTime: the same | offset | zone
//         7 ZoneRegion: utf; 8 ZoneOffset: i8 quarter hours, 127: i32 seconds
//         9 OffsetTime: time | offset; 10 OffsetDateTime: date | time | offset
//         11 Year: i32; 12 YearMonth: i32 | u8; 13 MonthDay: u8 | u8; 14 Period: 3 x i32
// Source  java.time.Ser

namespace savvy {
namespace {

// Reads from one block; the first thing that does not fit makes it bad.
class Packed {
 public:
  explicit Packed(Bytes bytes) : bytes_(bytes) {}

  bool good() const { return good_ && used_ == bytes_.size(); }
  void fail() { good_ = false; }

  std::int64_t integer(std::size_t width) {
    if (bytes_.size() - used_ < width) {
      good_ = false;
      return 0;
    }
    std::uint64_t value = (bytes_[used_] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes_[used_++];
    return static_cast<std::int64_t>(value);
  }
  int i8() { return static_cast<int>(integer(1)); }

  std::string date() {
    const std::int64_t year = integer(4);
    const int month = i8();
    const int day = i8();
    if (!is_date(year, month, day)) good_ = false;
    return iso_date(year, month, day);
  }

  std::string year_month() {
    const std::int64_t year = integer(4);
    const int month = i8();
    if (!is_date(year, month, 1)) good_ = false;
    return fmt::format("{}-{:02}", iso_year(year), month);
  }

  std::string month_day() {
    constexpr int kLeapYear = 2000;
    const int month = i8();
    const int day = i8();
    if (!is_date(kLeapYear, month, day)) good_ = false;
    return fmt::format("--{:02}-{:02}", month, day);
  }

  std::string time() {
    int parts[3] = {0, 0, 0};
    std::int64_t nano = 0;
    std::size_t i = 0;
    for (; i < 3; ++i) {
      parts[i] = i8();
      if (parts[i] >= 0) continue;
      parts[i] = ~parts[i];
      break;
    }
    if (i == 3) nano = integer(4);
    if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59 || nano < 0 || nano > 999'999'999) {
      good_ = false;
      return {};
    }
    return iso_time((parts[0] * 60 + parts[1]) * 60 + parts[2], static_cast<std::int32_t>(nano),
                    Fraction::kShortest);
  }

  std::string offset() {
    const int quarters = i8();
    const std::int64_t seconds = quarters == 127 ? integer(4) : std::int64_t{quarters} * 900;
    return iso_offset(seconds);
  }

  std::string text() {
    const auto size = static_cast<std::size_t>(integer(2) & 0xFFFF);
    std::string decoded;
    if (!good_ || bytes_.size() - used_ < size ||
        decode_modified_utf8(bytes_.subspan(used_, size), decoded) != size) {
      good_ = false;
      return {};
    }
    used_ += size;
    return decoded;
  }

 private:
  Bytes bytes_;
  std::size_t used_ = 0;
  bool good_ = true;
};

std::string instant(Packed& in) {
  const std::int64_t second = in.integer(8);
  const std::int64_t nano = in.integer(4);
  if (nano < 0 || nano > 999'999'999) in.fail();
  return iso_date_time(second, static_cast<std::int32_t>(nano), Fraction::kShortest, Zone::kUtc);
}

std::string duration(Packed& in) {
  const std::int64_t second = in.integer(8);
  const std::int64_t nano = in.integer(4);
  if (nano < 0 || nano > 999'999'999) in.fail();
  return iso_duration(second, nano);
}

std::string zoned(Packed& in) {
  std::string text = in.date();
  text += "T" + in.time();
  text += in.offset();
  switch (in.i8()) {
    case 7:
      return text + "[" + in.text() + "]";
    case 8:
      in.offset();
      return text;
    default:
      in.fail();
      return text;
  }
}

std::string period(Packed& in) {
  const std::int64_t years = in.integer(4);
  const std::int64_t months = in.integer(4);
  const std::int64_t days = in.integer(4);
  return iso_period(years, months, days);
}

std::string packed_text(Packed& in) {
  switch (in.i8()) {
    case 1:
      return duration(in);
    case 2:
      return instant(in);
    case 3:
      return in.date();
    case 4:
      return in.time();
    case 5: {
      const std::string date = in.date();
      return date + "T" + in.time();
    }
    case 6:
      return zoned(in);
    case 7:
      return in.text();
    case 8:
      return in.offset();
    case 9: {
      const std::string time = in.time();
      return time + in.offset();
    }
    case 10: {
      std::string text = in.date();
      text += "T" + in.time();
      text += in.offset();
      return text;
    }
    case 11:
      return iso_year(in.integer(4));
    case 12:
      return in.year_month();
    case 13:
      return in.month_day();
    case 14:
      return period(in);
    default:
      in.fail();
      return {};
  }
}

}  // namespace

std::optional<std::string> java_time_text(const JavaValue& value) {
  if (value.class_name() != "java.time.Ser") return std::nullopt;
  const std::vector<JavaValue> contents = value.annotation();
  if (contents.size() != 1 || contents[0].kind() != JavaKind::kBlock) return std::nullopt;
  Packed in(contents[0].bytes());
  std::string text = packed_text(in);
  if (!in.good()) return std::nullopt;
  return text;
}

}  // namespace savvy
