#include "format/java_stream.h"

#include <catch2/catch.hpp>

#include "format/byte_writer.h"
#include "format/errors.h"
#include "format/java_values.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;

constexpr std::uint8_t kWriteObject = 3;  // serializable, with a writeObject method
constexpr std::uint8_t kSerializable = 2;

// A stream by hand; handles are counted by the reader of the test.
class JavaBytes {
 public:
  JavaBytes() { out_.i32(static_cast<std::int32_t>(0xACED0005)); }

  JavaBytes& tag(std::uint8_t tag) {
    out_.u8(tag);
    return *this;
  }
  JavaBytes& hex(const std::string& digits) {
    out_.raw(from_hex(digits));
    return *this;
  }
  JavaBytes& text(std::string_view text) {
    out_.u8(0x74);
    out_.utf(text);
    return *this;
  }
  JavaBytes& reference(int handle) {
    out_.u8(0x71);
    out_.i32(0x7E0000 + handle);
    return *this;
  }
  // Up to the fields.
  JavaBytes& class_head(std::string_view name, std::uint8_t flags, std::uint16_t fields) {
    out_.u8(0x72);
    out_.utf(name);
    out_.i64(1);
    out_.u8(flags);
    out_.u16(fields);
    return *this;
  }
  JavaBytes& int_field(std::string_view name) {
    out_.u8('I');
    out_.utf(name);
    return *this;
  }
  JavaBytes& object_field(std::string_view name) {
    out_.u8('L');
    out_.utf(name);
    return text("Ljava/lang/Object;");
  }
  // No annotation and no superclass.
  JavaBytes& class_end() { return hex("78 70"); }
  JavaBytes& i32(std::int32_t value) {
    out_.i32(value);
    return *this;
  }
  ByteVector bytes() const { return {out_.bytes().begin(), out_.bytes().end()}; }

 private:
  ByteWriter out_;
};

std::string json_of(const ByteVector& bytes, std::size_t max_events = 1000) {
  ByteReader in(bytes, "stream");
  const JavaValue value = read_java_stream(in);
  in.expect_end("the stream");
  JsonSink sink;
  if (!emit_java_value(value, max_events, sink)) return "too large";
  return sink.document().dump();
}

std::string error_of(const ByteVector& bytes) {
  return message_of([&] { json_of(bytes); });
}

}  // namespace

TEST_CASE("objects, strings and back references", "[java]") {
  JavaBytes pair;
  pair.tag(0x73).class_head("P", kSerializable, 3).int_field("n").object_field("a");
  pair.object_field("b").class_end();
  pair.i32(7).text("x").reference(4);
  // Handles: class 0, type string 1 and 2, object 3, "x" 4.
  CHECK(json_of(pair.bytes()) == R"({"$class":"P","n":7,"a":"x","b":"x"})");
}

TEST_CASE("superclasses come first, fields are found in the most derived", "[java]") {
  JavaBytes child;
  child.tag(0x73).class_head("Child", kSerializable, 1).int_field("n").hex("78");
  child.class_head("Parent", kSerializable, 1).int_field("n").class_end();
  child.i32(1).i32(2);
  const ByteVector bytes = child.bytes();
  ByteReader in(bytes, "stream");
  const JavaValue value = read_java_stream(in);
  CHECK(value.is_a("Parent"));
  CHECK(value.is_a("Child"));
  CHECK_FALSE(value.is_a("Other"));
  CHECK(value.fields().size() == 2);
  CHECK(value.fields()[0].second.integer() == 1);
  CHECK(value.field("n").integer() == 2);
  CHECK(value.field("m").kind() == JavaKind::kAbsent);
}

TEST_CASE("a writeObject that leaves out the default fields", "[java]") {
  JavaBytes object;
  object.tag(0x73).class_head("C", kWriteObject, 1).int_field("n").class_end();
  object.hex("77 01 2a").text("x").tag(0x78);
  CHECK(json_of(object.bytes()) == R"({"$class":"C","$data":[{"$hex":"2a"},"x"]})");
}

TEST_CASE("what a class of the job writes beside the elements of a collection is told", "[java]") {
  JavaBytes list;
  list.tag(0x73).class_head("L", kWriteObject, 0).tag(0x78);
  list.class_head("java.util.ArrayList", kWriteObject, 1).int_field("size").class_end();
  list.i32(1).hex("77 04 00000001").text("x").tag(0x78);
  list.hex("77 01 2a").text("y").tag(0x78);
  CHECK(json_of(list.bytes()) ==
        R"({"$class":"L","size":1,"$data":["x"],"$written":[{"$hex":"2a"},"y"]})");
}

TEST_CASE("an object inside itself is told and not followed", "[java]") {
  JavaBytes object;
  object.tag(0x73).class_head("C", kSerializable, 1).object_field("cause").class_end();
  object.reference(2);
  CHECK(json_of(object.bytes()) == R"({"$class":"C","cause":{"$cycle":"C"}})");
}

TEST_CASE("shared objects cannot make a small stream a huge tree", "[java]") {
  // Each array holds the one before twice.
  JavaBytes stream;
  stream.tag(0x75).class_head("[Ljava.lang.Object;", kSerializable, 0).class_end();
  constexpr int kLevels = 40;
  // The first array is the outermost: [ [ [ ... ], same ], same ].
  for (int i = 0; i < kLevels; ++i) stream.i32(2).tag(0x75).reference(0);
  stream.i32(0);
  // Array i has the handle i + 1.
  for (int i = kLevels; i > 0; --i) stream.reference(i + 1);
  CHECK(json_of(stream.bytes(), 100000) == "too large");
}

TEST_CASE("nesting of Java objects is limited", "[java]") {
  const auto nested = [](int levels) {
    JavaBytes stream;
    stream.tag(0x75).class_head("[Ljava.lang.Object;", kSerializable, 0).class_end();
    for (int i = 1; i < levels; ++i) stream.i32(1).tag(0x75).reference(0);
    stream.i32(0);
    return stream.bytes();
  };
  CHECK_NOTHROW(json_of(nested(250)));
  CHECK_THAT(error_of(nested(300)), Catch::Contains("objects nest more than 256 deep"));
}

TEST_CASE("damaged Java streams", "[java]") {
  CHECK_THAT(error_of(from_hex("aced0004 70")), Catch::Contains("header = 0xaced0004"));
  CHECK_THAT(error_of(from_hex("aced0005 78")), Catch::Contains("tag = 0x78, expected an object"));
  CHECK_THAT(error_of(from_hex("aced0005 71 007e0000")),
             Catch::Contains("handle = 0x7e0000, 0 are known"));
  CHECK_THAT(error_of(from_hex("aced0005")), Catch::Contains("tag needs 1 bytes, 0 are left"));
  JavaBytes array;
  array.tag(0x75).class_head("[I", kSerializable, 0).class_end().i32(0x7fffffff);
  CHECK_THAT(error_of(array.bytes()), Catch::Contains("array length = 2147483647 cannot fit"));
  JavaBytes own_super;
  own_super.tag(0x73).class_head("C", kSerializable, 0).tag(0x78).reference(0);
  CHECK_THAT(error_of(own_super.bytes()),
             Catch::Contains("a handle does not refer to a class description"));
  JavaBytes external;
  external.tag(0x73).class_head("E", 4, 0).class_end();
  CHECK_THAT(error_of(external.bytes()), Catch::Contains("E is Externalizable without block data"));
}

TEST_CASE("every shorter prefix of a Java stream is refused", "[java]") {
  JavaBytes object;
  object.tag(0x73).class_head("C", kWriteObject, 2).int_field("n").object_field("o").class_end();
  object.i32(1).text("x").hex("77 01 2a").tag(0x78);
  const ByteVector bytes = object.bytes();
  CHECK_NOTHROW(json_of(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes prefix = Bytes(bytes).first(size);
    ByteReader in(prefix, "stream");
    CHECK_THROWS_AS(read_java_stream(in), FormatError);
  }
}

}  // namespace savvy
