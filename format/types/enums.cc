#include <fmt/format.h>

#include <map>

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/snapshot_type.h"

// Bytes   Java: i32 index into the constants of the snapshot; Scala: i32 id
//         snapshot, Java:  utf class | i32 n | n x utf constant
//         snapshot, Scala: utf class | i32 n | n x (utf name | i32 id)
// Values  the name, from the list: a restored job keeps the order of the old class
// Source  EnumSerializer, ScalaEnumSerializerSnapshot

namespace savvy {
namespace {

class EnumType final : public SnapshotType {
 public:
  EnumType(SnapshotHead head, std::string class_name, std::map<std::int32_t, std::string> constants)
      : SnapshotType(std::move(head)),
        class_name_(std::move(class_name)),
        constants_(std::move(constants)) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::uint64_t at = in.offset();
    const std::int32_t number = in.i32("enum constant");
    const auto found = constants_.find(number);
    if (found == constants_.end()) {
      in.fail_at(at, fmt::format("enum constant = {} is none of the {} of {}", number,
                                 constants_.size(), class_name_));
    }
    sink.string(found->second);
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.take(4, "enum constant"); }
  int fixed_length() const override { return 4; }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description;
    description.kind = "enum";
    description.name = simple_name(class_name_);
    description.attributes.emplace_back("class", class_name_);
    std::string names;
    for (const auto& [number, name] : constants_) {
      if (!names.empty()) names += ",";
      names += name;
    }
    description.attributes.emplace_back("constants", std::move(names));
    return description;
  }

 private:
  std::string class_name_;
  std::map<std::int32_t, std::string> constants_;
};

TypePtr read_enum(SnapshotReader& reader, const SnapshotHead& head) {
  ByteReader& in = reader.in();
  reader.expect_version(head, 2, 3);  // 2: the config snapshot of 1.7, behind the adapter
  std::string class_name = in.utf("enum class");
  const std::size_t count = in.count(2, "enum constant count");
  std::map<std::int32_t, std::string> constants;
  for (std::size_t i = 0; i < count; ++i) {
    constants.emplace(static_cast<std::int32_t>(i), in.utf("enum constant"));
  }
  return std::make_shared<EnumType>(head, std::move(class_name), std::move(constants));
}

TypePtr read_scala_enum(SnapshotReader& reader, const SnapshotHead& head) {
  ByteReader& in = reader.in();
  reader.expect_version(head, 3, 3);
  std::string class_name = in.utf("enum class");
  const std::size_t count = in.count(2 + 4, "enum constant count");
  std::map<std::int32_t, std::string> constants;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = in.utf("enum constant");
    constants.insert_or_assign(in.i32("enum id"), std::move(name));
  }
  return std::make_shared<EnumType>(head, std::move(class_name), std::move(constants));
}

}  // namespace

void add_enum_types(SerializerRegistry& registry) {
  registry.add(join(kBase, "EnumSerializer$EnumSerializerSnapshot"), read_enum);
  registry.add(join(kBase, "EnumSerializer$EnumSerializerConfigSnapshot"), read_enum);
  registry.add(join(kScala, "ScalaEnumSerializerSnapshot"), read_scala_enum);
  registry.add(join(kScala2, "ScalaEnumSerializerSnapshot"), read_scala_enum);
}

}  // namespace savvy
