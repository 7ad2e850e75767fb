// Few bytes that stand for much: each has a bound, so that no value and no description of a type
// costs time or memory out of proportion. The figures are those of the README.

#include <catch2/catch.hpp>

#include "format/detail/snapshot_resync.h"
#include "format/errors.h"
#include "format/java_stream.h"
#include "format/java_values.h"
#include "format/snapshot_union.h"
#include "tests/support/cpu_time.h"
#include "tests/support/json_sink.h"
#include "tests/support/kryo_types.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

// Generous: what is bounded takes a hundredth, what is not takes many times as long.
constexpr double kMostSeconds = 20;

TypePtr type_of(const Snapshot& inner) { return read_type(proxy_of(inner)); }

std::string value_of(const Type& type, const ByteVector& value) {
  return decode_json(type, value).dump();
}

// Avro ---------------------------------------------------------------------------------------------

TypePtr avro(const std::string& schema) {
  ByteWriter out;
  out.utf("org.example.Thing");
  out.utf(schema);
  return type_of(
      snapshot("org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot", 2, out.bytes()));
}

std::string record(const std::string& name, const std::vector<std::string>& field_types) {
  std::string text = R"({"type":"record","name":")" + name + R"(","fields":[)";
  for (std::size_t i = 0; i < field_types.size(); ++i) {
    text += std::string(i > 0 ? "," : "") + R"({"name":"f)" + std::to_string(i) + R"(","type":)" +
            field_types[i] + "}";
  }
  return text + "]}";
}

// Each record holds the one below twice: 2^levels times the innermost.
std::string doubled(const std::string& innermost, int levels) {
  std::string text = innermost;
  for (int i = 1; i <= levels; ++i) {
    text = record("R" + std::to_string(i), {text, "\"R" + std::to_string(i - 1) + "\""});
  }
  return text;
}

// Kryo ---------------------------------------------------------------------------------------------

// A type of Flink 2.x without registrations.
TypePtr kryo() { return kryo_type_of_objects(KryoRelease::kKryo5); }

void put_varint(std::uint32_t value, ByteWriter& out) {
  for (; value >= 0x80; value >>= 7) out.u8(static_cast<std::uint8_t>(value | 0x80));
  out.u8(static_cast<std::uint8_t>(value));
}

// A length whose first byte holds a flag and six bits.
void put_flagged(bool flag, std::uint32_t value, ByteWriter& out) {
  const auto low = static_cast<std::uint8_t>((flag ? 0x80 : 0) | (value & 0x3F));
  out.u8(value > 0x3F ? low | 0x40 : low);
  if (value > 0x3F) put_varint(value >> 6, out);
}

// ASCII, which ends with a high bit.
void put_text(std::string text, ByteWriter& out) {
  text.back() = static_cast<char>(text.back() | 0x80);
  out.raw({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void put_new_object(const std::string& class_name, std::uint32_t class_number, ByteWriter& out) {
  put_varint(1, out);  // a class by name
  put_varint(class_number, out);
  put_text(class_name, out);
  put_varint(1, out);  // a new object
}

// A list of elements of different classes.
ByteWriter list_head(std::uint32_t size) {
  ByteWriter out;
  put_new_object("java.util.ArrayList", 0, out);
  put_flagged(false, size + 1, out);
  return out;
}

ByteVector list_of_nulls(std::uint32_t count) {
  ByteWriter out;
  put_new_object("java.util.ArrayList", 0, out);
  put_flagged(true, count + 1, out);
  put_varint(0, out);  // no class
  return out.take();
}

}  // namespace

TEST_CASE("Avro schemas cannot make an empty value endless", "[limits]") {
  const TypePtr type = avro(doubled(record("R0", {}), 60));
  CHECK(type->min_bytes() == 0);
  CHECK(first_line_of<UnsupportedError>([&] { value_of(*type, {}); }) ==
        "value: offset 0x0: an Avro value of 1001 parts, most of which take no bytes");
  const TypePtr list = avro(R"({"type":"array","items":)" + doubled(record("R0", {}), 60) + "}");
  CHECK_THROWS_AS(value_of(*list, from_hex("0100")), UnsupportedError);
  CHECK_NOTHROW(value_of(*avro(doubled(record("R0", {}), 8)), {}));
}

TEST_CASE("Avro schemas of large values do not wrap sizes round", "[limits]") {
  // All powers of two below 2^64, and so one less than what a number holds.
  std::vector<std::string> fields = {doubled(R"({"type":"fixed","name":"R0","size":1})", 63)};
  for (int i = 62; i >= 0; --i) fields.push_back("\"R" + std::to_string(i) + "\"");
  const TypePtr type = avro(record("All", fields));
  CHECK(type->min_bytes() == 0x7FFFFFFF);
  const TypePtr list = avro(R"({"type":"map","values":)" + record("All", fields) + "}");
  CHECK_THROWS_AS(value_of(*list, from_hex("0100")), FormatError);
}

TEST_CASE("elements and fields without bytes are few", "[limits]") {
  const Snapshot nothing = base_snapshot("NullValue");
  const auto list_of_nothing = [&](std::int32_t count) {
    ByteWriter out;
    out.i32(count);
    return value_of(*type_of(list_of(nothing)), out.take());
  };
  CHECK_NOTHROW(list_of_nothing(1000));
  CHECK_THROWS_AS(list_of_nothing(1001), UnsupportedError);
  const auto tuple = [&](std::size_t fields) {
    return tuple_of(std::vector<Snapshot>(fields, nothing));
  };
  CHECK_NOTHROW(type_of(tuple(16)));
  CHECK_THROWS_AS(type_of(tuple(17)), UnsupportedError);
  // Those inside others count as well.
  CHECK_NOTHROW(type_of(tuple_of({tuple(7), tuple(7)})));
  CHECK_THROWS_AS(type_of(tuple_of({tuple(8), tuple(8), base_snapshot("Int")})), UnsupportedError);
}

TEST_CASE("descriptions of types nest to a depth", "[limits]") {
  const auto nested = [](int depth) {
    Snapshot type = base_snapshot("Int");
    for (int i = 1; i < depth; ++i) type = list_of(type);
    return type;
  };
  CHECK_NOTHROW(type_of(nested(64)));
  CHECK_THROWS_AS(type_of(nested(65)), FormatError);
}

TEST_CASE("what follows an unknown description is looked for once", "[limits]") {
  // Each position could begin the name of a state.
  const ByteVector letters(std::size_t{64} * 1024, 'A');
  ByteVector names;
  while (names.size() < letters.size()) {
    names.insert(names.end(), {3, 0xFF});
    names.resize(names.size() + 1021, 'A');
    names.insert(names.end(), {0, 0, 0, 1, 0, 0, 0, 1});
  }
  const double start = cpu_seconds();
  for (int i = 0; i < 40; ++i) {
    CHECK_FALSE(find_follower(letters, SnapshotFollower::kState));
    CHECK_FALSE(find_follower(names, SnapshotFollower::kState));
    CHECK_FALSE(find_follower(names, SnapshotFollower::kSerializer));
  }
  CHECK(cpu_seconds() - start < kMostSeconds);
}

TEST_CASE("many subclasses are found by their names", "[limits]") {
  // Of so many classes the last one, time after time.
  const auto seconds_with = [](int count) {
    constexpr int kValues = 30'000;
    std::vector<PartBytes> classes;
    for (int i = 0; i < count; ++i) {
      classes.push_back({"org.example.subclass.C" + std::to_string(i), {}});
    }
    const TypePtr type = type_of(pojo_of("org.example.Base", {}, {}, classes));
    ByteWriter last;
    last.u8(4);
    last.utf(classes.back().name);
    const ByteVector value = last.take();
    const double start = cpu_seconds();
    for (int i = 0; i < kValues; ++i) {
      NullSink nowhere;
      ByteReader in(value, "value");
      type->decode(in, Extent::kDelimited, nowhere);
    }
    return cpu_seconds() - start;
  };
  CHECK(seconds_with(30'000) < 5 * seconds_with(10) + 0.5);
}

TEST_CASE("descriptions with many subclasses are united in proportion", "[limits]") {
  const auto seconds_with = [](int count) {
    const auto described = [count](int first) {
      std::vector<PartBytes> classes;
      for (int i = first; i < first + count; ++i) {
        classes.push_back({"org.example.subclass.C" + std::to_string(i), base_snapshot("Int")});
      }
      return proxy_of(pojo_of("org.example.Base", {}, {}, classes));
    };
    const ByteVector first = described(0);
    const ByteVector second = described(count / 2);
    const SerializerRegistry registry = make_serializer_registry();
    const double start = cpu_seconds();
    const std::optional<ByteVector> united = unite_snapshots(first, second, registry);
    const double taken = cpu_seconds() - start;
    REQUIRE(united);
    CHECK(united->size() > first.size() * 5 / 4);
    return taken;
  };
  CHECK(seconds_with(40'000) < 20 * seconds_with(5'000) + 0.5);
}

TEST_CASE("lists of Kryo's nulls are short", "[limits]") {
  const TypePtr type = kryo();
  CHECK(value_of(*type, list_of_nulls(3)) == "[null,null,null]");
  CHECK(value_of(*type, list_of_nulls(900)).starts_with("[null,null,"));
  CHECK(value_of(*type, list_of_nulls(1001)).find("$hex") != std::string::npos);
  CHECK(value_of(*type, list_of_nulls(0x7FFFFFF0)).find("$hex") != std::string::npos);
}

TEST_CASE("names of classes in Kryo's values are short", "[limits]") {
  const auto array = [](const std::string& name) {
    ByteWriter out;
    put_new_object(name, 0, out);
    put_varint(1, out);  // no elements
    return value_of(*kryo(), out.take());
  };
  CHECK(array("[[I") == "[]");
  CHECK(array(std::string(1'000'000, '[') + "I").find("$hex") != std::string::npos);
}

TEST_CASE("a text that many parts of a Kryo value share is not repeated without end", "[limits]") {
  const auto shared = [](std::size_t letters, std::uint32_t times) {
    ByteWriter out = list_head(times);
    put_varint(1 + 2, out);  // class 1 is String
    put_varint(1, out);
    put_text(std::string(letters, 'x'), out);
    for (std::uint32_t i = 1; i < times; ++i) {
      put_varint(1 + 2, out);
      put_varint(1 + 2, out);  // the second object
    }
    return value_of(*kryo(), out.take());
  };
  CHECK(shared(3, 3) == R"(["xxx","xxx","xxx"])");
  CHECK(shared(100'000, 100'000).size() < 1'000'000);
}

TEST_CASE("a text that many parts of a Java object share is not repeated without end", "[limits]") {
  const auto shared = [](std::size_t letters, std::int32_t times) {
    ByteWriter out;
    out.raw(from_hex("aced0005 75 72"));
    out.utf("[Ljava.lang.Object;");
    out.i64(1);
    out.raw(from_hex("02 0000 78 70"));
    out.i32(times);
    out.u8(0x74);
    out.utf(std::string(letters, 'x'));
    for (std::int32_t i = 1; i < times; ++i) out.raw(from_hex("71 007e0002"));
    const ByteVector bytes = out.take();
    ByteReader in(bytes, "stream");
    JsonSink sink;
    const std::size_t events =
        emit_java_value(read_java_stream(in), 1000 + 32 * bytes.size(), sink);
    return events == 0 ? "too large" : sink.document().dump();
  };
  CHECK(shared(3, 3) == R"(["xxx","xxx","xxx"])");
  CHECK(shared(60'000, 60'000) == "too large");
}

}  // namespace savvy
