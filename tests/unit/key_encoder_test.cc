// JSON of keys to the bytes of the format's description, and what fits no type or several values.

#include "format/key_encoder.h"

#include <catch2/catch.hpp>

#include "cli/json_sink.h"
#include "format/base64.h"
#include "format/big_number.h"
#include "format/iso_parse.h"
#include "format/java_hash.h"
#include "format/types/binary_row_encoder.h"
#include "tests/support/hex.h"
#include "tests/support/json_sink.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

TypePtr base_type(std::string_view name) { return read_type(proxy_of(base_snapshot(name))); }

TypePtr tuple_type(const std::vector<Snapshot>& fields) {
  return read_type(proxy_of(tuple_of(fields)));
}

// With the bits of a row kind.
TypePtr row_of(const std::vector<Snapshot>& fields) {
  return read_type(
      proxy_of(composite(flink_runtime("RowSerializer$RowSerializerSnapshot"), 3, fields)));
}

std::string printed(const Type& type, Bytes bytes) {
  std::string text;
  savvy::JsonSink sink(text, Int64Style::kNumber, nullptr);
  ByteReader in(bytes, "key");
  type.decode(in, Extent::kDelimited, sink);
  CHECK(in.at_end());
  return text;
}

std::string plain_hex(std::string hex) {
  std::erase(hex, ' ');
  return hex;
}

// Encodes to these bytes, which print as this JSON again.
void check_bytes(const Type& type, const std::string& json, const std::string& hex,
                 KeyFit fit = KeyFit::kExact) {
  CAPTURE(json);
  const EncodedKey key = encode_key(type, json);
  CHECK(key.fit == fit);
  CHECK(to_hex_text(key.bytes) == plain_hex(hex));
  CHECK(printed(type, key.bytes) == json);
}

void check_fit(const Type& type, const std::string& json, KeyFit fit) {
  CAPTURE(json);
  const EncodedKey key = encode_key(type, json);
  CHECK(key.fit == fit);
  CHECK(key.bytes.empty());
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

}  // namespace

TEST_CASE("keys that are numbers", "[key_encoder]") {
  check_bytes(*base_type("Byte"), "-128", "80");
  check_bytes(*base_type("Byte"), "127", "7f");
  check_bytes(*base_type("ShortValue"), "-32768", "8000");
  check_bytes(*base_type("Int"), "-2147483648", "80000000");
  check_bytes(*base_type("Int"), "2147483647", "7fffffff");
  check_bytes(*base_type("Long"), "-9223372036854775808", "8000000000000000");
  check_bytes(*base_type("LongValue"), "9223372036854775807", "7fffffffffffffff");
  check_bytes(*base_type("Boolean"), "true", "01");
  check_bytes(*base_type("BooleanValue"), "false", "00");
  for (const char* json : {"128", "-129", "1.0", "\"1\"", "true", "{}", "[1]", "no json"}) {
    check_fit(*base_type("Byte"), json, KeyFit::kMismatch);
  }
  check_fit(*base_type("Long"), "9223372036854775808", KeyFit::kMismatch);
  check_fit(*base_type("Boolean"), "1", KeyFit::kMismatch);
}

TEST_CASE("keys that are floating-point numbers", "[key_encoder]") {
  check_bytes(*base_type("Float"), "0.1", "3dcccccd");
  check_bytes(*base_type("Float"), "-0.0", "80000000");
  check_bytes(*base_type("Float"), "1e-45", "00000001");
  check_bytes(*base_type("Float"), "3.4028235e+38", "7f7fffff");
  check_bytes(*base_type("Double"), "0.1", "3fb999999999999a");
  check_bytes(*base_type("Double"), "0.0", "0000000000000000");
  check_bytes(*base_type("Double"), "-0.0", "8000000000000000");
  check_bytes(*base_type("Double"), "5e-324", "0000000000000001");
  check_bytes(*base_type("Double"), "1.7976931348623157e+308", "7fefffffffffffff");
  check_bytes(*base_type("DoubleValue"), "\"-Infinity\"", "fff0000000000000");
  check_bytes(*base_type("Float"), "\"Infinity\"", "7f800000");
  check_bytes(*base_type("Float"), "\"NaN\"", "7fc00000", KeyFit::kSameHash);
  check_bytes(*base_type("Double"), "\"NaN\"", "7ff8000000000000", KeyFit::kSameHash);
  // No float is printed like these.
  for (const char* json : {"1", "1e300", "0.10000000001", "1e-60", "\"nan\""}) {
    check_fit(*base_type("Float"), json, KeyFit::kMismatch);
  }
}

TEST_CASE("keys that are text", "[key_encoder]") {
  const TypePtr string = base_type("String");
  check_bytes(*string, "\"\"", "01");
  check_bytes(*string, "null", "00");
  check_bytes(*string, "\"a\u00f1\"", "03 61 f101");
  check_bytes(*string, "\"\u20ac\"", "02 ac41");
  check_bytes(*string, "\"\U0001F600\"", "03 bdb003 80bc03");
  check_bytes(*string, "\"\\u0000\"", "02 00");
  check_bytes(*base_type("StringValue"), "\"ab\"", "02 61 62");
  const std::string longer(300, 'x');
  CHECK(encode_key(*string, quoted(longer)).bytes.size() == 302);
  check_bytes(*base_type("Char"), "\"\u00e9\"", "00e9");
  check_fit(*base_type("Char"), "\"ab\"", KeyFit::kMismatch);
  check_fit(*base_type("Char"), "\"\U0001F600\"", KeyFit::kMismatch);  // two units
  check_fit(*string, "1", KeyFit::kMismatch);
  check_fit(*base_type("StringValue"), "null", KeyFit::kUnknown);
  // JSON without a partner of the surrogate is none for the library.
  check_fit(*string, R"("\ud800")", KeyFit::kMismatch);
  // Printed as bytes: they can be any.
  check_fit(*string, R"({"$base64":"/w==","$type":"x","$reason":"not UTF-8"})", KeyFit::kUnknown);
}

TEST_CASE("keys that are numbers of any size", "[key_encoder]") {
  const TypePtr integer = base_type("BigInt");
  check_bytes(*integer, quoted("0"), "00000001", KeyFit::kSameHash);
  check_bytes(*integer, quoted("1"), "00000002", KeyFit::kSameHash);
  check_bytes(*integer, quoted("10"), "00000003", KeyFit::kSameHash);
  check_bytes(*integer, quoted("-1"), "00000005 ff");
  check_bytes(*integer, quoted("127"), "00000005 7f");
  check_bytes(*integer, quoted("128"), "00000006 0080");
  check_bytes(*integer, quoted("-128"), "00000005 80");
  check_bytes(*integer, quoted("-129"), "00000006 ff7f");
  check_bytes(*integer, quoted("18446744073709551616"), "0000000d 010000000000000000");
  check_bytes(*integer, quoted("-18446744073709551616"), "0000000d ff0000000000000000");
  for (const char* text : {"", "-", "-0", "01", "1.0", "x", "+1"}) {
    check_fit(*integer, quoted(text), KeyFit::kMismatch);
  }
  check_fit(*integer, "5", KeyFit::kMismatch);
  check_fit(*integer, "null", KeyFit::kUnknown);
  const TypePtr decimal = base_type("BigDec");
  check_bytes(*decimal, quoted("-1.23"), "00000005 85 00000002");
  check_bytes(*decimal, quoted("1.50"), "00000006 0096 00000002");
  check_bytes(*decimal, quoted("0.00"), "00000001 00000002", KeyFit::kSameHash);
  check_bytes(*decimal, quoted("1"), "00000002 00000000", KeyFit::kSameHash);
  check_bytes(*decimal, quoted("42"), "00000005 2a 00000000");
  // 100, 10 with scale -1, 1 with scale -2: all are printed like this.
  check_fit(*decimal, quoted("100"), KeyFit::kUnknown);
  check_fit(*decimal, quoted("0"), KeyFit::kUnknown);
  check_fit(*decimal, quoted("1E+9999"), KeyFit::kUnknown);
  for (const char* text : {".5", "1.", "1.2.3", "00.1", "a", "-0.0"}) {
    check_fit(*decimal, quoted(text), KeyFit::kMismatch);
  }
}

TEST_CASE("keys that are dates and times", "[key_encoder]") {
  check_bytes(*base_type("Date"), quoted("1970-01-01T00:00:00.000Z"), "0000000000000000");
  check_bytes(*base_type("SqlDate"), quoted("1969-12-31T23:59:59.999Z"), "ffffffffffffffff");
  check_bytes(*base_type("SqlTime"), quoted("+292278994-08-17T07:12:55.807Z"), "7fffffffffffffff");
  check_bytes(*base_type("Date"), quoted("-292275055-05-16T16:47:04.193Z"), "8000000000000001");
  // One less is the null of the serializer, and one more than the greatest is none.
  check_fit(*base_type("Date"), quoted("-292275055-05-16T16:47:04.192Z"), KeyFit::kMismatch);
  check_fit(*base_type("Date"), quoted("+292278994-08-17T07:12:55.808Z"), KeyFit::kMismatch);
  check_fit(*base_type("Date"), quoted("1970-01-01T00:00:00Z"), KeyFit::kMismatch);
  check_fit(*base_type("Date"), "null", KeyFit::kUnknown);
  check_bytes(*base_type("SqlTimestamp"), quoted("1969-12-31T23:59:59.999000001Z"),
              "ffffffffffffffff 3b8b87c1");
  check_bytes(*base_type("Instant"), quoted("1970-01-01T00:00:01.500Z"),
              "0000000000000001 1dcd6500");
  check_bytes(*base_type("Instant"), quoted("+1000000000-12-31T23:59:59.999999999Z"),
              "00701cd2fa9578ff 3b9ac9ff");
  check_fit(*base_type("Instant"), quoted("+1000000000-12-32T00:00:00Z"), KeyFit::kMismatch);
  check_bytes(*base_type("LocalDate"), quoted("-0001-02-28"), "ffffffff 02 1c");
  check_bytes(*base_type("LocalDate"), quoted("2024-02-29"), "000007e8 02 1d");
  check_bytes(*base_type("LocalDate"), quoted("+999999999-12-31"), "3b9ac9ff 0c 1f");
  check_fit(*base_type("LocalDate"), quoted("2023-02-29"), KeyFit::kMismatch);
  check_fit(*base_type("LocalDate"), quoted("02024-02-29"), KeyFit::kMismatch);
  check_bytes(*base_type("LocalTime"), quoted("23:59:59.000000001"), "17 3b 3b 00000001");
  check_bytes(*base_type("LocalTime"), quoted("00:00:00"), "00 00 00 00000000");
  check_fit(*base_type("LocalTime"), quoted("24:00:00"), KeyFit::kMismatch);
  check_bytes(*base_type("LocalDateTime"), quoted("0000-01-01T12:00:00"),
              "00000000 01 01 0c 00 00 00000000");
  check_bytes(*base_type("Uuid"), quoted("00112233-4455-6677-8899-aabbccddeeff"),
              "00112233445566778899aabbccddeeff");
  check_fit(*base_type("Uuid"), quoted("00112233445566778899aabbccddeeff"), KeyFit::kMismatch);
}

TEST_CASE("keys around other types", "[key_encoder]") {
  const TypePtr tuple = tuple_type({base_snapshot("Long"), base_snapshot("String")});
  check_bytes(*tuple, R"({"f0":1,"f1":"a"})", "0000000000000001 02 61");
  CHECK(encode_key(*tuple, R"({"f1":"a","f0":1})").fit == KeyFit::kExact);
  for (const char* json : {R"({"f0":1})", R"({"f0":1,"f1":"a","f2":2})", R"({"f0":"1","f1":"a"})",
                           R"({"a":1,"b":"a"})", "[1,\"a\"]", "1"}) {
    check_fit(*tuple, json, KeyFit::kMismatch);
  }
  check_bytes(*tuple_type({base_snapshot("BigInt")}), R"({"f0":"1"})", "00000002",
              KeyFit::kSameHash);
  const TypePtr row = row_of({base_snapshot("Int"), base_snapshot("String")});
  check_bytes(*row, R"({"f0":5,"f1":null})", "10 00000005");
  check_bytes(*row, R"({"$kind":"+U","f0":5,"f1":"a"})", "40 00000005 02 61");
  check_fit(*row, R"({"$kind":"?","f0":5,"f1":"a"})", KeyFit::kMismatch);
  const TypePtr either =
      read_type(proxy_of(composite(flink_runtime("JavaEitherSerializerSnapshot"), 1,
                                   {base_snapshot("Int"), base_snapshot("String")})));
  check_bytes(*either, R"({"left":7})", "01 00000007");
  check_bytes(*either, R"({"right":"a"})", "00 02 61");
  check_fit(*either, R"({"left":"a"})", KeyFit::kMismatch);
  check_bytes(*read_type(proxy_of(list_of(base_snapshot("Short")))), "[1,-1]",
              "00000002 0001 ffff");
  // What is no key here may still be one.
  check_fit(*read_type(proxy_of(map_of(base_snapshot("Short"), base_snapshot("Short")))), "[]",
            KeyFit::kUnknown);
}

TEST_CASE("a nullable key with and without padding", "[key_encoder]") {
  const auto nullable = [](std::int32_t padding) {
    ByteWriter outer;
    outer.i32(padding);
    return read_type(
        proxy_of(composite(flink_runtime("NullableSerializer$NullableSerializerSnapshot"), 2,
                           {base_snapshot("Int")}, outer.bytes())));
  };
  check_bytes(*nullable(0), "null", "01");
  check_bytes(*nullable(4), "null", "01 00000000");
  check_bytes(*nullable(4), "3", "00 00000003");
}

// Rows of the table runtime ------------------------------------------------------------------------

namespace {

LogicalTypePtr logical(LogicalRoot root, std::int64_t precision = 0, std::int64_t scale = 0) {
  LogicalType type;
  type.root = root;
  type.root_name = "TEST";
  type.precision = precision;
  type.scale = scale;
  return std::make_shared<LogicalType>(type);
}

struct EncodedRow {
  KeyFit fit;
  std::string hex;
  std::string json;  // as it is printed again
};

EncodedRow encode_row(const std::vector<LogicalTypePtr>& types, const std::string& json) {
  constexpr std::string_view kNames[] = {"a", "b", "c"};
  std::vector<BinaryField> fields;
  for (std::size_t i = 0; i < types.size(); ++i) fields.push_back({kNames[i], *types[i], nullptr});
  ByteVector row;
  const KeyFit fit = encode_binary_row(fields, nlohmann::json::parse(json), row);
  if (fit != KeyFit::kExact) return {fit, {}, {}};
  std::string text;
  savvy::JsonSink sink(text, Int64Style::kNumber, nullptr);
  emit_binary_row(ByteReader(row, "row"), fields, sink);
  return {fit, to_hex_text(row), text};
}

void check_row(const std::vector<LogicalTypePtr>& types, const std::string& json,
               const std::string& hex) {
  CAPTURE(json);
  const EncodedRow row = encode_row(types, json);
  CHECK(row.fit == KeyFit::kExact);
  CHECK(row.hex == plain_hex(hex));
  CHECK(row.json == json);
}

const std::string kHeader = "0000000000000000";

}  // namespace

TEST_CASE("keys that are rows of the table runtime", "[key_encoder]") {
  const LogicalTypePtr integer = logical(LogicalRoot::kInteger);
  const LogicalTypePtr text = logical(LogicalRoot::kVarChar);
  check_row({integer, text, integer}, R"({"a":7,"b":"hello world","c":null})",
            "0004000000000000 0700000000000000 0b00000020000000 0000000000000000"
            "68656c6c6f20776f726c640000000000");
  check_row({text}, R"({"$kind":"+U","a":"hello"})", "0200000000000000 68656c6c6f000085");
  check_row({text}, R"({"a":""})", kHeader + "0000000000000080");
  check_row({text}, R"({"a":"1234567"})", kHeader + "3132333435363787");
  check_row({text}, R"({"a":"12345678"})", kHeader + "0800000010000000" + "3132333435363738");
  const auto one = [](LogicalTypePtr type, const std::string& value, const std::string& rest) {
    check_row({std::move(type)}, "{\"a\":" + value + "}", kHeader + rest);
  };
  one(logical(LogicalRoot::kBoolean), "true", "0100000000000000");
  one(logical(LogicalRoot::kTinyInt), "-1", "ff00000000000000");
  one(logical(LogicalRoot::kSmallInt), "-2", "feff000000000000");
  one(logical(LogicalRoot::kBigInt), "-9223372036854775808", "0000000000000080");
  one(logical(LogicalRoot::kFloat), "0.1", "cdcccc3d00000000");
  one(logical(LogicalRoot::kDouble), "-0.0", "0000000000000080");
  one(logical(LogicalRoot::kDate), "\"1969-12-31\"", "ffffffff00000000");
  one(logical(LogicalRoot::kTime), "\"00:00:01.002\"", "ea03000000000000");
  one(logical(LogicalRoot::kDecimal, 5, 2), "\"-1.23\"", "85ffffffffffffff");
  one(logical(LogicalRoot::kDecimal, 18, 0), "\"100\"", "6400000000000000");
  one(logical(LogicalRoot::kDecimal, 20, 2), "\"-1.23\"",
      "0100000010000000 8500000000000000 0000000000000000");
  one(logical(LogicalRoot::kTimestamp, 3), "\"1969-12-31T23:59:59.999\"", "ffffffffffffffff");
  one(logical(LogicalRoot::kTimestampLtz, 9), "\"1970-01-01T00:00:00.000000001Z\"",
      "0100000010000000 0000000000000000");
  one(logical(LogicalRoot::kVarBinary), R"({"$base64":"AQI="})", "0102000000000082");
  one(logical(LogicalRoot::kVarBinary), R"({"$base64":""})", "0000000000000080");
}

TEST_CASE("rows of the table runtime that are not known or do not fit", "[key_encoder]") {
  const auto fit = [](const LogicalTypePtr& type, const std::string& value) {
    return encode_row({type}, "{\"a\":" + value + "}").fit;
  };
  // Kept room for, or not.
  CHECK(fit(logical(LogicalRoot::kDecimal, 20, 2), "null") == KeyFit::kUnknown);
  CHECK(fit(logical(LogicalRoot::kTimestamp, 6), "null") == KeyFit::kUnknown);
  CHECK(fit(logical(LogicalRoot::kTimestamp, 3), "null") == KeyFit::kExact);
  // The hash is that of the bytes.
  CHECK(fit(logical(LogicalRoot::kDouble), "\"NaN\"") == KeyFit::kUnknown);
  CHECK(fit(logical(LogicalRoot::kArray), "[]") == KeyFit::kUnknown);
  CHECK(fit(logical(LogicalRoot::kTimestamp, 3), "\"1970-01-01T00:00:00.000001\"") ==
        KeyFit::kMismatch);
  CHECK(fit(logical(LogicalRoot::kDecimal, 5, 2), "\"1.2\"") == KeyFit::kMismatch);
  CHECK(fit(logical(LogicalRoot::kTime), "\"00:00:00.000001\"") == KeyFit::kMismatch);
  CHECK(fit(logical(LogicalRoot::kInteger), "2147483648") == KeyFit::kMismatch);
  CHECK(fit(logical(LogicalRoot::kVarChar), "1") == KeyFit::kMismatch);
  CHECK(fit(logical(LogicalRoot::kVarBinary), R"({"$base64":"AQI=","more":1})") ==
        KeyFit::kMismatch);
  CHECK(encode_row({logical(LogicalRoot::kInteger)}, R"({"b":1})").fit == KeyFit::kMismatch);
  CHECK(encode_row({logical(LogicalRoot::kInteger)}, "1").fit == KeyFit::kMismatch);
}

// Hashes -------------------------------------------------------------------------------------------

TEST_CASE("a null date in a tuple has the hash 0", "[key_encoder][hash]") {
  const auto [name, hex] = GENERATE(table<std::string, std::string>({
      {"Date", "8000000000000000"},
      {"SqlTimestamp", "8000000000000000 00000000"},
      {"Instant", "8000000000000000 80000000"},
      {"LocalDate", "80000000 8000"},
      {"LocalTime", "80 8000 80000000"},
      {"LocalDateTime", "80000000 8000 80 8000 80000000"},
  }));
  CAPTURE(name);
  // 31 x the hash of 7, and nothing.
  const TypePtr tuple = tuple_type({base_snapshot("Int"), base_snapshot(name)});
  const ByteVector bytes = from_hex("00000007" + hex);
  ByteReader in(bytes, "key");
  CHECK(java_hash_of(*tuple)(in) == 7 * 31);
  CHECK(in.at_end());
}

// The parts ----------------------------------------------------------------------------------------

TEST_CASE("base64 back to bytes", "[key_encoder]") {
  CHECK(decode_base64("") == ByteVector{});
  CHECK(decode_base64("AA==") == ByteVector{0});
  CHECK(decode_base64("AQI=") == ByteVector{1, 2});
  CHECK(decode_base64("+/8A") == ByteVector{0xFB, 0xFF, 0x00});
  for (const char* wrong : {"A", "AA", "AAA", "A===", "AB==", "AA=A", "A*==", "===="}) {
    CAPTURE(wrong);
    CHECK_FALSE(decode_base64(wrong));
  }
}

TEST_CASE("decimal digits to two's complement and back", "[key_encoder]") {
  for (const char* text : {"0", "255", "256", "-256", "-32768", "-32769", "999999999999999999999",
                           "-170141183460469231731687303715884105728"}) {
    const auto bytes = from_decimal(text);
    REQUIRE(bytes);
    CHECK(to_decimal(*bytes) == text);
  }
  CHECK(from_decimal("-170141183460469231731687303715884105728")->size() == 16);
  CHECK_FALSE(from_decimal(std::string(100'000, '9')));
}

TEST_CASE("dates of far years to days and back", "[key_encoder]") {
  for (std::int64_t day = -3'000'000; day < 3'000'000; day += 997) {
    const auto date = parse_iso_date(iso_date_of_epoch_day(day));
    REQUIRE(date);
    CHECK(date->epoch_day() == day);
  }
  for (const char* wrong : {"", "-01-01", "2024-13-01", "2024-1-01", "2024/01/01", "x024-01-01",
                            "2024-01-0x", "99999999999-01-01"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_iso_date(wrong));
  }
}

}  // namespace savvy
