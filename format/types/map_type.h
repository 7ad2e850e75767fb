// Bytes   i32 n | n x (key | bool is null [| value])
// Values  an object if the keys are text, else pairs. A null key, or one that is no UTF-8, makes
//         pairs of all: known only after a walk over the keys.
// Source  MapSerializer, SortedMapSerializer

#pragma once

#include <vector>

#include "format/types/snapshot_type.h"

namespace savvy {

class TextType;

class MapType final : public NestingType {
 public:
  MapType(SnapshotHead head, std::vector<TypePtr> key_and_value);

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override;
  void skip(ByteReader& in) const override;
  Shape shape() const override { return Shape::kMap; }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override;

 private:
  std::size_t read_size(ByteReader& in) const;
  bool all_keys_are_text(ByteReader& in, Extent extent) const;
  End decode_object(ByteReader& in, Extent extent, ValueSink& sink) const;
  End decode_pairs(ByteReader& in, Extent extent, ValueSink& sink) const;
  End decode_value(ByteReader& in, Extent extent, ValueSink& sink) const;

  const TextType* text_key_;
};

}  // namespace savvy
