// Lists, sets, maps, tuples, rows and wrappers.

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

TypePtr type_of(const Snapshot& inner) { return read_type(proxy_of(inner)); }

std::string json_of(const Snapshot& inner, const std::string& hex) {
  const TypePtr type = type_of(inner);
  const ByteVector value = from_hex(hex);
  ByteReader in(value, "value");
  type->skip(in);
  CHECK(in.remaining() == 0);
  return decode_json(*type, value).dump();
}

std::string error_of(const Snapshot& inner, const std::string& hex) {
  const TypePtr type = type_of(inner);
  return message_of([&] { decode_json(*type, from_hex(hex)); });
}

const Snapshot kInt = base_snapshot("Int");
const Snapshot kString = base_snapshot("String");
const Snapshot kUnknown = snapshot("example.X", 3);

Snapshot row_of(std::int32_t outer, const std::vector<Snapshot>& fields, Bytes part = {}) {
  return composite(flink_runtime("RowSerializer$RowSerializerSnapshot"), outer, fields, part);
}

// Gives out one byte more than asked for, so that every field crosses a window.
class DripSource final : public ByteSource {
 public:
  explicit DripSource(ByteVector bytes) : bytes_(std::move(bytes)) {}
  Bytes extend(Bytes kept, std::size_t wanted) override {
    const std::size_t start = read_ - kept.size();
    read_ = std::min(bytes_.size(), start + wanted + 1);
    return Bytes(bytes_).subspan(start, read_ - start);
  }
  std::uint64_t unread_bytes() const override { return bytes_.size() - read_; }
  void release() override {}
  std::string_view file() const override { return "drip"; }
  std::uint64_t start_offset() const override { return 0; }

 private:
  ByteVector bytes_;
  std::size_t read_ = 0;
};

}  // namespace

TEST_CASE("lists, sets and arrays tell nulls in their own ways", "[types]") {
  CHECK(json_of(list_of(kInt), "00000002 00000001 00000002") == "[1,2]");
  CHECK(json_of(composite(flink_base("SetSerializerSnapshot"), 1, {kInt}),
                "00000002 00 00000001 01") == "[1,null]");
  ByteWriter component;
  component.utf("java.lang.Integer");
  CHECK(
      json_of(composite(flink_base("GenericArraySerializerSnapshot"), 1, {kInt}, component.bytes()),
              "00000002 01 00000001 00") == "[1,null]");
  CHECK(type_of(list_of(kInt))->shape() == Shape::kList);
}

TEST_CASE("counts that cannot fit are refused", "[types]") {
  CHECK_THAT(error_of(list_of(kInt), "00000002 00000001"),
             Catch::Contains("element count = 2 cannot fit in the 4 bytes left"));
  // Elements without a byte could make any count fit.
  CHECK(json_of(list_of(base_snapshot("NullValue")), "00000002") == "[null,null]");
  CHECK_THAT(message_of<UnsupportedError>(
                 [] { json_of(list_of(base_snapshot("NullValue")), "7fffffff"); }),
             Catch::Contains("element count = 2147483647 of elements that take no bytes"));
}

TEST_CASE("maps become objects where every key is text", "[types]") {
  const Snapshot map = map_of(kString, kInt);
  CHECK(json_of(map, "00000000") == "{}");
  CHECK(json_of(map, "00000002 02 62 00 00000001 02 61 01") == R"({"b":1,"a":null})");
  CHECK(json_of(map, "00000002 02 62 00 00000001 00 01") == R"([["b",1],[null,null]])");
  CHECK(json_of(map_of(kInt, kInt), "00000001 00000007 01") == "[[7,null]]");
  CHECK(type_of(map)->shape() == Shape::kMap);
}

TEST_CASE("maps in maps are walked a fixed number of times", "[types]") {
  // With a walk a level and a walk inside each walk, this would never end.
  Snapshot nested = kInt;
  std::string value = "00000001";
  std::string json = "1";
  for (int i = 0; i < 40; ++i) {
    nested = map_of(kString, nested);
    value = "00000001 02 61 00" + value;
    json = R"({"a":)" + json + "}";
  }
  CHECK(json_of(nested, value) == json);
}

TEST_CASE("a map that is fed byte by byte", "[types]") {
  DripSource source(from_hex("00000002 02 62 00 00000001 03 61F101 00 00000002"));
  ByteReader in(source);
  in.begin_entry();
  JsonSink sink;
  CHECK(type_of(map_of(kString, kInt))->decode(in, Extent::kOpen, sink) == End::kKnown);
  CHECK(sink.document().dump() == R"({"b":1,"añ":2})");
  CHECK(in.at_end());
}

TEST_CASE("an undecodable value takes the rest and closes what is open", "[types]") {
  const TypePtr type = type_of(map_of(kString, tuple_of({kInt, kUnknown, kInt})));
  const ByteVector value = from_hex("00000002 02 62 00 00000001 0a0b0c");
  ByteReader in(value, "value");
  JsonSink sink;
  CHECK(type->decode(in, Extent::kDelimited, sink) == End::kRestTaken);
  CHECK(in.remaining() == 0);
  CHECK(sink.document().dump() == R"({"b":{"f0":1,"f1":{"$hex":"0a0b0c","$type":"example.X",)"
                                  R"("$reason":"serializer unknown here"}}})");
  ByteReader open(value, "value");
  CHECK_THROWS_AS(type->decode(open, Extent::kOpen, sink), UnsupportedError);
}

TEST_CASE("tuples", "[types]") {
  const Snapshot pair = tuple_of({kInt, base_snapshot("Boolean")});
  CHECK(json_of(pair, "00000007 01") == R"({"f0":7,"f1":true})");
  CHECK(type_of(pair)->fixed_length() == 5);
  CHECK(type_of(tuple_of({kInt, kString}))->fixed_length() == kVariableLength);
  // A field of length 0 makes it variable.
  CHECK(type_of(tuple_of({kInt, base_snapshot("NullValue")}))->fixed_length() == kVariableLength);
  CHECK(json_of(snapshot(flink_runtime("Tuple0SerializerSnapshot"), 3), "2a") == "{}");
  CHECK_FALSE(type_of(tuple_of({kInt, kUnknown}))->walkable());
}

TEST_CASE("rows: the outer version tells whether a kind is stored", "[types]") {
  const ByteVector with_kind = {1};
  const ByteVector without_kind = {0};
  CHECK(json_of(row_of(2, {kInt, kInt}), "40 00000001") == R"({"f0":1,"f1":null})");
  CHECK(json_of(row_of(3, {kInt, kInt}), "80 00000001 00000002") ==
        R"({"$kind":"-U","f0":1,"f1":2})");
  CHECK(json_of(row_of(4, {kInt, kInt}, with_kind), "40 00000001 00000002") ==
        R"({"$kind":"+U","f0":1,"f1":2})");
  CHECK(json_of(row_of(4, {kInt, kInt}, with_kind), "d0 00000001") ==
        R"({"$kind":"-D","f0":1,"f1":null})");
  CHECK(json_of(row_of(4, {kInt}, without_kind), "00 00000001") == R"({"f0":1})");
  // Nine bits take two bytes.
  CHECK(json_of(row_of(3, std::vector<Snapshot>(7, kInt)), "3f80") ==
        R"({"f0":null,"f1":null,"f2":null,"f3":null,"f4":null,"f5":null,"f6":null})");
}

TEST_CASE("nullable, padded and not", "[types]") {
  const std::string name = flink_runtime("NullableSerializer$NullableSerializerSnapshot");
  const Snapshot plain = composite(name, 2, {kInt}, from_hex("00000000"));
  const Snapshot padded = composite(name, 2, {kInt}, from_hex("00000004"));
  CHECK(json_of(plain, "01") == "null");
  CHECK(json_of(plain, "00 00000005") == "5");
  CHECK(json_of(padded, "01 00000000") == "null");
  CHECK(type_of(plain)->fixed_length() == kVariableLength);
  CHECK(type_of(padded)->fixed_length() == 5);
  CHECK_THROWS_AS(type_of(composite(name, 2, {kInt}, from_hex("ffffffff"))), FormatError);
}

TEST_CASE("TTL wraps a value with a time", "[types]") {
  const Snapshot ttl =
      composite("org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializerSnapshot", 2,
                {base_snapshot("Long"), kInt});
  const TypePtr type = type_of(ttl);
  CHECK(json_of(ttl, "0000000000000001 00000005") == "5");
  CHECK(type->shape() == Shape::kTtl);
  CHECK(type->fixed_length() == 12);
  CHECK(type->children()[0]->describe().name == "Int");
}

TEST_CASE("wrappers that add no bytes", "[types]") {
  ByteWriter aware;
  aware.boolean(true);
  aware.raw(list_of(kInt));
  const TypePtr ttl_aware = type_of(
      snapshot("org.apache.flink.runtime.state.ttl.TtlAwareSerializerSnapshot", 1, aware.bytes()));
  CHECK(ttl_aware->shape() == Shape::kList);
  const TypePtr view = type_of(composite(
      "org.apache.flink.table.dataview.MapViewSerializerSnapshot", 1, {map_of(kInt, kInt)}));
  CHECK(view->shape() == Shape::kMap);
}

TEST_CASE("timers", "[types]") {
  const Snapshot timer =
      composite("org.apache.flink.streaming.api.operators.TimerSerializerSnapshot", 2,
                {kInt, base_snapshot("Long")});
  CHECK(json_of(timer, "8000000000000005 00000007 0000000000000009") ==
        R"({"timestamp":5,"key":7,"namespace":9})");
  CHECK(type_of(timer)->fixed_length() == 20);
  CHECK(type_of(timer)->shape() == Shape::kTimer);
}

TEST_CASE("either and its kin", "[types]") {
  const Snapshot either =
      composite(flink_runtime("JavaEitherSerializerSnapshot"), 1, {kInt, kString});
  CHECK(json_of(either, "01 00000005") == R"({"left":5})");
  CHECK(json_of(either, "00 02 72") == R"({"right":"r"})");
  CHECK_THAT(error_of(either, "02 00"), Catch::Contains("tag = 2, expected 1 or 0"));
  const Snapshot both = composite(
      "org.apache.flink.streaming.api.datastream.CoGroupedStreams$UnionSerializerSnapshot", 2,
      {kInt, kString});
  CHECK(json_of(both, "02 02 72") == R"({"two":"r"})");
  const std::string scala = "org.apache.flink.api.scala.typeutils.";
  CHECK(json_of(composite(scala + "ScalaOptionSerializerSnapshot", 2, {kInt}), "00") == "null");
}

TEST_CASE("linked lists with and without a mask", "[types]") {
  const std::string name =
      "org.apache.flink.table.runtime.typeutils.LinkedListSerializer$LinkedListSerializerSnapshot";
  CHECK(json_of(composite(name, 1, {kInt}), "00000001 00000005") == "[5]");
  CHECK(json_of(composite(name, 2, {kInt}), "00000002 40 00000005") == "[5,null]");
  CHECK(json_of(composite(name, 3, {kInt}, ByteVector{0}), "00000001 00000005") == "[5]");
  CHECK_THAT(error_of(composite(name, 2, {kInt}), "7fffffff 40"), Catch::Contains("null mask"));
}

TEST_CASE("enums print the constants of the snapshot", "[types]") {
  ByteWriter payload;
  payload.utf("example.Color");
  payload.i32(2);
  payload.utf("GREEN");
  payload.utf("RED");
  const Snapshot type =
      snapshot(flink_base("EnumSerializer$EnumSerializerSnapshot"), 3, payload.bytes());
  CHECK(json_of(type, "00000001") == "\"RED\"");
  CHECK_THAT(error_of(type, "00000002"),
             Catch::Contains("enum constant = 2 is none of the 2 of example.Color"));
}

TEST_CASE("stream elements, windows and a commit's state", "[types]") {
  const Snapshot element = composite(
      "org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer$"
      "StreamElementSerializerSnapshot",
      2, {kInt});
  CHECK(json_of(element, "00 0000000000000001 00000005") ==
        R"({"kind":"record","timestamp":1,"value":5})");
  CHECK(json_of(element, "02 0000000000000001") == R"({"kind":"watermark","timestamp":1})");
  CHECK_THAT(error_of(element, "07"), Catch::Contains("stream element tag = 7"));
  const std::string window =
      "org.apache.flink.streaming.api.windowing.windows.TimeWindow$Serializer";
  CHECK(json_of(snapshot(window + "$TimeWindowSerializerSnapshot", 3),
                "0000000000000005 0000000000000064") == R"({"start":5,"end":100})");
  const Snapshot commit = composite(
      "org.apache.flink.streaming.api.functions.sink.TwoPhaseCommitSinkFunction$"
      "StateSerializerSnapshot",
      3, {kInt, kString});
  CHECK(json_of(commit, "00 00000001 00000007 0000000000000002 01 02 63") ==
        R"({"pendingTransaction":null,"pendingCommitTransactions":)"
        R"([{"handle":7,"transactionStartTime":2}],"context":"c"})");
}

}  // namespace savvy
