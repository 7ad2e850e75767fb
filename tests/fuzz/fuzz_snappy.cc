// A snappy stream: u8 flags (1: in mid-stream; 2: of parts) | the stream, or parts that make it:
// kind 0 and 1 a chunk, packed and plain, around its content with the right checksum; others a chunk
// of that type around its body as it is. What whole chunks hold is what is read.

#include "format/byte_reader.h"
#include "format/snappy_source.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/parts.h"
#include "tests/support/snappy_frames.h"

namespace savvy::testing {
namespace {

constexpr std::uint8_t kMidStream = 1;
constexpr std::uint8_t kParts = 2;

struct Stream {
  ByteVector bytes;
  ByteVector plain;    // what it holds,
  bool known = false;  // if that is known
};

Stream make_stream(Bytes input) {
  Stream stream{from_hex(kSnappyIdentifier), {}, true};
  for (const Part& part : split_parts(input)) {
    if (part.kind > 1) {
      stream.bytes = std::move(stream.bytes) + raw_chunk(part.kind, part.content);
      stream.known = false;
      continue;
    }
    stream.bytes = std::move(stream.bytes) + chunk(ChunkKind{part.kind}, part.content);
    stream.plain = std::move(stream.plain) + part.content;
  }
  return stream;
}

// Entries of all sizes, so that windows are kept, extended and given up.
ByteVector read_all(ByteReader& in) {
  ByteVector read;
  const auto take = [&](std::size_t size) {
    const Bytes bytes = in.take(size, "bytes");
    read.insert(read.end(), bytes.begin(), bytes.end());
  };
  for (std::size_t n = 1; !in.at_end(); n = n * 3 % 65537 + 1) {
    in.begin_entry();
    take(1);
    take(in.peek(n).size());
  }
  return read;
}

}  // namespace

std::optional<std::size_t> parts_start(Bytes input) {
  if (input.empty() || (input[0] & kParts) == 0) return std::nullopt;
  return 1;
}

}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  using namespace savvy::testing;
  Choices choices({data, size});
  const std::uint8_t flags = choices.u8();
  const Bytes rest = choices.rest();
  const Stream stream =
      (flags & kParts) != 0 ? make_stream(rest) : Stream{{rest.begin(), rest.end()}, {}, false};
  const SnappyStart start =
      (flags & kMidStream) != 0 ? SnappyStart::kMidStream : SnappyStart::kIdentifier;
  const MemoryFile file("f", stream.bytes);
  ByteVector read;
  const std::string outcome = outcome_of([&] {
    SnappySource source(file, 0, file.size(), start);
    ByteReader in(source);
    read = read_all(in);
  });
  if (stream.known && (outcome != "read" || read != stream.plain)) {
    finding("a stream of whole chunks is not read as it was written: " + outcome);
  }
  return 0;
}
