#include "format/types/binary_row.h"

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/json_sink.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;

LogicalTypePtr logical(LogicalRoot root, std::int64_t precision = 0, std::int64_t scale = 0) {
  LogicalType type;
  type.root = root;
  type.root_name = "TEST";
  type.precision = precision;
  type.scale = scale;
  return std::make_shared<LogicalType>(type);
}

LogicalTypePtr nesting(LogicalRoot root, std::vector<LogicalTypePtr> children,
                       std::vector<std::string> names = {}) {
  LogicalType type;
  type.root = root;
  type.root_name = "TEST";
  type.children = std::move(children);
  type.names = std::move(names);
  return std::make_shared<LogicalType>(type);
}

std::string row_json(const std::vector<LogicalTypePtr>& types, const std::string& hex) {
  constexpr std::string_view kNames[] = {"a", "b", "c"};
  std::vector<BinaryField> fields;
  for (std::size_t i = 0; i < types.size(); ++i) fields.push_back({kNames[i], *types[i], nullptr});
  const ByteVector bytes = from_hex(hex);
  JsonSink sink;
  emit_binary_row(ByteReader(bytes, "row"), fields, sink);
  return sink.document().dump();
}

std::string row_error(const std::vector<LogicalTypePtr>& types, const std::string& hex) {
  return message_of([&] { row_json(types, hex); });
}

const LogicalTypePtr kInt = logical(LogicalRoot::kInteger);
const LogicalTypePtr kText = logical(LogicalRoot::kVarChar);
const std::string kHeader = "0000000000000000";

}  // namespace

TEST_CASE("the example of the format's description", "[row_data]") {
  CHECK(row_json({kInt, kText, kInt},
                 "0004000000000000 0700000000000000 0B00000020000000 0000000000000000"
                 "68656C6C6F20776F726C640000000000") == R"({"a":7,"b":"hello world","c":null})");
  CHECK(row_json({kText}, "0200000000000000 68656C6C6F000085") == R"({"$kind":"+U","a":"hello"})");
}

TEST_CASE("slots of one word", "[row_data]") {
  const auto one = [](const LogicalTypePtr& type, const std::string& slot) {
    return row_json({type}, kHeader + slot);
  };
  CHECK(one(logical(LogicalRoot::kBoolean), "0100000000000000") == R"({"a":true})");
  CHECK(one(logical(LogicalRoot::kTinyInt), "ff00000000000000") == R"({"a":-1})");
  CHECK(one(logical(LogicalRoot::kSmallInt), "feff000000000000") == R"({"a":-2})");
  CHECK(one(logical(LogicalRoot::kDate), "0000000000000000") == R"({"a":"1970-01-01"})");
  CHECK(one(logical(LogicalRoot::kTime), "e803000000000000") == R"({"a":"00:00:01"})");
  CHECK(one(logical(LogicalRoot::kDecimal, 5, 2), "85ffffffffffffff") == R"({"a":"-1.23"})");
  CHECK(one(logical(LogicalRoot::kTimestamp, 3), "ffffffffffffffff") ==
        R"({"a":"1969-12-31T23:59:59.999"})");
  CHECK(one(logical(LogicalRoot::kTimestampLtz, 3), "0000000000000000") ==
        R"({"a":"1970-01-01T00:00:00Z"})");
  CHECK(one(logical(LogicalRoot::kVarBinary), "0102000000000082") == R"({"a":{"$hex":"0102"}})");
}

TEST_CASE("long decimals and precise timestamps lie in the variable part", "[row_data]") {
  CHECK(row_json({logical(LogicalRoot::kDecimal, 38, 2)},
                 kHeader + "0200000010000000 ff85000000000000 0000000000000000") ==
        R"({"a":"-1.23"})");
  CHECK(row_json({logical(LogicalRoot::kTimestamp, 9)},
                 kHeader + "0500000010000000 0100000000000000") ==
        R"({"a":"1970-01-01T00:00:00.001000005"})");
}

TEST_CASE("arrays, maps and rows inside a row", "[row_data]") {
  CHECK(row_json(
            {nesting(LogicalRoot::kArray, {kInt})},
            kHeader + "1400000010000000 03000000 02000000 01000000 00000000 03000000 00000000") ==
        R"({"a":[1,null,3]})");
  const std::string keys = "01000000 00000000 6b00000000000081";
  const std::string values = "01000000 00000000 05000000 00000000";
  CHECK(row_json({nesting(LogicalRoot::kMap, {kText, kInt})},
                 kHeader + "2400000010000000 10000000" + keys + values + "00000000") ==
        R"({"a":{"k":5}})");
  CHECK(row_json({nesting(LogicalRoot::kRow, {kInt}, {"x"})},
                 kHeader + "1000000010000000" + kHeader + "0900000000000000") ==
        R"({"a":{"x":9}})");
}

TEST_CASE("text that is not UTF-8 is bytes with a reason", "[row_data]") {
  CHECK(row_json({kText}, kHeader + "ff00000000000081") ==
        R"({"a":{"$hex":"ff","$type":"TEST","$reason":"not UTF-8"}})");
}

TEST_CASE("damaged rows", "[row_data]") {
  CHECK_THAT(row_error({kInt}, kHeader), Catch::Contains("fixed part of a row lies at 0 to 16"));
  CHECK_THAT(row_error({kInt}, "0400000000000000 0000000000000000"),
             Catch::Contains("row kind = 4, expected 0 to 3"));
  CHECK_THAT(row_error({kText}, kHeader + "0900000010000000 0000000000000000"),
             Catch::Contains("bytes lies at 16 to 25, but its row or array has 24 bytes"));
  CHECK_THAT(row_error({kText}, kHeader + "ffffffffffffff7f"), Catch::Contains("bytes lies at"));
  CHECK_THAT(row_error({kText}, kHeader + "6100000000000088"),
             Catch::Contains("length in the slot = 8, expected 0 to 7"));
  CHECK_THAT(row_error({nesting(LogicalRoot::kArray, {kInt})},
                       kHeader + "0800000010000000 ffffffff 00000000"),
             Catch::Contains("array size = -1 cannot fit in 8 bytes"));
  CHECK_THAT(row_error({logical(LogicalRoot::kTime)}, kHeader + "ffffffff00000000"),
             Catch::Contains("TIME = -1 ms is no time of day"));
}

TEST_CASE("slots that share bytes are refused", "[row_data]") {
  // Each points at the whole row: followed, they would multiply at every level.
  const LogicalTypePtr inner = nesting(LogicalRoot::kRow, {kText, kText}, {"x", "y"});
  CHECK_THAT(row_error({kText, kText}, kHeader + "2000000000000000 2000000000000000" + kHeader),
             Catch::Contains("bytes overlaps another variable part"));
  CHECK_THAT(row_error({inner, inner}, kHeader + "1800000000000000 1800000000000000"),
             Catch::Contains("overlaps") || Catch::Contains("lies at"));
}

}  // namespace savvy
