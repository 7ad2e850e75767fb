// Values of types that are given: u8 type | u8 flags (1: values go on with other data) | values.

#include <array>
#include <string>
#include <vector>

#include "format/java_hash.h"
#include "format/serializer_registry.h"
#include "tests/fuzz/balanced_sink.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy::testing {
namespace {

constexpr int kMaxValues = 100;

TypePtr read_type(const Snapshot& inner, KryoRelease release) {
  const ByteVector proxy = proxy_of(inner);
  const SerializerRegistry registry = make_serializer_registry(release);
  ByteReader in(proxy, "f");
  return SnapshotReader(in, registry).read_proxy();
}

Snapshot kryo_of(std::string_view class_name) {
  ByteWriter out;
  out.utf(class_name);
  for (int i = 0; i < 3; ++i) put_optional_map(out, {});
  return snapshot(flink_runtime("kryo.KryoSerializerSnapshot"), 2, out.bytes());
}

Snapshot avro_of(std::string_view schema) {
  ByteWriter out;
  out.utf("Thing");
  out.utf(schema);
  return snapshot("org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot", 2, out.bytes());
}

constexpr std::string_view kSchema = R"({"type":"record","name":"R","fields":[
  {"name":"a","type":["null","boolean","int","long","float","double","bytes","string","R"]},
  {"name":"b","type":{"type":"map","values":{"type":"array","items":"null"}}},
  {"name":"c","type":{"type":"enum","name":"E","symbols":["X","Y"]}},
  {"name":"d","type":{"type":"bytes","logicalType":"decimal","scale":2}},
  {"name":"e","type":{"type":"long","logicalType":"timestamp-micros"}},
  {"name":"f","type":{"type":"fixed","name":"F","size":12,"logicalType":"duration"}}]})";

std::vector<TypePtr> make_types() {
  const Snapshot text = base_snapshot("String");
  const Snapshot number = base_snapshot("Long");
  const std::array<Snapshot, 5> plain = {
      avro_of(kSchema), map_of(text, list_of(number)), tuple_of({text, base_snapshot("BigDec")}),
      pojo_of("P", {{"a", text}, {"b", list_of(text)}}, {{"S", pojo_of("S", {{"a", text}})}}),
      tuple_of({base_snapshot("LocalDateTime"), base_snapshot("Double"), number})};
  std::vector<TypePtr> types;
  for (const Snapshot& each : plain) types.push_back(read_type(each, KryoRelease::kUnknown));
  for (const auto release : {KryoRelease::kKryo2, KryoRelease::kKryo5, KryoRelease::kUnknown}) {
    types.push_back(read_type(kryo_of("java.util.ArrayList"), release));
  }
  return types;
}

// A hash reads as much as the value has.
void check_hash(const Type& type, ByteReader in) {
  const JavaHash hash = java_hash_of(type);
  if (!hash) return;
  ByteReader skipped = in;
  const std::string skip = outcome_of([&] { type.skip(skipped); });
  if (skip != "read") return;
  outcome_of([&] {
    hash(in);
    if (in.offset() != skipped.offset()) finding("a hash that reads another value");
  });
}

}  // namespace
}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  static const std::vector<TypePtr> types = testing::make_types();
  testing::Choices choices({data, size});
  const Type& type = *types[choices.u8() % types.size()];
  const Extent extent = (choices.u8() & 1) != 0 ? Extent::kOpen : Extent::kDelimited;
  testing::check_hash(type, ByteReader(choices.rest(), "f"));
  testing::outcome_of([&] {
    ByteReader in(choices.rest(), "f");
    testing::BalancedSink sink;
    for (int i = 0; i < testing::kMaxValues && !in.at_end(); ++i) {
      const End end = type.decode(in, extent, sink);
      sink.expect_one_value();
      if (end == End::kRestTaken) break;
    }
  });
  return 0;
}
