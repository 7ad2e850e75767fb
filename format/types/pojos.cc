#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/pojo_type.h"

// Bytes   utf class | M fields | M registered subclasses | M other subclasses
//         fields: name = field; key = utf declaring class, utf field name; value = S
//         subclasses: name = class; key = empty frame; value = S
// Source  PojoSerializerSnapshot, PojoSerializerSnapshotData

namespace savvy {
namespace {

std::vector<PojoPart> read_parts(SnapshotReader& reader, std::string_view field) {
  std::vector<PojoPart> parts;
  for (OptionalMapEntry& entry : reader.read_optional_map(field)) {
    TypePtr type;
    if (entry.value) {
      const Within place(*entry.value, entry.name);
      type = reader.read_framed(*entry.value);
    }
    parts.push_back({std::move(entry.name), std::move(type)});
  }
  return parts;
}

TypePtr read_pojo(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 2, 2);
  std::string class_name = reader.in().utf("POJO class");
  std::vector<PojoPart> fields = read_parts(reader, "field");
  std::vector<PojoPart> registered = read_parts(reader, "registered subclass");
  // What this copy of the serializer had met (PojoSerializer.subclassSerializerCache).
  const std::uint64_t cache = reader.in().offset();
  std::vector<PojoPart> others = read_parts(reader, "subclass");
  reader.mark_cache(cache);
  return std::make_shared<PojoType>(head, std::move(class_name), std::move(fields),
                                    std::move(registered), std::move(others));
}

}  // namespace

void add_pojo_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "PojoSerializerSnapshot"), read_pojo);
}

}  // namespace savvy
