// savvy uid: the operator ids that Flink gives to uids.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "format/operator_id.h"

namespace savvy {

Command add_uid_command(CLI::App& program) {
  auto uids = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.add_subcommand("uid", "Print the operator id of each uid");
  command->footer("Example: savvy uid my-source my-window");
  command->add_option("NAME", *uids, "Uids, as given to .uid(...) in the job")->required();
  return {command, [uids] {
            std::string text;
            for (const std::string& uid : *uids) {
              text += fmt::format("{}  {}\n", to_hex(operator_id_of_uid(uid)), uid);
            }
            Output("").write(text);
            return 0;
          }};
}

}  // namespace savvy
