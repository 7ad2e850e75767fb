#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/opaque.h"
#include "format/types/strings.h"

// Bytes   AvroSerializerSnapshot 2: utf class | utf schema; 3: both as StringSerializer data
//         AvroSchemaSerializerConfigSnapshot 1: utf schema
// Source  AvroSerializerSnapshot

namespace savvy {
namespace {

constexpr std::string_view kAvro = "org.apache.flink.formats.avro.typeutils.";
constexpr std::string_view kNotYet = "Avro values are not decoded";

TypePtr avro_type(const SnapshotHead& head, std::string class_name, std::string schema) {
  return std::make_shared<OpaqueType>(
      head, std::move(class_name), std::string(kNotYet), std::vector<TypePtr>{},
      std::vector<std::pair<std::string, std::string>>{{"schema", std::move(schema)}});
}

TypePtr read_avro(SnapshotReader& reader, const SnapshotHead& head) {
  ByteReader& in = reader.in();
  reader.expect_version(head, 1, 3);
  if (head.version == 1) return avro_type(head, "org.apache.avro.Schema", in.utf("Avro schema"));
  const bool long_strings = head.version == 3;
  std::string class_name =
      long_strings ? read_required_string(in, "Avro class") : in.utf("Avro class");
  std::string schema =
      long_strings ? read_required_string(in, "Avro schema") : in.utf("Avro schema");
  return avro_type(head, std::move(class_name), std::move(schema));
}

}  // namespace

void add_avro_types(SerializerRegistry& registry) {
  registry.add(join(kAvro, "AvroSerializerSnapshot"), read_avro);
  registry.add(join(kAvro, "AvroSerializer$AvroSchemaSerializerConfigSnapshot"), read_avro);
}

}  // namespace savvy
