// Bytes   the fields back to back, without flags
// Values  an object: f0, f1, ... for tuples; _1, _2, ... for Scala's case classes, whose field
//         names are not in the file
// Source  TupleSerializer, CaseClassSerializer

#pragma once

#include <string>
#include <vector>

#include "format/types/snapshot_type.h"

namespace savvy {

// "f0", "f1", ... or, counted from 1, "_1", "_2", ...
std::vector<std::string> numbered_names(std::string_view prefix, std::size_t first,
                                        std::size_t count);

class TupleType final : public NestingType {
 public:
  TupleType(SnapshotHead head, std::string_view kind, std::string class_name,
            std::vector<std::string> names, std::vector<TypePtr> fields);

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override;
  void skip(ByteReader& in) const override {
    for (const TypePtr& field : children()) field->skip(in);
  }
  int fixed_length() const override { return fixed_length_; }
  bool walkable() const override { return walkable_; }
  std::size_t min_bytes() const override { return min_bytes_; }

 protected:
  TypeDescription describe_data() const override;

 private:
  std::string_view kind_;
  std::string class_name_;
  std::vector<std::string> names_;
  int fixed_length_;
  bool walkable_;
  std::size_t min_bytes_;
};

}  // namespace savvy
