// --read-data[=PERCENT]: whether data is read, and how much of it.
//
// Errors  UsageError: no share above 0 and up to 100

#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace savvy {

struct ReadDataOption {
  CLI::Option* option = nullptr;
  std::string word;

  // Nothing without the option.
  std::optional<double> percent() const;
};
void add_read_data_option(CLI::App& command, ReadDataOption& option);

}  // namespace savvy
