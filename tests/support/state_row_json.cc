#include "tests/support/state_row_json.h"

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/delimited_message_util.h>

#include <stdexcept>

#include "cli/json_sink.h"
#include "format/state_row.pb.h"

namespace savvy::testing {
namespace {

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void report(const v1::Value& value, ValueSink& sink);

void report_object(const v1::Object& object, ValueSink& sink) {
  sink.begin_object();
  for (const v1::Field& field : object.fields()) {
    sink.field(field.surrogate_name().empty() ? field.name() : field.surrogate_name());
    report(field.value(), sink);
  }
  sink.end_object();
}

void report_array(const v1::Array& array, ValueSink& sink) {
  sink.begin_array();
  for (const v1::Value& value : array.values()) report(value, sink);
  sink.end_array();
}

void report(const v1::Value& value, ValueSink& sink) {
  switch (value.kind_case()) {
    case v1::Value::kNull:
      return sink.null();
    case v1::Value::kBoolean:
      return sink.boolean(value.boolean());
    case v1::Value::kInt32:
      return sink.int32(value.int32());
    case v1::Value::kInt64:
      return sink.int64(value.int64());
    case v1::Value::kFloat32:
      return sink.float32(value.float32());
    case v1::Value::kFloat64:
      return sink.float64(value.float64());
    case v1::Value::kText:
      return sink.string(value.text());
    case v1::Value::kSurrogateText:
      return sink.string(value.surrogate_text());
    case v1::Value::kBytes:
      return sink.bytes(as_bytes(value.bytes()));
    case v1::Value::kOpaque:
      return sink.opaque(as_bytes(value.opaque().bytes()), value.opaque().type(),
                         value.opaque().reason());
    case v1::Value::kObject:
      return report_object(value.object(), sink);
    case v1::Value::kArray:
      return report_array(value.array(), sink);
    case v1::Value::KIND_NOT_SET:
      break;
  }
  throw std::runtime_error("a value of no kind");
}

std::string as_json(const v1::StateRow& row) {
  std::string text;
  JsonSink sink(text, Int64Style::kNumber, nullptr);
  const auto text_field = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    sink.field(name);
    sink.string(value);
  };
  const auto value_field = [&](const char* name, bool present, const v1::Value& value) {
    if (!present) return;
    sink.field(name);
    report(value, sink);
  };
  const auto number_field = [&](const char* name, bool present, std::int64_t value) {
    if (!present) return;
    sink.field(name);
    sink.int64(value);
  };
  sink.begin_object();
  text_field("operator", row.operator_());
  text_field("operator_id", row.operator_id());
  number_field("subtask", row.has_subtask(), row.subtask());
  text_field("kind", row.kind());
  if (row.has_state()) {
    sink.field("state");
    sink.string(row.state());
  }
  text_field("state_kind", row.state_kind());
  number_field("key_group", row.has_key_group(), row.key_group());
  value_field("state_key", row.has_state_key(), row.state_key());
  value_field("state_namespace", row.has_state_namespace(), row.state_namespace());
  value_field("map_key", row.has_map_key(), row.map_key());
  value_field("map_value", row.has_map_value(), row.map_value());
  number_field("list_index", row.has_list_index(), row.list_index());
  value_field("list_value", row.has_list_value(), row.list_value());
  value_field("state_value", row.has_state_value(), row.state_value());
  number_field("ttl_timestamp", row.has_ttl_timestamp(), row.ttl_timestamp());
  number_field("timer_timestamp", row.has_timer_timestamp(), row.timer_timestamp());
  if (row.has_ttl_expired()) {
    sink.field("ttl_expired");
    sink.boolean(row.ttl_expired());
  }
  sink.end_object();
  return text;
}

}  // namespace

std::string state_rows_as_jsonl(const std::string& messages) {
  google::protobuf::io::ArrayInputStream in(messages.data(), static_cast<int>(messages.size()));
  std::string lines;
  for (;;) {
    v1::StateRow row;
    bool clean_end = false;
    if (!google::protobuf::util::ParseDelimitedFromZeroCopyStream(&row, &in, &clean_end)) {
      if (clean_end) return lines;
      throw std::runtime_error("not a StateRow message");
    }
    lines += as_json(row) + '\n';
  }
}

}  // namespace savvy::testing
