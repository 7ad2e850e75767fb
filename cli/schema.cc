// savvy schema: every state with its full type tree.

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
#include "cli/say.h"
#include "cli/snapshot_summary.h"
#include "cli/stream_problems.h"
#include "readers/catalog.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr int kNothingFound = 1;

struct SchemaOptions {
  SnapshotOptions snapshot;
  RowFilterOptions filter;
  FormatOption format;
};

struct LabelledType {
  std::string_view label;
  TypePtr type;
};

std::vector<LabelledType> types_of(const StateInfo& state) {
  std::vector<LabelledType> types;
  const auto add = [&types](std::string_view label, const TypePtr& type) {
    if (type != nullptr) types.push_back({label, type});
  };
  add("key", state.key);
  add("namespace", state.name_space);
  add("map_key", state.user_key);
  add("value", state.value);
  return types;
}

void append_type(std::string_view label, const TypeDescription& type, int depth,
                 std::string& text) {
  text += fmt::format("{:{}}{}  {}", "", depth * 2, printable(label), printable(type.name));
  for (const auto& [name, value] : type.attributes) {
    text += fmt::format("  {}={}", name, printable(value));
  }
  text += '\n';
  for (const auto& [field, inner] : type.fields) append_type(field, inner, depth + 1, text);
}

std::string schema_text(const std::vector<OperatorCatalog>& operators) {
  std::string text;
  for (const OperatorCatalog& catalog : operators) {
    if (!text.empty()) text += '\n';
    text += fmt::format("operator {}  {}\n", printable(operator_label(*catalog.op)),
                        to_hex(catalog.op->id));
    for (const StateInfo& state : catalog.states) {
      text += fmt::format("  {} {}", state.kind, printable(state.name));
      if (!state.state_kind.empty()) text += fmt::format("  {}", state.state_kind);
      if (!state.layout.empty()) text += fmt::format("  {}", state.layout);
      if (state.ttl) text += "  ttl";
      text += '\n';
      for (const auto& [label, type] : types_of(state)) {
        append_type(label, type->describe(), 2, text);
      }
    }
    for (const std::string& problem : catalog.problems) text += "  problem: " + problem + '\n';
  }
  return text;
}

Json type_json(const TypeDescription& type) {
  Json json;
  json["kind"] = type.kind;
  json["name"] = type.name;
  if (!type.serializer.empty()) {
    json["serializer"] = type.serializer;
    json["version"] = type.version;
  }
  for (const auto& [name, value] : type.attributes) json["attributes"][name] = value;
  for (const auto& [label, inner] : type.fields) {
    json["fields"].push_back({{"name", label}, {"type", type_json(inner)}});
  }
  return json;
}

Json state_json(const OperatorCatalog& catalog, const StateInfo& state) {
  Json json;
  json["operator"] = operator_label(*catalog.op);
  json["operator_id"] = to_hex(catalog.op->id);
  json["kind"] = state.kind;
  if (!state.name.empty()) json["state"] = state.name;
  if (!state.state_kind.empty()) json["state_kind"] = state.state_kind;
  if (!state.layout.empty()) json["layout"] = state.layout;
  json["ttl"] = state.ttl;
  for (const auto& [label, type] : types_of(state)) {
    json[std::string(label)] = type_json(type->describe());
  }
  return json;
}

std::vector<Json> state_records(const std::vector<OperatorCatalog>& operators) {
  std::vector<Json> records;
  for (const OperatorCatalog& catalog : operators) {
    for (const StateInfo& state : catalog.states) records.push_back(state_json(catalog, state));
  }
  return records;
}

Json schema_json(const Snapshot& snapshot, const std::vector<OperatorCatalog>& operators) {
  Json document = json_document();
  add_snapshot_fields(snapshot, document);
  document["states"] = state_records(operators);
  document["problems"] = Json::array();
  for (const OperatorCatalog& catalog : operators) {
    for (const std::string& problem : catalog.problems) {
      document["problems"].push_back(
          {{"operator", operator_label(*catalog.op)}, {"problem", problem}});
    }
  }
  return document;
}

// What the filters leave.
std::vector<OperatorCatalog> wanted(std::vector<OperatorCatalog> operators,
                                    const RowFilter& filter) {
  std::erase_if(operators, [&](const OperatorCatalog& catalog) {
    return !filter.wants_operator(*catalog.op);
  });
  for (OperatorCatalog& catalog : operators) {
    std::erase_if(catalog.states, [&](const StateInfo& state) {
      return !filter.wants_state(state.name) || !filter.wants_kind(state.kind);
    });
  }
  return operators;
}

std::string render(const Snapshot& snapshot, const std::vector<OperatorCatalog>& operators,
                   DocumentFormat format) {
  return render({.text = [&] { return schema_text(operators); },
                 .document = [&] { return schema_json(snapshot, operators); },
                 .records = [&] { return state_records(operators); },
                 .columns = {"operator", "operator_id", "kind", "state", "state_kind", "layout",
                             "ttl", "key", "namespace", "map_key", "value"}},
                format);
}

int run_schema(const SchemaOptions& options) {
  const RowFilter filter(options.filter);
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  const auto operators = wanted(read_catalog(snapshot, registry, CatalogDepth::kHeads), filter);
  Output("").write(render(snapshot, operators, options.format.format()));
  const bool found = std::any_of(operators.begin(), operators.end(),
                                 [](const auto& each) { return !each.states.empty(); });
  const int problems = tell_problems(operators, options.format.format());
  if (problems != 0 || found || !filter.has_any()) return problems;
  say("savvy: nothing in {} matches the filters\n", options.snapshot.path);
  return kNothingFound;
}

}  // namespace

Command add_schema_command(CLI::App& program) {
  auto options = std::make_shared<SchemaOptions>();
  CLI::App* command = program.add_subcommand("schema", "Show every state with its full type tree");
  command->footer("Example: savvy schema chk-42 --state count");
  add_snapshot_options(*command, options->snapshot);
  add_format_option(*command, options->format);
  command
      ->add_option("--operator", options->filter.operators,
                   "Only this operator, e.g. --operator my-uid")
      ->type_name("UID|NAME|ID")
      ->allow_extra_args(false);
  command
      ->add_option("--state", options->filter.states,
                   "Only the state of this name, e.g. --state count")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_option("--kind", options->filter.kinds, "Only state of this kind, e.g. --kind timer")
      ->type_name("KIND")
      ->allow_extra_args(false);
  return {command, [options] { return run_schema(*options); }};
}

}  // namespace savvy
