#include "format/file_source.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/byte_reader.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;

// Larger than several windows of a FileSource (256 KiB).
constexpr std::size_t kManyWindows = 3'000'000;

ByteVector pattern(std::size_t size) {
  ByteVector bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>((i * 2654435761U) >> 13);
  }
  return bytes;
}

// Counts what is read, to show that a reader does not take in a whole file.
class CountingFile final : public RandomAccessFile {
 public:
  explicit CountingFile(Bytes bytes) : file_("f", bytes) {}
  std::string_view name() const override { return file_.name(); }
  std::uint64_t size() const override { return file_.size(); }
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    file_.read_at(offset, out);
    bytes_read_ += out.size();
  }
  std::size_t bytes_read() const { return bytes_read_; }

 private:
  MemoryFile file_;
  mutable std::size_t bytes_read_ = 0;
};

bool same(Bytes found, Bytes expected) {
  return std::equal(found.begin(), found.end(), expected.begin(), expected.end());
}

}  // namespace

TEST_CASE("a stretch of a file is read from its start to its end", "[file_source]") {
  const ByteVector bytes = from_hex("aa 01020304 bb");
  const MemoryFile file("f", bytes);
  FileSource source(file, 1, 4);
  ByteReader in(source);
  CHECK(in.offset() == 1);
  CHECK(in.remaining() == 4);
  CHECK(in.i32("number") == 0x01020304);
  CHECK(in.at_end());
  CHECK(in.offset() == 5);
}

TEST_CASE("an empty stretch has nothing to read", "[file_source]") {
  const MemoryFile file("f", {});
  FileSource source(file, 0, 0);
  ByteReader in(source);
  CHECK(in.at_end());
  CHECK(in.peek(4).empty());
  CHECK(message_of([&] { in.u8("byte"); }) ==
        "f: offset 0x0: byte needs 1 bytes, 0 are left\n  0x0: [end]");
}

TEST_CASE("small entries are the same through windows as in memory", "[file_source]") {
  const ByteVector bytes = pattern(kManyWindows);
  const CountingFile file(bytes);
  FileSource source(file, 0, bytes.size());
  ByteReader in(source);
  std::size_t at = 0;
  // Sizes that put entries over the edges of windows.
  for (std::size_t size = 1; at + size <= bytes.size(); size = size % 1009 + 1) {
    in.begin_entry();
    REQUIRE(in.offset() == at);
    const Bytes entry = in.take(size, "entry");
    if (!same(entry, Bytes(bytes).subspan(at, size))) FAIL("entry at " << at << " differs");
    at += size;
  }
  CHECK(file.bytes_read() == bytes.size());
}

TEST_CASE("only what is near the cursor is read", "[file_source]") {
  const ByteVector bytes = pattern(kManyWindows);
  const CountingFile file(bytes);
  FileSource source(file, 0, bytes.size());
  ByteReader in(source);
  in.take(10, "head");
  CHECK(file.bytes_read() < 300'000);
}

TEST_CASE("an entry that spans many windows stays together", "[file_source]") {
  const ByteVector bytes = pattern(kManyWindows);
  const MemoryFile file("f", bytes);
  FileSource source(file, 0, bytes.size());
  ByteReader in(source);
  in.take(1000, "what stands before the entry");
  in.begin_entry();
  const std::uint64_t start = in.offset();
  for (int i = 0; i < 2000; ++i) in.take(999, "part");
  CHECK(same(in.bytes_since(start), Bytes(bytes).subspan(1000, std::size_t{2000} * 999)));
  CHECK(same(in.bytes_since(start + 500'000),
             Bytes(bytes).subspan(501'000, std::size_t{2000} * 999 - 500'000)));
}

TEST_CASE("one field may be larger than many windows", "[file_source]") {
  const ByteVector bytes = pattern(kManyWindows);
  const MemoryFile file("f", bytes);
  FileSource source(file, 0, bytes.size());
  ByteReader in(source);
  in.u8("first");
  CHECK(same(in.take(kManyWindows - 2, "field"), Bytes(bytes).subspan(1, kManyWindows - 2)));
  CHECK(in.remaining() == 1);
}

// Under AddressSanitizer this fails if the memory of a window is given up too early.
TEST_CASE("spans stay valid until the next entry begins", "[file_source]") {
  const ByteVector bytes = pattern(kManyWindows);
  const MemoryFile file("f", bytes);
  FileSource source(file, 0, bytes.size());
  ByteReader in(source);
  for (int round = 0; round < 2; ++round) {
    in.begin_entry();
    const auto start = static_cast<std::size_t>(in.offset());
    const Bytes first = in.take(100'000, "first");
    const Bytes second = in.take(400'000, "second");
    const Bytes third = in.take(900'000, "third");
    CHECK(same(first, Bytes(bytes).subspan(start, 100'000)));
    CHECK(same(second, Bytes(bytes).subspan(start + 100'000, 400'000)));
    CHECK(same(third, Bytes(bytes).subspan(start + 500'000, 900'000)));
  }
}

TEST_CASE("errors behind many windows have offsets of the file", "[file_source]") {
  ByteVector bytes = pattern(kManyWindows);
  bytes[2'000'000] = bytes[2'000'001] = bytes[2'000'002] = bytes[2'000'003] = 0xFF;
  const MemoryFile file("f", bytes);
  FileSource source(file, 0x10, bytes.size() - 0x10);
  ByteReader in(source);
  while (in.offset() < 1'999'900) {
    in.begin_entry();
    in.take(10, "entry");
  }
  in.begin_entry();
  in.take(2'000'000 - static_cast<std::size_t>(in.offset()), "padding");
  CHECK(first_line_of([&] { in.count(1, "size"); }) == "f: offset 0x1e8480: size = -1 is negative");
  in.take(4, "bad size");
  CHECK(first_line_of([&] { in.fail_at(2'000'000, "is bad"); }) == "f: offset 0x1e8480: is bad");
  CHECK(first_line_of([&] { in.take(kManyWindows, "field"); }) ==
        "f: offset 0x1e8484: field needs 3000000 bytes, 999996 are left");
}

TEST_CASE("a failed read leaves the cursor, with windows too", "[file_source]") {
  const ByteVector bytes = from_hex("010203");
  const MemoryFile file("f", bytes);
  FileSource source(file, 0, 3);
  ByteReader in(source);
  CHECK_THROWS_AS(in.i32("number"), FormatError);
  CHECK(in.u16("half") == 0x0102);
  CHECK_THROWS_AS(in.u16("half"), FormatError);
  CHECK(in.u8("byte") == 3);
}

TEST_CASE("a stretch beyond the end of its file is a reading error", "[file_source]") {
  const ByteVector bytes = from_hex("010203");
  const MemoryFile file("f", bytes);
  FileSource source(file, 0, 4);
  ByteReader in(source);
  CHECK(message_of<IoError>([&] { in.u8("byte"); }) ==
        "f: cannot read past the end: Invalid argument");
}

}  // namespace savvy
