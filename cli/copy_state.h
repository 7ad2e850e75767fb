// State that a new snapshot takes over as it is: the same handles around copies of their streams.

#pragma once

#include "cli/stream_copies.h"
#include "format/metadata.h"

namespace savvy {

// The subtask with copies of all its streams. Files of incremental handles become private: the new
// snapshot shares none.
Subtask copy_subtask(const Subtask& subtask, StreamCopies& copies);

}  // namespace savvy
