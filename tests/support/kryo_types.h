// The type of what a KryoSerializer of Object writes, without registrations.

#pragma once

#include "tests/support/json_sink.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy::testing {

inline TypePtr kryo_type_of_objects(KryoRelease release) {
  ByteWriter out;
  out.utf("java.lang.Object");
  for (int i = 0; i < 3; ++i) put_optional_map(out, {});
  const ByteVector proxy =
      proxy_of(snapshot(flink_runtime("kryo.KryoSerializerSnapshot"), 2, out.bytes()));
  return read_type(proxy, release);
}

}  // namespace savvy::testing
