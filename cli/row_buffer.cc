#include "cli/row_buffer.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/csv.h"

namespace savvy {
namespace {

constexpr std::array<std::string_view, kColumnCount> kColumnNames = {
    "key_group",  "state_key",   "state_namespace", "map_key",         "map_value",  "list_index",
    "list_value", "state_value", "ttl_timestamp",   "timer_timestamp", "ttl_expired"};

std::string json_head(const RowHeadFields& fields) {
  std::string text = "{";
  const auto add = [&text](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (text.size() > 1) text += ',';
    append_json_string(name, text);
    text += ':';
    append_json_string(value, text);
  };
  add("operator", fields.operator_label);
  add("operator_id", fields.operator_id);
  if (fields.subtask) text += fmt::format(",\"subtask\":{}", *fields.subtask);
  add("kind", fields.kind);
  // A state may have an empty name; what has no name at all leaves it out.
  if (fields.state) {
    text += ",\"state\":";
    append_json_string(*fields.state, text);
  }
  add("state_kind", fields.state_kind);
  return text;
}

std::string csv_head(const RowHeadFields& fields) {
  std::string text;
  append_csv_cell(fields.operator_label, text);
  text += ',';
  append_csv_cell(fields.operator_id, text);
  text += fields.subtask ? fmt::format(",{},", *fields.subtask) : ",,";
  append_csv_cell(fields.kind, text);
  text += ',';
  append_csv_cell(fields.state.value_or(""), text);
  text += ',';
  append_csv_cell(fields.state_kind, text);
  return text;
}

std::string protobuf_head(const RowHeadFields& fields) {
  return encode_state_row_head({fields.operator_label, fields.operator_id, fields.subtask,
                                fields.kind, fields.state, fields.state_kind});
}

std::string head_text(const RowHeadFields& fields, RowFormat format) {
  switch (format) {
    case RowFormat::kCsv:
      return csv_head(fields);
    case RowFormat::kProtobuf:
      return protobuf_head(fields);
    case RowFormat::kJsonl:
    case RowFormat::kJson:
      break;
  }
  return json_head(fields);
}

// What stands in front of a column's value in a JSON row.
std::array<std::string, kColumnCount> json_labels() {
  std::array<std::string, kColumnCount> labels;
  for (std::size_t i = 0; i < kColumnCount; ++i)
    labels[i] = fmt::format(",\"{}\":", kColumnNames[i]);
  return labels;
}

// Columns are numbered on from the fields of the head.
StateRowField message_field(std::size_t column) {
  return static_cast<StateRowField>(static_cast<std::size_t>(StateRowField::kKeyGroup) + column);
}

}  // namespace

std::string_view column_name(Column column) {
  return kColumnNames[static_cast<std::size_t>(column)];
}

RowHead::RowHead(RowHeadFields fields, RowFormat format)
    : fields_(std::move(fields)), text_(head_text(fields_, format)) {}

RowBuffer::RowBuffer(RowFormat format, Int64Style int64_style, std::uint64_t limit)
    : format_(format), sink_(line_, int64_style, this), message_(this), limit_(limit) {}

void RowBuffer::begin(const RowHead& head) {
  head_ = &head;
  line_.assign(head.text());
  cell_open_ = false;
  next_column_ = 0;
}

ValueSink& RowBuffer::column(Column column) {
  const auto index = static_cast<std::size_t>(column);
  if (format_ == RowFormat::kJsonl || format_ == RowFormat::kJson) {
    static const std::array<std::string, kColumnCount> labels = json_labels();
    line_ += labels[index];
    sink_.restart(line_);
    return sink_;
  }
  finish_cell();
  cell_open_ = true;
  if (format_ == RowFormat::kProtobuf) {
    next_column_ = index + 1;
    return message_.start();
  }
  line_.append(index + 1 - next_column_, ',');
  next_column_ = index + 1;
  cell_.clear();
  sink_.restart(cell_);
  return sink_;
}

void RowBuffer::number(Column column, std::int32_t value) {
  if (format_ != RowFormat::kProtobuf) return this->column(column).int32(value);
  number(column, std::int64_t{value});
}

void RowBuffer::number(Column column, std::int64_t value) {
  if (format_ != RowFormat::kProtobuf) return this->column(column).int64(value);
  finish_cell();
  next_column_ = static_cast<std::size_t>(column) + 1;
  append_state_row_number(message_field(next_column_ - 1), value, line_);
}

void RowBuffer::truth(Column column, bool value) {
  if (format_ != RowFormat::kProtobuf) return this->column(column).boolean(value);
  number(column, std::int64_t{value ? 1 : 0});
}

void RowBuffer::finish_cell() {
  if (!cell_open_) return;
  cell_open_ = false;
  if (format_ == RowFormat::kProtobuf) {
    message_.append_to(message_field(next_column_ - 1), line_);
  } else {
    append_csv_cell(cell_, line_);
  }
}

void RowBuffer::end() {
  finish_cell();
  if (limit_reached()) return;
  switch (format_) {
    case RowFormat::kJsonl:
      text_.append(line_).append("}\n");
      break;
    case RowFormat::kJson:
      text_.append(",\n").append(line_).push_back('}');
      break;
    case RowFormat::kCsv:
      text_.append(line_).append(kColumnNames.size() - next_column_, ',').push_back('\n');
      break;
    case RowFormat::kProtobuf:
      append_delimited(line_, text_);
      break;
  }
  ++row_count_;
}

RowBuffer::Mark RowBuffer::mark() {
  finish_cell();
  return {line_.size(), next_column_};
}

void RowBuffer::rewind(Mark mark) {
  line_.resize(mark.size);
  next_column_ = mark.next_column;
  cell_open_ = false;
}

void RowBuffer::opaque_value(std::string_view type, std::string_view reason) {
  const RowHeadFields& fields = head_->fields();
  ++opaque_counts_[{fields.operator_label, fields.state.value_or(""), std::string(type),
                    std::string(reason)}];
}

std::string document_start(RowFormat format) {
  switch (format) {
    case RowFormat::kJsonl:
    case RowFormat::kProtobuf:
      return {};
    case RowFormat::kJson:
      return "{\"schema\":\"savvy/v1\",\"rows\":[";
    case RowFormat::kCsv:
      break;
  }
  std::string header = "operator,operator_id,subtask,kind,state,state_kind";
  for (const std::string_view name : kColumnNames) {
    header += ',';
    header += name;
  }
  return header + '\n';
}

std::string document_end(RowFormat format) { return format == RowFormat::kJson ? "\n]}\n" : ""; }

}  // namespace savvy
