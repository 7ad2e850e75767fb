#include "format/scalar_name.h"

#include <algorithm>
#include <array>

namespace savvy {
namespace {

// Kinds whose types are all named here, none after a class that the snapshot names.
constexpr std::array<std::string_view, 22> kScalarKinds = {
    "boolean",  "byte",          "short",       "int",        "long",       "float",
    "double",   "char",          "null",        "string",     "date",       "sql_date",
    "sql_time", "sql_timestamp", "instant",     "local_date", "local_time", "local_date_time",
    "uuid",     "big_integer",   "big_decimal", "time_window"};

}  // namespace

std::string_view scalar_name(const TypeDescription& type) {
  const auto* found = std::find(kScalarKinds.begin(), kScalarKinds.end(), type.kind);
  if (found == kScalarKinds.end()) return {};
  return type.name;
}

bool is_byte_array(const TypeDescription& type) {
  return type.kind == "array" && type.name == "byte[]";
}

}  // namespace savvy
