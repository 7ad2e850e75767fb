#include "format/types/pojo_type.h"

#include <fmt/format.h>

namespace savvy {
namespace {

constexpr std::uint8_t kNull = 1;
constexpr std::uint8_t kDeclaredClass = 2;
constexpr std::uint8_t kOtherSubclass = 4;
constexpr std::uint8_t kRegisteredSubclass = 8;

constexpr std::string_view kMissing = "serializer missing in the snapshot";
constexpr std::string_view kUnregistered = "subclass missing in the snapshot";

End decode_subclass(const PojoPart& subclass, ByteReader& in, Extent extent, ValueSink& sink,
                    const auto& decode_pojo) {
  if (subclass.type == nullptr) return give_up(in, extent, sink, subclass.name, kMissing);
  const auto* pojo = dynamic_cast<const PojoType*>(subclass.type.get());
  if (pojo == nullptr) return subclass.type->decode(in, extent, sink);
  return decode_pojo(*pojo);
}

TypeDescription describe_part(const PojoPart& part) {
  if (part.type != nullptr) return part.type->describe();
  return {"missing", part.name, {}, 0, {}, {}};
}

}  // namespace

End PojoType::decode_as(ByteReader& in, Extent extent, ValueSink& sink,
                        std::string_view label) const {
  const std::uint64_t at = in.offset();
  const std::uint8_t flags = in.u8("POJO flags");
  switch (flags) {
    case kNull:
      sink.null();
      return End::kKnown;
    case kDeclaredClass:
      return decode_fields(in, extent, sink, label);
    case kRegisteredSubclass:
      return decode_registered(in, extent, sink);
    case kOtherSubclass:
      return decode_other(in, extent, sink);
    default:
      in.fail_at(at, fmt::format("POJO flags = {:#x}, expected 1, 2, 4 or 8", flags));
  }
}

End PojoType::decode_fields(ByteReader& in, Extent extent, ValueSink& sink,
                            std::string_view label) const {
  sink.begin_object();
  if (!label.empty()) {
    sink.field("$class");
    sink.string(label);
  }
  End end = End::kKnown;
  for (const PojoPart& field : fields_) {
    const Within place(in, field.name);
    sink.field(field.name);
    if (in.boolean("null flag of a field")) {
      sink.null();
    } else if (field.type == nullptr) {
      end = give_up(in, extent, sink, field.name, kMissing);
    } else {
      end = field.type->decode(in, extent, sink);
    }
    if (end == End::kRestTaken) break;
  }
  sink.end_object();
  return end;
}

End PojoType::decode_registered(ByteReader& in, Extent extent, ValueSink& sink) const {
  const std::uint64_t at = in.offset();
  const std::uint8_t tag = in.u8("subclass tag");
  if (tag >= registered_.size()) {
    in.fail_at(at, fmt::format("subclass tag = {}, the snapshot has {} registered subclasses", tag,
                               registered_.size()));
  }
  const PojoPart& subclass = registered_[tag];
  return decode_subclass(subclass, in, extent, sink, [&](const PojoType& pojo) {
    return pojo.decode_as(in, extent, sink, subclass.name);
  });
}

End PojoType::decode_other(ByteReader& in, Extent extent, ValueSink& sink) const {
  const std::string name = in.utf("subclass");
  const auto found = other_by_name_.find(name);
  // Another copy of the serializer met the class: each has its own cache.
  if (found == other_by_name_.end()) return give_up(in, extent, sink, name, kUnregistered);
  return decode_subclass(others_[found->second], in, extent, sink, [&](const PojoType& pojo) {
    return pojo.decode_as(in, extent, sink, name);
  });
}

TypeDescription PojoType::describe_data() const {
  TypeDescription description;
  description.kind = "pojo";
  description.name = simple_name(class_name_);
  description.attributes.emplace_back("class", class_name_);
  for (const PojoPart& field : fields_) {
    description.fields.push_back({field.name, describe_part(field)});
  }
  for (const PojoPart& subclass : registered_) {
    description.fields.push_back({"registered subclass " + subclass.name, describe_part(subclass)});
  }
  for (const PojoPart& subclass : others_) {
    description.fields.push_back({"subclass " + subclass.name, describe_part(subclass)});
  }
  return description;
}

}  // namespace savvy
