// Options of the commands that look at a whole folder of snapshots.

#pragma once

#include <string>
#include <vector>

#include "readers/path_map.h"

namespace CLI {
class App;
}

namespace savvy {

// ROOT and --map.
struct RootOptions {
  std::string root;
  std::vector<std::string> map_rules;

  PathMap path_map() const { return PathMap(map_rules); }
};
void add_root_options(CLI::App& command, RootOptions& options);

}  // namespace savvy
