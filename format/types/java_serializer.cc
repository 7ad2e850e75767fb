#include "format/java_values.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/snapshot_type.h"

// Bytes   one Java stream, which ends itself
// Source  org.apache.flink.runtime.state.JavaSerializer

namespace savvy {
namespace {

constexpr std::string_view kTooLarge = "shared objects make a tree out of proportion";

class JavaSerializerType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::uint64_t start = in.offset();
    const JavaValue value = read_java_stream(in);
    const Bytes stored = in.bytes_since(start);
    if (!sink.discards() && !emit_java_value(value, max_events(stored.size()), sink)) {
      sink.opaque(stored, value.class_name(), kTooLarge);
    }
    return End::kKnown;
  }
  std::size_t min_bytes() const override { return 5; }

 protected:
  TypeDescription describe_data() const override { return {"java", "Java", {}, 0, {}, {}}; }

 private:
  static std::size_t max_events(std::size_t stored_bytes) { return 1000 + 32 * stored_bytes; }
};

}  // namespace

void add_java_types(SerializerRegistry& registry) {
  registry.add_simple(join(kRuntime, "state.JavaSerializer"),
                      [](const SnapshotHead& head) -> TypePtr {
                        return std::make_shared<JavaSerializerType>(head);
                      });
}

}  // namespace savvy
