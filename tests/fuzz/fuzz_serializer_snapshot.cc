// A serializer snapshot with values behind it: u8 flags (1: values go on with other data) | proxied
// snapshot | values of the type, one after another.

#include "format/byte_reader.h"
#include "format/serializer_registry.h"
#include "format/type.h"
#include "tests/fuzz/fuzz.h"

namespace {

constexpr int kMaxValues = 100;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  static const SerializerRegistry registry = make_serializer_registry();
  testing::Choices choices({data, size});
  const Extent extent = (choices.u8() & 1) != 0 ? Extent::kOpen : Extent::kDelimited;
  testing::outcome_of([&] {
    ByteReader in(choices.rest(), "f");
    const TypePtr type = SnapshotReader(in, registry).read_proxy();
    type->describe();
    NullSink nowhere;
    // Values without bytes would never come to an end.
    for (int i = 0; i < kMaxValues && !in.at_end(); ++i) {
      if (type->decode(in, extent, nowhere) == End::kRestTaken) break;
    }
  });
  return 0;
}
