// savvy get: the entries of one key, straight from its key group.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/row_command.h"
#include "cli/say.h"
#include "format/errors.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

constexpr int kFine = 0;
constexpr int kNothingFound = 1;
constexpr int kUnsupported = 4;

// Only kinds of rows that have a key.
void check_kinds(const RowFilterOptions& filter) {
  for (const std::string& kind : filter.kinds) {
    if (kind != "keyed" && kind != "timer") {
      throw UsageError(fmt::format("--kind {}: get prints keyed and timer rows", kind));
    }
  }
}

// Says where all key groups must be read, and why.
void note_scans(const KeyPlan& plan, const RowFilter& filter) {
  for (const auto& [op, keys] : plan.operators()) {
    if (keys == nullptr) continue;
    for (std::size_t key = 0; key < filter.keys().size(); ++key) {
      const std::string why = keys->targets.why_anywhere(key);
      if (why.empty()) continue;
      say("note: reading all key groups of operator {}: {}\n", operator_label(*op), why);
      break;
    }
  }
}

// The types that the key does not fit; empty if it fits one, or if that is not known.
std::set<std::string> types_unlike(const KeyPlan& plan, std::size_t key) {
  std::set<std::string> types;
  for (const auto& [op, keys] : plan.operators()) {
    if (keys == nullptr || keys->targets.fits(key)) return {};
    types.insert(keys->key_types.begin(), keys->key_types.end());
  }
  return types;
}

void report_absent(const std::string& path, const KeyPlan& plan, const RowFilter& filter,
                   std::size_t key) {
  const std::string& text = filter.keys()[key];
  const RowFilterOptions& options = filter.options();
  const bool narrowed = !options.operators.empty() || !options.states.empty() ||
                        !options.kinds.empty() || !options.key_groups.empty() ||
                        !options.subtasks.empty();
  if (plan.operators().empty()) {
    say("savvy: {} in {} has keys\n",
        options.operators.empty() ? "no operator" : "no such operator", path);
  } else if (const auto types = types_unlike(plan, key); !types.empty()) {
    say("savvy: key {} fits no key type of {} in {}: {}\n"
        "  a key is written as dump prints it; text that reads as other JSON needs quotes: "
        "--key '\"42\"'\n",
        text, options.operators.empty() ? "any operator" : "these operators", path,
        fmt::join(types, ", "));
  } else {
    say("savvy: key {} is not in {}{}\n", text, path,
        narrowed ? ", or the filters leave nothing of it" : "");
  }
}

int exit_code(const RowCommandOptions& options, const RowRunResult& result, const KeyPlan& plan,
              const RowFilter& filter) {
  if (options.strict && !result.opaque.empty()) return kUnsupported;
  // Behind the last row that was asked for nobody looked.
  if (result.row_count >= options.limit) return kFine;
  int code = kFine;
  for (std::size_t key = 0; key < result.found_keys.size(); ++key) {
    if (result.found_keys[key]) continue;
    report_absent(options.snapshot.path, plan, filter, key);
    code = kNothingFound;
  }
  return code;
}

int run_get(const RowCommandOptions& options) {
  check_kinds(options.filter);
  const RowFilter filter(options.filter);
  const LocalStorage storage;
  const Snapshot snapshot(options.snapshot.path, options.snapshot.path_map(), storage);
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(snapshot.metadata().version));
  RowRunOptions run = row_run_options(options);
  const auto plan = std::make_shared<KeyPlan>(snapshot, registry, filter, *run.rows.messages);
  run.rows.keys = plan;
  note_scans(*plan, filter);
  const RowRunResult result = run_rows(snapshot, filter, registry, run, options.output);
  return exit_code(options, result, *plan, filter);
}

}  // namespace

Command add_get_command(CLI::App& program) {
  auto options = std::make_shared<RowCommandOptions>();
  CLI::App* command =
      program.add_subcommand("get", "Print the entries of one key, straight from its key group");
  command->footer(
      "Exit code 1 if a key is absent.\n"
      "Example: savvy get chk-42 --key '{\"f0\":1,\"f1\":\"a\"}' --operator my-uid");
  add_snapshot_options(*command, options->snapshot);
  add_filter_options(*command, options->filter);
  command->get_option("--key")->required();
  add_row_format_options(*command, *options);
  add_row_output_option(*command, *options);
  add_message_options(*command, options->messages);
  add_ttl_options(*command, options->ttl);
  add_row_reading_options(*command, *options);
  return {command, [options] { return run_get(*options); }};
}

}  // namespace savvy
