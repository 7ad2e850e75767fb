// savvy inspect: what a snapshot is and holds, on one screen.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/json_document.h"
#include "cli/output.h"
#include "cli/printable.h"
#include "cli/rendering.h"
#include "cli/snapshot_summary.h"
#include "cli/stream_problems.h"
#include "cli/table.h"
#include "readers/catalog.h"
#include "readers/inventory.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

struct InspectOptions {
  SnapshotOptions snapshot;
  FormatOption format;
  bool sizes = false;
};

// All that the command shows.
struct Report {
  const Snapshot& snapshot;
  std::vector<OperatorCatalog> operators;
  InventorySummary files;
};

// Where a file that is not there should be.
std::string missing_name(const Snapshot& snapshot, const StreamHandle& stream) {
  const std::optional<std::string> local = snapshot.local_path(stream);
  return local ? *local : *path_in(stream);
}

std::string type_name(const TypePtr& type) { return type ? type->describe().name : ""; }

bool shows_namespace(const StateInfo& state) {
  return state.name_space && state.name_space->shape() != Shape::kVoid;
}

// "Long -> Pojo", "Long @ TimeWindow -> (String -> Long)", "List<String>".
std::string types_text(const StateInfo& state) {
  std::string text = type_name(state.key);
  if (shows_namespace(state)) text += " @ " + type_name(state.name_space);
  if (!state.value && !state.user_key) return text;
  if (!text.empty()) text += " -> ";
  if (!state.user_key) return text + type_name(state.value);
  const std::string entry =
      fmt::format("{} -> {}", type_name(state.user_key), type_name(state.value));
  return text.empty() ? entry : text + "(" + entry + ")";
}

std::string kind_text(const StateInfo& state) {
  return state.state_kind.empty() ? state.kind : state.state_kind;
}

std::string layout_text(const StateInfo& state) {
  std::string text = state.layout;
  if (state.compressed) text += text.empty() ? "snappy" : ", snappy";
  if (state.ttl) text += text.empty() ? "ttl" : ", ttl";
  return text;
}

std::string bytes_text(const StateInfo& state) {
  if (state.bytes) return human_bytes(*state.bytes);
  return "of " + human_bytes(state.stream_bytes);
}

std::size_t finished_subtasks(const OperatorState& op) {
  return static_cast<std::size_t>(std::count_if(op.subtasks.begin(), op.subtasks.end(),
                                                [](const Subtask& s) { return s.finished; }));
}

std::string operator_line(const OperatorState& op) {
  std::string line = "operator ";
  line += printable(operator_label(op));
  if (!op.uid.empty() && !op.name.empty()) line += fmt::format("  \"{}\"", printable(op.name));
  if (operator_label(op) != to_hex(op.id)) line += "  " + to_hex(op.id);
  line += fmt::format("  parallelism {} of {}", op.parallelism, op.max_parallelism);
  if (op.fully_finished()) {
    line += "  finished";
  } else if (finished_subtasks(op) > 0) {
    line += fmt::format("  {} subtasks finished", finished_subtasks(op));
  }
  if (op.coordinator_state) {
    line += fmt::format("  coordinator {}", human_bytes(op.coordinator_state->data.size()));
  }
  return line + '\n';
}

std::string states_text(const OperatorCatalog& catalog) {
  Table table({{"KIND"},
               {"STATE"},
               {"TYPE"},
               {"LAYOUT"},
               {"BYTES", Align::kRight},
               {"ELEMENTS", Align::kRight},
               {"SUBTASKS", Align::kRight}});
  for (const StateInfo& state : catalog.states) {
    table.add({kind_text(state), state.name, types_text(state), layout_text(state),
               bytes_text(state),
               state.element_count ? fmt::format("{}", *state.element_count) : "",
               fmt::format("{}", state.subtasks.size())});
  }
  return table.empty() ? "  no state\n" : table.text("  ");
}

std::string missing_text(const Report& report) {
  constexpr std::size_t kShown = 10;
  const std::vector<const StreamHandle*>& missing = report.files.missing;
  std::string text;
  if (report.files.first_not_seen != nullptr) {
    text += fmt::format(
        "not seen: {}, of which no --map tells where they live here; the first:\n"
        "  {}\n",
        counted(report.files.totals.not_seen_count, "file"),
        printable(missing_name(report.snapshot, *report.files.first_not_seen)));
  }
  if (missing.empty()) return text;
  text += fmt::format("missing: {}\n", counted(missing.size(), "file"));
  for (std::size_t i = 0; i < std::min(missing.size(), kShown); ++i) {
    text += fmt::format("  {}\n", printable(missing_name(report.snapshot, *missing[i])));
  }
  return missing.size() > kShown ? text + "  ... `savvy files` lists all\n" : text;
}

std::string report_text(const Report& report) {
  const Snapshot& snapshot = report.snapshot;
  const InventoryTotals& totals = report.files.totals;
  const std::string form = form_word(snapshot.properties());
  std::string text = fmt::format("{}{}{}  checkpoint {}  metadata version {} (Flink {})\n",
                                 kind_word(snapshot.properties()), form.empty() ? "" : ", ", form,
                                 snapshot.metadata().checkpoint_id, snapshot.metadata().version,
                                 releases_of_version(snapshot.metadata().version));
  text += fmt::format("{}  {}; {} in {}, {} in {}\n", snapshot.metadata_path(),
                      human_bytes(snapshot.metadata_bytes()), human_bytes(totals.inline_bytes),
                      counted(totals.inline_count, "inline piece"), human_bytes(totals.file_bytes),
                      counted(totals.file_count, "file"));
  text += missing_text(report);
  for (const MasterState& state : snapshot.metadata().master_states) {
    text += fmt::format("\nmaster state {}  {}\n", printable(state.name),
                        human_bytes(state.payload.size()));
  }
  for (const OperatorCatalog& catalog : report.operators) {
    text += '\n' + operator_line(*catalog.op);
    if (!catalog.op->fully_finished()) text += states_text(catalog);
    for (const std::string& problem : catalog.problems) text += "  problem: " + problem + '\n';
  }
  return text;
}

Json state_json(const StateInfo& state) {
  Json json;
  json["kind"] = state.kind;
  if (!state.name.empty()) json["state"] = state.name;
  if (!state.state_kind.empty()) json["state_kind"] = state.state_kind;
  if (state.key) json["key_type"] = type_name(state.key);
  if (shows_namespace(state)) json["namespace_type"] = type_name(state.name_space);
  if (state.user_key) json["map_key_type"] = type_name(state.user_key);
  if (state.value) json["value_type"] = type_name(state.value);
  if (!state.layout.empty()) json["layout"] = state.layout;
  json["compressed"] = state.compressed;
  if (state.ttl) json["ttl"] = true;
  if (state.element_count) json["elements"] = *state.element_count;
  // Null where the states of a stream share its bytes.
  json["bytes"] = state.bytes ? Json(*state.bytes) : Json(nullptr);
  json["stream_bytes"] = state.stream_bytes;
  json["subtasks"] = state.subtasks;
  return json;
}

Json operator_json(const OperatorCatalog& catalog) {
  const OperatorState& op = *catalog.op;
  Json json;
  json["operator"] = operator_label(op);
  json["operator_id"] = to_hex(op.id);
  if (!op.uid.empty()) json["uid"] = op.uid;
  if (!op.name.empty()) json["name"] = op.name;
  json["parallelism"] = op.parallelism;
  json["max_parallelism"] = op.max_parallelism;
  json["finished"] = op.fully_finished();
  json["finished_subtasks"] = finished_subtasks(op);
  if (op.coordinator_state) json["coordinator_bytes"] = op.coordinator_state->data.size();
  json["states"] = Json::array();
  for (const StateInfo& state : catalog.states) json["states"].push_back(state_json(state));
  json["problems"] = catalog.problems;
  return json;
}

Json head_json(const Report& report) {
  Json head = Json::object();
  add_snapshot_fields(report.snapshot, head);
  const InventoryTotals& totals = report.files.totals;
  head["inline"] = {{"count", totals.inline_count}, {"bytes", totals.inline_bytes}};
  head["files"] = {{"count", totals.file_count},
                   {"bytes", totals.file_bytes},
                   {"missing", totals.missing_count},
                   {"not_seen", totals.not_seen_count}};
  return head;
}

Json states_json(const Report& report) {
  Json states;
  states["master_states"] = Json::array();
  for (const MasterState& state : report.snapshot.metadata().master_states) {
    states["master_states"].push_back({{"state", state.name}, {"bytes", state.payload.size()}});
  }
  states["operators"] = Json::array();
  for (const OperatorCatalog& catalog : report.operators) {
    states["operators"].push_back(operator_json(catalog));
  }
  return states;
}

void write_document(const Report& report, Output& output) {
  DocumentWriter document(output);
  document.fields(head_json(report));
  document.begin_texts("missing_files");
  for (const StreamHandle* stream : report.files.missing) {
    document.text(missing_name(report.snapshot, *stream));
  }
  document.end_texts();
  document.fields(states_json(report));
  document.finish();
}

// A record a state, with its operator.
std::vector<Json> state_records(const Report& report) {
  std::vector<Json> records;
  for (const OperatorCatalog& catalog : report.operators) {
    for (const StateInfo& state : catalog.states) {
      Json record;
      record["operator"] = operator_label(*catalog.op);
      record["operator_id"] = to_hex(catalog.op->id);
      record["parallelism"] = catalog.op->parallelism;
      record["max_parallelism"] = catalog.op->max_parallelism;
      record.update(state_json(state));
      records.push_back(std::move(record));
    }
  }
  return records;
}

void write(const Report& report, DocumentFormat format, Output& output) {
  if (format == DocumentFormat::kJson) return write_document(report, output);
  output.write(render(
      {.text = [&] { return report_text(report); },
       .document = {},
       .records = [&] { return state_records(report); },
       .columns = {"operator", "operator_id", "parallelism", "max_parallelism", "kind", "state",
                   "state_kind", "key_type", "namespace_type", "map_key_type", "value_type",
                   "layout", "compressed", "ttl", "elements", "bytes", "stream_bytes", "subtasks"}},
      format));
}

int run_inspect(const InspectOptions& options) {
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  const CatalogDepth depth = options.sizes ? CatalogDepth::kWalkEntries : CatalogDepth::kHeads;
  const Report report{snapshot, read_catalog(snapshot, registry, depth),
                      summarize_inventory(snapshot)};
  Output output("");
  write(report, options.format.format(), output);
  return tell_problems(report.operators, options.format.format());
}

}  // namespace

Command add_inspect_command(CLI::App& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      program.add_subcommand("inspect", "Show what a snapshot is and which states it holds");
  command->footer("Example: savvy inspect /checkpoints/7d1c.../chk-42");
  add_snapshot_options(*command, options->snapshot);
  add_format_option(*command, options->format);
  command->add_flag("--sizes", options->sizes,
                    "Walk all keyed entries: each state's own entries and bytes, where states that "
                    "share a stream otherwise show the size of the stream (\"of ...\")");
  return {command, [options] { return run_inspect(*options); }};
}

}  // namespace savvy
