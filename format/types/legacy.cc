#include <fmt/format.h>

#include "format/types/class_names.h"
#include "format/types/families.h"

// Config snapshots of 1.7 that follow the adapter and are no list of Java objects.
// Source  ParameterlessTypeSerializerConfig, the ConfigSnapshot classes before Flink 1.8

namespace savvy {
namespace {

TypePtr read_parameterless(SnapshotReader& reader, const SnapshotHead& head) {
  const std::string serializer = reader.in().utf("serializer class");
  TypePtr type = reader.registry().find_simple(serializer, head);
  if (type == nullptr) reader.refuse_unknown(head, fmt::format("{} is unknown here", serializer));
  return type;
}

}  // namespace

void add_legacy_types(SerializerRegistry& registry) {
  registry.add(join(kCommon, "ParameterlessTypeSerializerConfig"), read_parameterless);
}

}  // namespace savvy
