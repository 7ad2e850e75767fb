#include "format/protobuf_type.h"

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/proto_messages.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;
using Json = testing::JsonSink::Json;

const std::string kProto = R"(
  syntax = "proto3";
  package shop;
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/any.proto";
  enum Color { BLUE = 0; RED = 1; }
  message Item { string name = 1; optional int32 count = 2; }
  message Order {
    int64 id = 1;
    uint64 hash = 2;
    Color color = 3;
    repeated Item items = 4;
    map<string, double> prices = 5;
    map<int32, Item> by_number = 6;
    bytes blob = 7;
    google.protobuf.Timestamp at = 8;
    oneof choice { string text = 9; bool flag = 10; }
    repeated int32 numbers = 11;
    google.protobuf.Any more = 12;
    float share = 13;
  })";

// Field 4 of Later is not in Earlier.
const std::string kProto2 = R"(
  syntax = "proto2";
  package old;
  message Earlier { required string name = 1; extensions 100 to 200; }
  message Later { optional bytes name = 1; optional int32 added = 4; }
  extend Earlier { optional int32 extra = 100; })";

std::shared_ptr<const ProtobufSchema> schema_of(const std::string& proto) {
  return std::make_shared<ProtobufSchema>(to_bytes(descriptor_set(proto).SerializeAsString()),
                                          "test.desc");
}

// As BytePrimitiveArraySerializer writes a message.
ByteVector carried(const std::string& message) {
  ByteWriter out;
  out.blob(to_bytes(message));
  return out.take();
}

TypePtr byte_array_type() {
  return read_type(proxy_of(snapshot(flink_base("array.BytePrimitiveArraySerializer"
                                                "$BytePrimitiveArraySerializerSnapshot"),
                                     3)));
}

Json decoded(const std::string& proto, const std::string& type, const std::string& message) {
  return decode_json(*make_protobuf_type(schema_of(proto), type, byte_array_type()),
                     carried(message));
}

Json order(const std::string& text) {
  return decoded(kProto, "shop.Order", message_bytes(descriptor_set(kProto), "shop.Order", text));
}

}  // namespace

TEST_CASE("a message becomes an object by field name", "[protobuf]") {
  const Json json = order(R"(
    id: -5 hash: 18446744073709551615 color: RED
    items { name: "pen" count: 0 } items { name: "cup" }
    prices { key: "z" value: 1.5 } prices { key: "a" value: 2 }
    by_number { key: 7 value { name: "seven" } } by_number { key: -1 value { } }
    blob: "\001\377" at { seconds: 1700000000 nanos: 5000000 } flag: false numbers: [3, 4]
    share: 0.5)");
  CHECK(json.dump() ==
        R"({"id":-5,"hash":"18446744073709551615","color":"RED",)"
        R"("items":[{"name":"pen","count":0},{"name":"cup"}],"prices":{"a":2.0,"z":1.5},)"
        R"("by_number":[[-1,{"name":""}],[7,{"name":"seven"}]],"blob":{"$hex":"01ff"},)"
        R"("at":"2023-11-14T22:13:20.005Z","flag":false,"numbers":[3,4],"share":0.5})");
}

TEST_CASE("fields without presence are always there, others where set", "[protobuf]") {
  CHECK(order("").dump() ==
        R"({"id":0,"hash":0,"color":"BLUE","items":[],"prices":{},"by_number":[],)"
        R"("blob":{"$hex":""},"numbers":[],"share":0.0})");
}

TEST_CASE("an Any shows the message the descriptors know, else its parts", "[protobuf]") {
  CHECK(order(R"(more { [type.googleapis.com/shop.Item] { name: "in" } })").at("more").dump() ==
        R"({"@type":"type.googleapis.com/shop.Item","name":"in"})");
  CHECK(order(R"(more { type_url: "x/un.Known" value: "\010\001" })").at("more").dump() ==
        R"({"type_url":"x/un.Known","value":{"$hex":"0801"}})");
}

TEST_CASE("an enum constant that the descriptors lack is its number", "[protobuf]") {
  CHECK(decoded(kProto, "shop.Order", "\x18\x09").at("color") == 9);
}

TEST_CASE("unknown fields and extensions are shown", "[protobuf]") {
  const auto set = descriptor_set(kProto2);
  const std::string later = message_bytes(set, "old.Later", R"(name: "n" added: 3)");
  CHECK(decoded(kProto2, "old.Earlier", later).dump() ==
        R"({"name":"n","$unknown":{"$hex":"2003"}})");
  const std::string extended = message_bytes(set, "old.Earlier", R"(name: "n" [old.extra]: 8)");
  CHECK(decoded(kProto2, "old.Earlier", extended).dump() == R"({"name":"n","[old.extra]":8})");
}

TEST_CASE("proto2 text that is not UTF-8 is bytes with a reason", "[protobuf]") {
  const std::string latin = message_bytes(descriptor_set(kProto2), "old.Later", R"(name: "\351")");
  const Json name = decoded(kProto2, "old.Earlier", latin).at("name");
  CHECK(name.at("$hex") == "e9");
  CHECK(name.at("$reason") == "text that is not UTF-8");
}

TEST_CASE("bytes that are no message stay bytes with a reason", "[protobuf]") {
  const Json json = decoded(kProto, "shop.Order", "\x08");
  CHECK(json.dump() == R"({"$hex":"08","$type":"shop.Order",)"
                       R"("$reason":"not a message of the given protobuf type"})");
}

TEST_CASE("every shorter prefix of a message is a message, or bytes", "[protobuf]") {
  const std::string whole = message_bytes(
      descriptor_set(kProto), "shop.Order",
      R"(id: 300 items { name: "pen" } prices { key: "a" value: 2 } at { seconds: 9 } text: "t")");
  const TypePtr type = make_protobuf_type(schema_of(kProto), "shop.Order", byte_array_type());
  int refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Json json = decode_json(*type, carried(whole.substr(0, size)));
    if (json.contains("$reason")) ++refused;
    CHECK(json.is_object());
  }
  CHECK(refused > 10);
}

TEST_CASE("a descriptor set that cannot be used is a usage error", "[protobuf]") {
  const auto parse = [](const std::string& bytes) { ProtobufSchema(to_bytes(bytes), "f.desc"); };
  CHECK_THROWS_AS(parse("\x08"), UsageError);
  CHECK_THROWS_AS(parse(""), UsageError);
  auto set = descriptor_set(kProto);
  set.mutable_file()->DeleteSubrange(0, 2);  // without what it imports
  CHECK(message_of<UsageError>([&] {
          parse(set.SerializeAsString());
        }).starts_with("f.desc: test.proto: "));
}

TEST_CASE("a message inside a Kryo value", "[protobuf]") {
  ByteWriter config;
  config.utf("org.example.OrderMessage");
  for (int i = 0; i < 3; ++i) put_optional_map(config, {});
  const TypePtr kryo =
      read_type(proxy_of(snapshot(flink_runtime("kryo.KryoSerializerSnapshot"), 2, config.bytes())),
                KryoRelease::kKryo2);
  CHECK(carries_protobuf(*kryo));
  const TypePtr type = make_protobuf_type(schema_of(kProto), "shop.Item", kryo);
  const std::string item = message_bytes(descriptor_set(kProto), "shop.Item", R"(name: "pen")");
  // A class by its name "aB", a new object, the length of the message.
  const auto value = [&](std::uint8_t length) {
    ByteVector bytes = {0x01, 0x00, 'a', 'B' | 0x80, 0x01, length};
    bytes.insert(bytes.end(), item.begin(), item.end());
    return bytes;
  };
  const auto size = static_cast<std::uint8_t>(item.size());
  CHECK(decode_json(*type, value(size)).dump() == R"({"name":"pen"})");
  CHECK(decode_json(*type, value(size + 1)).at("$type") == "aB");
  // Another value than a message is shown as it is.
  CHECK(decode_json(*type, from_hex("0202")).dump() == "1");
}

TEST_CASE("only bytes carry a message", "[protobuf]") {
  CHECK(carries_protobuf(*byte_array_type()));
  CHECK_FALSE(carries_protobuf(*read_type(proxy_of(base_snapshot("Long")))));
}

}  // namespace savvy
