#include <fmt/format.h>

#include "format/java_stream.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/kryo_config.h"
#include "format/types/opaque.h"

namespace savvy {
namespace {

constexpr std::string_view kNotYet = "Kryo values are not decoded";
constexpr std::int32_t kSerializerClass = 1;
constexpr std::int32_t kSerializerObject = 2;

std::string class_of_java_object(ByteReader& in) {
  const std::optional<JavaValue> object = try_read_java_stream(in);
  if (!object) return {};
  const JavaValue inner = object->field("serializer");
  return std::string(inner.is_object() ? inner.class_name() : object->class_name());
}

KryoRegistration read_registration(std::string tag, std::optional<ByteReader>& frame) {
  KryoRegistration registration;
  registration.tag = std::move(tag);
  if (!frame) return registration;
  ByteReader& in = *frame;
  registration.class_name = in.utf("registered class");
  const std::uint64_t at = in.offset();
  const std::int32_t mode = in.i32("registration mode");
  if (mode == kSerializerClass) {
    registration.serializer_class = in.utf("Kryo serializer class");
  } else if (mode == kSerializerObject) {
    // The frame ends it; a stream that cannot be read costs only the name.
    registration.serializer_class = class_of_java_object(in);
    return registration;
  } else if (mode != 0) {
    in.fail_at(at, fmt::format("registration mode = {}, expected 0, 1 or 2", mode));
  }
  in.expect_end("a Kryo registration");
  return registration;
}

std::optional<std::string> optional_utf(std::optional<ByteReader>& frame, std::string_view field) {
  if (!frame) return std::nullopt;
  return frame->utf(field);
}

KryoConfig read_config(SnapshotReader& reader) {
  KryoConfig config;
  config.type = reader.in().utf("Kryo type");
  for (OptionalMapEntry& entry : reader.read_optional_map("Kryo registration")) {
    config.registrations.push_back(read_registration(std::move(entry.name), entry.value));
  }
  for (OptionalMapEntry& entry : reader.read_optional_map("Kryo default serializer")) {
    std::string serializer;
    if (entry.value) serializer = class_of_java_object(*entry.value);
    config.default_serializers.emplace_back(entry.name, std::move(serializer));
  }
  for (OptionalMapEntry& entry : reader.read_optional_map("Kryo default serializer class")) {
    config.default_serializers.emplace_back(
        entry.name, optional_utf(entry.value, "Kryo serializer class").value_or(""));
  }
  return config;
}

TypePtr read_kryo(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 2, 2);
  KryoConfig config = read_config(reader);
  std::vector<std::pair<std::string, std::string>> attributes;
  for (const KryoRegistration& registration : config.registrations) {
    attributes.emplace_back("registered", registration.tag);
  }
  return std::make_shared<OpaqueType>(head, std::move(config.type), std::string(kNotYet),
                                      std::vector<TypePtr>{}, std::move(attributes));
}

}  // namespace

void add_kryo_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "kryo.KryoSerializerSnapshot"), read_kryo);
}

}  // namespace savvy
