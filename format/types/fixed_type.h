// Types of a constant number of bytes.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "format/types/class_names.h"
#include "format/types/snapshot_type.h"

namespace savvy {

// kEmit reads the kBytes bytes of one value and reports it.
template <int kBytes, auto kEmit>
class FixedType final : public SnapshotType {
 public:
  FixedType(SnapshotHead head, std::string_view kind, std::string_view name)
      : SnapshotType(std::move(head)), kind_(kind), name_(name) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    kEmit(in, sink);
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.take(kBytes, kind_); }
  int fixed_length() const override { return kBytes; }
  std::size_t min_bytes() const override { return kBytes; }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description;
    description.kind = kind_;
    description.name = name_;
    return description;
  }

 private:
  std::string_view kind_;
  std::string_view name_;
};

// `kind` and `name` are literals.
template <int kBytes, auto kEmit>
SimpleTypeFactory fixed_type(std::string_view kind, std::string_view name) {
  return [kind, name](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<FixedType<kBytes, kEmit>>(head, kind, name);
  };
}

}  // namespace savvy
