// savvy convert: a snapshot in the layout of another backend.

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/operators_rewrite.h"

namespace savvy {

Command add_convert_command(CLI::App& program) {
  static const std::map<std::string, StoredLayout> kLayouts = {
      {std::string(to_string(StoredLayout::kCanonical)), StoredLayout::kCanonical},
      {std::string(to_string(StoredLayout::kHeap)), StoredLayout::kHeap},
      {std::string(to_string(StoredLayout::kRocksdb)), StoredLayout::kRocksdb}};
  auto options = std::make_shared<OperatorsRewrite>();
  options->command = "convert";
  CLI::App* command = program.add_subcommand(
      "convert", "Write a snapshot anew as a savepoint in the layout of another backend");
  command->footer(
      "canonical: a savepoint that every backend restores, entry by entry\n"
      "hashmap:   the native savepoint of the hashmap backend\n"
      "rocksdb:   the native savepoint of the RocksDB backend: restored by downloading files\n\n"
      "Example: savvy convert savepoint-1 savepoint-1-rocksdb --to rocksdb");
  add_rewrite_options(*command, options->rewrite);
  command
      ->add_option("--to", options->layout,
                   "Layout of all keyed state: canonical, hashmap or rocksdb, e.g. --to rocksdb")
      ->required()
      ->transform(CLI::CheckedTransformer(kLayouts))
      ->type_name("LAYOUT");
  add_rescale_arguments(*command, options->rescale);
  add_target_options(*command, options->target);
  add_format_option(*command, options->format);
  return {command, [options] { return rewrite_operators(*options); }};
}

}  // namespace savvy
