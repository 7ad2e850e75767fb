// A type that is known by name only: none of its values can be walked.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/types/snapshot_type.h"

namespace savvy {

inline constexpr std::string_view kUnknownSerializer = "serializer unknown here";

class OpaqueType final : public NestingType {
 public:
  // `class_name` stands for the values ("$type"); `reason` is a fixed phrase. `attributes` and
  // `children` are what the snapshot tells besides.
  OpaqueType(SnapshotHead head, std::string class_name, std::string reason,
             std::vector<TypePtr> children = {},
             std::vector<std::pair<std::string, std::string>> attributes = {})
      : NestingType(std::move(head), std::move(children)),
        class_name_(std::move(class_name)),
        reason_(std::move(reason)),
        attributes_(std::move(attributes)) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    return give_up(in, extent, sink, class_name_, reason_);
  }
  bool walkable() const override { return false; }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description = describe_as("opaque", simple_name(class_name_), {});
    description.attributes = attributes_;
    description.attributes.emplace_back("class", class_name_);
    description.attributes.emplace_back("reason", reason_);
    return description;
  }

 private:
  std::string class_name_;
  std::string reason_;
  std::vector<std::pair<std::string, std::string>> attributes_;
};

// The type for a snapshot that was refused. Unless its class is merely unknown, the attribute
// "refused" says why.
TypePtr make_opaque_type(SnapshotHead head, const UnsupportedError& error);

}  // namespace savvy
