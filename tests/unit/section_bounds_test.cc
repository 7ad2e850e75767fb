#include "format/section_bounds.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;

// Head of 100 bytes, stream of 200.
constexpr std::uint64_t kDataStart = 100;
constexpr std::uint64_t kStreamBytes = 200;

KeyGroupsHandle handle_of(std::vector<std::int64_t> offsets, std::int32_t first = 7) {
  KeyGroupsHandle handle;
  handle.range = {first, static_cast<std::int32_t>(offsets.size())};
  handle.offsets = std::move(offsets);
  return handle;
}

// One section a line: "key group: offset+size", with "..." where the bytes may go on.
std::string sections(std::vector<std::int64_t> offsets, std::uint64_t data_start = kDataStart) {
  std::string text;
  for (const KeyGroupSection& section :
       key_group_sections(handle_of(std::move(offsets)), data_start, kStreamBytes, "f")) {
    text += std::to_string(section.key_group) + ": " + std::to_string(section.offset) + "+" +
            std::to_string(section.size_bytes) + (section.end == SectionEnd::kAtMost ? "..." : "") +
            "\n";
  }
  return text;
}

std::string error_of(std::vector<std::int64_t> offsets, std::uint64_t data_start = kDataStart) {
  return message_of([&] { sections(std::move(offsets), data_start); });
}

OperatorStateEntry entry(std::string name, std::vector<std::int64_t> offsets) {
  return {std::move(name), DistributionMode::kSplit, std::move(offsets)};
}

std::string stretch(const ElementBounds& bounds, std::int64_t offset) {
  const Stretch found = bounds.at(offset);
  return std::to_string(found.offset) + "+" + std::to_string(found.size_bytes);
}

}  // namespace

TEST_CASE("a key group ends where the next one begins", "[section_bounds]") {
  CHECK(sections({100, 130, 150}) == "7: 100+30\n8: 130+20\n9: 150+50...\n");
  CHECK(sections({}) == "");
}

TEST_CASE("offset 0 is a key group without entries", "[section_bounds]") {
  CHECK(sections({0, 100, 0, 150, 0}) == "7: 0+0\n8: 100+50\n9: 0+0\n10: 150+50...\n11: 0+0\n");
  CHECK(sections({0, 0}) == "7: 0+0\n8: 0+0\n");
}

TEST_CASE("raw state has no head: -1 is no key group and 0 is a place", "[section_bounds]") {
  CHECK(sections({-1, 0, 20}, 0) == "7: 0+0\n8: 0+20\n9: 20+180...\n");
}

TEST_CASE("raw key groups are started in any order", "[section_bounds]") {
  CHECK(sections({50, 0, 20}, 0) == "7: 50+150...\n8: 0+20\n9: 20+30\n");
}

TEST_CASE("a raw key group may begin at the end of its stream", "[section_bounds]") {
  CHECK(sections({150, 200}, 0) == "7: 150+50...\n8: 200+0...\n");
  // A managed one has bytes: the stream was cut.
  CHECK(sections({150, 199}) == "7: 150+49\n8: 199+1...\n");
  CHECK(error_of({150, 200}) ==
        "f: the handle's offset 200 of key group 8 does not lie in the data, expected 100 to 199");
}

TEST_CASE("offsets lie in the data", "[section_bounds]") {
  const std::string tail = " does not lie in the data, expected 100 to 199";
  CHECK(error_of({99}) == "f: the handle's offset 99 of key group 7" + tail);
  CHECK(error_of({1}) == "f: the handle's offset 1 of key group 7" + tail);
  CHECK(error_of({100, 201}) == "f: the handle's offset 201 of key group 8" + tail);
  CHECK(error_of({-2}) == "f: the handle's offset -2 of key group 7" + tail);
  CHECK(error_of({INT64_MAX}) ==
        "f: the handle's offset 9223372036854775807 of key group 7" + tail);
  CHECK(error_of({INT64_MIN}) ==
        "f: the handle's offset -9223372036854775808 of key group 7" + tail);
  CHECK(error_of({-2}, 0) ==
        "f: the handle's offset -2 of key group 7 does not lie in the data, expected 0 to 200");
}

TEST_CASE("an element ends at the next offset of any state", "[section_bounds]") {
  const ElementBounds bounds({entry("a", {100, 120}), entry("b", {110, 150}), entry("c", {})},
                             kDataStart, kStreamBytes, "f");
  CHECK(stretch(bounds, 100) == "100+10");
  CHECK(stretch(bounds, 110) == "110+10");
  CHECK(stretch(bounds, 120) == "120+30");
  CHECK(stretch(bounds, 150) == "150+50");
}

TEST_CASE("an element may begin at the end of its stream, and offsets may repeat",
          "[section_bounds]") {
  const ElementBounds bounds({entry("a", {190, 190, 200})}, kDataStart, kStreamBytes, "f");
  CHECK(stretch(bounds, 190) == "190+10");
  CHECK(stretch(bounds, 200) == "200+0");
}

TEST_CASE("offsets of elements lie in the data", "[section_bounds]") {
  const auto error_of_elements = [](std::int64_t offset) {
    return message_of([&] {
      ElementBounds({entry("a", {100, offset})}, kDataStart, kStreamBytes, "f");
    });
  };
  for (const std::int64_t offset :
       {INT64_MIN, INT64_C(-1), INT64_C(0), INT64_C(99), INT64_C(201)}) {
    CHECK(error_of_elements(offset) ==
          "f: the handle's offset " + std::to_string(offset) +
              " of state \"a\" does not lie in the data, expected 100 to 200");
  }
}

}  // namespace savvy
