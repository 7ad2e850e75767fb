#include "format/serializer_registry.h"

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

TypePtr type_of(const Snapshot& inner) { return read_type(proxy_of(inner)); }

std::string error_of(const ByteVector& proxy) {
  return message_of<Error>([&] { read_type(proxy); });
}

}  // namespace

TEST_CASE("the description carries the snapshot's class and version", "[registry]") {
  const TypeDescription list = type_of(list_of(base_snapshot("Long")))->describe();
  CHECK(list.kind == "list");
  CHECK(list.name == "List<Long>");
  CHECK(list.serializer == flink_base("ListSerializerSnapshot"));
  CHECK(list.version == 3);
  REQUIRE(list.fields.size() == 1);
  CHECK(list.fields[0].label == "element");
  CHECK(list.fields[0].type.serializer == flink_base("LongSerializer$LongSerializerSnapshot"));
}

TEST_CASE("proxies of other generations are refused by name", "[registry]") {
  ByteVector old = proxy_of(base_snapshot("Long"));
  old[3] = 1;
  CHECK_THROWS_AS(read_type(old), UnsupportedError);
  CHECK_THAT(error_of(old), Catch::Contains("generation of Flink 1.3 to 1.6 (proxy version 1)"));
  old[3] = 3;
  CHECK_THROWS_AS(read_type(old), FormatError);
  CHECK_THAT(error_of(old), Catch::Contains("serializer proxy version = 3, expected 1 or 2"));
}

TEST_CASE("the adapter steps over the Java-serialized serializer", "[registry]") {
  ByteWriter payload;
  payload.i32(1);
  payload.blob(ByteVector{1, 2, 3});
  payload.i32(2);
  payload.utf("example.Color");
  payload.i32(1);
  payload.utf("RED");
  const TypePtr type = type_of(snapshot(flink_base("EnumSerializer$EnumSerializerConfigSnapshot"),
                                        0x7A53C4F0, payload.bytes()));
  CHECK(type->describe().version == 2);
  CHECK(decode_json(*type, from_hex("00000000")) == "RED");
}

TEST_CASE("a serializer class named by an old config snapshot", "[registry]") {
  ByteWriter payload;
  payload.i32(1);
  payload.blob({});
  payload.i32(1);
  // A canonical name: the dot before Serializer stands for a dollar.
  payload.utf("org.apache.flink.streaming.api.windowing.windows.TimeWindow.Serializer");
  const TypePtr type =
      type_of(snapshot("org.apache.flink.api.common.typeutils.ParameterlessTypeSerializerConfig",
                       0x7A53C4F0, payload.bytes()));
  CHECK(type->fixed_length() == 16);
}

TEST_CASE("simple snapshots: versions 3 and, with the class name, 2", "[registry]") {
  ByteWriter payload;
  payload.utf(flink_base("LongSerializer"));
  const std::string name = flink_base("LongSerializer$LongSerializerSnapshot");
  CHECK(type_of(snapshot(name, 2, payload.bytes()))->describe().name == "Long");
  CHECK_THROWS_AS(type_of(snapshot(name, 4)), UnsupportedError);
}

TEST_CASE("composites of 1.7 have no head", "[registry]") {
  ByteWriter payload;
  put_nested(payload, {base_snapshot("Int")});
  const TypePtr type = type_of(snapshot(flink_base("ListSerializerSnapshot"), 1, payload.bytes()));
  CHECK(decode_json(*type, from_hex("00000001 00000007")).dump() == "[7]");
}

TEST_CASE("unknown snapshot classes", "[registry]") {
  SECTION("version 3 is taken for a simple one") {
    const TypePtr type = type_of(list_of(snapshot("example.FooSerializer$FooSnapshot", 3)));
    const TypePtr element = type->children()[0];
    CHECK_FALSE(element->walkable());
    CHECK(element->describe().kind == "opaque");
    CHECK(decode_json(*element, from_hex("0102")).dump() ==
          R"({"$hex":"0102","$type":"example.FooSerializer$FooSnapshot",)"
          R"("$reason":"serializer unknown here"})");
  }
  SECTION("a composite shows its parts") {
    const TypePtr type = type_of(composite("example.Pair", 7, {base_snapshot("Int")}));
    CHECK(type->describe().name == "Pair<Int>");
    CHECK_FALSE(type->walkable());
  }
  SECTION("a composite whose own part hides the rest") {
    CHECK_THROWS_AS(type_of(composite("example.Pair", 7, {}, ByteVector(9))), UnsupportedError);
  }
  SECTION("version 2 and a class name is a generic one") {
    ByteWriter payload;
    payload.utf("example.Money");
    CHECK(type_of(snapshot("example.MoneySnapshot", 2, payload.bytes()))->describe().name ==
          "Money");
  }
  SECTION("version 2 and the name of the next snapshot has no end") {
    const Snapshot unknown = snapshot("example.MoneySnapshot", 2);
    CHECK_THROWS_AS(type_of(map_of(unknown, base_snapshot("Long"))), UnsupportedError);
  }
  SECTION("any other version has no end") {
    const ByteVector proxy = proxy_of(snapshot("example.MoneySnapshot", 1));
    CHECK_THROWS_AS(read_type(proxy), UnsupportedError);
    CHECK_THAT(error_of(proxy), Catch::StartsWith("serializer snapshot example.MoneySnapshot "
                                                  "version 1: serializer unknown here\n  "
                                                  "snapshot: offset"));
  }
  SECTION("in a frame a version unknown here of a class that is not") {
    const std::string known = flink_base("IntSerializer$IntSerializerSnapshot");
    const TypePtr type = type_of(
        pojo_of("example.P", {{"a", list_of(snapshot(known, 77))}, {"b", base_snapshot("Int")}}));
    CHECK(decode_json(*type, from_hex("02 01 00 00000009")).dump() == R"({"a":null,"b":9})");
    const std::string refused =
        "serializer snapshot " + known + " version 77: expected version 2 to 3";
    const TypeDescription field = type->describe().fields.at(0).type;
    CHECK(field.attributes.at(0) == std::pair<std::string, std::string>("refused", refused));
  }
  SECTION("in a frame any class has an end") {
    const TypePtr type =
        type_of(pojo_of("example.P", {{"a", snapshot("example.X", 1, ByteVector(5))},
                                      {"b", base_snapshot("Int")}}));
    CHECK(decode_json(*type, from_hex("02 01 00 00000009")).dump() == R"({"a":null,"b":9})");
  }
}

TEST_CASE("nesting of serializer snapshots is limited", "[registry]") {
  Snapshot inner = base_snapshot("Int");
  for (int i = 0; i < 63; ++i) inner = list_of(inner);
  CHECK_NOTHROW(type_of(inner));
  inner = list_of(inner);
  CHECK_THROWS_AS(type_of(inner), FormatError);
  CHECK_THAT(error_of(proxy_of(inner)),
             Catch::Contains("serializer snapshots nest more than 64 deep"));
}

TEST_CASE("damaged envelopes", "[registry]") {
  CHECK_THAT(error_of(from_hex("00000002 0000 00000003")),
             Catch::Contains("the name of a snapshot class was expected"));
  Snapshot list = list_of(base_snapshot("Int"));
  list[2 + flink_base("ListSerializerSnapshot").size() + 4] = 1;
  CHECK_THAT(error_of(proxy_of(list)),
             Catch::Contains("magic number of a composite = 17688324, expected 911108"));
  const Snapshot two = composite(flink_base("ListSerializerSnapshot"), 1,
                                 {base_snapshot("Int"), base_snapshot("Int")});
  CHECK_THAT(error_of(proxy_of(two)), Catch::Contains("nested serializer count = 2, expected 1"));
}

}  // namespace savvy
