// savvy relocate --self-contained: a snapshot whose files all lie beside its metadata.

#pragma once

#include "cli/relocate_report.h"
#include "format/metadata_target.h"

namespace savvy {

// Writes the snapshot, or plans it for a dry run, and fills the report.
void relocate_copy(const MetadataTarget& target, RelocateReport& report);

}  // namespace savvy
