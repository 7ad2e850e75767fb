#include <fmt/format.h>

#include "format/errors.h"
#include "format/java_stream.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/kryo_reader.h"
#include "format/types/snapshot_type.h"

namespace savvy {
namespace {

constexpr std::string_view kUnknownClass = "fields of this class are known to the job alone";
constexpr std::string_view kUnknownForm = "not what Kryo's own serializers write";
constexpr std::string_view kTooLarge = "shared objects make a tree out of proportion";
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

// A value that was read, or why it was not.
struct Reading {
  std::optional<KryoValue> value;
  std::string class_name;
  std::string_view reason;
};

class KryoType final : public SnapshotType {
 public:
  KryoType(SnapshotHead head, KryoConfig config, KryoRelease release)
      : SnapshotType(std::move(head)),
        config_(std::move(config)),
        classes_(config_),
        release_(release) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::uint64_t start = in.offset();
    const Reading reading = read(in, extent);
    if (reading.value) {
      const std::size_t max_events = 1000 + 32 * static_cast<std::size_t>(in.offset() - start);
      if (sink.discards() ||
          emit_kryo_value(reading.value->graph, reading.value->root, max_events, sink)) {
        return End::kKnown;
      }
      sink.opaque(in.bytes_since(start), config_.type, kTooLarge);
      return End::kKnown;
    }
    in.rewind(start);
    return give_up(in, extent, sink, reading.class_name, reading.reason);
  }

  // A type whose values are of other classes, or of classes unknown here, mostly cannot be walked.
  bool walkable() const override {
    return release_ != KryoRelease::kUnknown && is_known_to_kryo(config_.type);
  }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description;
    description.kind = "kryo";
    description.name = simple_name(config_.type);
    for (const KryoRegistration& registration : config_.registrations) {
      description.attributes.emplace_back("registered", registration.tag);
    }
    for (const auto& [name, serializer] : config_.default_serializers) {
      description.attributes.emplace_back("default_serializer",
                                          fmt::format("{}={}", name, serializer));
    }
    description.attributes.emplace_back("class", config_.type);
    return description;
  }

 private:
  Reading read(ByteReader& in, Extent extent) const {
    if (release_ != KryoRelease::kUnknown) return read_as(release_, in);
    // Where the value fills its bytes, the release that ends there wrote it.
    const std::uint64_t start = in.offset();
    Reading older = read_as(KryoRelease::kKryo2, in);
    const bool older_ends = extent == Extent::kDelimited && older.value && in.at_end();
    in.rewind(start);
    Reading newer = read_as(KryoRelease::kKryo5, in);
    const bool newer_ends = extent == Extent::kDelimited && newer.value && in.at_end();
    if (older_ends == newer_ends) return {std::nullopt, config_.type, kUnknownForm};
    if (newer_ends) return newer;
    in.rewind(start);
    return read_as(KryoRelease::kKryo2, in);
  }

  // A class of the job, or a serializer of its own for a class of the JDK, is met rather than
  // known before: that the value cannot be read is then no damage.
  Reading read_as(KryoRelease release, ByteReader& in) const {
    try {
      return {read_kryo_value(in, classes_, release), {}, {}};
    } catch (const KryoUnknown& unknown) {
      const std::string name = unknown.what();
      return {std::nullopt, name.empty() ? config_.type : name, kUnknownClass};
    } catch (const FormatError&) {
      return {std::nullopt, config_.type, kUnknownForm};
    }
  }

  KryoConfig config_;
  KryoClasses classes_;
  KryoRelease release_;
};

TypePtr read_kryo(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 2, 2);
  return std::make_shared<KryoType>(head, read_config(reader), reader.registry().kryo_release());
}

}  // namespace

void add_kryo_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "kryo.KryoSerializerSnapshot"), read_kryo);
}

}  // namespace savvy
