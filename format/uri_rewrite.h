// URIs in the metadata, with prefixes of them replaced by others: for files that were moved.
//
// Values  a rule FROM=TO replaces a prefix that ends at a path component; the longest wins. A FROM
//         without a scheme also stands for "file:" URIs, which keep their scheme if TO has none.
//         What is relative to the metadata, and inline bytes, are left alone
// Errors  UsageError: a rule without two absolute sides, or with the FROM of another
// Source  FileStateHandle, SegmentFileStateHandle, FileMergingOperatorStreamStateHandle; Path

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/metadata.h"

namespace savvy {

class UriRules {
 public:
  // A rule as the option --rewrite-prefix takes it: FROM=TO.
  void add_rule(std::string_view rule);

  struct Match {
    std::size_t rule = 0;
    std::string uri;
  };
  std::optional<Match> rewrite(std::string_view uri) const;

  // As they were given, by the number that a match has.
  std::vector<std::string> rules() const;

 private:
  struct Rule {
    std::string text;
    std::string from;
    std::string to;
  };
  std::vector<Rule> rules_;  // longest FROM first
};

struct RewrittenUri {
  std::string to;
  std::uint64_t uses = 0;  // handles and folders that name it
};

struct UriRewrite {
  std::map<std::string, RewrittenUri> rewritten;  // by what stood there before
  std::map<std::string, std::uint64_t> kept;      // URIs that no rule applies to, and their uses
  std::uint64_t relative_handles = 0;             // files beside the metadata
  std::vector<std::string> unused_rules;
};

// File and segment handles at any depth, and the folders of merged files.
UriRewrite rewrite_uris(Metadata& metadata, const UriRules& rules);

}  // namespace savvy
