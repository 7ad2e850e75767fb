// savvy relocate --rewrite-prefix: new metadata for files that were moved by other means.

#pragma once

#include "cli/relocate_report.h"
#include "format/metadata_target.h"

namespace savvy {

// Writes the metadata, or plans it for a dry run, and fills the report. UnsupportedError if no rule
// matches anything.
void relocate_uris(const UriRules& rules, const MetadataTarget& target, RelocateReport& report);

}  // namespace savvy
