// Options that several commands share, so that they are called and explained the same everywhere.

#pragma once

#include <string>
#include <vector>

#include "cli/row_filter.h"
#include "readers/path_map.h"

namespace CLI {
class App;
}

namespace savvy {

// --map, repeatable.
void add_map_option(CLI::App& command, std::vector<std::string>& rules);

// SNAPSHOT and --map.
struct SnapshotOptions {
  std::string path;
  std::vector<std::string> map_rules;

  PathMap path_map() const { return PathMap(map_rules); }
};
void add_snapshot_options(CLI::App& command, SnapshotOptions& options);

// --operator, --state, --key-group, --subtask, --kind: where entries are.
void add_place_filter_options(CLI::App& command, RowFilterOptions& options);
// The same and --key.
void add_filter_options(CLI::App& command, RowFilterOptions& options);

// How documents and tables come out.
enum class DocumentFormat { kText, kJson, kJsonl, kCsv };

// --format text|json|jsonl|csv: by default a table for a terminal and JSON for a pipe.
struct FormatOption {
  std::string word;

  DocumentFormat format() const;
};
void add_format_option(CLI::App& command, FormatOption& option);

// What an option that counts says of a negative number, which its type would wrap.
std::string refuse_negative(const std::string& text);

}  // namespace savvy
