#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/tuple_type.h"

namespace savvy {
namespace {

// A field of length 0 makes the whole variable: TupleSerializerBase.getLength adds up only while
// the lengths are positive.
int tuple_length(const std::vector<TypePtr>& fields) {
  std::int64_t sum = 0;
  for (const TypePtr& field : fields) {
    if (field->fixed_length() <= 0) return kVariableLength;
    sum += field->fixed_length();
  }
  return sum <= std::numeric_limits<int>::max() ? static_cast<int>(sum) : kVariableLength;
}

std::size_t free_parts_of(const TypePtr& field) {
  const auto* tuple = dynamic_cast<const TupleType*>(field.get());
  return (field->min_bytes() == 0 ? 1 : 0) + (tuple != nullptr ? tuple->free_parts() : 0);
}

// Tuple0 is one byte.
class EmptyTupleType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    in.take(1, "Tuple0");
    sink.begin_object();
    sink.end_object();
    return End::kKnown;
  }
  int fixed_length() const override { return 1; }

 protected:
  TypeDescription describe_data() const override { return {"tuple", "Tuple0", {}, 0, {}, {}}; }
};

TypePtr read_tuple(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 2) reader.refuse(head, "unknown outer version");
  std::string class_name = reader.in().utf("tuple class");
  std::vector<TypePtr> fields = reader.read_nested();
  std::vector<std::string> names = numbered_names("f", 0, fields.size());
  return check_tuple(reader, head,
                     std::make_shared<const TupleType>(head, "tuple", std::move(class_name),
                                                       std::move(names), std::move(fields)));
}

TypePtr read_empty_tuple(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 2, 3);
  if (head.version == 2) reader.in().utf("serializer class");
  return std::make_shared<EmptyTupleType>(head);
}

}  // namespace

std::vector<std::string> numbered_names(std::string_view prefix, std::size_t first,
                                        std::size_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("{}{}", prefix, first + i));
  return names;
}

TupleType::TupleType(SnapshotHead head, std::string_view kind, std::string class_name,
                     std::vector<std::string> names, std::vector<TypePtr> fields)
    : NestingType(std::move(head), std::move(fields)),
      kind_(kind),
      class_name_(std::move(class_name)),
      names_(std::move(names)),
      fixed_length_(tuple_length({children().begin(), children().end()})),
      walkable_(std::all_of(children().begin(), children().end(),
                            [](const TypePtr& field) { return field->walkable(); })),
      min_bytes_(std::accumulate(
          children().begin(), children().end(), std::size_t{0},
          [](std::size_t sum, const TypePtr& field) { return sum + field->min_bytes(); })),
      free_parts_(std::accumulate(
          children().begin(), children().end(), std::size_t{0},
          [](std::size_t sum, const TypePtr& field) { return sum + free_parts_of(field); })) {}

End TupleType::decode(ByteReader& in, Extent extent, ValueSink& sink) const {
  sink.begin_object();
  End end = End::kKnown;
  for (std::size_t i = 0; i < names_.size() && end == End::kKnown; ++i) {
    const Within place(in, names_[i]);
    sink.field(names_[i]);
    end = child(i).decode(in, extent, sink);
  }
  sink.end_object();
  return end;
}

TypeDescription TupleType::describe_data() const {
  const std::vector<std::string_view> labels(names_.begin(), names_.end());
  TypeDescription description = describe_as(kind_, simple_name(class_name_), labels);
  description.attributes.emplace_back("class", class_name_);
  return description;
}

TypePtr check_tuple(const SnapshotReader& reader, const SnapshotHead& head,
                    std::shared_ptr<const TupleType> tuple) {
  constexpr std::size_t kMaxFreeParts = 16;
  if (tuple->free_parts() > kMaxFreeParts) {
    reader.refuse(head, fmt::format("{} fields that take no bytes, at most {} are read",
                                    tuple->free_parts(), kMaxFreeParts));
  }
  return tuple;
}

void add_tuple_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "TupleSerializerSnapshot"), read_tuple);
  registry.add(join(kJavaRuntime, "Tuple0SerializerSnapshot"), read_empty_tuple);
}

}  // namespace savvy
