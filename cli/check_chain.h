// check --chain ROOT: all snapshots below a folder, and what they share.

#pragma once

#include <string>
#include <vector>

#include "cli/common_options.h"
#include "cli/finding_output.h"
#include "cli/snapshot_check.h"

namespace savvy {

struct ChainOptions {
  std::string root;  // empty: no --chain
  std::vector<std::string> without;
  std::string graph_file;
};
void add_chain_options(CLI::App& command, ChainOptions& options);

// The exit code: 1 for findings as exit_code_of() says, and if --without would break a snapshot.
int run_check_chain(const ChainOptions& options, const PathMap& paths, DocumentFormat format,
                    const CheckDepth& depth, Warnings warnings);

}  // namespace savvy
