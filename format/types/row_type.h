// Bytes   mask over (2 kind bits if there are any) + fields | fields that are not null
//         kind = bit 0 + 2 x bit 1
// Values  names given to RowTypeInfo are not stored: f0, f1, ...
// Source  RowSerializer, MaskUtils

#pragma once

#include <string>
#include <vector>

#include "format/types/mask.h"
#include "format/types/row_kind.h"
#include "format/types/snapshot_type.h"
#include "format/types/tuple_type.h"

namespace savvy {

class RowType final : public NestingType {
 public:
  RowType(SnapshotHead head, std::vector<TypePtr> fields, bool has_kind)
      : NestingType(std::move(head), std::move(fields)),
        names_(numbered_names("f", 0, children().size())),
        first_(has_kind ? kKindBits : 0) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const Mask mask = read_mask(in);
    sink.begin_object();
    if (has_kind()) emit_row_kind(row_kind(mask), sink);
    End end = End::kKnown;
    for (std::size_t i = 0; i < names_.size() && end == End::kKnown; ++i) {
      const Within place(in, names_[i]);
      sink.field(names_[i]);
      if (is_null(mask, i)) {
        sink.null();
      } else {
        end = child(i).decode(in, extent, sink);
      }
    }
    sink.end_object();
    return end;
  }

  void skip(ByteReader& in) const override {
    const Mask mask = read_mask(in);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!is_null(mask, i)) child(i).skip(in);
    }
  }

  std::size_t min_bytes() const override { return Mask::size_bytes(first_ + names_.size()); }

  // The parts, for who reads a row otherwise.
  Mask read_mask(ByteReader& in) const { return Mask(in, first_ + names_.size()); }
  bool has_kind() const { return first_ > 0; }
  unsigned row_kind(const Mask& mask) const {
    return has_kind() ? (mask[0] ? 1U : 0U) + (mask[1] ? 2U : 0U) : 0U;
  }
  bool is_null(const Mask& mask, std::size_t field) const { return mask[first_ + field]; }

 protected:
  TypeDescription describe_data() const override { return describe_as("row", "Row", {}); }

 private:
  static constexpr std::size_t kKindBits = 2;

  std::vector<std::string> names_;
  std::size_t first_;  // mask bits before those of the fields
};

}  // namespace savvy
