// Scalars, text, numbers, dates and primitive arrays, with the bytes of the format's description.

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

TypePtr base_type(std::string_view name) { return read_type(proxy_of(base_snapshot(name))); }

TypePtr array_type(std::string_view name) {
  const std::string serializer = std::string(name) + "Serializer";
  return read_type(
      proxy_of(snapshot(flink_base("array." + serializer + "$" + serializer + "Snapshot"), 3)));
}

std::string json_of(const Type& type, const std::string& hex) {
  const ByteVector value = from_hex(hex);
  // Skipping must take the same bytes.
  ByteReader in(value, "value");
  type.skip(in);
  CHECK(in.remaining() == 0);
  return decode_json(type, value).dump(-1, ' ', true);
}

std::string error_of(const Type& type, const std::string& hex) {
  return message_of([&] { decode_json(type, from_hex(hex)); });
}

}  // namespace

TEST_CASE("scalars", "[types]") {
  const auto [name, hex, json,
              length] = GENERATE(table<std::string, std::string, std::string, int>({
      {"Boolean", "01", "true", 1},
      {"BooleanValue", "00", "false", 1},
      {"Byte", "ff", "-1", 1},
      {"Short", "8000", "-32768", 2},
      {"IntValue", "80000000", "-2147483648", 4},
      {"Long", "7fffffffffffffff", "9223372036854775807", 8},
      {"Float", "7fc00000", "\"NaN\"", 4},
      {"Double", "fff0000000000000", "\"-Infinity\"", 8},
      {"Char", "00e9", "\"\\u00e9\"", 2},
      {"NullValue", "", "null", 0},
      {"Void", "00", "null", 1},
      {"Uuid", "00112233445566778899aabbccddeeff", "\"00112233-4455-6677-8899-aabbccddeeff\"", 16},
  }));
  INFO(name);
  const TypePtr type = base_type(name);
  CHECK(json_of(*type, hex) == json);
  CHECK(type->fixed_length() == length);
}

TEST_CASE("VoidNamespace says 0 and writes a byte", "[types]") {
  const std::string name = "org.apache.flink.runtime.state.VoidNamespaceSerializer";
  const TypePtr type = read_type(proxy_of(snapshot(name + "$VoidNamespaceSerializerSnapshot", 3)));
  CHECK(type->fixed_length() == 0);
  CHECK(type->shape() == Shape::kVoid);
  CHECK(json_of(*type, "00") == "null");
}

TEST_CASE("strings", "[types]") {
  const auto [name, hex, json] = GENERATE(table<std::string, std::string, std::string>({
      {"String", "00", "null"},
      {"String", "01", "\"\""},
      {"String", "03 61 F1 01", "\"a\\u00f1\""},
      {"String", "02 00", "\"\\u0000\""},
      {"String", "0A 6162636465666768 69", "\"abcdefghi\""},
      {"String", "03 BDB003 80BC03", "\"\\ud83d\\ude00\""},
      {"StringValue", "00", "\"\""},
      {"StringValue", "02 61 62", "\"ab\""},
  }));
  INFO(hex);
  const TypePtr type = base_type(name);
  CHECK(json_of(*type, hex) == json);
  CHECK(type->shape() == Shape::kString);
  CHECK(type->fixed_length() == kVariableLength);
}

TEST_CASE("a lone surrogate keeps its three bytes", "[types]") {
  const ByteVector value = from_hex("02 80B003");
  CHECK(decode_json(*base_type("String"), value).get<std::string>() == "\xED\xA0\x80");
}

TEST_CASE("damaged strings", "[types]") {
  const TypePtr type = base_type("String");
  CHECK_THAT(error_of(*type, "05 61 62"),
             Catch::Contains("string length = 4 cannot fit in the 2 bytes left"));
  CHECK_THAT(error_of(*type, "FFFFFFFF0F 61"), Catch::Contains("cannot fit"));
  CHECK_THAT(error_of(*type, "03 F1 01"), Catch::Contains("character needs 1 bytes"));
  CHECK_THAT(error_of(*type, "02 808004"),
             Catch::Contains("cannot fit") || Catch::Contains("character = 0x10000"));
}

TEST_CASE("UTF-8 strings of SQL", "[types]") {
  const std::string name = "org.apache.flink.table.runtime.typeutils.StringDataSerializer";
  const TypePtr type = read_type(proxy_of(snapshot(name + "$StringDataSerializerSnapshot", 3)));
  CHECK(json_of(*type, "00000002 C3A9") == "\"\\u00e9\"");
  CHECK(json_of(*type, "00000001 FF") ==
        R"({"$hex":"ff","$type":")" + name +
            R"($StringDataSerializerSnapshot","$reason":"not UTF-8"})");
}

TEST_CASE("big numbers", "[types]") {
  const auto [name, hex, json] = GENERATE(table<std::string, std::string, std::string>({
      {"BigInt", "00000000", "null"},
      {"BigInt", "00000001", "\"0\""},
      {"BigInt", "00000003", "\"10\""},
      {"BigInt", "00000005 0A", "\"10\""},
      {"BigInt", "00000005 FF", "\"-1\""},
      {"BigInt", "00000005 80", "\"-128\""},
      {"BigInt", "0000000D 00FFFFFFFFFFFFFFFF", "\"18446744073709551615\""},
      {"BigInt", "0000000C 8000000000000000", "\"-9223372036854775808\""},
      {"BigDec", "00000000", "null"},
      {"BigDec", "00000001 00000000", "\"0\""},
      {"BigDec", "00000001 00000002", "\"0.00\""},
      {"BigDec", "00000001 FFFFFFFE", "\"0\""},
      {"BigDec", "00000006 FF6A 00000002", "\"-1.50\""},
      {"BigDec", "00000005 07 00000003", "\"0.007\""},
      {"BigDec", "00000005 07 FFFFFFFD", "\"7000\""},
      {"BigDec", "00000005 07 80000000", "\"7E+2147483648\""},
  }));
  INFO(name << " " << hex);
  CHECK(json_of(*base_type(name), hex) == json);
}

TEST_CASE("damaged big numbers", "[types]") {
  CHECK_THAT(error_of(*base_type("BigInt"), "00000004"),
             Catch::Contains("length of a big integer = 4, expected 0 to 3 or at least 5"));
  CHECK_THAT(error_of(*base_type("BigInt"), "80000000"), Catch::Contains("-2147483648"));
  CHECK_THAT(error_of(*base_type("BigInt"), "7FFFFFFF 00"), Catch::Contains("cannot fit"));
}

TEST_CASE("a number too long to print stays bytes", "[types]") {
  ByteWriter value;
  value.i32(4 + 5000);
  value.raw(ByteVector(5000, 0x7F));
  const auto json = decode_json(*base_type("BigInt"), value.bytes());
  CHECK(json["$reason"] == "number too long to print");
}

TEST_CASE("dates and times", "[types]") {
  const auto [name, hex, json] = GENERATE(table<std::string, std::string, std::string>({
      {"Date", "8000000000000000", "null"},
      {"Date", "ffffffffffffffff", "\"1969-12-31T23:59:59.999Z\""},
      {"Date", "7fffffffffffffff", "\"+292278994-08-17T07:12:55.807Z\""},
      {"Date", "8000000000000001", "\"-292275055-05-16T16:47:04.193Z\""},
      {"SqlTimestamp", "8000000000000000 00000000", "null"},
      {"SqlTimestamp", "ffffffffffffffff 3b9ac9ff", "\"1969-12-31T23:59:59.999999999Z\""},
      {"Instant", "8000000000000000 80000000", "null"},
      {"Instant", "0000000000000000 00000000", "\"1970-01-01T00:00:00Z\""},
      {"LocalDate", "80000000 8000", "null"},
      {"LocalDate", "000007e4 02 1d", "\"2020-02-29\""},
      {"LocalDate", "ffffffff 0c 1f", "\"-0001-12-31\""},
      {"LocalDate", "00002710 01 01", "\"+10000-01-01\""},
      {"LocalTime", "80 00 00 00000000", "null"},
      {"LocalTime", "17 3b 3b 000003e8", "\"23:59:59.000001\""},
      {"LocalDateTime", "000007e4 02 1d 01 02 00 00000000", "\"2020-02-29T01:02:00\""},
      {"LocalDateTime", "80000000 8000 80 00 00 00000000", "null"},
  }));
  INFO(name << " " << hex);
  CHECK(json_of(*base_type(name), hex) == json);
}

TEST_CASE("what is no date or time", "[types]") {
  CHECK_THAT(error_of(*base_type("LocalDate"), "000007e3 02 1d"),
             Catch::Contains("year 2019, month 2, day 29 is no date"));
  CHECK_THAT(error_of(*base_type("LocalTime"), "18 00 00 00000000"),
             Catch::Contains("24:0:0 is no time of day"));
  CHECK_THAT(error_of(*base_type("Instant"), "0000000000000000 3b9aca00"),
             Catch::Contains("nano of second = 1000000000, expected 0 to 999999999"));
  CHECK_THAT(error_of(*base_type("SqlTimestamp"), "0000000000000001 00000001"),
             Catch::Contains("nano of second = 1 beside 1 ms"));
  CHECK_THAT(error_of(*base_type("Instant"), "7fffffffffffffff 00000000"),
             Catch::Contains("is beyond java.time.Instant"));
}

TEST_CASE("primitive arrays", "[types]") {
  const auto [name, hex, json] = GENERATE(table<std::string, std::string, std::string>({
      {"BooleanPrimitiveArray", "00000002 0100", "[true,false]"},
      {"BytePrimitiveArray", "00000002 01ff", R"({"$hex":"01ff"})"},
      {"CharPrimitiveArray", "00000001 0061", R"(["a"])"},
      {"ShortPrimitiveArray", "00000001 ffff", "[-1]"},
      {"IntPrimitiveArray", "00000000", "[]"},
      {"LongPrimitiveArray", "00000001 0000000000000001", "[1]"},
      {"FloatPrimitiveArray", "00000001 3fc00000", "[1.5]"},
      {"DoublePrimitiveArray", "00000001 3ff8000000000000", "[1.5]"},
      {"StringArray", "00000003 02 61 00 01", R"(["a",null,""])"},
  }));
  INFO(name);
  CHECK(json_of(*array_type(name), hex) == json);
}

TEST_CASE("an array longer than its bytes is refused before it is read", "[types]") {
  CHECK_THAT(error_of(*array_type("LongPrimitiveArray"), "00000002 0000000000000001"),
             Catch::Contains("array length = 2 cannot fit in the 8 bytes left"));
  CHECK_THAT(error_of(*array_type("BytePrimitiveArray"), "ffffffff"),
             Catch::Contains("= -1 is negative"));
}

}  // namespace savvy
