#include "cli/diff_output.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/csv.h"
#include "cli/json_document.h"
#include "cli/json_sink.h"
#include "cli/record_output.h"
#include "cli/table.h"
#include "format/byte_units.h"

namespace savvy {
namespace {

constexpr std::size_t kFlushBytes = 256 * kKiB;

// The columns that say where, in the order of dump's.
constexpr std::array<Column, 6> kPlaceColumns = {Column::kKeyGroup,       Column::kStateKey,
                                                 Column::kStateNamespace, Column::kMapKey,
                                                 Column::kListIndex,      Column::kTimerTimestamp};

void append_text(std::string_view name, std::string_view value, std::string& out) {
  out += fmt::format(",\"{}\":", name);
  append_json_string(value, out);
}

void append_json(std::string_view name, const std::string& json, std::string& out) {
  if (!json.empty()) out += fmt::format(",\"{}\":{}", name, json);
}

std::string json_row(const DiffRow& row) {
  std::string text = fmt::format("{{\"change_type\":\"{}\"", to_string(row.change));
  const RowHeadFields& head = row.head;
  if (!head.operator_label.empty()) append_text("operator", head.operator_label, text);
  if (!head.operator_id.empty()) append_text("operator_id", head.operator_id, text);
  append_text("kind", head.kind, text);
  if (head.state) append_text("state", *head.state, text);
  if (!head.state_kind.empty()) append_text("state_kind", head.state_kind, text);
  for (const Column column : kPlaceColumns) {
    append_json(column_name(column), row.cells[column], text);
  }
  append_json("before", row.before, text);
  append_json("after", row.after, text);
  append_json("ttl_before", row.ttl_before, text);
  append_json("ttl_after", row.ttl_after, text);
  return text + '}';
}

std::string csv_header() {
  std::string text = "change_type,operator,operator_id,kind,state,state_kind";
  for (const Column column : kPlaceColumns) text += fmt::format(",{}", column_name(column));
  return text + ",before,after,ttl_before,ttl_after\n";
}

std::string csv_row(const DiffRow& row) {
  std::string text(to_string(row.change));
  const auto cell = [&text](std::string_view value) {
    text += ',';
    append_csv_cell(value, text);
  };
  for (const std::string& value : {row.head.operator_label, row.head.operator_id, row.head.kind,
                                   row.head.state.value_or(""), row.head.state_kind}) {
    cell(value);
  }
  for (const Column column : kPlaceColumns) cell(row.cells[column]);
  for (const std::string* value : {&row.before, &row.after, &row.ttl_before, &row.ttl_after}) {
    cell(*value);
  }
  return text + '\n';
}

Json count_record(const DiffPlace& place, const DiffCounts& counts) {
  const auto& [operator_id, kind, state] = place;
  Json record;
  if (!counts.operator_label.empty()) record["operator"] = counts.operator_label;
  if (!operator_id.empty()) record["operator_id"] = operator_id;
  record["kind"] = kind;
  if (!state.empty()) record["state"] = state;
  if (!counts.state_kind.empty()) record["state_kind"] = counts.state_kind;
  record["entries_before"] = counts.entries_before;
  record["entries_after"] = counts.entries_after;
  record["inserted"] = counts.inserted;
  record["deleted"] = counts.deleted;
  record["updated"] = counts.updated;
  return record;
}

std::vector<Json> count_records(const DiffResult& result) {
  std::vector<Json> records;
  for (const auto& [place, counts] : result.counts) records.push_back(count_record(place, counts));
  return records;
}

Json summary_json(const DiffResult& result) {
  Json document = json_document();
  document["equal"] = result.equal();
  document["structure_differences"] = result.structure_differences;
  document["entry_differences"] = result.entry_differences;
  document["states"] = count_records(result);
  return document;
}

}  // namespace

DiffWriter::DiffWriter(DocumentFormat format, std::uint64_t limit, Output& output)
    : format_(format), limit_(limit), output_(output) {
  if (format_ == DocumentFormat::kCsv) text_ = csv_header();
  if (format_ == DocumentFormat::kJson) text_ = document_start(RowFormat::kJson);
}

bool DiffWriter::add(const DiffRow& row) {
  const bool is_text = format_ == DocumentFormat::kText;
  if (row_count_ >= limit_) return is_text;
  ++row_count_;
  switch (format_) {
    case DocumentFormat::kText:
      write(text_of(row) + '\n');
      break;
    case DocumentFormat::kJson:
      write((row_count_ == 1 ? "\n" : ",\n") + json_row(row));
      break;
    case DocumentFormat::kJsonl:
      write(json_row(row) + '\n');
      break;
    case DocumentFormat::kCsv:
      write(csv_row(row));
      break;
  }
  return is_text || row_count_ < limit_;
}

void DiffWriter::write(const std::string& text) {
  text_ += text;
  if (text_.size() < kFlushBytes) return;
  output_.write(text_);
  text_.clear();
}

void DiffWriter::finish() {
  if (format_ == DocumentFormat::kJson) text_ += document_end(RowFormat::kJson);
  output_.write(text_);
  text_.clear();
}

std::string diff_summary_text(const DiffResult& result) {
  Table table({{"operator"},
               {"kind"},
               {"state"},
               {"before", Align::kRight},
               {"after", Align::kRight},
               {"inserted", Align::kRight},
               {"deleted", Align::kRight},
               {"updated", Align::kRight}});
  std::size_t equal_states = 0;
  std::uint64_t equal_entries = 0;
  for (const auto& [place, counts] : result.counts) {
    if (counts.differences() == 0) {
      ++equal_states;
      equal_entries += counts.entries_after;
      continue;
    }
    table.add({counts.operator_label, std::get<1>(place), std::get<2>(place),
               std::to_string(counts.entries_before), std::to_string(counts.entries_after),
               std::to_string(counts.inserted), std::to_string(counts.deleted),
               std::to_string(counts.updated)});
  }
  std::string text = table.empty() ? "" : table.text("") + '\n';
  text += fmt::format("{} states with {} entries are equal\n", equal_states, equal_entries);
  text += fmt::format("{} differences: {} in structure, {} in entries\n",
                      result.structure_differences + result.entry_differences,
                      result.structure_differences, result.entry_differences);
  return text;
}

void write_diff_summary(const DiffResult& result, DocumentFormat format, Output& output) {
  switch (format) {
    case DocumentFormat::kText:
      return output.write(diff_summary_text(result));
    case DocumentFormat::kJson:
      return output.write(pretty_text(summary_json(result)));
    case DocumentFormat::kJsonl:
      return output.write(records_jsonl(count_records(result)));
    case DocumentFormat::kCsv:
      return output.write(
          records_csv({"operator", "operator_id", "kind", "state", "state_kind", "entries_before",
                       "entries_after", "inserted", "deleted", "updated"},
                      count_records(result)));
  }
}

}  // namespace savvy
