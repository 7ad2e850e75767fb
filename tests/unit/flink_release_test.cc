#include "format/flink_release.h"

#include <catch2/catch.hpp>
#include <string>

namespace savvy {

TEST_CASE("releases are read as people write them", "[flink_release]") {
  for (const std::string text :
       {"1.15", "1.16", "1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.3", "2.10"}) {
    CAPTURE(text);
    const auto release = parse_flink_release(text);
    REQUIRE(release.has_value());
    CHECK(to_string(*release) == text);
  }
  CHECK(parse_flink_release("1.20") == FlinkRelease{1, 20});
}

TEST_CASE("what is no release is not guessed at", "[flink_release]") {
  for (const std::string text :
       {"",     ".",    "1",   "2",    "2.",     ".1",   "1.14",
        "1.21", "1.2",  "0.9", "3.0",  "1.20.1", "2.01", "02.1",
        "2.-1", "-2.1", "2.x", "2.1 ", " 2.1",   "v2.1", "2.99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_flink_release(text).has_value());
  }
}

TEST_CASE("releases are ordered by their numbers", "[flink_release]") {
  CHECK(FlinkRelease{1, 20} < FlinkRelease{2, 0});
  CHECK(FlinkRelease{2, 9} < FlinkRelease{2, 10});
  CHECK(FlinkRelease{1, 15} == FlinkRelease{1, 15});
}

TEST_CASE("the newest metadata that a release reads", "[flink_release]") {
  CHECK(newest_metadata_version({1, 15}) == 3);
  for (const int minor : {16, 17, 18, 19, 20}) CHECK(newest_metadata_version({1, minor}) == 4);
  CHECK(newest_metadata_version({2, 0}) == 5);
  for (const int minor : {1, 2, 3, 12}) CHECK(newest_metadata_version({2, minor}) == 6);
}

}  // namespace savvy
