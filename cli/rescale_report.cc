#include "cli/rescale_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cli/printable.h"
#include "cli/rendering.h"
#include "cli/rewrite_report.h"
#include "cli/table.h"

namespace savvy {
namespace {

std::string change_text(std::int32_t from, std::int32_t to) {
  return from == to ? fmt::format("{}", from) : fmt::format("{} -> {}", from, to);
}

double skew_of(const std::vector<std::uint64_t>& bytes) {
  const auto sum =
      static_cast<double>(std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}));
  if (sum == 0) return 1;
  const auto most = static_cast<double>(*std::max_element(bytes.begin(), bytes.end()));
  return most / (sum / static_cast<double>(bytes.size()));
}

std::string sizes_text(const SubtaskSizes& sizes) {
  if (sizes.bytes.empty()) return {};
  const auto [least, most] = std::minmax_element(sizes.bytes.begin(), sizes.bytes.end());
  return fmt::format("{}{} to {} a subtask, skew {:.2f}", sizes.exact ? "" : "about ",
                     human_bytes(*least), human_bytes(*most), skew_of(sizes.bytes));
}

std::string plan_text(const RescaleReport& report) {
  Table table({{"OPERATOR"},
               {"ACTION"},
               {"PARALLELISM", Align::kRight},
               {"MAX", Align::kRight},
               {report.sizes.empty() ? "" : "KEYED STATE"}});
  for (std::size_t i = 0; i < report.plan.operators.size(); ++i) {
    const OperatorPlan& op = report.plan.operators[i];
    table.add({op.label, std::string(to_string(op.action)),
               change_text(op.old_parallelism, op.new_parallelism),
               change_text(op.old_max_parallelism, op.new_max_parallelism),
               report.sizes.empty() ? "" : sizes_text(report.sizes[i])});
  }
  std::string text = table.text("  ");
  for (const OperatorPlan& op : report.plan.operators) {
    for (const std::string& note : op.notes) {
      text += fmt::format("note: operator {}: {}\n", printable(op.label), note);
    }
  }
  return text;
}

std::string headline(const RescaleReport& report) {
  const std::optional<StoredLayout> layout = report.command.layout;
  if (!layout) return report.result ? "rescaled" : "would rescale";
  return fmt::format("{} to {}:", report.result ? "converted" : "would convert",
                     to_string(*layout));
}

std::string report_text(const RescaleReport& report) {
  std::string text =
      fmt::format("{} {} -> {}\n", headline(report), printable(report.source.metadata_path()),
                  printable(report.command.rewrite.destination));
  text += plan_text(report);
  text += notes_text(report.notes);
  if (!report.result) return text;
  return text + outcome_text(*report.result, report.command.rewrite.destination,
                             report.command.rescale.parallelism);
}

Json operator_json(const RescaleReport& report, std::size_t index) {
  const OperatorPlan& op = report.plan.operators[index];
  Json json;
  json["operator"] = op.label;
  json["operator_id"] = to_hex(report.source.metadata().operators[index].id);
  json["action"] = to_string(op.action);
  json["parallelism"] = op.old_parallelism;
  json["new_parallelism"] = op.new_parallelism;
  json["max_parallelism"] = op.old_max_parallelism;
  json["new_max_parallelism"] = op.new_max_parallelism;
  if (!report.sizes.empty() && !report.sizes[index].bytes.empty()) {
    const SubtaskSizes& sizes = report.sizes[index];
    json["keyed_bytes"] = sizes.bytes;
    json["keyed_bytes_exact"] = sizes.exact;
    json["skew"] = skew_of(sizes.bytes);
  }
  json["notes"] = op.notes;
  return json;
}

Json report_json(const RescaleReport& report) {
  Json document = json_document();
  document["command"] = report.command.command;
  if (report.command.layout) document["to"] = to_string(*report.command.layout);
  document["dry_run"] = !report.result.has_value();
  document["source"] = report.source.metadata_path();
  document["destination"] = report.command.rewrite.destination;
  document["operators"] = Json::array();
  for (std::size_t i = 0; i < report.plan.operators.size(); ++i) {
    document["operators"].push_back(operator_json(report, i));
  }
  document["notes"] = report.notes;
  if (report.result) {
    add_outcome(document, *report.result, report.command.rewrite.destination,
                report.command.rescale.parallelism);
  }
  return document;
}

std::vector<Json> operator_records(const RescaleReport& report) {
  std::vector<Json> records;
  for (std::size_t i = 0; i < report.plan.operators.size(); ++i) {
    records.push_back(operator_json(report, i));
  }
  return records;
}

}  // namespace

std::string render(const RescaleReport& report, DocumentFormat format) {
  return render(
      {.text = [&] { return report_text(report); },
       .document = [&] { return report_json(report); },
       .records = [&] { return operator_records(report); },
       .columns = {"operator", "operator_id", "action", "parallelism", "new_parallelism",
                   "max_parallelism", "new_max_parallelism", "keyed_bytes", "skew", "notes"}},
      format);
}

}  // namespace savvy
