#include "format/derived_id.h"

#include <catch2/catch.hpp>
#include <regex>

namespace savvy {

TEST_CASE("an id is a UUID made of its text", "[derived_id]") {
  const std::string id = derived_id("a");
  CHECK(std::regex_match(id, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                        "[0-9a-f]{12}")));
  CHECK(id == derived_id("a"));
  CHECK(id != derived_id("b"));
  CHECK(id != derived_id(""));
}

TEST_CASE("files are named by operator, subtask and stream", "[derived_id]") {
  const OperatorId id = *parse_operator_id("8409efe6adc6d20787611f16017c808f");
  CHECK(subtask_file_name(id, 0, SubtaskStream::kKeyed) ==
        "8409efe6adc6d20787611f16017c808f-0-keyed");
  CHECK(subtask_file_name(id, 12, SubtaskStream::kOperator) ==
        "8409efe6adc6d20787611f16017c808f-12-operator");
  CHECK(subtask_file_name(id, 0, SubtaskStream::kRawKeyed) ==
        "8409efe6adc6d20787611f16017c808f-0-raw-keyed");
  CHECK(subtask_file_name(id, 0, SubtaskStream::kRawOperator) ==
        "8409efe6adc6d20787611f16017c808f-0-raw-operator");
}

}  // namespace savvy
