#include <fmt/format.h>

#include <limits>

#include "format/iso_time.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"
#include "format/uuid_text.h"

// Bytes   Date, sql.Date, sql.Time  i64 epoch ms                              null: Long.MIN
//         sql.Timestamp             i64 epoch ms | i32 nanos of the second    null: Long.MIN, 0
//         Instant                   i64 second | i32 nano                     null: Long.MIN,
//         Int.MIN LocalDate                 i32 year | u8 month | u8 day              null:
//         Int.MIN, -32768 LocalTime                 u8 h | u8 m | u8 s | i32 nano             null:
//         80 and 6 bytes LocalDateTime             date | time UUID                      i64 most |
//         i64 least
// Values  java.sql types hold an instant, and the zone of the writer is not known: printed as UTC
// Source  DateSerializer, SqlTimestampSerializer, InstantSerializer, LocalDateSerializer,
//         LocalTimeSerializer, LocalDateTimeSerializer

namespace savvy {
namespace {

constexpr std::int64_t kNullLong = std::numeric_limits<std::int64_t>::min();
constexpr std::int32_t kNullYear = std::numeric_limits<std::int32_t>::min();
constexpr std::uint8_t kNullHour = 0x80;
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;
constexpr std::int32_t kNanosPerMilli = 1'000'000;
// java.time.Instant.MIN and MAX.
constexpr std::int64_t kMinInstantSecond = -31557014167219200;
constexpr std::int64_t kMaxInstantSecond = 31556889864403199;

std::int32_t read_nano(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::int32_t nano = in.i32("nano of second");
  if (nano < 0 || nano >= kNanosPerSecond) {
    in.fail_at(at, fmt::format("nano of second = {}, expected 0 to 999999999", nano));
  }
  return nano;
}

void emit_millis(ByteReader& in, ValueSink& sink) {
  const std::int64_t ms = in.i64("epoch milliseconds");
  if (ms == kNullLong) return sink.null();
  sink.string(iso_date_time_of_millis(ms, Zone::kUtc));
}

void emit_sql_timestamp(ByteReader& in, ValueSink& sink) {
  const std::int64_t ms = in.i64("epoch milliseconds");
  if (ms == kNullLong) {
    in.i32("nano of second");
    return sink.null();
  }
  // The nanos repeat the milliseconds (java.sql.Timestamp.getTime).
  const std::uint64_t at = in.offset();
  const std::int32_t nano = read_nano(in);
  if (nano / kNanosPerMilli != floor_mod(ms, 1000)) {
    in.fail_at(at, fmt::format("nano of second = {} beside {} ms", nano, ms));
  }
  sink.string(iso_date_time(floor_div(ms, 1000), nano, Fraction::kShortest, Zone::kUtc));
}

void emit_instant(ByteReader& in, ValueSink& sink) {
  const std::uint64_t at = in.offset();
  const std::int64_t second = in.i64("epoch second");
  if (second == kNullLong) {
    in.i32("nano of second");
    return sink.null();
  }
  if (second < kMinInstantSecond || second > kMaxInstantSecond) {
    in.fail_at(at, fmt::format("epoch second = {} is beyond java.time.Instant", second));
  }
  const std::int32_t nano = read_nano(in);
  sink.string(iso_date_time(second, nano, Fraction::kShortest, Zone::kUtc));
}

// Empty for null.
std::string read_local_date(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::int32_t year = in.i32("year");
  const int month = in.u8("month");
  const int day = in.u8("day");
  if (year == kNullYear) return {};
  if (!is_date(year, month, day)) {
    in.fail_at(at, fmt::format("year {}, month {}, day {} is no date", year, month, day));
  }
  return iso_date(year, month, day);
}

std::string read_local_time(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::uint8_t hour = in.u8("hour");
  const std::uint8_t minute = in.u8("minute");
  const std::uint8_t second = in.u8("second");
  if (hour == kNullHour) {
    in.i32("nano of second");
    return {};
  }
  if (hour > 23 || minute > 59 || second > 59) {
    in.fail_at(at, fmt::format("{}:{}:{} is no time of day", hour, minute, second));
  }
  const std::int32_t nano = read_nano(in);
  return iso_time((hour * 60 + minute) * 60 + second, nano, Fraction::kShortest);
}

void emit_text_or_null(const std::string& text, ValueSink& sink) {
  text.empty() ? sink.null() : sink.string(text);
}

void emit_local_date(ByteReader& in, ValueSink& sink) {
  emit_text_or_null(read_local_date(in), sink);
}

void emit_local_time(ByteReader& in, ValueSink& sink) {
  emit_text_or_null(read_local_time(in), sink);
}

void emit_local_date_time(ByteReader& in, ValueSink& sink) {
  const std::string date = read_local_date(in);
  const std::string time = read_local_time(in);
  emit_text_or_null(date.empty() || time.empty() ? std::string() : date + "T" + time, sink);
}

void emit_uuid(ByteReader& in, ValueSink& sink) {
  const auto most = static_cast<std::uint64_t>(in.i64("UUID, high half"));
  const auto least = static_cast<std::uint64_t>(in.i64("UUID, low half"));
  sink.string(uuid_text(most, least));
}

}  // namespace

void add_time_types(SerializerRegistry& registry) {
  const auto add = [&registry](std::string_view serializer, const SimpleTypeFactory& factory) {
    registry.add_simple(join(kBase, serializer), factory);
  };
  add("DateSerializer", fixed_type<8, emit_millis>("date", "Date"));
  add("SqlDateSerializer", fixed_type<8, emit_millis>("sql_date", "SqlDate"));
  add("SqlTimeSerializer", fixed_type<8, emit_millis>("sql_time", "SqlTime"));
  add("SqlTimestampSerializer",
      fixed_type<12, emit_sql_timestamp>("sql_timestamp", "SqlTimestamp"));
  add("InstantSerializer", fixed_type<12, emit_instant>("instant", "Instant"));
  add("LocalDateSerializer", fixed_type<6, emit_local_date>("local_date", "LocalDate"));
  add("LocalTimeSerializer", fixed_type<7, emit_local_time>("local_time", "LocalTime"));
  add("LocalDateTimeSerializer",
      fixed_type<13, emit_local_date_time>("local_date_time", "LocalDateTime"));
  add("UuidSerializer", fixed_type<16, emit_uuid>("uuid", "UUID"));
}

}  // namespace savvy
