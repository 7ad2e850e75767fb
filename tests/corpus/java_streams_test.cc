// Java streams written by a real JDK: each is followed by four bytes that must be left.

#include <catch2/catch.hpp>
#include <map>

#include "format/java_stream.h"
#include "format/java_values.h"
#include "tests/corpus/corpus.h"
#include "tests/support/gzip_lines.h"
#include "tests/support/json_sink.h"

namespace savvy {
namespace {

constexpr std::size_t kEnough = 100000;

std::map<std::string, std::string> expected_values() {
  return {
      {"null", "null"},
      {"long", "-5"},
      {"bool", "true"},
      {"float", "1.5"},
      {"enumbody", "\"B\""},
      {"class", "\"java.lang.String\""},
      {"ints", "[1,-1]"},
      {"strs", R"(["a",null,"a"])"},
      {"int2", "[[1],[2,3]]"},
      {"putf", R"({"$class":"JS$PutF","q":9,"r":"rr"})"},
      {"linkedlist", "[1,2]"},
      {"hashset", "[1]"},
      {"treeset", "[1,2]"},
      {"pq", "[1,2]"},
      {"hashmap", R"({"a":1})"},
      {"treemap", R"({"a":1})"},
      {"chm", R"({"a":1})"},
      {"enummap", R"([["A",1]])"},
      {"unmodlist", "[1,2]"},
      {"syncmap", R"({"a":1})"},
      {"emptymap", "{}"},
      {"listof1", "[1]"},
      {"mapof2", R"({"a":1,"b":2})"},
      {"bigdec", "\"-1.25\""},
      {"date", "\"1970-01-01T00:00:01.000Z\""},
      {"uuid", "\"00112233-4455-6677-8899-aabbccddeeff\""},
      {"instant", "\"1970-01-01T00:00:05.000000006Z\""},
      {"localtime", "\"01:02:03\""},
      {"zdt", "\"2020-01-02T03:04:05.000000006+01:00[Europe/Berlin]\""},
      {"nat", "\"INSTANCE\""},
  };
}

}  // namespace

TEST_CASE("a Java stream ends where the JDK ended it", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const auto expected = expected_values();
  int compared = 0;
  for (const auto& row : testing::read_table(*corpus / "values" / "java-streams.tsv.gz")) {
    INFO(row[0]);
    const ByteVector bytes = testing::from_hex(row[1]);
    ByteReader in(bytes, row[0]);
    const JavaValue value = read_java_stream(in);
    CHECK(testing::to_hex_text(in.rest("tail")) == "5441494c");
    testing::JsonSink sink;
    CHECK(emit_java_value(value, kEnough, sink));
    const auto known = expected.find(row[0]);
    if (known == expected.end()) continue;
    CHECK(sink.document().dump() == testing::JsonSink::Json::parse(known->second).dump());
    ++compared;
  }
  CHECK(compared == static_cast<int>(expected.size()));
}

}  // namespace savvy
