// What `savvy relocate` prints: each file that was copied or each URI that was replaced.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.h"
#include "cli/snapshot_rewrite.h"
#include "format/uri_rewrite.h"

namespace savvy {

enum class RelocateForm { kSelfContained, kRewritePrefix };

struct CopiedFile {
  std::string name;    // beside the new metadata
  std::string source;  // as the old metadata has it
  std::optional<std::int64_t> segment_start;
  std::uint64_t bytes = 0;
};

struct RelocateReport {
  RelocateReport(const Snapshot& from, const RewriteOptions& asked, RelocateForm how)
      : source(from), options(asked), form(how) {}

  const Snapshot& source;
  const RewriteOptions& options;
  RelocateForm form;
  std::int32_t metadata_version = 0;           // of the new snapshot
  std::vector<CopiedFile> copies;              // self-contained
  UriRewrite uris;                             // with new prefixes
  std::optional<std::uint64_t> missing_files;  // with new prefixes: named, and not found here
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
  std::optional<RewriteResult> result;  // not of dry runs
};

std::string render(const RelocateReport& report, DocumentFormat format);

}  // namespace savvy
