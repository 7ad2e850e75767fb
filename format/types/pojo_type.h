// Bytes   u8 flags: 01 null | 02 fields, each bool is null [| value]
//                   08 u8 tag | a whole value of a registered subclass, with its own flags
//                   04 utf class | a whole value of another subclass, with its own flags
// Values  an object of the fields in the order of the snapshot; "$class" first for subclasses
// Source  PojoSerializer

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "format/types/snapshot_type.h"

namespace savvy {

// A type that the writer could not load is null.
struct PojoPart {
  std::string name;
  TypePtr type;
};

class PojoType final : public SnapshotType {
 public:
  PojoType(SnapshotHead head, std::string class_name, std::vector<PojoPart> fields,
           std::vector<PojoPart> registered, std::vector<PojoPart> others)
      : SnapshotType(std::move(head)),
        class_name_(std::move(class_name)),
        fields_(std::move(fields)),
        registered_(std::move(registered)),
        others_(std::move(others)) {
    for (std::size_t i = 0; i < others_.size(); ++i) other_by_name_.emplace(others_[i].name, i);
  }

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    return decode_as(in, extent, sink, {});
  }

 protected:
  TypeDescription describe_data() const override;

 private:
  // A non-empty `label` is printed as "$class".
  End decode_as(ByteReader& in, Extent extent, ValueSink& sink, std::string_view label) const;
  End decode_fields(ByteReader& in, Extent extent, ValueSink& sink, std::string_view label) const;
  End decode_registered(ByteReader& in, Extent extent, ValueSink& sink) const;
  End decode_other(ByteReader& in, Extent extent, ValueSink& sink) const;

  std::string class_name_;
  std::vector<PojoPart> fields_;
  std::vector<PojoPart> registered_;
  std::vector<PojoPart> others_;
  std::map<std::string, std::size_t> other_by_name_;
};

}  // namespace savvy
