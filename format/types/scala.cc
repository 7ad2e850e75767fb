#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/tuple_type.h"

// Case classes; options, eithers, tries, enums and collections stand with their Java kin.
// Source  ScalaCaseClassSerializerSnapshot, Tuple2CaseClassSerializerSnapshot

namespace savvy {
namespace {

class NothingType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;
  End decode(ByteReader& in, Extent, ValueSink&) const override {
    in.fail("a value of scala.Nothing cannot exist");
  }
  bool walkable() const override { return false; }

 protected:
  TypeDescription describe_data() const override { return {"nothing", "Nothing", {}, 0, {}, {}}; }
};

TypePtr read_case_class(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 2) reader.refuse(head, "unknown outer version");
  std::string class_name = reader.in().utf("case class");
  std::vector<TypePtr> fields = reader.read_nested();
  std::vector<std::string> names = numbered_names("_", 1, fields.size());
  return check_tuple(reader, head,
                     std::make_shared<const TupleType>(head, "case_class", std::move(class_name),
                                                       std::move(names), std::move(fields)));
}

TypePtr read_nothing(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 2, 3);
  if (head.version == 2) reader.in().utf("serializer class");
  return std::make_shared<NothingType>(head);
}

}  // namespace

void add_scala_types(SerializerRegistry& registry) {
  for (const std::string_view package : {kScala, kScala2}) {
    registry.add(join(package, "ScalaCaseClassSerializerSnapshot"), read_case_class);
    registry.add(join(package, "Tuple2CaseClassSerializerSnapshot"), read_case_class);
    registry.add(join(package, "NothingSerializerSnapshot"), read_nothing);
  }
}

}  // namespace savvy
