// VARIANT by hand: the Parquet layout in little-endian.

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

TypePtr simple(const std::string& serializer, const std::string& snapshot_name) {
  return read_type(proxy_of(snapshot(serializer + "$" + snapshot_name, 3)));
}

std::string size_hex(const std::string& hex) {
  ByteWriter out;
  out.count(hex.size() / 2);
  return to_hex_text(out.bytes());
}

// Names "a" and "bc".
const std::string kNames =
    "01"
    "02"
    "000103"
    "616263";

std::string variant(const std::string& value, const std::string& names = kNames) {
  const TypePtr type = simple(flink_base("VariantSerializer"), "VariantSerializerSnapshot");
  return decode_json(*type, from_hex(size_hex(value) + size_hex(names) + value + names)).dump();
}

// The header of a primitive.
std::string primitive(unsigned type, const std::string& hex = {}) {
  return to_hex_text(ByteVector{static_cast<std::uint8_t>(type << 2)}) + hex;
}

}  // namespace

TEST_CASE("variants of one value", "[variant]") {
  CHECK(variant(primitive(0)) == "null");
  CHECK(variant(primitive(1)) == "true");
  CHECK(variant(primitive(2)) == "false");
  CHECK(variant(primitive(3, "ff")) == "-1");
  CHECK(variant(primitive(4, "0001")) == "256");
  CHECK(variant(primitive(5, "feffffff")) == "-2");
  CHECK(variant(primitive(6, "0000000001000000")) == "4294967296");
  CHECK(variant(primitive(7, "000000000000e03f")) == "0.5");
  CHECK(variant(primitive(8, "0238ffffff")) == "\"-2.00\"");
  CHECK(variant(primitive(11, "01000000")) == "\"1970-01-02\"");
  CHECK(variant(primitive(12, "0100000000000000")) == "\"1970-01-01T00:00:00.000001Z\"");
  CHECK(variant(primitive(13, "ffffffffffffffff")) == "\"1969-12-31T23:59:59.999999\"");
  CHECK(variant(primitive(14, "0000003f")) == "0.5");
  CHECK(variant(primitive(15,
                          "02000000"
                          "abcd")) == R"({"$hex":"abcd"})");
  CHECK(variant(primitive(16,
                          "02000000"
                          "6869")) == "\"hi\"");
  CHECK(variant(primitive(17, "40420f0000000000")) == "\"00:00:01\"");
  CHECK(variant(primitive(18, "0100000000000000")) == "\"1970-01-01T00:00:00.000000001Z\"");
  CHECK(variant(primitive(20, "00112233445566778899aabbccddeeff")) ==
        "\"00112233-4455-6677-8899-aabbccddeeff\"");
  CHECK(variant("09"
                "6869") == "\"hi\"");
}

TEST_CASE("variants of several values", "[variant]") {
  // {"a": 7, "bc": [true, null]}
  const std::string array =
      "03"
      "02"
      "000102"
      "04"
      "00";
  const std::string object =
      "02"
      "02"
      "0001"
      "000208"
      "0c07" +
      array;
  CHECK(variant(object) == R"({"a":7,"bc":[true,null]})");
}

TEST_CASE("damaged variants are refused", "[variant]") {
  const auto refused = [](const std::string& value, const std::string& names = kNames) {
    return message_of([&] { variant(value, names); }).find("VARIANT: ") != std::string::npos;
  };
  CHECK(refused(""));
  CHECK(refused(primitive(21)));
  CHECK(refused(primitive(6, "00")));
  CHECK(
      refused("02"
              "01"
              "05"
              "0001"
              "00"));
  CHECK(refused(primitive(0),
                "02"
                "00"
                "00"));
  CHECK(
      refused("02"
              "01"
              "00"
              "0001"
              "00",
              "01"
              "01"
              "0500"
              "61"));
  // A list that holds itself.
  CHECK(
      refused("03"
              "01"
              "fc"
              "00"));
  const std::string again =
      "03"
      "01"
      "0000"
      "03"
      "01"
      "0000";
  CHECK(refused(again));
}

TEST_CASE("arrays of Gelly and values of Python's runtime", "[variant]") {
  const auto gelly = [](const std::string& name, const std::string& hex) {
    const std::string serializer =
        "org.apache.flink.graph.types.valuearray." + name + "ValueArraySerializer";
    return decode_json(*simple(serializer, name + "ValueArraySerializerSnapshot"), from_hex(hex))
        .dump();
  };
  CHECK(gelly("Long",
              "00000002"
              "0000000000000001"
              "ffffffffffffffff") == "[1,-1]");
  CHECK(gelly("String",
              "00000002"
              "00000004"
              "0161"
              "0162") == R"(["a","b"])");
  CHECK(gelly("Null", "00000002") == "[null,null]");
  const auto python = [](const std::string& name, const std::string& hex) {
    const std::string serializer =
        "org.apache.flink.table.runtime.typeutils.serializers.python." + name + "Serializer";
    return decode_json(*simple(serializer, name + "SerializerSnapshot"), from_hex(hex)).dump();
  };
  CHECK(python("String",
               "00000002"
               "6869") == "\"hi\"");
  CHECK(python("Date", "00000001") == "\"1970-01-02\"");
  CHECK(python("Time", "000003e8") == "\"00:00:01\"");
  const auto precise = [](const std::string& name, const std::string& payload,
                          const std::string& hex) {
    const std::string snapshot_class =
        "org.apache.flink.table.runtime.typeutils.serializers.python." + name;
    const ByteVector proxy = proxy_of(snapshot(snapshot_class, 1, from_hex(payload)));
    return decode_json(*read_type(proxy), from_hex(hex)).dump();
  };
  CHECK(precise("DecimalDataSerializer$DecimalSerializerSnapshot", "0000000500000002",
                "00000004"
                "312e3530") == "\"1.50\"");
  CHECK(precise("TimestampSerializer$TimestampSerializerSnapshot", "00000003",
                "0000000000000005") == "\"1970-01-01T00:00:00.005\"");
}

}  // namespace savvy
