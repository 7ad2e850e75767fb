// A key group in the canonical layout; the bytes are described in section_fuzz.h.

#include "format/canonical_stream.h"
#include "tests/fuzz/section_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy::testing;
  fuzz_section({data, size}, [](savvy::ByteReader& in, const SectionChoices& choices) {
    return savvy::CanonicalKeyGroup(in, choices.end, choices.key_group, choices.prefix_bytes,
                                    fuzz_states().size());
  });
  return 0;
}
