#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/snapshot_type.h"
#include "format/types/variant.h"

// Bytes   i32 value size | i32 metadata size | value | metadata
// Source  VariantSerializer

namespace savvy {
namespace {

class VariantType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::string place = in.describe_position();
    const std::size_t value_size = in.count(1, "VARIANT size");
    const std::size_t metadata_size = in.count(1, "VARIANT metadata size");
    const Bytes both = in.take(value_size + metadata_size, "VARIANT");
    emit_variant(both.subspan(value_size), both.first(value_size), place, sink);
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    const std::size_t value_size = in.count(1, "VARIANT size");
    in.take(value_size + in.count(1, "VARIANT metadata size"), "VARIANT");
  }
  std::size_t min_bytes() const override { return 8; }

 protected:
  TypeDescription describe_data() const override { return {"variant", "VARIANT", {}, 0, {}, {}}; }
};

}  // namespace

void add_variant_types(SerializerRegistry& registry) {
  registry.add_simple(join(kBase, "VariantSerializer"), [](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<VariantType>(head);
  });
}

}  // namespace savvy
