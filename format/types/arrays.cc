#include "format/element_count.h"
#include "format/modified_utf8.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/scalars.h"
#include "format/types/strings.h"

// Bytes   i32 n | n elements, big-endian; strings may each be null
// Source  base.array.*PrimitiveArraySerializer, StringArraySerializer

namespace savvy {
namespace {

constexpr std::string_view kGelly = "org.apache.flink.graph.types.valuearray.";
constexpr std::string_view kArrays = "org.apache.flink.api.common.typeutils.base.array.";

class ArrayType : public SnapshotType {
 public:
  ArrayType(SnapshotHead head, std::string_view name)
      : SnapshotType(std::move(head)), name_(name) {}
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    return {"array", std::string(name_), {}, 0, {}, {}};
  }

 private:
  std::string_view name_;
};

template <int kWidth, auto kEmit>
class PrimitiveArrayType final : public ArrayType {
 public:
  using ArrayType::ArrayType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::size_t size = in.count(kWidth, "array length");
    sink.begin_array();
    for (std::size_t i = 0; i < size; ++i) kEmit(in, sink);
    sink.end_array();
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    in.take(in.count(kWidth, "array length") * kWidth, "array");
  }
};

class ByteArrayType final : public ArrayType {
 public:
  using ArrayType::ArrayType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    sink.bytes(in.blob("byte array"));
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.blob("byte array"); }
};

class StringArrayType final : public ArrayType {
 public:
  using ArrayType::ArrayType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::size_t size = in.count(1, "array length");
    sink.begin_array();
    std::string scratch;
    for (std::size_t i = 0; i < size; ++i) {
      const Text value = read_flink_string(in, scratch);
      value.kind == TextKind::kNull ? sink.null() : sink.string(value.text);
    }
    sink.end_array();
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    const std::size_t size = in.count(1, "array length");
    for (std::size_t i = 0; i < size; ++i) skip_flink_string(in);
  }
};

// Of Gelly: i32 n | i32 bytes | n StringValue.
class StringValueArrayType final : public ArrayType {
 public:
  using ArrayType::ArrayType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::size_t size = in.count(1, "array length");
    ByteReader body = in.sub(in.count(1, "array bytes"), "array");
    sink.begin_array();
    for (std::size_t i = 0; i < size; ++i) {
      std::string text;
      const std::size_t length = body.checked_count(body.leb32("string length"), 1, "string");
      for (std::size_t unit = 0; unit < length; ++unit) {
        append_utf16_unit(static_cast<std::uint16_t>(body.leb32("character")), text);
      }
      sink.string(text);
    }
    sink.end_array();
    body.expect_end("an array of strings");
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    in.i32("array length");
    in.blob("array");
  }
};

// Of Gelly: only how many there are.
class NullArrayType final : public ArrayType {
 public:
  using ArrayType::ArrayType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::size_t size = element_count(in, 0, "array length");
    sink.begin_array();
    for (std::size_t i = 0; i < size; ++i) sink.null();
    sink.end_array();
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.i32("array length"); }
};

template <typename T>
void add_gelly_array(SerializerRegistry& registry, std::string_view element) {
  const std::string name = join(element, "ValueArray");
  registry.add_simple(join(join(kGelly, name), "Serializer"),
                      [element](const SnapshotHead& head) -> TypePtr {
                        return std::make_shared<T>(head, element);
                      });
}

template <typename T>
void add_array(SerializerRegistry& registry, std::string_view serializer, std::string_view name) {
  registry.add_simple(join(kArrays, serializer), [name](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<T>(head, name);
  });
}

}  // namespace

void add_array_types(SerializerRegistry& registry) {
  add_array<PrimitiveArrayType<1, emit_boolean>>(registry, "BooleanPrimitiveArraySerializer",
                                                 "boolean[]");
  add_array<ByteArrayType>(registry, "BytePrimitiveArraySerializer", "byte[]");
  add_array<PrimitiveArrayType<2, emit_short>>(registry, "ShortPrimitiveArraySerializer",
                                               "short[]");
  add_array<PrimitiveArrayType<2, emit_char>>(registry, "CharPrimitiveArraySerializer", "char[]");
  add_array<PrimitiveArrayType<4, emit_int>>(registry, "IntPrimitiveArraySerializer", "int[]");
  add_array<PrimitiveArrayType<8, emit_long>>(registry, "LongPrimitiveArraySerializer", "long[]");
  add_array<PrimitiveArrayType<4, emit_float>>(registry, "FloatPrimitiveArraySerializer",
                                               "float[]");
  add_array<PrimitiveArrayType<8, emit_double>>(registry, "DoublePrimitiveArraySerializer",
                                                "double[]");
  add_array<StringArrayType>(registry, "StringArraySerializer", "String[]");
  add_gelly_array<PrimitiveArrayType<1, emit_byte>>(registry, "Byte");
  add_gelly_array<PrimitiveArrayType<2, emit_short>>(registry, "Short");
  add_gelly_array<PrimitiveArrayType<2, emit_char>>(registry, "Char");
  add_gelly_array<PrimitiveArrayType<4, emit_int>>(registry, "Int");
  add_gelly_array<PrimitiveArrayType<8, emit_long>>(registry, "Long");
  add_gelly_array<PrimitiveArrayType<4, emit_float>>(registry, "Float");
  add_gelly_array<PrimitiveArrayType<8, emit_double>>(registry, "Double");
  add_gelly_array<StringValueArrayType>(registry, "String");
  add_gelly_array<NullArrayType>(registry, "Null");
  // i32 n and n bytes: PyFlink, a portable RoaringBitmap, well-known binary.
  registry.add_simple("org.apache.flink.streaming.api.utils.ByteArrayWrapperSerializer",
                      [](const SnapshotHead& head) -> TypePtr {
                        return std::make_shared<ByteArrayType>(head, "byte[]");
                      });
  registry.add_simple(join(kBase, "BitmapSerializer"), [](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<ByteArrayType>(head, "Bitmap");
  });
  registry.add_simple(join(kTableRuntime, "GeographyDataSerializer"),
                      [](const SnapshotHead& head) -> TypePtr {
                        return std::make_shared<ByteArrayType>(head, "Geography");
                      });
}

}  // namespace savvy
