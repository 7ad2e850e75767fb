// The commands. Each file cli/<command>.cc adds one to the program: its options, its help, what it
// does.

#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace savvy {

// A parsed command: `run` returns the exit code (0, or 1 for findings) or throws.
struct Command {
  CLI::App* app;
  std::function<int()> run;
};

Command add_inspect_command(CLI::App& program);
Command add_schema_command(CLI::App& program);
Command add_dump_command(CLI::App& program);
Command add_check_command(CLI::App& program);
Command add_diff_command(CLI::App& program);
Command add_files_command(CLI::App& program);
Command add_stats_command(CLI::App& program);
Command add_get_command(CLI::App& program);
Command add_relocate_command(CLI::App& program);
Command add_rescale_command(CLI::App& program);
Command add_convert_command(CLI::App& program);
Command add_ls_command(CLI::App& program);
Command add_orphans_command(CLI::App& program);
Command add_uid_command(CLI::App& program);

}  // namespace savvy
