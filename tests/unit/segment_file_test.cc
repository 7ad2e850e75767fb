#include "readers/segment_file.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;

const ByteVector kBytes = from_hex("00010203040506070809");

SegmentHandle segment(std::int64_t start, std::int64_t size) {
  SegmentHandle handle;
  handle.start = start;
  handle.size_bytes = size;
  return handle;
}

SegmentFile open_segment(std::int64_t start, std::int64_t size) {
  return {std::make_unique<MemoryFile>("merged", kBytes), segment(start, size)};
}

}  // namespace

TEST_CASE("a segment is a file of its own", "[segment_file]") {
  const SegmentFile file = open_segment(3, 4);
  CHECK(file.name() == "merged (segment at 0x3)");
  CHECK(file.size() == 4);
  ByteVector all(4);
  file.read_at(0, all);
  CHECK(to_hex_text(all) == "03040506");
  ByteVector last(1);
  file.read_at(3, last);
  CHECK(to_hex_text(last) == "06");
  file.read_at(4, {});
}

TEST_CASE("a segment ends before its file does", "[segment_file]") {
  const SegmentFile file = open_segment(3, 4);
  ByteVector out(2);
  const std::string expected =
      "merged (segment at 0x3): cannot read past the end: Invalid argument";
  CHECK(message_of<IoError>([&] { file.read_at(3, out); }) == expected);
  CHECK(message_of<IoError>([&] { file.read_at(5, {}); }) == expected);
  CHECK(message_of<IoError>([&] { file.read_at(UINT64_MAX, out); }) == expected);
}

TEST_CASE("a segment lies in its file", "[segment_file]") {
  CHECK(open_segment(0, 10).size() == 10);
  CHECK(open_segment(10, 0).size() == 0);
  const auto error_of = [](std::int64_t start, std::int64_t size) {
    return message_of([&] { open_segment(start, size); });
  };
  const std::string tail = " does not lie in the 10 bytes of the file";
  CHECK(error_of(0, 11) == "merged: a segment of 11 bytes at 0" + tail);
  CHECK(error_of(10, 1) == "merged: a segment of 1 bytes at 10" + tail);
  CHECK(error_of(-1, 5) == "merged: a segment of 5 bytes at -1" + tail);
  CHECK(error_of(0, -1) == "merged: a segment of -1 bytes at 0" + tail);
  CHECK(error_of(INT64_MAX, INT64_MAX) ==
        "merged: a segment of 9223372036854775807 bytes at 9223372036854775807" + tail);
}

TEST_CASE("how much of a segment a file holds", "[segment_file]") {
  CHECK(segment_bytes_in_file(segment(3, 4), 10) == 4);
  CHECK(segment_bytes_in_file(segment(3, 4), 6) == 3);
  CHECK(segment_bytes_in_file(segment(3, 4), 3) == 0);
  CHECK(segment_bytes_in_file(segment(-1, 4), 10) == 0);
  CHECK(segment_bytes_in_file(segment(3, -4), 10) == 0);
}

}  // namespace savvy
