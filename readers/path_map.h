// Where the URIs in a snapshot's metadata lie on this machine.
//
// Values  a URI is the text of Flink's Path.toString: "file:/a/b", "s3://bucket/key", "/a/b"; not
//         percent-encoded. Rules replace a prefix that ends at a path component; the longest wins
// Errors  UsageError for a rule without "=" or with an empty side

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace savvy {

class PathMap {
 public:
  PathMap() = default;
  explicit PathMap(const std::vector<std::string>& rules) {
    for (const std::string& rule : rules) add_rule(rule);
  }

  // A rule as the option --map takes it: FROM=TO.
  void add_rule(std::string_view rule);

  // The local path of a URI; nothing if its scheme is not local and no rule applies.
  std::optional<std::string> to_local(std::string_view uri) const;

 private:
  std::vector<std::pair<std::string, std::string>> rules_;
};

}  // namespace savvy
