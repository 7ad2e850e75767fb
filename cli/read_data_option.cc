#include "cli/read_data_option.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <string_view>

#include "cli/snapshot_check.h"
#include "format/errors.h"

namespace savvy {

// "5", "0.5" or "5%".
std::optional<double> ReadDataOption::percent() const {
  if (option->count() == 0) return std::nullopt;
  std::string_view number = word;
  if (number.ends_with('%')) number.remove_suffix(1);
  double share = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), share);
  const bool whole = error == std::errc() && end == number.data() + number.size();
  if (whole && share > 0 && share <= kAllData) return share;
  throw UsageError(fmt::format("--read-data={}: expected a share above 0 and up to 100", word));
}

void add_read_data_option(CLI::App& command, ReadDataOption& option) {
  // A flag, so that the word behind it is the snapshot.
  option.option = command
                      .add_flag(fmt::format("--read-data{{{}}}", kAllData), option.word,
                                "Read all data too, or this share of it, chosen by position and "
                                "always the same, e.g. --read-data=5")
                      ->type_name("[=PERCENT]");
}

}  // namespace savvy
