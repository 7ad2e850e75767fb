#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"
#include "format/types/opaque.h"
#include "format/types/scalars.h"

// Bytes   whatever write() of the class writes; the snapshot tells only the class
// Values  Flink's own org.apache.flink.types.*Value as their own serializers write them, except
//         NullValue, which writes one byte here; Hadoop's writables of one primitive
// Source  CopyableValueSerializer, ValueSerializer, WritableSerializer

namespace savvy {
namespace {

constexpr std::string_view kValues = "org.apache.flink.types.";
constexpr std::string_view kWritables = "org.apache.hadoop.io.";
constexpr std::string_view kUserCode = "layout defined by user code";

enum class LengthRule { kOfClass, kVariable };

// A value whose length is told by the serializer around it.
class ValueType final : public NestingType {
 public:
  ValueType(SnapshotHead head, TypePtr value, std::string class_name, LengthRule rule)
      : NestingType(std::move(head), {std::move(value)}),
        class_name_(std::move(class_name)),
        rule_(rule) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    return child(0).decode(in, extent, sink);
  }
  void skip(ByteReader& in) const override { child(0).skip(in); }
  int fixed_length() const override {
    return rule_ == LengthRule::kOfClass ? child(0).fixed_length() : kVariableLength;
  }
  std::size_t min_bytes() const override { return child(0).min_bytes(); }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description = child(0).describe();
    description.attributes.emplace_back("class", class_name_);
    return description;
  }

 private:
  std::string class_name_;
  LengthRule rule_;
};

void emit_null_byte(ByteReader& in, ValueSink& sink) {
  in.take(1, "NullValue");
  sink.null();
}

void emit_nothing(ByteReader&, ValueSink& sink) { sink.null(); }

TypePtr flink_value(const SerializerRegistry& registry, const SnapshotHead& head,
                    std::string_view class_name) {
  if (!class_name.starts_with(kValues)) return nullptr;
  class_name.remove_prefix(kValues.size());
  if (class_name == "NullValue") {
    return fixed_type<1, emit_null_byte>("null", "NullValue")(head);
  }
  return registry.find_simple(join(kBase, join(class_name, "Serializer")), head);
}

TypePtr writable(const SnapshotHead& head, std::string_view class_name) {
  if (!class_name.starts_with(kWritables)) return nullptr;
  class_name.remove_prefix(kWritables.size());
  if (class_name == "BooleanWritable")
    return fixed_type<1, emit_boolean>("boolean", "BooleanWritable")(head);
  if (class_name == "ByteWritable") return fixed_type<1, emit_byte>("byte", "ByteWritable")(head);
  if (class_name == "ShortWritable")
    return fixed_type<2, emit_short>("short", "ShortWritable")(head);
  if (class_name == "IntWritable") return fixed_type<4, emit_int>("int", "IntWritable")(head);
  if (class_name == "LongWritable") return fixed_type<8, emit_long>("long", "LongWritable")(head);
  if (class_name == "FloatWritable")
    return fixed_type<4, emit_float>("float", "FloatWritable")(head);
  if (class_name == "DoubleWritable")
    return fixed_type<8, emit_double>("double", "DoubleWritable")(head);
  if (class_name == "NullWritable")
    return fixed_type<0, emit_nothing>("null", "NullWritable")(head);
  return nullptr;
}

SnapshotParser value_parser(LengthRule rule) {
  return [rule](SnapshotReader& reader, const SnapshotHead& head) -> TypePtr {
    reader.expect_version(head, 2, 2);
    std::string class_name = reader.in().utf("value class");
    TypePtr known = flink_value(reader.registry(), head, class_name);
    if (known == nullptr) known = writable(head, class_name);
    if (known == nullptr) {
      return std::make_shared<OpaqueType>(head, std::move(class_name), std::string(kUserCode));
    }
    return std::make_shared<ValueType>(head, std::move(known), std::move(class_name), rule);
  };
}

}  // namespace

void add_value_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "CopyableValueSerializer$CopyableValueSerializerSnapshot"),
               value_parser(LengthRule::kOfClass));
  registry.add(join(kJavaRuntime, "ValueSerializer$ValueSerializerSnapshot"),
               value_parser(LengthRule::kVariable));
  registry.add(join(kJavaRuntime, "WritableSerializer$WritableSerializerSnapshot"),
               value_parser(LengthRule::kVariable));
}

}  // namespace savvy
