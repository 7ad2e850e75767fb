#include <fmt/format.h>

#include "format/types/binary_row.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/logical_type.h"
#include "format/types/snapshot_type.h"
#include "format/types/tuple_type.h"

// Bytes   value: i32 size | binary row, array or map
//         RowData snapshot 3: i32 n | n x java LogicalType | N; 4: the same | bool has names
//                             [| n x utf]
//         BinaryRowData snapshot 3: i32 number of fields
//         ArrayData snapshot 3: java LogicalType | java TypeSerializer
//         MapData snapshot 3: 2 x java LogicalType | 2 x java TypeSerializer
// Source  RowDataSerializer, BinaryRowDataSerializer, ArrayDataSerializer, MapDataSerializer; in
//         1.9 and 1.10 BaseRowSerializer, BinaryRowSerializer, BaseArraySerializer,
//         BaseMapSerializer

namespace savvy {
namespace {

constexpr std::string_view kTypesUnknown = "types of the row not in the snapshot";

// A value with its size in front.
class SizedType : public NestingType {
 public:
  using NestingType::NestingType;

  End decode(ByteReader& in, Extent, ValueSink& sink) const final {
    const std::size_t size = in.count(1, "size");
    emit(in.sub(size, "binary data"), sink);
    return End::kKnown;
  }
  void skip(ByteReader& in) const final { in.take(in.count(1, "size"), "binary data"); }
  std::size_t min_bytes() const final { return 4; }

 protected:
  virtual void emit(ByteReader body, ValueSink& sink) const = 0;
};

class RowDataType final : public SizedType, public BinaryRowHolder {
 public:
  RowDataType(SnapshotHead head, std::vector<TypePtr> nested, std::vector<std::string> names,
              std::vector<LogicalTypePtr> types)
      : SizedType(std::move(head), std::move(nested)),
        names_(std::move(names)),
        types_(std::move(types)) {
    for (std::size_t i = 0; i < types_.size(); ++i) {
      fields_.push_back({names_[i], *types_[i], raw_type(i)});
    }
  }

  const std::vector<BinaryField>& binary_fields() const override { return fields_; }

 protected:
  void emit(ByteReader body, ValueSink& sink) const override {
    emit_binary_row(body, fields_, sink);
  }

  TypeDescription describe_data() const override {
    TypeDescription description;
    description.kind = "row_data";
    description.name = "ROW<";
    for (std::size_t i = 0; i < types_.size(); ++i) {
      TypeDescription field = describe_logical(*types_[i]);
      description.name += fmt::format("{}{} {}", i == 0 ? "" : ", ", names_[i], field.name);
      description.fields.push_back({names_[i], std::move(field)});
    }
    description.name += ">";
    return description;
  }

 private:
  // The nested serializer repeats the type, except for RAW, where it alone knows the bytes: it is
  // the RawValueDataSerializer, whose child they are.
  const Type* raw_type(std::size_t i) const {
    if (types_[i]->root != LogicalRoot::kRaw || child(i).children().empty()) return nullptr;
    return child(i).children()[0].get();
  }

  std::vector<std::string> names_;
  std::vector<LogicalTypePtr> types_;
  std::vector<BinaryField> fields_;
};

class BinaryRowDataType final : public SizedType {
 public:
  BinaryRowDataType(SnapshotHead head, std::int32_t fields)
      : SizedType(std::move(head), {}), fields_(fields) {}

 protected:
  void emit(ByteReader body, ValueSink& sink) const override {
    sink.opaque(body.rest("row"), head().class_name, kTypesUnknown);
  }
  TypeDescription describe_data() const override {
    TypeDescription description;
    description.kind = "binary_row_data";
    description.name = fmt::format("BinaryRowData({})", fields_);
    return description;
  }

 private:
  std::int32_t fields_;
};

class ArrayDataType final : public SizedType {
 public:
  ArrayDataType(SnapshotHead head, LogicalTypePtr element)
      : SizedType(std::move(head), {}), element_(std::move(element)) {}

 protected:
  void emit(ByteReader body, ValueSink& sink) const override {
    emit_binary_array(body, *element_, sink);
  }
  TypeDescription describe_data() const override {
    TypeDescription element = describe_logical(*element_);
    TypeDescription description;
    description.kind = "array_data";
    description.name = fmt::format("ARRAY<{}>", element.name);
    description.fields.push_back({"element", std::move(element)});
    return description;
  }

 private:
  LogicalTypePtr element_;
};

class MapDataType final : public SizedType {
 public:
  MapDataType(SnapshotHead head, LogicalTypePtr key, LogicalTypePtr value)
      : SizedType(std::move(head), {}), key_(std::move(key)), value_(std::move(value)) {}

 protected:
  void emit(ByteReader body, ValueSink& sink) const override {
    emit_binary_map(body, *key_, *value_, sink);
  }
  TypeDescription describe_data() const override {
    TypeDescription key = describe_logical(*key_);
    TypeDescription value = describe_logical(*value_);
    TypeDescription description;
    description.kind = "map_data";
    description.name = fmt::format("MAP<{}, {}>", key.name, value.name);
    description.fields.push_back({"key", std::move(key)});
    description.fields.push_back({"value", std::move(value)});
    return description;
  }

 private:
  LogicalTypePtr key_;
  LogicalTypePtr value_;
};

// A stream header and one tag.
constexpr std::size_t kMinJavaBytes = 4 + 1;

TypePtr read_row_data(SnapshotReader& reader, const SnapshotHead& head) {
  ByteReader& in = reader.in();
  reader.expect_version(head, 3, 4);
  const std::size_t count = in.count(kMinJavaBytes, "field count");
  std::vector<LogicalTypePtr> types;
  for (std::size_t i = 0; i < count; ++i) {
    const Within place(in, "field type", static_cast<std::int64_t>(i));
    types.push_back(read_logical_type(in));
  }
  std::vector<TypePtr> nested = reader.read_nested(count);
  std::vector<std::string> names = numbered_names("f", 0, count);
  if (head.version == 4 && in.boolean("field names flag")) {
    for (std::string& name : names) name = in.utf("field name");
  }
  return std::make_shared<RowDataType>(head, std::move(nested), std::move(names), std::move(types));
}

TypePtr read_binary_row_data(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 3, 3);
  return std::make_shared<BinaryRowDataType>(head, reader.in().i32("field count"));
}

TypePtr read_array_data(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 3, 3);
  LogicalTypePtr element = read_logical_type(reader.in());
  read_java_stream(reader.in());  // the element's serializer says the same
  return std::make_shared<ArrayDataType>(head, std::move(element));
}

TypePtr read_map_data(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 3, 3);
  LogicalTypePtr key = read_logical_type(reader.in());
  LogicalTypePtr value = read_logical_type(reader.in());
  read_java_stream(reader.in());
  read_java_stream(reader.in());
  return std::make_shared<MapDataType>(head, std::move(key), std::move(value));
}

void add(SerializerRegistry& registry, std::string_view serializer, const SnapshotParser& parser) {
  registry.add(fmt::format("{0}{1}${1}Snapshot", kTableRuntime, serializer), parser);
}

}  // namespace

void add_row_data_types(SerializerRegistry& registry) {
  add(registry, "RowDataSerializer", read_row_data);
  add(registry, "BaseRowSerializer", read_row_data);
  add(registry, "BinaryRowDataSerializer", read_binary_row_data);
  add(registry, "BinaryRowSerializer", read_binary_row_data);
  add(registry, "ArrayDataSerializer", read_array_data);
  add(registry, "BaseArraySerializer", read_array_data);
  add(registry, "MapDataSerializer", read_map_data);
  add(registry, "BaseMapSerializer", read_map_data);
}

}  // namespace savvy
