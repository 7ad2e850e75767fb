// The fixtures of Flink's own *SerializerUpgradeTest classes: a serializer snapshot and a value
// each. The expected values are those of createTestData() in these classes.

#include <catch2/catch.hpp>
#include <map>

#include "format/errors.h"
#include "tests/corpus/corpus.h"
#include "tests/support/files.h"
#include "tests/support/json_sink.h"

namespace savvy {
namespace {

using testing::JsonSink;

constexpr const char* kDigits = "\"123456789012345678901234567890123456\"";
constexpr const char* kInstant = "\"1970-01-19T06:59:42.960Z\"";

// What stands for the POJO package in the expectations.
std::string full_names(std::string json) {
  const std::string_view mark = "SPEC$";
  const std::string_view package =
      "org.apache.flink.api.java.typeutils.runtime.PojoSerializerUpgradeTestSpecifications$";
  for (std::size_t at = json.find(mark); at != std::string::npos; at = json.find(mark)) {
    json.replace(at, mark.size(), package);
  }
  return json;
}

const char* const kPojo = R"({"age":27,"favoriteColor":"BLUE","married":false,"name":"Gordon"})";
const char* const kSubclassA = R"({"$class":"SPEC$StaticSchemaPojoSubclassA","age":7,
    "favoriteColor":"BLUE","married":false,"name":"gt","subclassField":911108})";
const char* const kSubclassB = R"({"$class":"SPEC$StaticSchemaPojoSubclassB","age":7,
    "favoriteColor":"BLUE","married":false,"name":"gt","subclassField":true})";

// Values of the user's own Value classes and of Kryo are not here: they stay bytes.
std::map<std::string, std::string> expected_values() {
  return {
      {"big-dec-serializer", "\"123456789012345678901234567890123456.789\""},
      {"big-int-serializer", kDigits},
      {"boolean-primitive-array-serializer", "[true,false]"},
      {"boolean-serializer", "true"},
      {"boolean-value-serializer", "true"},
      {"byte-primitive-array-serializer", R"({"$hex":"00010203040506070809"})"},
      {"byte-serializer", "42"},
      {"byte-value-serializer", "42"},
      {"char-primitive-array-serializer",
       R"(["\u0000","\u0001","\u0002","\u0003","\u0004","\u0005","\u0006","\u0007","\b","\t"])"},
      {"char-serializer", "\"\\uffff\""},
      {"char-value-serializer", "\"*\""},
      {"date-serializer", kInstant},
      {"double-serializer", "12345.6789"},
      {"double-value-serializer", "12345.6789"},
      {"either-serializer", R"({"left":"ApacheFlink"})"},
      {"enum-serializer", "\"EMMA\""},
      {"enum-serializerreconfig", "\"EMMA\""},
      {"generic-array-serializer", R"(["Apache","Flink"])"},
      {"int-primitive-array-serializer", "[0,1,2,3,4,5,6,7,8,9]"},
      {"int-serializer", "123456"},
      {"int-value-serializer", "123456"},
      {"list-serializer", R"(["Apache","Flink"])"},
      {"long-primitive-array-serializer", "[0,1,2,3,4,5,6,7,8,9]"},
      {"long-serializer", "1234567890"},
      {"long-value-serializer", "1234567890"},
      {"map-serializer", R"([[0,"0"],[1,"1"],[2,"2"]])"},
      {"null-value-serializer", "null"},
      {"nullable-not-padded-serializer", "null"},
      {"nullable-padded-serializer", "null"},
      {"pojo-serializer-identical-schema", kPojo},
      {"pojo-serializer-with-different-field-types", R"({"fieldValue":911108})"},
      {"pojo-serializer-with-different-field-types-in-registered-subclass",
       R"({"$class":"TestPojoSubclassWithDifferentFieldType","age":7,"favoriteColor":"BLUE",
           "fieldValue":911108,"married":false,"name":"gt"})"},
      {"pojo-serializer-with-different-subclass-registration-order", kSubclassB},
      {"pojo-serializer-with-missing-registered-subclass", kSubclassB},
      {"pojo-serializer-with-modified-schema",
       R"({"age":27,"height":172.8,"id":911108,"name":"Gordon"})"},
      {"pojo-serializer-with-modified-schema-in-registered-subclass",
       R"({"$class":"SublassPojo","baseFieldA":911108,"baseFieldB":"Gordon",
           "subclassFieldC":true,"subclassFieldD":66.7})"},
      {"pojo-serializer-with-new-and-missing-registered-subclasses", kSubclassB},
      {"pojo-serializer-with-new-registered-subclass", kSubclassA},
      {"pojo-serializer-with-non-registered-subclass", kSubclassA},
      {"row-serializer", R"({"f0":null,"f1":42,"f2":"My string.","f3":null})"},
      {"short-primitive-array-serializer", "[0,1,2,3,4,5,6,7,8,9]"},
      {"short-serializer", "123"},
      {"short-value-serializer", "123"},
      {"sql-date-serializer", kInstant},
      {"sql-time-serializer", kInstant},
      {"sql-timestamp-serializer", kInstant},
      {"string-array-serializer", R"(["0","1","2","3","4","5","6","7","8","9"])"},
      {"string-serializer", kDigits},
      {"string-value-serializer", kDigits},
      {"tuple-serializer", R"({"f0":"hello Gordon","f1":"ciao","f2":14})"},
  };
}

// Decimal fractions that have no exact binary form are compared as what they were made from.
std::map<std::string, double> expected_floats() {
  return {{"float-serializer", double{123.456F}}, {"float-value-serializer", double{123.456F}}};
}

// Flink's test fills the array of doubles with floats, too.
std::map<std::string, std::vector<float>> expected_fractions() {
  return {{"double-primitive-array-serializer",
           {0.1F, 1.1F, 2.1F, 3.1F, 4.1F, 5.1F, 6.1F, 7.1F, 8.1F, 9.1F}},
          {"float-primitive-array-serializer",
           {0.2F, 1.2F, 2.2F, 3.2F, 4.2F, 5.2F, 6.2F, 7.2F, 8.2F, 9.2F}}};
}

struct Fixture {
  std::string name;
  std::string family;
  TypePtr type;
  ByteVector value;
};

// The release at the end of a name decides whose Kryo wrote.
KryoRelease release_of(const std::string& name) {
  return name.substr(name.rfind('-') + 1).starts_with("2.") ? KryoRelease::kKryo5
                                                            : KryoRelease::kKryo2;
}

Fixture read_fixture(const std::filesystem::path& folder) {
  Fixture fixture;
  fixture.name = folder.filename().string();
  fixture.family = fixture.name.substr(0, fixture.name.rfind('-'));
  fixture.type = testing::read_type(testing::read_file(folder / "serializer-snapshot"),
                                    release_of(fixture.name));
  fixture.value = testing::read_file(folder / "test-data");
  return fixture;
}

// Skipping must end where decoding ends, and must not need to know where the value ends.
void check_open_walk(const Fixture& fixture) {
  ByteVector more = fixture.value;
  more.insert(more.end(), {0x01, 0x02});
  ByteReader skipped(more, fixture.name);
  fixture.type->skip(skipped);
  CHECK(skipped.remaining() == 2);
  ByteReader decoded(more, fixture.name);
  JsonSink sink;
  CHECK(fixture.type->decode(decoded, Extent::kOpen, sink) == End::kKnown);
  CHECK(decoded.remaining() == 2);
}

}  // namespace

TEST_CASE("every fixture parses and decodes to its end", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const auto values = expected_values();
  const auto floats = expected_floats();
  const auto fractions = expected_fractions();
  int fixtures = 0;
  for (const auto& folder : testing::sorted_folders(*corpus / "serializers")) {
    INFO(folder.filename().string());
    const Fixture fixture = read_fixture(folder);
    const TypeDescription description = fixture.type->describe();
    CHECK_FALSE(description.kind.empty());
    CHECK_FALSE(description.name.empty());
    CHECK(description.serializer.starts_with("org.apache.flink."));
    const JsonSink::Json json = testing::decode_json(*fixture.type, fixture.value);
    if (const auto value = values.find(fixture.family); value != values.end()) {
      // The order of an object's fields counts.
      CHECK(json.dump() == JsonSink::Json::parse(full_names(value->second)).dump());
    }
    if (const auto value = floats.find(fixture.family); value != floats.end()) {
      CHECK(json.get<double>() == value->second);
    }
    if (const auto value = fractions.find(fixture.family); value != fractions.end()) {
      CHECK(json.get<std::vector<double>>() ==
            std::vector<double>(value->second.begin(), value->second.end()));
    }
    if (fixture.type->walkable()) check_open_walk(fixture);
    ++fixtures;
  }
  CHECK(fixtures == 300);
}

TEST_CASE("what only the job's classes can read stays bytes under their names", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const std::string pojos =
      "org.apache.flink.api.java.typeutils.runtime.kryo.KryoPojosForMigrationTests$";
  // Where a value names its class by a number alone, the state's own class stands for it.
  const std::map<std::string, std::string> classes = {
      {"copyable-value-serializer",
       "org.apache.flink.api.java.typeutils.runtime.CopyableSerializerUpgradeTest$SimpleCopyable"},
      {"kryo-custom-type-serializer-changed-registration-order", pojos + "Animal"},
      {"kryo-type-serializer-changed-registration-order", pojos + "Animal"},
      {"kryo-type-serializer-empty-config", pojos + "Dog"},
      {"kryo-type-serializer-unrelated-config-after-restore", pojos + "Dog"}};
  int compared = 0;
  for (const auto& folder : testing::sorted_folders(*corpus / "serializers")) {
    const Fixture fixture = read_fixture(folder);
    const auto expected = classes.find(fixture.family);
    if (expected == classes.end()) continue;
    INFO(fixture.name);
    const JsonSink::Json json = testing::decode_json(*fixture.type, fixture.value);
    CHECK(json.at("$hex") == testing::to_hex_text(fixture.value));
    CHECK(json.at("$type") == expected->second);
    CHECK_FALSE(json.at("$reason").get<std::string>().empty());
    ++compared;
  }
  CHECK(compared == 25);
}

TEST_CASE("what only user code can read stays bytes under its class", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  const Fixture fixture = read_fixture(*corpus / "serializers" / "value-serializer-1.20");
  CHECK_FALSE(fixture.type->walkable());
  const JsonSink::Json json = testing::decode_json(*fixture.type, fixture.value);
  CHECK(json["$hex"] == testing::to_hex_text(fixture.value));
  CHECK(json["$type"] ==
        "org.apache.flink.api.java.typeutils.runtime.ValueSerializerUpgradeTest$NameValue");
  CHECK(json["$reason"] == "layout defined by user code");
  ByteReader in(fixture.value, "value");
  CHECK_THROWS_AS(fixture.type->skip(in), UnsupportedError);
}

// Nothing that is cut off anywhere may pass or crash.
TEST_CASE("every shorter prefix of a snapshot is refused", "[corpus]") {
  const auto corpus = testing::corpus_root();
  if (!corpus) return;
  for (const auto& folder : testing::sorted_folders(*corpus / "serializers")) {
    if (folder.extension() != ".20") continue;
    INFO(folder.filename().string());
    const ByteVector snapshot = testing::read_file(folder / "serializer-snapshot");
    for (std::size_t size = 0; size < snapshot.size(); ++size) {
      INFO(size);
      const Bytes prefix = Bytes(snapshot).first(size);
      CHECK_THROWS_AS(testing::read_type(prefix), Error);
    }
  }
}

}  // namespace savvy
