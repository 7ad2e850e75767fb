// Values that both releases of Kryo wrote, with the Java expression they came from.

#include <catch2/catch.hpp>
#include <map>

#include "format/errors.h"
#include "tests/corpus/corpus.h"
#include "tests/support/gzip_lines.h"
#include "tests/support/json_sink.h"
#include "tests/support/kryo_types.h"

namespace savvy {
namespace {

using Json = testing::JsonSink::Json;

// The expressions that are no JSON.
const std::map<std::string, std::string> kExpected = {
    {"ZDT", R"("2020-01-02T03:04:05.000000006+01:00[Europe/Berlin]")"},
    {"PERIOD", R"("P1Y2M3D")"},
    {"YM", R"("2020-05")"},
    {"OPTE", "null"},
    {"OPTL", "5"},
    {"LISTOF1", R"(["a"])"},
    {"LISTOFX", R"(["a",1])"},
    {"MAPOF", R"({"a":1})"},
    {"ENUMMAP", R"([[{"$class":"Gen$Color","ordinal":0},1]])"},
    {"ATOMI", "5"},
    {"CLASS", R"("java.lang.String")"},
    {"TZ", R"("UTC")"},
};
// Java streams, whose fields depend on the JDK: what their object is.
const std::map<std::string, std::string> kClasses = {
    {"EXC", "java.lang.IllegalStateException"},
    {"SDF", "java.text.SimpleDateFormat"},
};
// Classes of the job.
const std::map<std::string, std::string> kUnknown = {
    {"ENUM", "Gen$Color"}, {"ENUMLIST", "Gen$Color"}, {"GEN", "Gen$Gen1"}};

// Kryo 5 keeps no zone offset beside a zone.
Json expected_value(const std::string& expression, KryoRelease release) {
  if (expression == "ZDT" && release == KryoRelease::kKryo5) {
    return "2020-01-02T03:04:05.000000006[Europe/Berlin]";
  }
  const auto known = kExpected.find(expression);
  return Json::parse(known != kExpected.end() ? known->second : expression);
}

struct Counts {
  int compared = 0;
  int java = 0;
  int unknown = 0;
};

Counts compare_all(const std::filesystem::path& table, KryoRelease release) {
  Counts counts;
  const TypePtr type = testing::kryo_type_of_objects(release);
  for (const auto& row : testing::read_table(table)) {
    INFO(row[0]);
    const ByteVector value = testing::from_hex(row[1]);
    const Json json = testing::decode_json(*type, value);
    if (const auto unknown = kUnknown.find(row[0]); unknown != kUnknown.end()) {
      CHECK(json.at("$type") == unknown->second);
      CHECK(json.at("$reason") == "fields of this class are known to the job alone");
      CHECK(json.at("$hex") == row[1]);
      ++counts.unknown;
      continue;
    }
    ByteReader in(value, row[0]);
    type->skip(in);
    CHECK(in.at_end());
    if (const auto stream = kClasses.find(row[0]); stream != kClasses.end()) {
      CHECK(json.at("$class") == stream->second);
      ++counts.java;
      continue;
    }
    CHECK(json == expected_value(row[0], release));
    ++counts.compared;
  }
  return counts;
}

// A value or an error, whatever the bytes.
void decode_damaged(const Type& type, Bytes value) {
  try {
    testing::decode_json(type, value);
  } catch (const Error&) {
  }
}

void damage_all(const std::filesystem::path& table, KryoRelease release) {
  const TypePtr type = testing::kryo_type_of_objects(release);
  for (const auto& row : testing::read_table(table)) {
    INFO(row[0].substr(0, 80));
    ByteVector value = testing::from_hex(row[1]);
    if (value.size() > 2000) continue;
    for (std::uint8_t& byte : value) {
      for (const int bits : {0x01, 0x02, 0x80, 0xFF}) {
        byte ^= static_cast<std::uint8_t>(bits);
        decode_damaged(*type, value);
        byte ^= static_cast<std::uint8_t>(bits);
      }
    }
    for (std::size_t size = 0; size < value.size(); ++size) {
      decode_damaged(*type, Bytes(value).first(size));
    }
  }
}

}  // namespace

TEST_CASE("values of Kryo 2.24", "[corpus][kryo]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const Counts counts = compare_all(*corpus / "values" / "kryo-2.24.tsv.gz", KryoRelease::kKryo2);
  CHECK(counts.compared == 70);
  CHECK(counts.java == 2);
  CHECK(counts.unknown == 3);
}

TEST_CASE("values of Kryo 5.6", "[corpus][kryo]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const Counts counts = compare_all(*corpus / "values" / "kryo-5.6.tsv.gz", KryoRelease::kKryo5);
  CHECK(counts.compared == 70);
  CHECK(counts.java == 2);
  CHECK(counts.unknown == 3);
}

TEST_CASE("a Kryo value that fills its bytes in one release only tells its writer",
          "[corpus][kryo]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const TypePtr type = testing::kryo_type_of_objects(KryoRelease::kUnknown);
  CHECK_FALSE(type->walkable());
  const auto decoded = [&](const char* hex) {
    return testing::decode_json(*type, testing::from_hex(hex));
  };
  // ["a", null, "b"] and HashMap {"a": 1}, as Kryo 2.24 and as Kryo 5 write them.
  CHECK(decoded("01006a6176612e7574696c2e41727261794c6973f40103030182610003018262").dump() ==
        R"(["a",null,"b"])");
  CHECK(decoded("01006a6176612e7574696c2e486173684d61f00102030182610202").dump() == R"({"a":1})");
  // An int is the same in both.
  CHECK(decoded("0202").at("$reason") == "not what Kryo's own serializers write");
}

TEST_CASE("damaged Kryo values give an error or another value", "[corpus][kryo]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  damage_all(*corpus / "values" / "kryo-2.24.tsv.gz", KryoRelease::kKryo2);
  damage_all(*corpus / "values" / "kryo-5.6.tsv.gz", KryoRelease::kKryo5);
}

}  // namespace savvy
