// A source is never changed, wherever a command is told to write.

#pragma once

#include <string>

#include "readers/snapshot.h"

namespace savvy {

// UsageError for a destination inside the folder of the source. IoError if that cannot be told.
void require_outside(const std::string& source_folder, const std::string& destination);
void require_outside(const Snapshot& source, const std::string& destination);

// For a file that may be replaced: also UsageError for one that the source needs and that lies
// elsewhere.
void require_no_file_of(const Snapshot& source, const std::string& path);

}  // namespace savvy
