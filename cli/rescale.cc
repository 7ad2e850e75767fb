// savvy rescale: a snapshot at another parallelism, or with another number of key groups.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/rescale_operator.h"
#include "cli/rescale_report.h"
#include "cli/snapshot_rewrite.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "format/kryo_release.h"
#include "readers/local_storage.h"
#include "readers/open_keyed.h"
#include "readers/raw_timer_source.h"

namespace savvy {
namespace {

struct RescaleCommand {
  RewriteOptions rewrite;
  FormatOption format;
  std::optional<std::int32_t> parallelism;
  std::vector<std::string> operators;
  std::optional<std::int32_t> max_parallelism;
};

// UID=N, where the uid may hold "=".
OperatorParallelism parse_operator(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  OperatorParallelism named;
  const char* end = text.data() + text.size();
  const char* number = text.data() + (equals == std::string::npos ? text.size() : equals + 1);
  const auto [stop, error] = std::from_chars(number, end, named.parallelism);
  if (equals == std::string::npos || equals == 0 || error != std::errc() || stop != end) {
    throw UsageError(
        fmt::format("--operator {}: expected UID=N, for example --operator my-window=16", text));
  }
  named.operator_name = text.substr(0, equals);
  return named;
}

RescaleOptions rescale_options(const RescaleCommand& command) {
  RescaleOptions options;
  options.parallelism = command.parallelism;
  options.max_parallelism = command.max_parallelism;
  for (const std::string& text : command.operators) {
    options.operators.push_back(parse_operator(text));
  }
  if (!options.parallelism && !options.max_parallelism && options.operators.empty()) {
    throw UsageError(
        "rescale: nothing is asked for; give --parallelism, --operator or "
        "--max-parallelism");
  }
  check_rescale_options(options);
  return options;
}

SnapshotFacts facts_of(const Snapshot& source) {
  const auto subtask = [&source](std::size_t op, std::size_t index) -> const Subtask& {
    return source.metadata().operators[op].subtasks[index];
  };
  SnapshotFacts facts;
  facts.has_inflight_data = [&source, subtask](std::size_t op, std::size_t index) {
    return has_inflight_data(source, subtask(op, index));
  };
  facts.raw_keyed_is_timers = [&source, subtask](std::size_t op, std::size_t index) {
    const auto* groups = handle_as<KeyGroupsHandle>(subtask(op, index).raw_keyed_state);
    return groups != nullptr && holds_raw_timers(source, *groups);
  };
  return facts;
}

void plan_units(const RewriteContext& context, const RescalePlan& plan, RewritePlan& rewrite) {
  const Metadata& old = context.source.metadata();
  note_relative_files(old.version, context.notes);
  rewrite.metadata.version = old.version;
  rewrite.metadata.dialect = old.dialect;
  rewrite.metadata.checkpoint_id = old.checkpoint_id;
  rewrite.metadata.master_states = old.master_states;
  rewrite.metadata.properties = self_contained_properties(context.source);
  rewrite.metadata.operators.resize(old.operators.size());
  for (std::size_t i = 0; i < old.operators.size(); ++i) {
    plan_operator_units(context, old.operators[i], plan.operators[i], rewrite.copies,
                        rewrite.metadata.operators[i], rewrite.units);
  }
}

// How much keyed state each new subtask gets, where key groups keep their numbers.
SubtaskSizes sizes_of(const Snapshot& source, const SerializerRegistry& registry,
                      const OperatorState& op, const OperatorPlan& plan) {
  SubtaskSizes sizes;
  if (plan.action != RescaleAction::kRescaled || plan.rehashes_keys) return sizes;
  const RocksdbCache cache(0);
  for (const Subtask& subtask : op.subtasks) {
    const KeyedHandle& handle = subtask.managed_keyed_state;
    if (!can_open_keyed(handle)) continue;
    sizes.bytes.resize(static_cast<std::size_t>(plan.new_parallelism));
    if (handle_as<KeyGroupsHandle>(handle) == nullptr) sizes.exact = false;
    const auto state = open_keyed_source(source, handle, op.max_parallelism, registry, cache);
    for (const KeyGroupSection& section : state->sections()) {
      const std::int32_t owner =
          subtask_of_key_group(section.key_group, plan.new_parallelism, plan.new_max_parallelism);
      sizes.bytes[static_cast<std::size_t>(owner)] += section.size_bytes;
    }
  }
  return sizes;
}

int run_rescale(const RescaleCommand& command) {
  const RescaleOptions options = rescale_options(command);
  PathMap paths;
  for (const std::string& rule : command.rewrite.map_rules) paths.add_rule(rule);
  const LocalStorage storage;
  const Snapshot source(command.rewrite.source, std::move(paths), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(source.metadata().version));
  const RescalePlan plan = plan_rescale(source.metadata(), options, facts_of(source));
  RescaleReport report{source, command.rewrite, plan, {}, {}, {}, command.parallelism};
  const PlanRewrite plan_rewrite = [&plan](const RewriteContext& context, RewritePlan& rewrite) {
    plan_units(context, plan, rewrite);
  };
  if (command.rewrite.dry_run) {
    report.notes = plan_snapshot(source, registry, command.rewrite, plan_rewrite);
    for (std::size_t i = 0; i < plan.operators.size(); ++i) {
      report.sizes.push_back(
          sizes_of(source, registry, source.metadata().operators[i], plan.operators[i]));
    }
  } else {
    report.result = write_snapshot(source, registry, command.rewrite, plan_rewrite);
    report.notes = report.result->notes;
  }
  Output("").write(render(report, command.format.format()));
  return 0;
}

}  // namespace

Command add_rescale_command(CLI::App& program) {
  auto options = std::make_shared<RescaleCommand>();
  CLI::App* command = program.add_subcommand(
      "rescale", "Write a snapshot anew at another parallelism or max parallelism");
  command->footer("Example: savvy rescale savepoint-1 savepoint-1-at-8 --parallelism 8");
  add_rewrite_options(*command, options->rewrite);
  command
      ->add_option("--parallelism", options->parallelism,
                   "Subtasks of every operator, e.g. --parallelism 8; operators of max parallelism "
                   "1 stay as they are")
      ->type_name("N");
  command
      ->add_option("--operator", options->operators,
                   "Subtasks of one operator, by uid, name or id; repeatable, "
                   "e.g. --operator my-window=16")
      ->type_name("UID=N")
      ->allow_extra_args(false);
  command
      ->add_option("--max-parallelism", options->max_parallelism,
                   "Key groups of every operator, 1 to 32768: every key gets a new key group, "
                   "e.g. --max-parallelism 1024")
      ->type_name("M");
  add_format_option(*command, options->format);
  return {command, [options] { return run_rescale(*options); }};
}

}  // namespace savvy
