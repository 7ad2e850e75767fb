// A serializer snapshot with values behind it: u8 flags (1: values go on with other data; 6: whose
// Kryo) | proxied snapshot | values of the type, one after another.

#include <array>

#include "format/byte_reader.h"
#include "format/serializer_registry.h"
#include "format/type.h"
#include "tests/fuzz/balanced_sink.h"

namespace {

constexpr int kMaxValues = 100;

const std::array<savvy::SerializerRegistry, 3>& registries() {
  static const std::array<savvy::SerializerRegistry, 3> each = {
      savvy::make_serializer_registry(savvy::KryoRelease::kUnknown),
      savvy::make_serializer_registry(savvy::KryoRelease::kKryo2),
      savvy::make_serializer_registry(savvy::KryoRelease::kKryo5)};
  return each;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  testing::Choices choices({data, size});
  const std::uint8_t flags = choices.u8();
  const Extent extent = (flags & 1) != 0 ? Extent::kOpen : Extent::kDelimited;
  const SerializerRegistry& registry = registries()[(flags >> 1) % 3];
  testing::outcome_of([&] {
    ByteReader in(choices.rest(), "f");
    const TypePtr type = SnapshotReader(in, registry).read_proxy();
    type->describe();
    testing::BalancedSink sink;
    // Values without bytes would never come to an end.
    for (int i = 0; i < kMaxValues && !in.at_end(); ++i) {
      const End end = type->decode(in, extent, sink);
      sink.expect_one_value();
      if (end == End::kRestTaken) break;
    }
  });
  return 0;
}
