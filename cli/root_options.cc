#include "cli/root_options.h"

#include <CLI/CLI.hpp>

#include "cli/common_options.h"

namespace savvy {

void add_root_options(CLI::App& command, RootOptions& options) {
  command
      .add_option("ROOT", options.root,
                  "Folder with snapshots below it, at any depth, e.g. /checkpoints")
      ->required();
  add_map_option(command, options.map_rules);
}

}  // namespace savvy
