// savvy relocate: a self-contained copy of a snapshot, or new URIs in place of old ones.

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/relocate_copy.h"
#include "cli/relocate_report.h"
#include "cli/relocate_uris.h"
#include "cli/say.h"
#include "cli/target_options.h"
#include "format/errors.h"
#include "readers/local_storage.h"

namespace savvy {
namespace {

struct RelocateCommand {
  RewriteOptions rewrite;
  TargetOptions target;
  FormatOption format;
  bool self_contained = false;
  std::vector<std::string> prefix_rules;
};

UriRules uri_rules(const RelocateCommand& command) {
  if (command.self_contained && !command.prefix_rules.empty()) {
    throw UsageError(
        "relocate: --self-contained copies the files, --rewrite-prefix says where copies of them "
        "are; give one of the two");
  }
  UriRules rules;
  for (const std::string& rule : command.prefix_rules) rules.add_rule(rule);
  return rules;
}

int run_relocate(const RelocateCommand& command) {
  const UriRules rules = uri_rules(command);
  const MetadataTarget target = metadata_target(command.target);
  const LocalStorage storage;
  const Snapshot source(command.rewrite.source, PathMap(command.rewrite.map_rules), storage);
  const bool copies = command.prefix_rules.empty();
  RelocateReport report(source, command.rewrite,
                        copies ? RelocateForm::kSelfContained : RelocateForm::kRewritePrefix);
  if (copies) {
    relocate_copy(target, report);
  } else {
    relocate_uris(rules, target, report);
  }
  for (const std::string& warning : report.warnings) {
    say("savvy: warning: {}\n", warning);
  }
  print_report(command.rewrite, render(report, command.format.format()));
  return 0;
}

}  // namespace

Command add_relocate_command(CLI::App& program) {
  auto options = std::make_shared<RelocateCommand>();
  CLI::App* command = program.add_subcommand(
      "relocate", "Copy a snapshot with every file it needs, or give its files new URIs");
  command->footer(
      "Example: savvy relocate chk-42 /backup/savepoint-42\n"
      "         savvy relocate chk-42 /mnt/new/chk-42 --rewrite-prefix hdfs://old/flink=s3://new");
  add_rewrite_options(*command, options->rewrite);
  command->get_option("DST")->description(
      "Directory to make; it must not exist, and appears when it is complete. With "
      "--rewrite-prefix it may exist if it holds no _metadata");
  command->add_flag("--self-contained", options->self_contained,
                    "Copy every file beside the new metadata, which names them relative to itself; "
                    "the default without --rewrite-prefix");
  command
      ->add_option("--rewrite-prefix", options->prefix_rules,
                   "Copy the metadata alone, with this URI prefix replaced; repeatable, longest "
                   "prefix wins, e.g. --rewrite-prefix s3://old/flink=s3://new/flink")
      ->type_name("FROM=TO")
      ->allow_extra_args(false);
  add_target_options(*command, options->target);
  add_format_option(*command, options->format);
  return {command, [options] { return run_relocate(*options); }};
}

}  // namespace savvy
