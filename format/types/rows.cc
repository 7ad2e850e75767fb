#include <limits>

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/mask.h"
#include "format/types/row_kind.h"
#include "format/types/tuple_type.h"

// Bytes   mask over (2 kind bits if there are any) + fields | fields that are not null
//         kind = bit 0 + 2 x bit 1. The bits exist: outer version 2 never, 3 always, 4 by its flag
// Values  names given to RowTypeInfo are not stored: f0, f1, ...
// Source  RowSerializer, MaskUtils

namespace savvy {
namespace {

constexpr std::size_t kKindBits = 2;

class RowType final : public NestingType {
 public:
  RowType(SnapshotHead head, std::vector<TypePtr> fields, bool has_kind)
      : NestingType(std::move(head), std::move(fields)),
        names_(numbered_names("f", 0, children().size())),
        first_(has_kind ? kKindBits : 0) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const Mask mask(in, first_ + names_.size());
    sink.begin_object();
    if (first_ > 0) emit_row_kind((mask[0] ? 1U : 0U) + (mask[1] ? 2U : 0U), sink);
    End end = End::kKnown;
    for (std::size_t i = 0; i < names_.size() && end == End::kKnown; ++i) {
      const Within place(in, names_[i]);
      sink.field(names_[i]);
      if (mask[first_ + i]) {
        sink.null();
      } else {
        end = child(i).decode(in, extent, sink);
      }
    }
    sink.end_object();
    return end;
  }

  void skip(ByteReader& in) const override {
    const Mask mask(in, first_ + names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!mask[first_ + i]) child(i).skip(in);
    }
  }

  std::size_t min_bytes() const override { return Mask::size_bytes(first_ + names_.size()); }

 protected:
  TypeDescription describe_data() const override { return describe_as("row", "Row", {}); }

 private:
  std::vector<std::string> names_;
  std::size_t first_;  // mask bits before those of the fields
};

TypePtr read_row(SnapshotReader& reader, const SnapshotHead& head) {
  const std::int32_t outer = reader.read_composite_head(head);
  if (outer < 2 || outer > 4) reader.refuse(head, "unknown outer version");
  const bool has_kind = outer == 4 ? reader.in().boolean("row kind flag") : outer == 3;
  return std::make_shared<RowType>(head, reader.read_nested(), has_kind);
}

}  // namespace

void add_row_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "RowSerializer$RowSerializerSnapshot"), read_row);
}

}  // namespace savvy
