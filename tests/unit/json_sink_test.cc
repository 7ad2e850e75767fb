#include "cli/json_sink.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/hex.h"

namespace savvy {
namespace {

using namespace testing;

template <typename Events>
std::string json(Events events, Int64Style style = Int64Style::kNumber) {
  std::string out;
  JsonSink sink(out, style, nullptr);
  events(sink);
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string json_float(double value) {
  return json([&](JsonSink& sink) { sink.float64(value); });
}

std::string json_bytes(std::string_view hex) {
  return json([&](JsonSink& sink) { sink.bytes(from_hex(hex)); });
}

struct Noted final : OpaqueObserver {
  void opaque_value(std::string_view type, std::string_view reason) override {
    notes.push_back(std::string(type) + ": " + std::string(reason));
  }
  std::vector<std::string> notes;
};

}  // namespace

TEST_CASE("strings are escaped where JSON demands it", "[json_sink]") {
  CHECK(json_string("") == R"("")");
  CHECK(json_string("plain / text") == R"("plain / text")");
  CHECK(json_string("\"\\") == R"("\"\\")");
  CHECK(json_string("a\nb\tc\rd") == R"("a\nb\tc\rd")");
  CHECK(json_string(std::string("\0\x01\x08\x0C\x1F\x20\x7F", 7)) ==
        "\"\\u0000\\u0001\\u0008\\u000c\\u001f \x7F\"");
  CHECK(json_string("k\xC3\xA4lla \xF0\x9F\x90\xBF") == "\"k\xC3\xA4lla \xF0\x9F\x90\xBF\"");
}

TEST_CASE("a lone surrogate becomes its escape", "[json_sink]") {
  CHECK(json_string("\xED\xA0\x80") == R"("\ud800")");
  CHECK(json_string("a\xED\xAF\xBF"
                    "b") == R"("a\udbffb")");
  CHECK(json_string("\xED\xB0\x80\xED\xBF\xBF") == R"("\udc00\udfff")");
  // U+D7FF is the last one before the surrogates.
  CHECK(json_string("\xED\x9F\xBF") == "\"\xED\x9F\xBF\"");
  CHECK(json_string("\xED\xA0") == "\"\xED\xA0\"");
}

TEST_CASE("integers", "[json_sink]") {
  const auto integers = [](JsonSink& sink) {
    sink.begin_array();
    sink.int32(INT32_MIN);
    sink.int32(0);
    sink.int64(INT64_MIN);
    sink.int64(INT64_MAX);
    sink.end_array();
  };
  CHECK(json(integers) == "[-2147483648,0,-9223372036854775808,9223372036854775807]");
  CHECK(json(integers, Int64Style::kString) ==
        R"([-2147483648,0,"-9223372036854775808","9223372036854775807"])");
}

TEST_CASE("floating-point numbers keep their value and stay apart from integers", "[json_sink]") {
  CHECK(json_float(0) == "0.0");
  CHECK(json_float(-0.0) == "-0.0");
  CHECK(json_float(100) == "100.0");
  CHECK(json_float(0.1) == "0.1");
  CHECK(json_float(1e300) == "1e+300");
  CHECK(json_float(5e-324) == "5e-324");
  CHECK(json_float(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(json([](JsonSink& sink) { sink.float32(0.1F); }) == "0.1");
  CHECK(json([](JsonSink& sink) { sink.float32(3.4028235e38F); }) == "3.4028235e+38");
}

TEST_CASE("what JSON has no number for is a string", "[json_sink]") {
  CHECK(json_float(std::numeric_limits<double>::quiet_NaN()) == R"("NaN")");
  CHECK(json_float(-std::numeric_limits<double>::quiet_NaN()) == R"("NaN")");
  CHECK(json_float(std::numeric_limits<double>::infinity()) == R"("Infinity")");
  CHECK(json_float(-std::numeric_limits<double>::infinity()) == R"("-Infinity")");
  CHECK(json([](JsonSink& sink) { sink.float32(-INFINITY); }) == R"("-Infinity")");
}

// The examples of RFC 4648, and a byte that needs the last digits.
TEST_CASE("bytes are base64", "[json_sink]") {
  CHECK(json_bytes("") == R"({"$base64":""})");
  CHECK(json_bytes("66") == R"({"$base64":"Zg=="})");
  CHECK(json_bytes("666f") == R"({"$base64":"Zm8="})");
  CHECK(json_bytes("666f6f") == R"({"$base64":"Zm9v"})");
  CHECK(json_bytes("666f6f62") == R"({"$base64":"Zm9vYg=="})");
  CHECK(json_bytes("fbfff0") == R"({"$base64":"+//w"})");
}

TEST_CASE("bytes that could not be decoded say why, and are noted", "[json_sink]") {
  std::string out;
  Noted noted;
  JsonSink sink(out, Int64Style::kNumber, &noted);
  sink.begin_array();
  sink.opaque(from_hex("66"), "my.\"Type\"", "unknown");
  sink.null();
  sink.end_array();
  CHECK(out == R"([{"$base64":"Zg==","$type":"my.\"Type\"","$reason":"unknown"},null])");
  CHECK(noted.notes == std::vector<std::string>{"my.\"Type\": unknown"});
}

TEST_CASE("containers nest", "[json_sink]") {
  CHECK(json([](JsonSink& sink) {
          sink.begin_object();
          sink.field("a\"");
          sink.begin_array();
          sink.end_array();
          sink.field("b");
          sink.begin_array();
          sink.begin_object();
          sink.end_object();
          sink.boolean(true);
          sink.bytes({});
          sink.string("x");
          sink.end_array();
          sink.field("c");
          sink.boolean(false);
          sink.end_object();
        }) == R"({"a\"":[],"b":[{},true,{"$base64":""},"x"],"c":false})");
}

TEST_CASE("a sink starts a new value in another string", "[json_sink]") {
  std::string first;
  std::string second = "x=";
  JsonSink sink(first, Int64Style::kNumber, nullptr);
  sink.int32(1);
  sink.restart(second);
  sink.int32(2);
  CHECK(first == "1");
  CHECK(second == "x=2");
}

}  // namespace savvy
