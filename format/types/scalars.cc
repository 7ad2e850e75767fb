#include "format/types/scalars.h"

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"

// Bytes   primitives big-endian; the void kinds write one byte 00, NullValueSerializer nothing
// Source  BooleanSerializer … NullValueSerializer, VoidSerializer, VoidNamespaceSerializer

namespace savvy {
namespace {

// A serializer of one byte that says nothing.
class VoidType final : public SnapshotType {
 public:
  VoidType(SnapshotHead head, int fixed_length)
      : SnapshotType(std::move(head)), fixed_length_(fixed_length) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    in.take(1, "void");
    sink.null();
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.take(1, "void"); }
  int fixed_length() const override { return fixed_length_; }
  Shape shape() const override { return Shape::kVoid; }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description;
    description.kind = "void";
    description.name = "Void";
    return description;
  }

 private:
  int fixed_length_;
};

void emit_nothing(ByteReader&, ValueSink& sink) { sink.null(); }

SimpleTypeFactory void_type(int fixed_length) {
  return [fixed_length](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<VoidType>(head, fixed_length);
  };
}

template <int kBytes, auto kEmit>
void add_pair(SerializerRegistry& registry, std::string_view kind, std::string_view name,
              std::string_view value_name) {
  registry.add_simple(join(kBase, join(name, "Serializer")), fixed_type<kBytes, kEmit>(kind, name));
  registry.add_simple(join(kBase, join(value_name, "Serializer")),
                      fixed_type<kBytes, kEmit>(kind, value_name));
}

}  // namespace

void add_scalar_types(SerializerRegistry& registry) {
  add_pair<1, emit_boolean>(registry, "boolean", "Boolean", "BooleanValue");
  add_pair<1, emit_byte>(registry, "byte", "Byte", "ByteValue");
  add_pair<2, emit_short>(registry, "short", "Short", "ShortValue");
  add_pair<4, emit_int>(registry, "int", "Int", "IntValue");
  add_pair<8, emit_long>(registry, "long", "Long", "LongValue");
  add_pair<4, emit_float>(registry, "float", "Float", "FloatValue");
  add_pair<8, emit_double>(registry, "double", "Double", "DoubleValue");
  add_pair<2, emit_char>(registry, "char", "Char", "CharValue");
  registry.add_simple(join(kBase, "NullValueSerializer"),
                      fixed_type<0, emit_nothing>("null", "NullValue"));
  registry.add_simple(join(kBase, "VoidSerializer"), void_type(1));
  registry.add_simple(join(kDataView, "NullSerializer"), void_type(1));
  registry.add_simple(join(kScala, "UnitSerializer"), void_type(1));
  registry.add_simple(join(kScala2, "UnitSerializer"), void_type(1));
  // They say 0 and write one byte, which decides the form of composite keys.
  registry.add_simple(join(kRuntime, "state.VoidNamespaceSerializer"), void_type(0));
  registry.add_simple("org.apache.flink.queryablestate.client.VoidNamespaceSerializer",
                      void_type(0));
}

}  // namespace savvy
