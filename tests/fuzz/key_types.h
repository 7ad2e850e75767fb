// Types of keys: every one that key_encoder.h makes bytes of, and some that it does not.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "format/serializer_registry.h"
#include "format/types/binary_row.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy::testing {

// A row of SQL without the Java objects that describe its columns in a snapshot.
class SqlRowType final : public Type, public BinaryRowHolder {
 public:
  explicit SqlRowType(std::vector<LogicalType> columns) : columns_(std::move(columns)) {
    for (std::size_t i = 0; i < columns_.size(); ++i) names_.push_back("f" + std::to_string(i));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      fields_.push_back({names_[i], columns_[i], nullptr});
    }
  }

  const std::vector<BinaryField>& binary_fields() const override { return fields_; }
  TypeDescription describe() const override {
    TypeDescription description;
    description.kind = "row_data";
    description.name = "ROW";
    return description;
  }
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    emit_binary_row(in.sub(in.count(1, "size"), "row"), fields_, sink);
    return End::kKnown;
  }

 private:
  std::vector<LogicalType> columns_;
  std::vector<std::string> names_;
  std::vector<BinaryField> fields_;
};

inline LogicalType logical(LogicalRoot root, std::int64_t precision = 0, std::int64_t scale = 0) {
  LogicalType type;
  type.root = root;
  type.root_name = "TEST";
  type.precision = precision;
  type.scale = scale;
  return type;
}

inline TypePtr sql_numbers() {
  return std::make_shared<SqlRowType>(std::vector<LogicalType>{
      logical(LogicalRoot::kBoolean), logical(LogicalRoot::kTinyInt),
      logical(LogicalRoot::kSmallInt), logical(LogicalRoot::kInteger),
      logical(LogicalRoot::kBigInt), logical(LogicalRoot::kFloat), logical(LogicalRoot::kDouble),
      logical(LogicalRoot::kDecimal, 5, 2), logical(LogicalRoot::kDecimal, 20, 2)});
}

inline TypePtr sql_texts() {
  return std::make_shared<SqlRowType>(std::vector<LogicalType>{
      logical(LogicalRoot::kVarChar), logical(LogicalRoot::kVarBinary), logical(LogicalRoot::kDate),
      logical(LogicalRoot::kTime), logical(LogicalRoot::kTimestamp, 3),
      logical(LogicalRoot::kTimestampLtz, 9)});
}

inline std::vector<Snapshot> container_snapshots() {
  const Snapshot number = base_snapshot("Int");
  const Snapshot text = base_snapshot("String");
  const auto nullable = [&number](std::int32_t padding) {
    ByteWriter outer;
    outer.i32(padding);
    return composite(flink_runtime("NullableSerializer$NullableSerializerSnapshot"), 2, {number},
                     outer.bytes());
  };
  return {
      tuple_of({base_snapshot("Long"), text, base_snapshot("BigDec")}),
      composite(flink_runtime("RowSerializer$RowSerializerSnapshot"), 3, {number, text}),
      composite(flink_runtime("RowSerializer$RowSerializerSnapshot"), 2, {text, number}),
      composite(flink_runtime("JavaEitherSerializerSnapshot"), 1, {number, text}),
      nullable(0),
      nullable(4),
      list_of(base_snapshot("Short")),
      list_of(tuple_of({text, base_snapshot("LocalDate")})),
      map_of(text, number),
      pojo_of("P", {{"a", text}}),
  };
}

inline std::vector<TypePtr> make_key_types() {
  const SerializerRegistry registry = make_serializer_registry();
  std::vector<TypePtr> types;
  const auto add = [&](const Snapshot& inner) {
    const ByteVector proxy = proxy_of(inner);
    ByteReader in(proxy, "f");
    types.push_back(SnapshotReader(in, registry).read_proxy());
  };
  for (const char* name :
       {"Byte",    "Short",        "Int",     "Long",        "Char",      "Boolean",
        "Float",   "Double",       "String",  "StringValue", "Date",      "SqlDate",
        "SqlTime", "SqlTimestamp", "Instant", "LocalDate",   "LocalTime", "LocalDateTime",
        "Uuid",    "BigInt",       "BigDec",  "NullValue"}) {
    add(base_snapshot(name));
  }
  for (const Snapshot& each : container_snapshots()) add(each);
  types.push_back(sql_numbers());
  types.push_back(sql_texts());
  return types;
}

}  // namespace savvy::testing
