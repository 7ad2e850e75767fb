#include "format/types/snapshot_type.h"

#include <fmt/format.h>

#include "format/errors.h"

namespace savvy {
TypeDescription NestingType::describe_as(std::string_view kind, std::string_view name,
                                         std::span<const std::string_view> labels) const {
  TypeDescription description;
  description.kind = kind;
  description.name = name;
  std::string_view separator = "<";
  for (std::size_t i = 0; i < children_.size(); ++i) {
    TypeDescription part = children_[i]->describe();
    description.name += separator;
    description.name += part.name;
    separator = ", ";
    std::string label = i < labels.size() ? std::string(labels[i]) : fmt::format("f{}", i);
    description.fields.push_back({std::move(label), std::move(part)});
  }
  if (!children_.empty()) description.name += ">";
  return description;
}

std::string_view simple_name(std::string_view class_name) {
  const std::size_t cut = class_name.find_last_of(".$");
  return cut == std::string_view::npos ? class_name : class_name.substr(cut + 1);
}

End give_up(ByteReader& in, Extent extent, ValueSink& sink, std::string_view class_name,
            std::string_view reason) {
  if (extent == Extent::kOpen) {
    throw UnsupportedError(fmt::format(
        "a value of {} cannot be decoded ({}), so what follows it cannot be found\n  {}",
        class_name, reason, in.describe_position()));
  }
  sink.opaque(in.rest("value"), class_name, reason);
  return End::kRestTaken;
}

}  // namespace savvy
