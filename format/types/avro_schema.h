// An Avro schema from its JSON.
//
// Values  a tree in which named types may recur; full names by the rules for namespaces
// Errors  FormatError from parse_avro_schema, with the place in the words of Avro
// Source  the Avro specification, "Schema Declaration" and "Names"

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace savvy {

enum class AvroKind {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed,
};

// What the bytes of a number, text or fixed stand for. Unknown ones are none, as Avro demands.
enum class AvroLogical {
  kNone,
  kDecimal,
  kUuid,
  kDate,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kTimestampNanos,
  kLocalTimestampMillis,
  kLocalTimestampMicros,
  kLocalTimestampNanos,
  kDuration,
};

struct AvroNode {
  AvroKind kind = AvroKind::kNull;
  AvroLogical logical = AvroLogical::kNone;
  std::string name;                // of a record, enum or fixed, with its namespace
  std::vector<std::string> words;  // names of fields, or symbols
  // Types of fields or branches, or of the one element. Owned by the schema.
  std::vector<const AvroNode*> children;
  std::size_t size_bytes = 0;  // fixed
  std::int32_t scale = 0;      // decimal
  std::size_t min_bytes = 0;   // the fewest a value takes
};

class AvroSchema {
 public:
  const AvroNode& root() const { return *root_; }

 private:
  friend class AvroSchemaParser;
  std::vector<std::unique_ptr<AvroNode>> nodes_;
  const AvroNode* root_ = nullptr;
};

// `place` stands in front of the message of an error.
std::shared_ptr<const AvroSchema> parse_avro_schema(std::string_view json, std::string_view place);

}  // namespace savvy
