#include "format/types/logical_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr int kMaxHeight = 64;
constexpr std::size_t kMaxParts = 10000;

struct RootName {
  std::string_view name;
  LogicalRoot root;
};

// The names of LogicalTypeRoot.
constexpr std::array<RootName, 34> kRoots = {{
    {"CHAR", LogicalRoot::kChar},
    {"VARCHAR", LogicalRoot::kVarChar},
    {"BOOLEAN", LogicalRoot::kBoolean},
    {"BINARY", LogicalRoot::kBinary},
    {"VARBINARY", LogicalRoot::kVarBinary},
    {"DECIMAL", LogicalRoot::kDecimal},
    {"TINYINT", LogicalRoot::kTinyInt},
    {"SMALLINT", LogicalRoot::kSmallInt},
    {"INTEGER", LogicalRoot::kInteger},
    {"BIGINT", LogicalRoot::kBigInt},
    {"FLOAT", LogicalRoot::kFloat},
    {"DOUBLE", LogicalRoot::kDouble},
    {"DATE", LogicalRoot::kDate},
    {"TIME_WITHOUT_TIME_ZONE", LogicalRoot::kTime},
    {"TIMESTAMP_WITHOUT_TIME_ZONE", LogicalRoot::kTimestamp},
    {"TIMESTAMP_WITH_TIME_ZONE", LogicalRoot::kTimestampTz},
    {"TIMESTAMP_WITH_LOCAL_TIME_ZONE", LogicalRoot::kTimestampLtz},
    {"INTERVAL_YEAR_MONTH", LogicalRoot::kIntervalYearMonth},
    {"INTERVAL_DAY_TIME", LogicalRoot::kIntervalDayTime},
    {"ARRAY", LogicalRoot::kArray},
    {"MULTISET", LogicalRoot::kMultiset},
    {"MAP", LogicalRoot::kMap},
    {"ROW", LogicalRoot::kRow},
    {"DISTINCT_TYPE", LogicalRoot::kDistinct},
    {"STRUCTURED_TYPE", LogicalRoot::kStructured},
    {"NULL", LogicalRoot::kNull},
    {"RAW", LogicalRoot::kRaw},
    {"VARIANT", LogicalRoot::kVariant},
    {"BITMAP", LogicalRoot::kBitmap},
    {"UUID", LogicalRoot::kUuid},
    {"GEOGRAPHY", LogicalRoot::kGeography},
    {"SYMBOL", LogicalRoot::kOther},
    {"UNRESOLVED", LogicalRoot::kOther},
    {"DESCRIPTOR", LogicalRoot::kOther},
}};

class Converter {
 public:
  Converter(const ByteReader& in, std::uint64_t at) : in_(in), at_(at) {}

  LogicalTypePtr convert(const JavaValue& object, int depth) {
    if (depth > kMaxHeight) {
      in_.fail_at(at_, fmt::format("logical types nest more than {} deep", kMaxHeight));
    }
    if (!object.is_object()) in_.fail_at(at_, "a logical type was expected");
    // One type object may stand in many places.
    const auto known = done_.find(object.node());
    if (known != done_.end()) return known->second;
    LogicalTypePtr type = std::make_shared<LogicalType>(fill(object, depth));
    done_.emplace(object.node(), type);
    return type;
  }

 private:
  LogicalType fill(const JavaValue& object, int depth) {
    LogicalType type;
    type.root_name = object.field("typeRoot").text();
    const auto root = std::find_if(kRoots.begin(), kRoots.end(), [&](const RootName& candidate) {
      return candidate.name == type.root_name;
    });
    if (root == kRoots.end()) {
      throw UnsupportedError(fmt::format("{} with type root \"{}\" is unknown here\n  {}",
                                         object.class_name(), type.root_name,
                                         in_.describe_position()));
    }
    type.root = root->root;
    type.nullable = object.field("isNullable").integer() != 0;
    type.length = object.field("length").integer();
    type.precision = object.field("precision").integer();
    type.scale = object.field("scale").integer();
    fill_children(object, type, depth);
    for (const LogicalTypePtr& child : type.children) type.parts += child->parts;
    if (type.parts > kMaxParts) {
      in_.fail_at(at_, fmt::format("a logical type stands for more than {} types", kMaxParts));
    }
    return type;
  }

  void fill_children(const JavaValue& object, LogicalType& type, int depth) {
    const auto add = [&](std::string_view field) {
      type.children.push_back(convert(object.field(field), depth + 1));
    };
    switch (type.root) {
      case LogicalRoot::kArray:
      case LogicalRoot::kMultiset:
        return add("elementType");
      case LogicalRoot::kMap:
        add("keyType");
        return add("valueType");
      case LogicalRoot::kDistinct:
        return add("sourceType");
      case LogicalRoot::kRow:
        return add_members(object.field("fields"), type, depth);
      case LogicalRoot::kStructured:
        return fill_structured(object, type, depth);
      case LogicalRoot::kRaw:
        type.class_name = object.field("clazz").class_name();
        return;
      default:
        return;
    }
  }

  void fill_structured(const JavaValue& object, LogicalType& type, int depth) {
    // LegacyTypeInformationType has this root and no attributes.
    type.class_name = object.field("implementationClass").class_name();
    const JavaValue super = object.field("superType");
    if (super.is_object()) {
      const LogicalTypePtr inherited = convert(super, depth + 1);
      type.names = inherited->names;
      type.children = inherited->children;
    }
    if (object.field("attributes").is_object()) {
      add_members(object.field("attributes"), type, depth);
    }
  }

  void add_members(const JavaValue& list, LogicalType& type, int depth) {
    const auto members = list.list();
    if (!members) in_.fail_at(at_, "the fields of a logical type are no list");
    for (const JavaValue& member : *members) {
      type.names.emplace_back(member.field("name").text());
      type.children.push_back(convert(member.field("type"), depth + 1));
    }
  }

  const ByteReader& in_;
  std::uint64_t at_;
  std::map<std::uint32_t, LogicalTypePtr> done_;
};

// STRING and BYTES are the longest VARCHAR and VARBINARY.
constexpr std::int64_t kMaxLength = 0x7FFFFFFF;

std::string arguments(const LogicalType& type) {
  const bool varies = type.root == LogicalRoot::kVarChar || type.root == LogicalRoot::kVarBinary;
  if (varies && type.length == kMaxLength) return {};
  switch (type.root) {
    case LogicalRoot::kChar:
    case LogicalRoot::kVarChar:
    case LogicalRoot::kBinary:
    case LogicalRoot::kVarBinary:
      return fmt::format("({})", type.length);
    case LogicalRoot::kDecimal:
      return fmt::format("({}, {})", type.precision, type.scale);
    case LogicalRoot::kTime:
    case LogicalRoot::kTimestamp:
    case LogicalRoot::kTimestampTz:
    case LogicalRoot::kTimestampLtz:
      return fmt::format("({})", type.precision);
    default:
      return {};
  }
}

std::string_view sql_name(const LogicalType& type) {
  switch (type.root) {
    case LogicalRoot::kVarChar:
      return type.length == kMaxLength ? "STRING" : "VARCHAR";
    case LogicalRoot::kVarBinary:
      return type.length == kMaxLength ? "BYTES" : "VARBINARY";
    case LogicalRoot::kInteger:
      return "INT";
    case LogicalRoot::kTime:
      return "TIME";
    case LogicalRoot::kTimestamp:
      return "TIMESTAMP";
    case LogicalRoot::kTimestampTz:
      return "TIMESTAMP_TZ";
    case LogicalRoot::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    default:
      return type.root_name;
  }
}

// Child i under its name, or what stands for one.
std::string child_label(const LogicalType& type, std::size_t i) {
  if (i < type.names.size()) return type.names[i];
  if (type.root == LogicalRoot::kMap) return i == 0 ? "key" : "value";
  return "element";
}

}  // namespace

LogicalTypePtr read_logical_type(ByteReader& in) {
  const std::uint64_t at = in.offset();
  return to_logical_type(read_java_stream(in), in, at);
}

LogicalTypePtr to_logical_type(const JavaValue& object, const ByteReader& in, std::uint64_t at) {
  return Converter(in, at).convert(object, 0);
}

std::string to_sql(const LogicalType& type) {
  std::string text(sql_name(type));
  text += arguments(type);
  if (!type.children.empty()) {
    text += '<';
    for (std::size_t i = 0; i < type.children.size(); ++i) {
      if (i > 0) text += ", ";
      if (i < type.names.size()) text += type.names[i] + " ";
      text += to_sql(*type.children[i]);
    }
    text += '>';
  }
  if (!type.class_name.empty()) text += fmt::format("('{}')", type.class_name);
  if (!type.nullable) text += " NOT NULL";
  return text;
}

TypeDescription describe_logical(const LogicalType& type) {
  TypeDescription description;
  description.kind = "sql";
  description.name = to_sql(type);
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    description.fields.push_back({child_label(type, i), describe_logical(*type.children[i])});
  }
  return description;
}

}  // namespace savvy
