// Bytes   the fields back to back, without flags
// Errors  UnsupportedError, from check_tuple(): more than 16 fields, own or of fields, that take no
//         bytes, since each value has them all
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
  // Fields without bytes, those of fields that are tuples counted as well.
  std::size_t free_parts() const { return free_parts_; }

 protected:
  TypeDescription describe_data() const override;

 private:
  std::string_view kind_;
  std::string class_name_;
  std::vector<std::string> names_;
  int fixed_length_;
  bool walkable_;
  std::size_t min_bytes_;
  std::size_t free_parts_;
};

// Refuses a tuple of which each value is many parts and few bytes.
TypePtr check_tuple(const SnapshotReader& reader, const SnapshotHead& head,
                    std::shared_ptr<const TupleType> tuple);

}  // namespace savvy
