// Options that say at which parallelism a snapshot is written anew.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "redistribute/rescale_options.h"

namespace CLI {
class App;
}

namespace savvy {

struct RescaleArguments {
  std::optional<std::int32_t> parallelism;
  std::vector<std::string> operators;  // UID=N
  std::optional<std::int32_t> max_parallelism;

  bool empty() const { return !parallelism && operators.empty() && !max_parallelism; }
};
// --parallelism, --operator, --max-parallelism.
void add_rescale_arguments(CLI::App& command, RescaleArguments& arguments);

// Errors  UsageError: numbers out of range, a text that is not UID=N
RescaleOptions rescale_options(const RescaleArguments& arguments);

}  // namespace savvy
