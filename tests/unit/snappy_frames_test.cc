#include "format/snappy_frames.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/byte_reader.h"
#include "format/snappy_source.h"
#include "tests/support/memory_output.h"
#include "tests/support/snappy_frames.h"

namespace savvy {
namespace {

using namespace testing;

template <typename Steps>
ByteVector written(Steps steps) {
  MemoryFolder folder;
  const auto file = folder.create("f");
  SnappyFrames frames(*file);
  steps(frames);
  file->finish();
  return folder.bytes("f");
}

ByteVector unpack(const ByteVector& stream) {
  const MemoryFile file("f", stream);
  SnappySource source(file, 0, stream.size());
  ByteReader in(source);
  in.begin_entry();
  while (!in.at_end()) in.take(in.peek(1000).size(), "bytes");
  const Bytes all = in.bytes_since(0);
  return {all.begin(), all.end()};
}

// Bytes that do not compress.
ByteVector noise(std::size_t size) {
  ByteVector bytes(size);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

// Types of the chunks behind the stream identifier.
std::string chunk_types(const ByteVector& stream) {
  std::string types;
  std::size_t at = 10;
  while (at < stream.size()) {
    types += std::to_string(stream[at]);
    const ByteVector length(stream.begin() + static_cast<std::ptrdiff_t>(at + 1),
                            stream.begin() + static_cast<std::ptrdiff_t>(at + 4));
    at += 4 + (std::size_t{length[0]} | std::size_t{length[1]} << 8 | std::size_t{length[2]} << 16);
  }
  return types;
}

}  // namespace

TEST_CASE("short elements are written as Flink writes them", "[snappy_frames]") {
  // The example of Flink's description of operator state.
  const ByteVector stream = written([](SnappyFrames& frames) {
    frames.begin_stream();
    frames.append(from_hex("0261"));
    frames.flush();
    frames.append(from_hex("0362"));
    frames.append(from_hex("63"));
    frames.flush();
  });
  CHECK(to_hex_text(stream) ==
        "ff060000734e61507059"
        "01060000ea753d510261"
        "01070000e2a871cf036263");
}

TEST_CASE("a chunk is packed where that saves 15 percent", "[snappy_frames]") {
  const ByteVector zeros(1000);
  const auto packed = [](const ByteVector& plain) {
    return written([&](SnappyFrames& frames) {
      frames.begin_stream();
      frames.append(plain);
      frames.flush();
    });
  };
  CHECK(packed(zeros) == framed(zeros, ChunkKind::kPacked));
  CHECK(packed(noise(1000)) == framed(noise(1000), ChunkKind::kPlain));
  // The noise stays as long as it is; of the zeros behind it a few bytes are left. That makes about
  // 78 % with 300 zeros, and 92 % with 100.
  CHECK(chunk_types(packed(noise(1000) + ByteVector(300))) == "0");
  CHECK(chunk_types(packed(noise(1000) + ByteVector(100))) == "1");
}

TEST_CASE("chunks hold at most 64 KiB", "[snappy_frames]") {
  for (const std::size_t size : {65535U, 65536U, 65537U, 200000U}) {
    CAPTURE(size);
    const ByteVector plain = noise(size);
    const ByteVector stream = written([&](SnappyFrames& frames) {
      frames.begin_stream();
      for (std::size_t i = 0; i < size; i += 999) {
        frames.append(Bytes(plain).subspan(i, std::min<std::size_t>(999, size - i)));
      }
      frames.flush();
      frames.flush();
    });
    CHECK(stream == framed(plain, ChunkKind::kPlain));
    CHECK(unpack(stream) == plain);
  }
}

TEST_CASE("a chunk of its own can be replaced", "[snappy_frames]") {
  const ByteVector stream = written([](SnappyFrames& frames) {
    frames.begin_stream();
    frames.append(from_hex("01"));
    const std::uint64_t place = frames.append_chunk(from_hex("0000"));
    CHECK(place == 10 + 9);
    frames.append(from_hex("04"));
    frames.flush();
    frames.patch_chunk(place, from_hex("0203"));
  });
  CHECK(unpack(stream) == from_hex("01020304"));
}

}  // namespace savvy
