// Which Kryo wrote the generic values of a snapshot: the values do not say, and differ.
//
// Source  Flink 2.0 went from Kryo 2.24 to 5.6 and cannot read what the older one wrote; it also
//         introduced metadata version 5

#pragma once

#include <cstdint>

namespace savvy {

enum class KryoRelease { kUnknown, kKryo2, kKryo5 };

constexpr KryoRelease kryo_release(std::int32_t metadata_version) {
  constexpr std::int32_t kFirstOfFlink2 = 5;
  return metadata_version >= kFirstOfFlink2 ? KryoRelease::kKryo5 : KryoRelease::kKryo2;
}

}  // namespace savvy
