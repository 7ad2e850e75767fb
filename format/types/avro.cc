#include "format/types/avro_schema.h"
#include "format/types/avro_value.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/strings.h"

// Bytes   AvroSerializerSnapshot 2: utf class | utf schema; 3: both as StringSerializer data
//         AvroSchemaSerializerConfigSnapshot 1: utf schema
// Source  AvroSerializerSnapshot

namespace savvy {
namespace {

constexpr std::string_view kAvro = "org.apache.flink.formats.avro.typeutils.";

class AvroType final : public SnapshotType {
 public:
  AvroType(SnapshotHead head, std::string class_name, std::string text,
           std::shared_ptr<const AvroSchema> schema)
      : SnapshotType(std::move(head)),
        class_name_(std::move(class_name)),
        text_(std::move(text)),
        schema_(std::move(schema)) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    decode_avro(schema_->root(), in, sink);
    return End::kKnown;
  }

  std::size_t min_bytes() const override { return schema_->root().min_bytes; }

 protected:
  TypeDescription describe_data() const override {
    const std::string& record = schema_->root().name;
    TypeDescription description;
    description.kind = "avro";
    description.name = simple_name(record.empty() ? class_name_ : record);
    description.attributes = {{"class", class_name_}, {"schema", text_}};
    return description;
  }

 private:
  std::string class_name_;
  std::string text_;
  std::shared_ptr<const AvroSchema> schema_;
};

TypePtr avro_type(SnapshotReader& reader, const SnapshotHead& head, std::string class_name,
                  std::string text) {
  auto schema = parse_avro_schema(text, reader.in().describe_position());
  return std::make_shared<AvroType>(head, std::move(class_name), std::move(text),
                                    std::move(schema));
}

TypePtr read_avro(SnapshotReader& reader, const SnapshotHead& head) {
  ByteReader& in = reader.in();
  reader.expect_version(head, 1, 3);
  if (head.version == 1) {
    return avro_type(reader, head, "org.apache.avro.Schema", in.utf("Avro schema"));
  }
  const bool long_strings = head.version == 3;
  std::string class_name =
      long_strings ? read_required_string(in, "Avro class") : in.utf("Avro class");
  std::string text = long_strings ? read_required_string(in, "Avro schema") : in.utf("Avro schema");
  return avro_type(reader, head, std::move(class_name), std::move(text));
}

}  // namespace

void add_avro_types(SerializerRegistry& registry) {
  registry.add(join(kAvro, "AvroSerializerSnapshot"), read_avro);
  registry.add(join(kAvro, "AvroSerializer$AvroSchemaSerializerConfigSnapshot"), read_avro);
}

}  // namespace savvy
