// Avro as Flink writes it: the widths are those of DataOutputEncoder.

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

// Version 2, with plain utf strings.
ByteVector avro_snapshot(const std::string& schema) {
  ByteWriter out;
  out.utf("org.example.Thing");
  out.utf(schema);
  return proxy_of(
      snapshot("org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot", 2, out.bytes()));
}

TypePtr avro(const std::string& schema) { return read_type(avro_snapshot(schema)); }

std::string value_of(const std::string& schema, const std::string& hex) {
  return decode_json(*avro(schema), from_hex(hex)).dump();
}

std::string logical(const std::string& type, const std::string& name, const std::string& hex,
                    const std::string& more = {}) {
  return value_of(R"({"type":")" + type + R"(","logicalType":")" + name + "\"" + more + "}", hex);
}

const std::string kEverything = R"({"type":"record","name":"R","namespace":"a.b","fields":[
  {"name":"n","type":"null"},
  {"name":"b","type":"boolean"},
  {"name":"i","type":"int"},
  {"name":"l","type":"long"},
  {"name":"f","type":"float"},
  {"name":"d","type":"double"},
  {"name":"y","type":"bytes"},
  {"name":"s","type":"string"},
  {"name":"x","type":{"type":"fixed","name":"Two","size":2}},
  {"name":"e","type":{"type":"enum","name":"E","symbols":["ONE","OTHER"]}},
  {"name":"u","type":["null","a.b.Two",{"type":"array","items":"long"}]},
  {"name":"m","type":{"type":"map","values":"E"}},
  {"name":"next","type":["null","R"]}]})";

// The same record twice, the second inside the first.
const std::string kFirst =
    "01"
    "fffffffe"
    "0000000100000002"
    "3f000000"
    "bff0000000000000"
    "00000002"
    "0aff"
    "00000002"
    "c3a9"
    "abcd"
    "00000001";
const std::string kUnionOfList =
    "00000002"
    "02"
    "0000000000000001"
    "0000000000000002"
    "01"
    "0000000000000003"
    "00";
const std::string kOneEntry =
    "01"
    "00000001"
    "6b"
    "00000000"
    "00";
const std::string kBytes =
    kFirst + kUnionOfList + kOneEntry + "00000001" + kFirst + "00000000" + "00" + "00000000";

}  // namespace

TEST_CASE("an Avro record of every type", "[avro]") {
  CHECK(value_of(kEverything, kBytes) ==
        R"({"n":null,"b":true,"i":-2,"l":4294967298,"f":0.5,"d":-1.0,"y":{"$hex":"0aff"},)"
        R"("s":"é","x":{"$hex":"abcd"},"e":"OTHER","u":[1,2,3],"m":{"k":"ONE"},)"
        R"("next":{"n":null,"b":true,"i":-2,"l":4294967298,"f":0.5,"d":-1.0,)"
        R"("y":{"$hex":"0aff"},"s":"é","x":{"$hex":"abcd"},"e":"OTHER","u":null,"m":{},)"
        R"("next":null}})");
}

TEST_CASE("an Avro value ends where its bytes end", "[avro]") {
  const TypePtr type = avro(kEverything);
  CHECK(type->walkable());
  const ByteVector whole = from_hex(kBytes);
  ByteReader in(whole, "value");
  type->skip(in);
  CHECK(in.at_end());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_THROWS_AS(decode_json(*type, Bytes(whole).first(size)), FormatError);
  }
}

TEST_CASE("Avro's logical types become text", "[avro]") {
  CHECK(logical("int", "date", "00004b40") == "\"2022-09-29\"");
  CHECK(logical("int", "time-millis", "036ee801") == "\"16:00:00.001\"");
  CHECK(logical("int", "time-millis", "ffffffff") == "-1");
  CHECK(logical("long", "time-micros", "0000000000000001") == "\"00:00:00.000001\"");
  CHECK(logical("long", "timestamp-millis", "ffffffffffffffff") == "\"1969-12-31T23:59:59.999Z\"");
  CHECK(logical("long", "timestamp-micros", "0000000000000001") ==
        "\"1970-01-01T00:00:00.000001Z\"");
  CHECK(logical("long", "timestamp-nanos", "0000000000000001") ==
        "\"1970-01-01T00:00:00.000000001Z\"");
  CHECK(logical("long", "local-timestamp-millis", "0000000000000000") == "\"1970-01-01T00:00:00\"");
  CHECK(logical("bytes", "decimal", "00000002ff38", R"(,"precision":9,"scale":2)") == "\"-2.00\"");
  CHECK(logical("string", "uuid",
                "00000001"
                "61") == "\"a\"");
  // An annotation that does not fit is ignored.
  CHECK(logical("string", "date",
                "00000001"
                "61") == "\"a\"");
  CHECK(value_of(R"({"type":"fixed","name":"D","size":12,"logicalType":"duration"})",
                 "0100000002000000e8030000") == "\"P1M2DT1.000S\"");
  CHECK(value_of(R"({"type":"fixed","name":"U","size":16,"logicalType":"uuid"})",
                 "00112233445566778899aabbccddeeff") == "\"00112233-4455-6677-8899-aabbccddeeff\"");
}

TEST_CASE("damaged Avro values are refused", "[avro]") {
  const auto refusal = [](const std::string& schema, const std::string& hex) {
    return first_line_of([&] { value_of(schema, hex); });
  };
  CHECK(refusal(R"(["null","int"])", "00000002") ==
        "value: offset 0x0: Avro union branch = 2, expected less than 2");
  CHECK(refusal(R"({"type":"enum","name":"E","symbols":["A"]})", "ffffffff") ==
        "value: offset 0x0: Avro enum = -1, expected less than 1");
  CHECK(refusal(R"({"type":"array","items":"long"})", "ffffff7f").starts_with("value: offset 0x"));
  // Items without bytes: no count fits or fails to fit.
  CHECK(first_line_of<UnsupportedError>([&] {
          value_of(R"({"type":"array","items":"null"})", "ffffffff07");
        }) == "value: offset 0x5: an Avro value of 1501 parts, most of which take no bytes");
}

TEST_CASE("Avro records nest to a depth, not more", "[avro]") {
  const std::string schema =
      R"({"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]})";
  std::string hex;
  for (int i = 0; i < 100; ++i) hex += "00000001";
  CHECK_NOTHROW(value_of(schema, hex + "00000000"));
  for (int i = 0; i < 1000; ++i) hex += "00000001";
  CHECK_THROWS_AS(value_of(schema, hex + "00000000"), UnsupportedError);
}

TEST_CASE("Avro schemas that break the rules are refused", "[avro]") {
  const auto refused = [](const std::string& schema) {
    return message_of([&] { avro(schema); }).find("Avro schema: ") != std::string::npos;
  };
  CHECK(refused("{"));
  CHECK(refused("1"));
  CHECK(refused(R"("Missing")"));
  CHECK(refused(R"({"type":"record","name":"R"})"));
  CHECK(refused(R"({"type":"record","name":"R","fields":[{"name":"f"}]})"));
  CHECK(refused(R"({"type":"fixed","name":"F","size":-1})"));
  CHECK(refused(R"([{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":1}])"));
  std::string deep = R"("int")";
  for (int i = 0; i < 200; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  CHECK(refused(deep));
}

}  // namespace savvy
