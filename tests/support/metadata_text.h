// A decoded _metadata in the text form in which the corpus says what Flink read (flink-fields.txt,
// flink-says.txt): one line for the checkpoint, each master state, each operator, each subtask and
// the properties.
//
// Values  shows what Flink makes of the bytes, not the bytes: of subtasks with one index and of
//         states with one name the last one; a range without groups as 0+0; a backend id as a UUID;
//         an unknown checkpointed size as the sum of the parts. The stored values stay as they are
//         in Metadata.

#pragma once

#include <string>

#include "format/metadata.h"

namespace savvy::testing {

std::string render_as_flink(const Metadata& metadata);

}  // namespace savvy::testing
