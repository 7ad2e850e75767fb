#include "format/detail/protobuf_message.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "format/modified_utf8.h"

namespace savvy::detail {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kTextReason = "text that is not UTF-8";

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void report_unsigned(std::uint64_t value, ValueSink& sink) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    sink.int64(static_cast<std::int64_t>(value));
  } else {
    sink.string(fmt::to_string(value));
  }
}

// The name of a constant; the number of one that the descriptor lacks.
void report_enum(const FieldDescriptor& field, int number, ValueSink& sink) {
  const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
  value != nullptr ? sink.string(value->name()) : sink.int32(number);
}

void report_text(const FieldDescriptor& field, const std::string& text, ValueSink& sink) {
  if (field.type() == FieldDescriptor::TYPE_BYTES) return sink.bytes(as_bytes(text));
  // proto2 does not check its strings.
  is_utf8(text) ? sink.string(text) : sink.opaque(as_bytes(text), "string", kTextReason);
}

// One value of a field that is not repeated, or, at `index`, of one that is.
void report_value(const Message& message, const FieldDescriptor& field, int index,
                  ValueSink& sink) {
  const Reflection& fields = *message.GetReflection();
  const bool many = field.is_repeated();
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return sink.int32(many ? fields.GetRepeatedInt32(message, &field, index)
                             : fields.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return sink.int64(many ? fields.GetRepeatedInt64(message, &field, index)
                             : fields.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return sink.int64(many ? fields.GetRepeatedUInt32(message, &field, index)
                             : fields.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return report_unsigned(many ? fields.GetRepeatedUInt64(message, &field, index)
                                  : fields.GetUInt64(message, &field),
                             sink);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return sink.float32(many ? fields.GetRepeatedFloat(message, &field, index)
                               : fields.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return sink.float64(many ? fields.GetRepeatedDouble(message, &field, index)
                               : fields.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return sink.boolean(many ? fields.GetRepeatedBool(message, &field, index)
                               : fields.GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return report_enum(field,
                         many ? fields.GetRepeatedEnumValue(message, &field, index)
                              : fields.GetEnumValue(message, &field),
                         sink);
    case FieldDescriptor::CPPTYPE_STRING:
      return report_text(field,
                         many ? fields.GetRepeatedStringReference(message, &field, index, &scratch)
                              : fields.GetStringReference(message, &field, &scratch),
                         sink);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return report_message(many ? fields.GetRepeatedMessage(message, &field, index)
                                 : fields.GetMessage(message, &field),
                            sink);
  }
}

// Keys of a map are integers, booleans or text.
using MapKey = std::variant<std::int64_t, std::uint64_t, bool, std::string>;

MapKey map_key(const Message& entry) {
  const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
  const Reflection& fields = *entry.GetReflection();
  switch (key.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return fields.GetString(entry, &key);
    case FieldDescriptor::CPPTYPE_BOOL:
      return fields.GetBool(entry, &key);
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::uint64_t{fields.GetUInt32(entry, &key)};
    case FieldDescriptor::CPPTYPE_UINT64:
      return fields.GetUInt64(entry, &key);
    case FieldDescriptor::CPPTYPE_INT32:
      return std::int64_t{fields.GetInt32(entry, &key)};
    default:
      return std::int64_t{fields.GetInt64(entry, &key)};
  }
}

// The library keeps a map's entries in an order that differs from run to run.
void report_map(const Message& message, const FieldDescriptor& field, ValueSink& sink) {
  const Reflection& fields = *message.GetReflection();
  std::map<MapKey, const Message*> entries;
  for (int i = 0; i < fields.FieldSize(message, &field); ++i) {
    const Message& entry = fields.GetRepeatedMessage(message, &field, i);
    entries[map_key(entry)] = &entry;
  }
  const Descriptor& entry_type = *field.message_type();
  const bool by_name = std::all_of(entries.begin(), entries.end(),
                                   [](const auto& entry) {
                                     const auto* text = std::get_if<std::string>(&entry.first);
                                     return text != nullptr && is_utf8(*text);
                                   }) &&
                       entry_type.map_key()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  by_name ? sink.begin_object() : sink.begin_array();
  for (const auto& [key, entry] : entries) {
    if (by_name) {
      sink.field(std::get<std::string>(key));
      report_value(*entry, *entry_type.map_value(), 0, sink);
    } else {
      sink.begin_array();
      report_value(*entry, *entry_type.map_key(), 0, sink);
      report_value(*entry, *entry_type.map_value(), 0, sink);
      sink.end_array();
    }
  }
  by_name ? sink.end_object() : sink.end_array();
}

void report_field(const Message& message, const FieldDescriptor& field, ValueSink& sink) {
  sink.field(field.is_extension() ? fmt::format("[{}]", field.full_name()) : field.name());
  if (field.is_map()) return report_map(message, field, sink);
  if (!field.is_repeated()) return report_value(message, field, 0, sink);
  sink.begin_array();
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) report_value(message, field, i, sink);
  sink.end_array();
}

// The fields to show, by number as they were declared; extensions behind them.
std::vector<const FieldDescriptor*> fields_to_show(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  std::vector<const FieldDescriptor*> shown;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (!field->has_presence() || message.GetReflection()->HasField(message, field)) {
      shown.push_back(field);
    }
  }
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (field->is_extension()) shown.push_back(field);
  }
  return shown;
}

// The JSON that the library makes of its own types.
void report_json(const nlohmann::ordered_json& json, ValueSink& sink) {
  switch (json.type()) {
    case nlohmann::ordered_json::value_t::object:
      sink.begin_object();
      for (const auto& [name, value] : json.items()) {
        sink.field(name);
        report_json(value, sink);
      }
      return sink.end_object();
    case nlohmann::ordered_json::value_t::array:
      sink.begin_array();
      for (const auto& value : json) report_json(value, sink);
      return sink.end_array();
    case nlohmann::ordered_json::value_t::string:
      return sink.string(json.get_ref<const std::string&>());
    case nlohmann::ordered_json::value_t::boolean:
      return sink.boolean(json.get<bool>());
    case nlohmann::ordered_json::value_t::number_integer:
      return sink.int64(json.get<std::int64_t>());
    case nlohmann::ordered_json::value_t::number_unsigned:
      return report_unsigned(json.get<std::uint64_t>(), sink);
    case nlohmann::ordered_json::value_t::number_float:
      return sink.float64(json.get<double>());
    default:
      return sink.null();
  }
}

// False if the message is not one of the types with a JSON form of their own, or cannot be shown in
// it (an Any of a type that the descriptors lack).
bool report_well_known(const Message& message, ValueSink& sink) {
  const Descriptor& type = *message.GetDescriptor();
  if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED) return false;
  if (!message.GetReflection()->GetUnknownFields(message).empty()) return false;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text).ok()) return false;
  const auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return false;
  report_json(json, sink);
  return true;
}

}  // namespace

void report_message(const Message& message, ValueSink& sink) {
  if (report_well_known(message, sink)) return;
  sink.begin_object();
  for (const FieldDescriptor* field : fields_to_show(message)) report_field(message, *field, sink);
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  if (!unknown.empty()) {
    std::string bytes;
    unknown.SerializeToString(&bytes);
    sink.field("$unknown");
    sink.bytes(as_bytes(bytes));
  }
  sink.end_object();
}

}  // namespace savvy::detail
