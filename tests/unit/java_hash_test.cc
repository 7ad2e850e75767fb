// Which types have a hashCode that their bytes tell: never by the name alone.

#include "format/java_hash.h"

#include <catch2/catch.hpp>

#include "format/key_encoder.h"
#include "readers/check/entry_check.h"
#include "tests/support/json_sink.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

const std::string kScalaTypes = "org.apache.flink.api.scala.typeutils.";
const std::string kDataStreamWindows = "org.apache.flink.streaming.api.windowing.windows.";
const std::string kSqlWindows = "org.apache.flink.table.runtime.operators.window.";

testing::Snapshot of_class(const std::string& snapshot_class, const std::string& name) {
  ByteWriter out;
  out.utf(name);
  return snapshot(snapshot_class, 2, out.bytes());
}

testing::Snapshot kryo_of(const std::string& class_name) {
  ByteWriter out;
  out.utf(class_name);
  for (int i = 0; i < 3; ++i) put_optional_map(out, {});
  return snapshot(flink_runtime("kryo.KryoSerializerSnapshot"), 2, out.bytes());
}

testing::Snapshot avro_of(const std::string& name) {
  ByteWriter out;
  out.utf("org.example." + name);
  out.utf(R"({"type":"record","namespace":"org.example","name":")" + name +
          R"(","fields":[{"name":"a","type":"long"},{"name":"b","type":"long"}]})");
  return snapshot("org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot", 2, out.bytes());
}

testing::Snapshot enum_of(const std::string& class_name) {
  ByteWriter out;
  out.utf(class_name);
  out.i32(1);
  out.utf("ONE");
  return snapshot(flink_base("EnumSerializer$EnumSerializerSnapshot"), 3, out.bytes());
}

testing::Snapshot composite_of_class(const std::string& snapshot_class,
                                     const std::string& class_name,
                                     const std::vector<testing::Snapshot>& fields) {
  ByteWriter outer;
  outer.utf(class_name);
  return composite(snapshot_class, 2, fields, outer.bytes());
}

testing::Snapshot case_class_of(const std::string& class_name,
                                const std::vector<testing::Snapshot>& fields) {
  return composite_of_class(kScalaTypes + "ScalaCaseClassSerializerSnapshot", class_name, fields);
}

testing::Snapshot either_of(const testing::Snapshot& left, const testing::Snapshot& right) {
  return composite(flink_runtime("JavaEitherSerializerSnapshot"), 1, {left, right});
}

testing::Snapshot scala_either_of(const testing::Snapshot& left, const testing::Snapshot& right) {
  return composite(kScalaTypes + "ScalaEitherSerializerSnapshot", 1, {left, right});
}

testing::Snapshot nullable_of(const testing::Snapshot& value) {
  return composite(flink_runtime("NullableSerializer$NullableSerializerSnapshot"), 2, {value},
                   ByteVector(4));
}

testing::Snapshot row_of(const std::vector<testing::Snapshot>& fields) {
  return composite(flink_runtime("RowSerializer$RowSerializerSnapshot"), 2, fields);
}

testing::Snapshot set_of(const testing::Snapshot& element) {
  return composite(flink_base("SetSerializerSnapshot"), 1, {element});
}

testing::Snapshot window_of(const std::string& package) {
  return snapshot(package + "TimeWindow$Serializer$TimeWindowSerializerSnapshot", 3);
}

// Of every family whose name is that of a class of the job.
std::vector<testing::Snapshot> classes_named(const std::string& name) {
  const testing::Snapshot number = base_snapshot("Long");
  return {kryo_of("org.example." + name),
          kryo_of("org.example.Outer$" + name),
          pojo_of("org.example." + name, {{"a", number}, {"b", number}}),
          avro_of(name),
          enum_of("org.example." + name),
          case_class_of("org.example." + name, {number, number}),
          of_class(flink_runtime("ValueSerializer$ValueSerializerSnapshot"), "org.example." + name),
          of_class("org.example.OwnSnapshot", "org.example." + name),
          snapshot("org.example." + name, 3)};
}

// The type, and every type around it of which the hash follows from its parts.
std::vector<testing::Snapshot> types_around(const testing::Snapshot& type) {
  const testing::Snapshot number = base_snapshot("Int");
  return {type,
          tuple_of({type}),
          tuple_of({number, type}),
          list_of(type),
          set_of(type),
          map_of(type, number),
          map_of(number, type),
          either_of(type, number),
          either_of(number, type),
          nullable_of(type),
          row_of({number, type}),
          row_of({number, row_of({type})}),
          tuple_of({list_of(tuple_of({type, number}))})};
}

bool is_hashed(const testing::Snapshot& type) {
  return java_hash_of(*read_type(proxy_of(type))) != nullptr;
}

bool is_hashed_somewhere(const testing::Snapshot& type) {
  bool hashed = false;
  for (const testing::Snapshot& around : types_around(type)) hashed |= is_hashed(around);
  return hashed;
}

std::int32_t hash_of(const testing::Snapshot& type, const std::string& hex) {
  const TypePtr read = read_type(proxy_of(type));
  const JavaHash hash = java_hash_of(*read);
  REQUIRE(hash);
  const ByteVector value = from_hex(hex);
  ByteReader in(value, "value");
  const std::int32_t result = hash(in);
  CHECK(in.at_end());
  return result;
}

// All that have a hash, an encoder or a length by their name.
const std::vector<std::string> kNames = {
    "Byte",        "ByteValue",    "Short",         "ShortValue", "Int",
    "IntValue",    "Char",         "CharValue",     "Long",       "LongValue",
    "Boolean",     "BooleanValue", "Float",         "FloatValue", "Double",
    "DoubleValue", "Date",         "SqlDate",       "SqlTime",    "SqlTimestamp",
    "Instant",     "LocalDate",    "UUID",          "LocalTime",  "TimeWindow",
    "BigInteger",  "BigDecimal",   "LocalDateTime", "String",     "StringValue",
    "StringData",  "NullValue",    "Tuple0",        "Tuple2",     "Row",
    "Either",      "Nullable",     "List",          "Set",        "Map"};

}  // namespace

TEST_CASE("a UUID that Kryo wrote has no hash, the one of UuidSerializer has", "[java_hash]") {
  CHECK_FALSE(is_hashed_somewhere(kryo_of("java.util.UUID")));
  CHECK(hash_of(base_snapshot("Uuid"), "0000000100000002 0000000400000008") == 15);
}

TEST_CASE("a LocalDate of Joda has no hash, that of java.time has", "[java_hash]") {
  CHECK_FALSE(is_hashed_somewhere(kryo_of("org.joda.time.LocalDate")));
  CHECK_FALSE(is_hashed_somewhere(kryo_of("java.time.LocalDate")));
  // 2020-02-03: (y & ~0x7ff) ^ ((y << 11) + (m << 6) + d), and the year is below 0x800.
  CHECK(hash_of(base_snapshot("LocalDate"), "000007e4 02 03") == (2020 << 11) + (2 << 6) + 3);
}

TEST_CASE("a POJO named Date has no hash, java.util.Date has", "[java_hash]") {
  CHECK_FALSE(is_hashed_somewhere(pojo_of("org.example.Date", {{"a", base_snapshot("Long")}})));
  CHECK(hash_of(base_snapshot("Date"), "0000000100000002") == 3);
}

TEST_CASE("an Avro record named Instant has no hash, java.time.Instant has", "[java_hash]") {
  CHECK_FALSE(is_hashed_somewhere(avro_of("Instant")));
  CHECK(hash_of(base_snapshot("Instant"), "0000000000000007 00000002") == 7 + 51 * 2);
}

TEST_CASE("classes of the job have no hash whatever they are called", "[java_hash]") {
  for (const std::string& name : kNames) {
    const auto types = classes_named(name);
    for (std::size_t i = 0; i < types.size(); ++i) {
      CAPTURE(name, i);
      CHECK_FALSE(is_hashed_somewhere(types[i]));
    }
  }
}

TEST_CASE("classes of the job are no keys of known bytes whatever they are called",
          "[java_hash][key_encoder]") {
  for (const std::string& name : kNames) {
    const auto types = classes_named(name);
    for (std::size_t i = 0; i < types.size(); ++i) {
      CAPTURE(name, i);
      const TypePtr type = read_type(proxy_of(types[i]));
      CHECK_FALSE(plain_bytes_of(*type));
      // Case classes are their fields.
      if (type->describe().kind == "case_class") continue;
      for (const char* json : {"1", "1.5", "true", "null", "\"a\"", "\"12\"", "\"2020-02-03\"",
                               "\"2020-02-03T04:05:06Z\"", R"({"left":1})", "[]",
                               "\"00000000-0000-0001-0000-000000000000\""}) {
        CAPTURE(json);
        CHECK(encode_key(*type, json).bytes.empty());
      }
    }
  }
}

TEST_CASE("types around others have a hash where their parts have", "[java_hash]") {
  for (const testing::Snapshot& type : types_around(base_snapshot("Uuid"))) {
    CHECK(is_hashed(type));
  }
}

// Scala's Left and Right are case classes: ScalaRunTime._hashCode, not that of the value.
TEST_CASE("Java's Either has the hash of its side, Scala's has none", "[java_hash]") {
  const testing::Snapshot number = base_snapshot("Int");
  CHECK(hash_of(either_of(number, base_snapshot("Long")), "01 00000007") == 7);
  CHECK(hash_of(either_of(number, base_snapshot("Long")), "00 0000000100000002") == 3);
  CHECK_FALSE(is_hashed_somewhere(scala_either_of(number, number)));
}

TEST_CASE("only the window of the DataStream API has its hash", "[java_hash]") {
  CHECK(hash_of(window_of(kDataStreamWindows), "0000000000000000 0000000000000000") == 0);
  CHECK_FALSE(is_hashed_somewhere(window_of(kSqlWindows)));
}

TEST_CASE("a class of the job that extends a tuple has no hash", "[java_hash]") {
  const testing::Snapshot number = base_snapshot("Int");
  const std::string tuples = flink_runtime("TupleSerializerSnapshot");
  CHECK(hash_of(tuple_of({number, number}), "00000001 00000002") == 33);
  CHECK_FALSE(
      is_hashed_somewhere(composite_of_class(tuples, "org.example.Position", {number, number})));
  CHECK_FALSE(
      is_hashed_somewhere(composite_of_class(tuples, "org.example.Tuple2", {number, number})));
  CHECK(hash_of(snapshot(flink_runtime("Tuple0SerializerSnapshot"), 3), "00") == 0);
}

TEST_CASE("case classes named like collections have no hash", "[java_hash]") {
  const testing::Snapshot number = base_snapshot("Int");
  CHECK_FALSE(is_hashed_somewhere(case_class_of("org.example.List", {number})));
  CHECK_FALSE(is_hashed_somewhere(case_class_of("org.example.Set", {number})));
  CHECK_FALSE(is_hashed_somewhere(case_class_of("org.example.Map", {number, number})));
  CHECK_FALSE(is_hashed_somewhere(composite("org.example.List", 1, {number})));
  CHECK(hash_of(list_of(number), "00000001 00000007") == 31 + 7);
  CHECK(hash_of(set_of(number), "00000002 00 00000007 00 00000001") == 8);
  CHECK(hash_of(map_of(number, number), "00000001 00000007 00 00000001") == 6);
}

TEST_CASE("Gelly's arrays are shown by their elements and have no hash", "[java_hash]") {
  for (const std::string name : {"Byte", "Short", "Char", "Int", "Long", "Float", "Double"}) {
    CAPTURE(name);
    const std::string serializer = name + "ValueArraySerializer";
    const testing::Snapshot array = snapshot(
        "org.apache.flink.graph.types.valuearray." + serializer + "$" + serializer + "Snapshot", 3);
    CHECK_FALSE(is_hashed_somewhere(array));
    const TypePtr type = read_type(proxy_of(array));
    CHECK(type->describe().name == name);
    CHECK_FALSE(plain_bytes_of(*type));
    CHECK(encode_key(*type, "1").bytes.empty());
    CHECK(plain_bytes_of(*read_type(proxy_of(base_snapshot(name)))));
  }
}

TEST_CASE("in a row byte[] has a hash, its wrapper of PyFlink and nullable containers have none",
          "[java_hash]") {
  const testing::Snapshot number = base_snapshot("Int");
  const testing::Snapshot bytes = snapshot(
      flink_base("array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot"), 3);
  const testing::Snapshot wrapper = snapshot(
      "org.apache.flink.streaming.api.utils.ByteArrayWrapperSerializer$"
      "ByteArrayWrapperSerializerSnapshot",
      3);
  // 31 * kind + (31 * 1 + 31 + Arrays.hashCode)
  CHECK(hash_of(row_of({bytes}), "00 00000001 05") == 31 + 31 + 31 + 5);
  CHECK_FALSE(is_hashed(row_of({wrapper})));
  CHECK_FALSE(is_hashed(row_of({list_of(number)})));
  CHECK_FALSE(is_hashed(row_of({nullable_of(list_of(number))})));
  CHECK_FALSE(is_hashed(row_of({nullable_of(map_of(number, number))})));
  CHECK_FALSE(is_hashed(row_of({nullable_of(row_of({number}))})));
  CHECK(is_hashed(row_of({nullable_of(number)})));
}

}  // namespace savvy
