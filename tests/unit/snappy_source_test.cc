#include "format/snappy_source.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/byte_reader.h"
#include "tests/support/message_of.h"
#include "tests/support/snappy_frames.h"

namespace savvy {
namespace {

using namespace testing;

// The stream lies behind five other bytes of its file, so that offsets in errors can be told from
// offsets in the stream.
constexpr std::uint64_t kStart = 5;

// `junk` bytes follow the stream in the file.
ByteVector unpack(const ByteVector& stream, SnappyStart start = SnappyStart::kIdentifier,
                  std::size_t junk = 3) {
  const ByteVector bytes = ByteVector(kStart, 0xEE) + stream + ByteVector(junk, 0xEE);
  const MemoryFile file("f", bytes);
  SnappySource source(file, kStart, stream.size(), start);
  ByteReader in(source);
  in.begin_entry();
  while (!in.at_end()) in.take(in.peek(1000).size(), "bytes");
  const Bytes all = in.bytes_since(0);
  return {all.begin(), all.end()};
}

std::string error_of(const ByteVector& stream) {
  return message_of([&] { unpack(stream); });
}

std::string message_at(std::string_view offset, std::string_view what) {
  return "f: offset " + std::string(offset) + ": " + std::string(what) +
         "\n  while reading the snappy stream that starts at offset 0x5";
}

ByteVector pattern(std::size_t size) {
  ByteVector bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * i >> 3);
  }
  return bytes;
}

const ByteVector kIdentifier = from_hex(kSnappyIdentifier);
const ByteVector kText = from_hex("0102030405060708");

}  // namespace

TEST_CASE("a stream that Flink wrote", "[snappy]") {
  // Two elements of Flink's description of operator state, with its checksums.
  CHECK(to_hex_text(unpack(from_hex("ff060000734e61507059 01060000ea753d510261"
                                    "01070000e2a871cf036263"))) == "0261036263");
}

TEST_CASE("chunks may be packed or plain", "[snappy]") {
  const ByteVector repeated(3000, 0x41);
  CHECK(unpack(framed(repeated, ChunkKind::kPacked)) == repeated);
  CHECK(unpack(framed(repeated, ChunkKind::kPlain)) == repeated);
  CHECK(unpack(kIdentifier + chunk(ChunkKind::kPlain, kText) + chunk(ChunkKind::kPacked, kText)) ==
        kText + kText);
}

TEST_CASE("a stream of many chunks spans many windows", "[snappy]") {
  const ByteVector plain = pattern(1'000'003);
  CHECK(unpack(framed(plain, ChunkKind::kPacked)) == plain);
  CHECK(unpack(framed(plain, ChunkKind::kPlain, 999)) == plain);
}

TEST_CASE("streams may be concatenated, and identifiers stand in mid-stream", "[snappy]") {
  CHECK(unpack(framed(kText) + framed(kText) + kIdentifier) == kText + kText);
  CHECK(unpack(kIdentifier).empty());
  CHECK(unpack({}).empty());
  CHECK(unpack(framed({}) + chunk(ChunkKind::kPlain, {})).empty());
}

TEST_CASE("a stretch in mid-stream needs no identifier", "[snappy]") {
  CHECK(unpack(chunk(ChunkKind::kPlain, kText), SnappyStart::kMidStream) == kText);
  CHECK(unpack(framed(kText), SnappyStart::kMidStream) == kText);
}

TEST_CASE("padding is skipped", "[snappy]") {
  CHECK(unpack(kIdentifier + raw_chunk(0xFE, ByteVector(100)) + chunk(ChunkKind::kPlain, kText) +
               raw_chunk(0x80, {})) == kText);
}

TEST_CASE("a missing or wrong identifier", "[snappy]") {
  CHECK(error_of(chunk(ChunkKind::kPlain, kText)) ==
        message_at("0x5", "the stream identifier FF 06 00 00 \"sNaPpY\" is missing"));
  CHECK(error_of(raw_chunk(0xFF, from_hex("734e61507058"))) ==
        message_at("0x5", "the stream identifier is not \"sNaPpY\""));
  CHECK(error_of(kIdentifier + raw_chunk(0xFF, {})) ==
        message_at("0xf", "the stream identifier is not \"sNaPpY\""));
}

TEST_CASE("a checksum that does not match", "[snappy]") {
  CHECK(error_of(from_hex("ff060000734e61507059 01060000ea753d510262"))
            .find("f: offset 0xf: checksum 0x513d75ea does not match the data (0x") == 0);
  ByteVector packed = framed(ByteVector(3000, 0x41));
  packed[kIdentifier.size() + 4] ^= 1;
  CHECK(error_of(packed).find("f: offset 0xf: checksum 0x") == 0);
}

TEST_CASE("types that must not be skipped", "[snappy]") {
  CHECK(error_of(kIdentifier + raw_chunk(0x02, kText)) ==
        message_at("0xf", "unknown chunk type 0x02"));
  CHECK(error_of(kIdentifier + raw_chunk(0x7F, kText)) ==
        message_at("0xf", "unknown chunk type 0x7f"));
}

TEST_CASE("a chunk holds at most 64 KiB", "[snappy]") {
  const ByteVector largest = pattern(65536);
  const ByteVector too_large = pattern(65537);
  for (const ChunkKind kind : {ChunkKind::kPlain, ChunkKind::kPacked}) {
    CHECK(unpack(framed(largest, kind, 70000)) == largest);
    CHECK(error_of(framed(too_large, kind, 70000)) ==
          message_at("0xf", "a chunk of 65537 plain bytes exceeds 65536"));
  }
  // A snappy block that says it holds 2^32 - 1 bytes is not believed.
  CHECK(error_of(kIdentifier + raw_chunk(0, from_hex("00000000 ffffffff0f"))) ==
        message_at("0xf", "a chunk of 4294967295 plain bytes exceeds 65536"));
}

TEST_CASE("chunks that are cut off", "[snappy]") {
  const ByteVector whole = kIdentifier + chunk(ChunkKind::kPlain, kText);
  const auto cut_to = [&whole](std::ptrdiff_t size) {
    return error_of(ByteVector(whole.begin(), whole.begin() + size));
  };
  CHECK(cut_to(3) == message_at("0x5", "a chunk header is cut off"));
  CHECK(cut_to(4) == message_at("0x5", "a chunk of 6 bytes cannot fit in the 0 bytes left"));
  CHECK(cut_to(13) == message_at("0xf", "a chunk header is cut off"));
  CHECK(cut_to(25) == message_at("0xf", "a chunk of 12 bytes cannot fit in the 11 bytes left"));
  CHECK(error_of(kIdentifier + raw_chunk(1, from_hex("000000"))) ==
        message_at("0xf", "a data chunk has no room for its checksum"));
}

TEST_CASE("snappy blocks that are corrupt", "[snappy]") {
  CHECK(error_of(kIdentifier + raw_chunk(0, from_hex("00000000"))) ==
        message_at("0xf", "the length of a snappy block cannot be read"));
  // Five bytes are announced, a literal of one follows.
  CHECK(error_of(kIdentifier + raw_chunk(0, from_hex("00000000 05 00 41"))) ==
        message_at("0xf", "a snappy block is corrupt"));
}

// Behind the last section of a handle something else may follow in the file.
TEST_CASE("damage counts once the bytes behind it are needed", "[snappy]") {
  const ByteVector bytes = framed(kText) + from_hex("00000006 ff06");
  const MemoryFile file("f", bytes);
  SnappySource source(file, 0, bytes.size());
  ByteReader in(source);
  CHECK(to_hex_text(in.take(kText.size(), "text")) == to_hex_text(kText));
  const std::string expected =
      "f: offset 0x1c: a chunk of 393216 bytes cannot fit in the 2 bytes left\n"
      "  while reading the snappy stream that starts at offset 0x0";
  CHECK(message_of([&] { in.u8("more"); }) == expected);
  CHECK(message_of([&] { in.at_end(); }) == expected);
}

TEST_CASE("a snappy stream cut by the end of its file is a reading error", "[snappy]") {
  const ByteVector bytes = framed(kText);
  const MemoryFile file("f", bytes);
  SnappySource source(file, 0, bytes.size() + 100);
  ByteReader in(source);
  CHECK(message_of<IoError>([&] { in.take(kText.size(), "text"); }) ==
        "f: cannot read past the end: Invalid argument");
}

TEST_CASE("errors of what is inside name the stream and the place in it", "[snappy]") {
  const ByteVector bytes = framed(from_hex("0001"));
  const MemoryFile file("f", bytes);
  SnappySource source(file, 0, bytes.size());
  ByteReader in(source);
  in.u8("first");
  CHECK(message_of([&] { in.u16("second"); }) ==
        "f: offset 0x1 of the snappy stream that starts at offset 0x0: second needs 2 bytes, 1 are "
        "left\n  0x0: 00 [01]");
}

}  // namespace savvy
