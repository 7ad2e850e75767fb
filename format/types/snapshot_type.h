// What the types of this folder share: they come from a snapshot, and they give up in one way.

#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/serializer_registry.h"
#include "format/type.h"

namespace savvy {

// A type that knows the snapshot it was read from.
class SnapshotType : public Type {
 public:
  explicit SnapshotType(SnapshotHead head) : head_(std::move(head)) {}

  TypeDescription describe() const final {
    TypeDescription description = describe_data();
    description.serializer = head_.class_name;
    description.version = head_.version;
    return description;
  }

  const SnapshotHead& head() const { return head_; }

 protected:
  virtual TypeDescription describe_data() const = 0;

 private:
  SnapshotHead head_;
};

// A type around others.
class NestingType : public SnapshotType {
 public:
  NestingType(SnapshotHead head, std::vector<TypePtr> children)
      : SnapshotType(std::move(head)), children_(std::move(children)) {}

  std::span<const TypePtr> children() const final { return children_; }

 protected:
  const Type& child(std::size_t i) const { return *children_[i]; }

  // "kind", "Name<A, B>" and the children under their labels.
  TypeDescription describe_as(std::string_view kind, std::string_view name,
                              std::span<const std::string_view> labels) const;

 private:
  std::vector<TypePtr> children_;
};

inline constexpr std::array<std::string_view, 1> kElementLabel = {"element"};
inline constexpr std::array<std::string_view, 2> kMapLabels = {"key", "value"};

// The part of a class name behind its package and its outer classes.
std::string_view simple_name(std::string_view class_name);

// Reports a value that cannot be decoded: all that is left, if the value ends there; otherwise
// UnsupportedError, because nothing behind it can be found. `reason` is a fixed phrase.
End give_up(ByteReader& in, Extent extent, ValueSink& sink, std::string_view class_name,
            std::string_view reason);

}  // namespace savvy
