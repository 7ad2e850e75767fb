// Single values written by Flink, each with its snapshot, Flink's own reading and getLength().

#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "format/errors.h"
#include "tests/corpus/corpus.h"
#include "tests/support/gzip_lines.h"
#include "tests/support/json_sink.h"

namespace savvy {
namespace {

using Json = testing::JsonSink::Json;

// The table spells rows as {"kind", "fields"}, bytes as bare hex, floats of SQL through Java's own
// text, and gives every date-time at least three digits of fraction.
std::string normal_text(const std::string& text) {
  static const std::regex date_time(R"((\d\d:\d\d:\d\d)\.000(Z?))");
  return std::regex_replace(text, date_time, "$1$2");
}

Json normal(const Json& value) {
  if (value.is_string()) return normal_text(value.get<std::string>());
  if (value.is_array()) {
    Json items = Json::array();
    for (const Json& item : value) items.push_back(normal(item));
    return items;
  }
  if (!value.is_object()) return value;
  if (value.contains("$hex")) return value["$hex"];
  Json object = Json::object();
  if (value.contains("kind") && value.contains("fields")) {
    if (value["kind"] != "+I") object["$kind"] = value["kind"];
    std::size_t i = 0;
    for (const Json& field : value["fields"]) object["f" + std::to_string(i++)] = normal(field);
    return object;
  }
  for (const auto& [name, field] : value.items()) object[name] = normal(field);
  return object;
}

// Of the POJOs the table has no more than a word.
Json expected_value(const std::vector<std::string>& row) {
  constexpr auto kFields = R"("any":"kryo","arr":[1,2],"bd":"1.50","c":"GREEN","d":2.5,"flag":true,
      "i":5,"l":["a"],"ld":"2020-02-29","m":[["k",1]],"n":null,"s":"x","sub":)";
  if (row[0] == "pojo") return Json::parse(std::string("{") + kFields + R"({"q":1}})");
  if (row[0] == "pojo-unregistered-sub") {
    return Json::parse(std::string("{") + kFields + R"({"$class":"G$SubY","q":1,"y":9}})");
  }
  return Json::parse(row[3]);
}

// An error or a value, whatever the bytes; anything else fails the test or the sanitizers.
void read_damaged(Bytes snapshot) {
  try {
    testing::read_type(snapshot)->describe();
  } catch (const Error&) {
  }
}

void decode_damaged(const Type& type, Bytes value) {
  try {
    testing::decode_json(type, value);
  } catch (const Error&) {
  }
}

}  // namespace

TEST_CASE("a changed byte gives an error or another value", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const std::set<std::string> too_long = {"rowdata-57", "rowdata-121", "stringvalue"};
  for (const auto& row : testing::read_table(*corpus / "values" / "flink-values.tsv.gz")) {
    if (too_long.count(row[0]) != 0) continue;
    INFO(row[0]);
    ByteVector snapshot = testing::from_hex(row[1]);
    const TypePtr type = testing::read_type(snapshot);
    ByteVector value = testing::from_hex(row[2]);
    // Long snapshots are many times the same; a few of their bytes are enough.
    const std::size_t step = snapshot.size() > 4000 ? 29 : 1;
    for (std::size_t i = 0; i < snapshot.size(); i += step) {
      snapshot[i] ^= 0x81;
      read_damaged(snapshot);
      snapshot[i] ^= 0x81;
    }
    for (std::uint8_t& byte : value) {
      for (const int bits : {0x01, 0x80, 0xFF}) {
        const auto change = static_cast<std::uint8_t>(bits);
        byte ^= change;
        decode_damaged(*type, value);
        byte ^= change;
      }
    }
    for (std::size_t size = 0; size < value.size(); ++size) {
      decode_damaged(*type, Bytes(value).first(size));
    }
  }
}

TEST_CASE("values written by Flink", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  int compared = 0;
  for (const auto& row : testing::read_table(*corpus / "values" / "flink-values.tsv.gz")) {
    INFO(row[0]);
    const TypePtr type = testing::read_type(testing::from_hex(row[1]), KryoRelease::kKryo5);
    CHECK(std::to_string(type->fixed_length()) == row[5]);
    const ByteVector value = testing::from_hex(row[2]);
    const Json json = testing::decode_json(*type, value);
    if (row[0] == "kryo-g1") {
      CHECK(json.at("$type") == "G$G1");
      CHECK(json.at("$reason") == "fields of this class are known to the job alone");
      continue;
    }
    CHECK(normal(json) == normal(expected_value(row)));
    ByteReader in(value, row[0]);
    type->skip(in);
    CHECK(in.remaining() == 0);
    ++compared;
  }
  CHECK(compared == 60);
}

}  // namespace savvy
