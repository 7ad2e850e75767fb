#include "format/byte_reader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <string>

#include "format/byte_writer.h"
#include "format/errors.h"
#include "tests/support/hex.h"

namespace savvy {
namespace {

using testing::from_hex;

template <typename Read>
std::string error_of(Read read) {
  try {
    read();
  } catch (const FormatError& error) {
    return error.what();
  }
  return "no error";
}

// Hands out a stream in windows that are as small as allowed.
class SmallWindows final : public ByteSource {
 public:
  explicit SmallWindows(ByteVector bytes) : bytes_(std::move(bytes)) {}

  Bytes extend(Bytes kept, std::size_t wanted) override {
    ByteVector window(kept.begin(), kept.end());
    const std::size_t end = std::min(bytes_.size(), next_ + wanted - std::min(wanted, kept.size()));
    for (; next_ < end; ++next_) window.push_back(bytes_[next_]);
    return windows_.emplace_back(std::move(window));
  }
  std::uint64_t unread_bytes() const override { return bytes_.size() - next_; }
  void release() override {
    while (windows_.size() > 1) windows_.pop_front();
  }
  std::string_view file() const override { return "f"; }
  std::string_view position_note() const override { return "in the block at 0x7"; }
  std::uint64_t start_offset() const override { return 0x10; }

 private:
  ByteVector bytes_;
  std::size_t next_ = 0;
  std::deque<ByteVector> windows_;
};

}  // namespace

TEST_CASE("integers are big-endian", "[byte_reader]") {
  const ByteVector bytes = from_hex(
      "ff fe 0102 fffe 01020304 fffffffe 0102030405060708 3f800000"
      "3ff0000000000000 00 02");
  ByteReader in(bytes, "f");
  CHECK(in.u8("a") == 0xFF);
  CHECK(in.i8("b") == -2);
  CHECK(in.u16("c") == 0x0102);
  CHECK(in.i16("d") == -2);
  CHECK(in.i32("e") == 0x01020304);
  CHECK(in.i32("f") == -2);
  CHECK(in.i64("g") == 0x0102030405060708);
  CHECK(in.f32("h") == 1.0F);
  CHECK(in.f64("i") == 1.0);
  CHECK_FALSE(in.boolean("j"));
  CHECK(in.boolean("k"));
  CHECK(in.at_end());
}

TEST_CASE("what a writer writes a reader reads", "[byte_reader]") {
  ByteWriter out;
  out.u8(200);
  out.i8(-1);
  out.boolean(true);
  out.u16(65535);
  out.i16(-2);
  out.i32(-3);
  out.i64(-4);
  out.utf(std::string("a\0\xC3\xA9\xF0\x9F\x98\x80", 8));
  out.blob(from_hex("0102"));
  out.count(7);
  out.raw(from_hex("03"));
  ByteReader in(out.bytes(), "f");
  CHECK(in.u8("") == 200);
  CHECK(in.i8("") == -1);
  CHECK(in.boolean(""));
  CHECK(in.u16("") == 65535);
  CHECK(in.i16("") == -2);
  CHECK(in.i32("") == -3);
  CHECK(in.i64("") == -4);
  CHECK(in.utf("") == std::string("a\0\xC3\xA9\xF0\x9F\x98\x80", 8));
  CHECK(std::ranges::equal(in.blob(""), from_hex("0102")));
  CHECK(in.i32("") == 7);
  CHECK(in.rest("").size() == 1);
}

TEST_CASE("a string that writeUTF cannot write leaves the buffer alone", "[byte_writer]") {
  ByteWriter out;
  out.u8(1);
  out.utf(std::string(65535, 'x'));
  const std::size_t size = out.size();
  CHECK(size == 65538);
  CHECK_THROWS_AS(out.utf(std::string(65536, 'x')), UnsupportedError);
  CHECK(out.size() == size);
}

TEST_CASE("a failed read names file, offset and field, and does not move", "[byte_reader]") {
  const ByteVector bytes = from_hex("00 0005 0102");
  ByteReader in(bytes, "chk-42/_metadata", 0x1a00);
  in.u8("version");
  CHECK(error_of([&] { in.i64("checkpoint id"); }) ==
        "chk-42/_metadata: offset 0x1a01: checkpoint id needs 8 bytes, 4 are left\n"
        "  0x1a00: 00 [00 05 01 02]");
  CHECK(error_of([&] { in.utf("name"); }) ==
        "chk-42/_metadata: offset 0x1a01: name of 5 bytes cannot fit in the 2 bytes left\n"
        "  0x1a00: 00 [00 05] 01 02");
  CHECK(error_of([&] { in.count(1, "state count"); }) ==
        "chk-42/_metadata: offset 0x1a01: state count = 327938 cannot fit in the 0 bytes left\n"
        "  0x1a00: 00 [00 05 01 02]");
  CHECK(error_of([&] { in.blob("data"); }).find("data = 327938 cannot fit") != std::string::npos);
  CHECK(error_of([&] { in.take(5, "id"); }).find("id needs 5 bytes") != std::string::npos);
  CHECK(in.offset() == 0x1a01);
  CHECK(in.remaining() == 4);
}

TEST_CASE("counts are checked before anything is allocated", "[byte_reader]") {
  const ByteVector bytes = from_hex("00000002 ffffffff 7fffffff 00000000");
  ByteReader in(bytes, "f");
  CHECK(in.count(6, "n") == 2);
  CHECK(error_of([&] { in.count(1, "n"); }).starts_with("f: offset 0x4: n = -1 is negative\n"));
  in.i32("");
  CHECK(error_of([&] {
          in.count(8, "n");
        }).starts_with("f: offset 0x8: n = 2147483647 cannot fit in the 4 bytes left\n"));
  in.i32("");
  CHECK(in.count(100, "n") == 0);
  CHECK(in.checked_count(0, 1, "m") == 0);
  CHECK(error_of([&] {
          in.checked_count(1, 1, "m");
        }).starts_with("f: offset 0x10: m = 1 cannot fit in the 0 bytes left\n"));
  CHECK(error_of([&] {
          in.checked_count(-1, 1, "m");
        }).starts_with("f: offset 0x10: m = -1 is negative\n"));
}

TEST_CASE("malformed text is refused at the string", "[byte_reader]") {
  const ByteVector bytes = from_hex("0003 61 ff 62");
  ByteReader in(bytes, "f");
  CHECK(error_of([&] { in.utf("name"); }) ==
        "f: offset 0x0: name is not modified UTF-8: byte 1 of 3 is malformed\n"
        "  0x0: [00 03 61 ff 62]");
}

TEST_CASE("LEB128 of 32 bits", "[byte_reader]") {
  const ByteVector bytes = from_hex("00 7f 8001 ffffffff0f ffffffff1f");
  ByteReader in(bytes, "f");
  CHECK(in.leb32("n") == 0);
  CHECK(in.leb32("n") == 127);
  CHECK(in.leb32("n") == 128);
  CHECK(in.leb32("n") == 0xFFFFFFFF);
  CHECK(error_of([&] { in.leb32("n"); }).starts_with("f: offset 0x9: n does not fit in 32 bits\n"));
}

TEST_CASE("an error says what was being read", "[byte_reader]") {
  const ByteVector bytes = from_hex("0102");
  ByteReader in(bytes, "f");
  {
    Within outer(in, "operator", 2);
    ByteReader part = in.sub(1, "part");
    {
      Within inner(part, "keyed state");
      CHECK(error_of([&] { part.u16("x"); }) ==
            "f: offset 0x0: x needs 2 bytes, 1 are left\n"
            "  while reading operator 2 > keyed state\n"
            "  0x0: [01]");
    }
    part.u8("x");
    part.expect_end("the part");
    CHECK(in.describe_position() == "f: offset 0x1\n  while reading operator 2");
  }
  CHECK(error_of([&] { in.expect_end("the file"); }) ==
        "f: offset 0x1: 1 bytes left after the end of the file\n  0x0: 01 [02]");
  CHECK(error_of([&] { in.sub(2, "part"); }).starts_with("f: offset 0x1: part needs 2 bytes"));
}

TEST_CASE("the bytes around an error are shown, not all of them", "[byte_reader]") {
  const ByteVector bytes(100, 0xAB);
  ByteReader in(bytes, "f");
  in.take(50, "");
  const std::string error = error_of([&] { in.fail("bad", 2); });
  CHECK(error ==
        "f: offset 0x32: bad\n"
        "  0x2e: ab ab ab ab [ab ab] ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ...");
  in.rest("");
  CHECK(error_of([&] { in.u8("x"); }) ==
        "f: offset 0x64: x needs 1 bytes, 0 are left\n  0x60: ab ab ab ab [end]");
}

TEST_CASE("a stream is read through a moving window", "[byte_reader]") {
  SmallWindows source(from_hex("01 0002 6162 00000003 040506 07"));
  ByteReader in(source);
  CHECK(in.offset() == 0x10);
  CHECK(in.remaining() == 13);
  CHECK(in.u8("a") == 1);
  CHECK(in.utf("b") == "ab");
  CHECK(std::ranges::equal(in.peek(4), from_hex("00000003")));
  const Bytes blob = in.blob("c");
  CHECK(std::ranges::equal(blob, from_hex("040506")));
  CHECK_FALSE(in.at_end());
  CHECK(in.peek(9).size() == 1);
  CHECK(in.offset() == 0x1c);
  CHECK(error_of([&] {
          in.u16("d");
        }).starts_with("f: offset 0x1c in the block at 0x7: d needs 2 bytes, 1 are left\n"));
  CHECK(in.u8("d") == 7);
  CHECK(in.at_end());
}

}  // namespace savvy
