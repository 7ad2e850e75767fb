// SQL types, as the snapshots of the table runtime keep them: Java objects of LogicalType classes.
//
// Bytes   one Java stream each (java_stream.h), read by field name: the classes differ between
//         releases
// Errors  FormatError if the object is no LogicalType, nests more than 64 deep or stands for more
//         than 10000 types; UnsupportedError for a type root unknown here
// Source  org.apache.flink.table.types.logical

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"
#include "format/java_stream.h"
#include "format/type.h"

namespace savvy {

// LogicalTypeRoot.
enum class LogicalRoot {
  kChar,
  kVarChar,
  kBoolean,
  kBinary,
  kVarBinary,
  kDecimal,
  kTinyInt,
  kSmallInt,
  kInteger,
  kBigInt,
  kFloat,
  kDouble,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kTimestampLtz,
  kIntervalYearMonth,
  kIntervalDayTime,
  kArray,
  kMultiset,
  kMap,
  kRow,
  kDistinct,
  kStructured,
  kNull,
  kRaw,
  kVariant,
  kBitmap,
  kUuid,
  kGeography,
  kOther,  // SYMBOL, UNRESOLVED, DESCRIPTOR: never data
};

struct LogicalType;
using LogicalTypePtr = std::shared_ptr<const LogicalType>;

struct LogicalType {
  LogicalRoot root = LogicalRoot::kOther;
  std::string root_name;  // "VARCHAR", as Flink spells it
  bool nullable = true;
  std::int64_t length = 0;
  std::int64_t precision = 0;
  std::int64_t scale = 0;
  std::string class_name;          // RAW, STRUCTURED_TYPE
  std::vector<std::string> names;  // of the children of ROW and STRUCTURED_TYPE
  std::vector<LogicalTypePtr> children;
  int height = 0;
  std::size_t parts = 1;  // types in the tree, this one included
};

// One Java stream that holds a LogicalType.
LogicalTypePtr read_logical_type(ByteReader& in);
// `at` is where the object starts, for errors.
LogicalTypePtr to_logical_type(const JavaValue& object, const ByteReader& in, std::uint64_t at);

// "ROW<a INT, b STRING NOT NULL>", as SQL writes it.
std::string to_sql(const LogicalType& type);
TypeDescription describe_logical(const LogicalType& type);

}  // namespace savvy
