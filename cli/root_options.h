// Options of the commands that look at a whole folder of snapshots.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "readers/path_map.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace savvy {

// ROOT and --map.
struct RootOptions {
  std::string root;
  std::vector<std::string> map_rules;

  PathMap path_map() const;
};
void add_root_options(CLI::App& command, RootOptions& options);

// --read-data[=PERCENT]: 5, 0.5 or 5%.
struct ReadDataOption {
  CLI::Option* option = nullptr;
  std::string percent;

  // Nothing without the option. UsageError: no share above 0 and up to 100.
  std::optional<double> data_percent() const;
};
void add_read_data_option(CLI::App& command, ReadDataOption& option);

}  // namespace savvy
