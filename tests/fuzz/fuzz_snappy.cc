// A snappy stream. Bytes: u8 flags (1: in mid-stream) | the stream.

#include "format/byte_reader.h"
#include "format/snappy_source.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  testing::Choices choices({data, size});
  const bool in_mid_stream = (choices.u8() & 1) != 0;
  const MemoryFile file("f", choices.rest());
  testing::outcome_of([&] {
    SnappySource source(file, 0, file.size(),
                        in_mid_stream ? SnappyStart::kMidStream : SnappyStart::kIdentifier);
    ByteReader in(source);
    // Entries of all sizes, so that windows are kept, extended and given up.
    for (std::size_t n = 1; !in.at_end(); n = n * 3 % 65537 + 1) {
      in.begin_entry();
      in.take(1, "byte");
      in.take(in.peek(n).size(), "bytes");
    }
  });
  return 0;
}
