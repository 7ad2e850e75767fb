// Serializer snapshots made by hand.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_writer.h"

namespace savvy::testing {

// A versioned snapshot, without the version of the proxy.
using Snapshot = ByteVector;

inline std::string flink_base(std::string_view name) {
  return "org.apache.flink.api.common.typeutils.base." + std::string(name);
}
inline std::string flink_runtime(std::string_view name) {
  return "org.apache.flink.api.java.typeutils.runtime." + std::string(name);
}

inline Snapshot snapshot(std::string_view class_name, std::int32_t version, Bytes payload = {}) {
  ByteWriter out;
  out.utf(class_name);
  out.i32(version);
  out.raw(payload);
  return out.take();
}

// "Long" is the snapshot of LongSerializer.
inline Snapshot base_snapshot(std::string_view name) {
  const std::string serializer = std::string(name) + "Serializer";
  return snapshot(flink_base(serializer + "$" + serializer + "Snapshot"), 3);
}

inline void put_nested(ByteWriter& out, const std::vector<Snapshot>& nested) {
  out.i32(1333245);
  out.i32(1);
  out.count(nested.size());
  for (const Snapshot& each : nested) out.raw(each);
}

inline Snapshot composite(std::string_view class_name, std::int32_t outer_version,
                          const std::vector<Snapshot>& nested, Bytes outer_part = {}) {
  ByteWriter out;
  out.i32(911108);
  out.i32(outer_version);
  out.raw(outer_part);
  put_nested(out, nested);
  return snapshot(class_name, 3, out.bytes());
}

inline Snapshot list_of(const Snapshot& element) {
  return composite(flink_base("ListSerializerSnapshot"), 1, {element});
}
inline Snapshot map_of(const Snapshot& key, const Snapshot& value) {
  return composite(flink_base("MapSerializerSnapshot"), 1, {key, value});
}
inline Snapshot tuple_of(const std::vector<Snapshot>& fields) {
  ByteWriter outer;
  outer.utf("org.apache.flink.api.java.tuple.Tuple" + std::to_string(fields.size()));
  return composite(flink_runtime("TupleSerializerSnapshot"), 2, fields, outer.bytes());
}

struct PartBytes {
  std::string name;
  Snapshot value;  // empty for a part the writer could not load
};

inline void put_optional_map(ByteWriter& out, const std::vector<PartBytes>& parts) {
  out.i64(0x4F2C69A3D70);
  out.count(parts.size());
  for (const PartBytes& part : parts) {
    out.utf(part.name);
    out.boolean(true);
    out.blob({});
    out.boolean(!part.value.empty());
    if (!part.value.empty()) out.blob(part.value);
  }
}

inline Snapshot pojo_of(std::string_view class_name, const std::vector<PartBytes>& fields,
                        const std::vector<PartBytes>& registered = {},
                        const std::vector<PartBytes>& others = {}) {
  ByteWriter out;
  out.utf(class_name);
  put_optional_map(out, fields);
  put_optional_map(out, registered);
  put_optional_map(out, others);
  return snapshot(flink_runtime("PojoSerializerSnapshot"), 2, out.bytes());
}

inline ByteVector proxy_of(const Snapshot& inner) {
  ByteWriter out;
  out.i32(2);
  out.raw(inner);
  return out.take();
}

}  // namespace savvy::testing
