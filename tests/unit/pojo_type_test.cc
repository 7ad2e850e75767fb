#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

Snapshot person() {
  return pojo_of("example.Person",
                 {{"age", base_snapshot("Int")}, {"name", base_snapshot("String")}});
}

Snapshot base_with_subclasses() {
  const std::vector<PartBytes> fields = {{"age", base_snapshot("Int")}};
  return pojo_of("example.Base", fields,
                 {{"example.A", pojo_of("example.A", fields)}, {"example.Gone", {}}},
                 {{"example.B", pojo_of("example.B", fields)},
                  {"example.Odd", snapshot("example.OddSnapshot", 1)}});
}

std::string json_of(const Snapshot& inner, const std::string& hex) {
  return decode_json(*read_type(proxy_of(inner)), from_hex(hex)).dump();
}

std::string error_of(const Snapshot& inner, const std::string& hex) {
  return message_of([&] { json_of(inner, hex); });
}

}  // namespace

TEST_CASE("fields in the order of the snapshot", "[pojo]") {
  CHECK(json_of(person(), "02 00 0000001B 00 07 47 6F 72 64 6F 6E") ==
        R"({"age":27,"name":"Gordon"})");
  CHECK(json_of(person(), "02 01 01") == R"({"age":null,"name":null})");
  CHECK(json_of(person(), "01") == "null");
}

TEST_CASE("registered and other subclasses carry their class", "[pojo]") {
  CHECK(json_of(base_with_subclasses(), "08 00 02 00 00000001") ==
        R"({"$class":"example.A","age":1})");
  CHECK(json_of(base_with_subclasses(), "04 0009 6578616d706c652e42 02 00 00000001") ==
        R"({"$class":"example.B","age":1})");
  CHECK(json_of(base_with_subclasses(), "08 00 01") == "null");
}

TEST_CASE("missing pieces become bytes under the class", "[pojo]") {
  SECTION("a class that is not in the snapshot") {
    CHECK(json_of(base_with_subclasses(), "04 0009 6578616d706c652e43 0a0b") ==
          R"({"$hex":"0a0b","$type":"example.C","$reason":"subclass missing in the snapshot"})");
  }
  SECTION("a class that the writer could not load") {
    CHECK(json_of(base_with_subclasses(), "08 01 0a") ==
          R"({"$hex":"0a","$type":"example.Gone","$reason":"serializer missing in the snapshot"})");
  }
  SECTION("a class whose serializer is unknown here") {
    CHECK(json_of(base_with_subclasses(), "04 000b 6578616d706c652e4f6464 0a") ==
          R"({"$hex":"0a","$type":"example.OddSnapshot","$reason":"serializer unknown here"})");
  }
  SECTION("a field that the writer could not load") {
    const Snapshot type = pojo_of("example.P", {{"a", {}}, {"b", base_snapshot("Int")}});
    CHECK(json_of(type, "02 01 00 00000001") == R"({"a":null,"b":1})");
    CHECK(json_of(type, "02 00 0a0b") ==
          R"({"a":{"$hex":"0a0b","$type":"a","$reason":"serializer missing in the snapshot"}})");
  }
}

TEST_CASE("damaged POJO values", "[pojo]") {
  CHECK_THAT(error_of(person(), "03"), Catch::Contains("POJO flags = 0x3, expected 1, 2, 4 or 8"));
  CHECK_THAT(error_of(base_with_subclasses(), "08 02"),
             Catch::Contains("subclass tag = 2, the snapshot has 2 registered subclasses"));
  CHECK_THAT(error_of(person(), "02 00 0000"), Catch::Contains("while reading age"));
}

TEST_CASE("a frame must be filled", "[pojo]") {
  Snapshot longer = base_snapshot("Int");
  longer.push_back(0);
  CHECK_THROWS_AS(read_type(proxy_of(pojo_of("example.P", {{"a", longer}}))), FormatError);
}

}  // namespace savvy
