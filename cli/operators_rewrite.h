// Writes the operators of a snapshot anew: at another parallelism, in another layout, or both. What
// rescale and convert share.

#pragma once

#include <optional>
#include <string_view>

#include "cli/common_options.h"
#include "cli/keyed_target.h"
#include "cli/rescale_arguments.h"
#include "cli/snapshot_rewrite.h"
#include "cli/target_options.h"

namespace savvy {

struct OperatorsRewrite {
  std::string_view command;  // as users call it: "rescale"
  RewriteOptions rewrite;
  RescaleArguments rescale;
  FormatOption format;
  // Of all keyed state; without it every operator keeps its layout.
  std::optional<StoredLayout> layout;
  TargetOptions target;
};

// Writes the snapshot and prints a report. Returns the exit code.
int rewrite_operators(const OperatorsRewrite& command);

}  // namespace savvy
