// Values that Flink's serializers, Kryo and Java itself wrote, beside the JSON that they are; the
// tables are made by tests/flink/values.sh.

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "format/errors.h"
#include "format/java_stream.h"
#include "format/java_values.h"
#include "tests/support/json_sink.h"
#include "tests/support/kryo_types.h"

namespace savvy {
namespace {

using Json = testing::JsonSink::Json;

constexpr std::size_t kEnoughEvents = 1000;

struct WrittenValue {
  std::string json;
  ByteVector snapshot;  // of the serializer; empty if the table has none
  ByteVector bytes;
};

std::vector<WrittenValue> read_values(const std::string& table) {
  std::ifstream in(SAVVY_SOURCE_DIR "/tests/unit/values/" + table + ".tsv");
  std::vector<WrittenValue> values;
  for (std::string line; std::getline(in, line);) {
    std::istringstream cells(line);
    std::string json;
    std::getline(cells, json, '\t');
    std::vector<ByteVector> parts;
    for (std::string hex; std::getline(cells, hex, '\t');) {
      parts.push_back(testing::from_hex(hex));
    }
    values.push_back(
        {Json::parse(json).dump(), parts.size() > 1 ? parts.front() : ByteVector(), parts.back()});
  }
  return values;
}

// Bytes without a meaning: what is cut off is nothing that was read.
bool is_refused(const Type& type, Bytes bytes) {
  try {
    testing::JsonSink sink;
    ByteReader in(bytes, "value");
    type.decode(in, Extent::kDelimited, sink);
    return sink.opaque_count() > 0;
  } catch (const FormatError&) {
    return true;
  }
}

void check_value(const Type& type, const WrittenValue& value) {
  CAPTURE(value.json, testing::to_hex_text(value.bytes));
  CHECK(testing::decode_json(type, value.bytes).dump() == value.json);
  ByteReader in(value.bytes, "value");
  type.skip(in);
  CHECK(in.at_end());
  for (std::size_t size = 0; size < value.bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(is_refused(type, Bytes(value.bytes).first(size)));
  }
}

void check_kryo_values(const std::string& table, KryoRelease release) {
  const std::vector<WrittenValue> values = read_values(table);
  REQUIRE(values.size() == 166);
  const TypePtr type = testing::kryo_type_of_objects(release);
  for (const WrittenValue& value : values) check_value(*type, value);
}

void check_values_of_types(const std::string& table, std::size_t count) {
  const std::vector<WrittenValue> values = read_values(table);
  REQUIRE(values.size() == count);
  for (const WrittenValue& value : values) check_value(*testing::read_type(value.snapshot), value);
}

}  // namespace

TEST_CASE("objects of the JDK as Kryo of Flink 1.20 writes them") {
  check_kryo_values("kryo-1.20", KryoRelease::kKryo2);
}

TEST_CASE("objects of the JDK as Kryo of Flink 2.3 writes them") {
  check_kryo_values("kryo-2.3", KryoRelease::kKryo5);
}

TEST_CASE("values of Flink's own types as Flink 1.20 writes them") {
  check_values_of_types("flink-1.20", 29);
}

TEST_CASE("values of Flink's own types as Flink 2.3 writes them") {
  check_values_of_types("flink-2.3", 52);
}

TEST_CASE("Avro records as Flink writes them") { check_values_of_types("avro", 4); }

TEST_CASE("objects of the JDK as Java writes them") {
  const std::vector<WrittenValue> values = read_values("java");
  REQUIRE(values.size() == 101);
  for (const WrittenValue& value : values) {
    CAPTURE(value.json, testing::to_hex_text(value.bytes));
    ByteReader in(value.bytes, "value");
    testing::JsonSink sink;
    CHECK(emit_java_value(read_java_stream(in), kEnoughEvents, sink) > 0);
    CHECK(sink.document().dump() == value.json);
    CHECK(in.at_end());
  }
}

}  // namespace savvy
