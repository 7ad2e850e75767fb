// Bytes   u8 tag | a value of the serializer that the tag stands for
// Values  an object with one field, named by the choice: {"left": ...}
// Source  EitherSerializer, ScalaEitherSerializer, TrySerializer, CoGroupedStreams.UnionSerializer

#pragma once

#include <array>

#include "format/types/snapshot_type.h"

namespace savvy {

struct ChoiceKind {
  std::string_view kind;
  std::string_view name;
  std::array<std::string_view, 2> labels;  // of the children
  std::array<std::uint8_t, 2> tags;
};

class ChoiceType final : public NestingType {
 public:
  ChoiceType(SnapshotHead head, std::vector<TypePtr> choices, const ChoiceKind& kind)
      : NestingType(std::move(head), std::move(choices)), kind_(kind) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override;
  void skip(ByteReader& in) const override { child(read_choice(in)).skip(in); }

 protected:
  TypeDescription describe_data() const override {
    return describe_as(kind_.kind, kind_.name, kind_.labels);
  }

 private:
  std::size_t read_choice(ByteReader& in) const;

  const ChoiceKind& kind_;  // a constant
};

}  // namespace savvy
