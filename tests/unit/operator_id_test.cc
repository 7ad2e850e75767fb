#include "format/operator_id.h"

#include <catch2/catch.hpp>

namespace savvy {

TEST_CASE("the id of a uid is the one that Flink computes", "[operator_id]") {
  // The first two are from real snapshots.
  CHECK(to_hex(operator_id_of_uid("CheckpointingSource1")) == "69f32d314b97c6f7f9ed7873983167f2");
  CHECK(to_hex(operator_id_of_uid("kafka-source-operator-uid")) ==
        "cb16aa5adb311e8ac72482def19accbe");
  CHECK(to_hex(operator_id_of_uid("my-uid")) == "8409efe6adc6d20787611f16017c808f");
  CHECK(to_hex(operator_id_of_uid("källa")) == "a902fc22c29c1a94849487a9059f5dac");
  CHECK(to_hex(operator_id_of_uid("")) == "00000000000000000000000000000000");
}

TEST_CASE("every length of the last block counts", "[operator_id]") {
  OperatorId previous = operator_id_of_uid("");
  for (std::size_t size = 1; size <= 48; ++size) {
    const OperatorId id = operator_id_of_uid(std::string(size, 'x'));
    CHECK_FALSE(id == previous);
    previous = id;
  }
}

TEST_CASE("a lone surrogate counts as a question mark", "[operator_id]") {
  CHECK(operator_id_of_uid("a\xED\xA0\x80") == operator_id_of_uid("a?"));
  CHECK(operator_id_of_uid("\xED\xBF\xBF\xED\xB0\x80z") == operator_id_of_uid("??z"));
  // U+D7FF is no surrogate, U+1F600 is a pair that belongs together.
  CHECK_FALSE(operator_id_of_uid("\xED\x9F\xBF") == operator_id_of_uid("?"));
  CHECK_FALSE(operator_id_of_uid("\xF0\x9F\x98\x80") == operator_id_of_uid("??"));
}

TEST_CASE("operator ids to and from hex", "[operator_id]") {
  const std::string text = "00ff69f32d314b97c6f7f9ed78739831";
  const auto id = parse_operator_id(text);
  REQUIRE(id.has_value());
  CHECK(id->bytes[1] == 0xFF);
  CHECK(to_hex(*id) == text);
  CHECK(parse_operator_id("00FF69F32D314B97C6F7F9ED78739831") == id);
  CHECK_FALSE(parse_operator_id(text.substr(1)).has_value());
  CHECK_FALSE(parse_operator_id(text + "0").has_value());
  CHECK_FALSE(parse_operator_id("g" + text.substr(1)).has_value());
  CHECK_FALSE(parse_operator_id("").has_value());
}

}  // namespace savvy
