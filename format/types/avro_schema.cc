#include "format/types/avro_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 100;
// Records of records of one type add up to more than a number holds; a value of so many bytes does
// not exist.
constexpr std::size_t kMostBytes = 0x7FFFFFFF;

// Flink's DataOutputEncoder writes numbers, lengths and branches at their full width.
struct Primitive {
  std::string_view name;
  AvroKind kind;
  std::size_t min_bytes;
};
constexpr std::array<Primitive, 8> kPrimitives = {{{"null", AvroKind::kNull, 0},
                                                   {"boolean", AvroKind::kBoolean, 1},
                                                   {"int", AvroKind::kInt, 4},
                                                   {"long", AvroKind::kLong, 8},
                                                   {"float", AvroKind::kFloat, 4},
                                                   {"double", AvroKind::kDouble, 8},
                                                   {"bytes", AvroKind::kBytes, 4},
                                                   {"string", AvroKind::kString, 4}}};

struct LogicalName {
  std::string_view name;
  AvroKind kind;
  AvroLogical logical;
};
constexpr std::array<LogicalName, 14> kLogicals = {{
    {"decimal", AvroKind::kBytes, AvroLogical::kDecimal},
    {"decimal", AvroKind::kFixed, AvroLogical::kDecimal},
    {"uuid", AvroKind::kString, AvroLogical::kUuid},
    {"uuid", AvroKind::kFixed, AvroLogical::kUuid},
    {"date", AvroKind::kInt, AvroLogical::kDate},
    {"time-millis", AvroKind::kInt, AvroLogical::kTimeMillis},
    {"time-micros", AvroKind::kLong, AvroLogical::kTimeMicros},
    {"timestamp-millis", AvroKind::kLong, AvroLogical::kTimestampMillis},
    {"timestamp-micros", AvroKind::kLong, AvroLogical::kTimestampMicros},
    {"timestamp-nanos", AvroKind::kLong, AvroLogical::kTimestampNanos},
    {"local-timestamp-millis", AvroKind::kLong, AvroLogical::kLocalTimestampMillis},
    {"local-timestamp-micros", AvroKind::kLong, AvroLogical::kLocalTimestampMicros},
    {"local-timestamp-nanos", AvroKind::kLong, AvroLogical::kLocalTimestampNanos},
    {"duration", AvroKind::kFixed, AvroLogical::kDuration},
}};

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kDurationBytes = 12;

// An annotation that does not fit its type is ignored, as Avro demands.
AvroLogical logical_of(const Json& json, const AvroNode& node) {
  const auto found = json.find("logicalType");
  if (found == json.end() || !found->is_string()) return AvroLogical::kNone;
  const auto& name = found->get_ref<const std::string&>();
  for (const LogicalName& known : kLogicals) {
    if (known.name != name || known.kind != node.kind) continue;
    const bool fixed = node.kind == AvroKind::kFixed;
    if (fixed && known.logical == AvroLogical::kUuid && node.size_bytes != kUuidBytes) continue;
    if (known.logical == AvroLogical::kDuration && node.size_bytes != kDurationBytes) continue;
    return known.logical;
  }
  return AvroLogical::kNone;
}

}  // namespace

class AvroSchemaParser {
 public:
  AvroSchemaParser(AvroSchema& schema, std::string_view place) : schema_(schema), place_(place) {}

  void parse(std::string_view text) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) fail("not JSON");
    schema_.root_ = parse_type(json, "", 0);
  }

 private:
  [[noreturn]] void fail(std::string_view message) const {
    throw FormatError(fmt::format("{}: Avro schema: {}", place_, message));
  }

  AvroNode& add(AvroKind kind) {
    schema_.nodes_.push_back(std::make_unique<AvroNode>());
    schema_.nodes_.back()->kind = kind;
    return *schema_.nodes_.back();
  }

  const AvroNode* parse_type(const Json& json, const std::string& name_space, int depth) {
    if (depth > kMaxDepth) fail(fmt::format("nested deeper than {}", kMaxDepth));
    if (json.is_string()) return by_name(json.get<std::string>(), name_space);
    if (json.is_array()) return parse_union(json, name_space, depth);
    if (!json.is_object()) fail("a type is neither a name, an object nor a union");
    const Json& type = member(json, "type");
    if (!type.is_string()) return parse_type(type, name_space, depth + 1);
    const std::string word = type.get<std::string>();
    if (word == "record" || word == "error") return parse_record(json, name_space, depth);
    if (word == "enum") return parse_enum(json, name_space);
    if (word == "fixed") return parse_fixed(json, name_space);
    if (word == "array") return parse_elements(AvroKind::kArray, json, "items", name_space, depth);
    if (word == "map") return parse_elements(AvroKind::kMap, json, "values", name_space, depth);
    return annotated(json, by_name(word, name_space));
  }

  const AvroNode* by_name(const std::string& name, const std::string& name_space) {
    for (const Primitive& primitive : kPrimitives) {
      if (primitive.name != name) continue;
      AvroNode& node = add(primitive.kind);
      node.min_bytes = primitive.min_bytes;
      return &node;
    }
    auto found = named_.find(full_name(name, name_space));
    // A type of no namespace is written by its bare name anywhere (Schema.Names.get).
    if (found == named_.end()) found = named_.find(name.substr(name.rfind('.') + 1));
    if (found == named_.end()) fail(fmt::format("no type is called \"{}\"", name));
    return found->second;
  }

  const AvroNode* annotated(const Json& json, const AvroNode* plain) {
    const AvroLogical logical = logical_of(json, *plain);
    if (logical == AvroLogical::kNone) return plain;
    AvroNode& node = add(plain->kind);
    node = *plain;
    set_logical(json, node);
    return &node;
  }

  void set_logical(const Json& json, AvroNode& node) {
    node.logical = logical_of(json, node);
    if (node.logical != AvroLogical::kDecimal) return;
    const auto scale = json.find("scale");
    if (scale == json.end()) return;
    if (!scale->is_number_unsigned() || scale->get<std::uint64_t>() > 0xFFFF) {
      fail("the scale of a decimal is not a number of digits");
    }
    node.scale = scale->get<std::int32_t>();
  }

  const AvroNode* parse_union(const Json& json, const std::string& name_space, int depth) {
    AvroNode& node = add(AvroKind::kUnion);
    node.min_bytes = 4;
    for (const Json& branch : json) {
      node.children.push_back(parse_type(branch, name_space, depth + 1));
    }
    return &node;
  }

  const AvroNode* parse_elements(AvroKind kind, const Json& json, const char* field,
                                 const std::string& name_space, int depth) {
    AvroNode& node = add(kind);
    node.min_bytes = 1;
    node.children.push_back(parse_type(member(json, field), name_space, depth + 1));
    return &node;
  }

  const AvroNode* parse_record(const Json& json, const std::string& name_space, int depth) {
    AvroNode& node = add_named(AvroKind::kRecord, json, name_space);
    const std::string inner = node.name.substr(0, node.name.rfind('.') + 1);
    const Json& fields = member(json, "fields");
    if (!fields.is_array()) fail("the fields of a record are no list");
    // A record inside itself counts as nothing, which is a lower bound as well.
    std::size_t min_bytes = 0;
    for (const Json& field : fields) {
      node.words.push_back(text(field, "name"));
      node.children.push_back(parse_type(member(field, "type"),
                                         inner.empty() ? inner : inner.substr(0, inner.size() - 1),
                                         depth + 1));
      min_bytes = std::min(kMostBytes, min_bytes + node.children.back()->min_bytes);
    }
    node.min_bytes = min_bytes;
    return &node;
  }

  const AvroNode* parse_enum(const Json& json, const std::string& name_space) {
    AvroNode& node = add_named(AvroKind::kEnum, json, name_space);
    node.min_bytes = 4;
    const Json& symbols = member(json, "symbols");
    for (const Json& symbol : symbols) {
      if (!symbol.is_string()) fail("a symbol of an enum is no name");
      node.words.push_back(symbol.get<std::string>());
    }
    return &node;
  }

  const AvroNode* parse_fixed(const Json& json, const std::string& name_space) {
    AvroNode& node = add_named(AvroKind::kFixed, json, name_space);
    const Json& size = member(json, "size");
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > 0x7FFFFFFF) {
      fail("the size of a fixed is no number of bytes");
    }
    node.size_bytes = node.min_bytes = size.get<std::size_t>();
    set_logical(json, node);
    return &node;
  }

  AvroNode& add_named(AvroKind kind, const Json& json, const std::string& name_space) {
    const auto own = json.find("namespace");
    const bool has_own = own != json.end() && own->is_string();
    AvroNode& node = add(kind);
    node.name = full_name(text(json, "name"), has_own ? own->get<std::string>() : name_space);
    if (!named_.emplace(node.name, &node).second) {
      fail(fmt::format("two types are called \"{}\"", node.name));
    }
    return node;
  }

  static std::string full_name(const std::string& name, const std::string& name_space) {
    const bool full = name.find('.') != std::string::npos || name_space.empty();
    return full ? name : name_space + "." + name;
  }

  const Json& member(const Json& json, const char* name) const {
    const auto found = json.is_object() ? json.find(name) : json.end();
    if (found == json.end()) fail(fmt::format("a type lacks \"{}\"", name));
    return *found;
  }

  std::string text(const Json& json, const char* name) const {
    const Json& value = member(json, name);
    if (!value.is_string()) fail(fmt::format("\"{}\" is no text", name));
    return value.get<std::string>();
  }

  AvroSchema& schema_;
  std::string place_;
  std::map<std::string, const AvroNode*> named_;
};

std::shared_ptr<const AvroSchema> parse_avro_schema(std::string_view json, std::string_view place) {
  auto schema = std::make_shared<AvroSchema>();
  AvroSchemaParser(*schema, place).parse(json);
  return schema;
}

}  // namespace savvy
