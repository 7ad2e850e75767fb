// State of sources and sinks, which they write with serializers of their own as plain bytes.
//
// Bytes   an element of SourceReaderState, writer_raw_states and streaming_committer_raw_states:
//         i32 version | i32 n | n bytes. State of a source's coordinator: i32 0 or 1 | i32 version
//         | i32 n | n bytes | of 0: lists of readers and assignments
// Values  the frame as it is; inside, a layout that is known, if it is the only one that takes all
//         bytes and finds every field plausible, under its name as "$layout"; else bytes with a
//         reason. The snapshot does not say whose bytes they are, so all of them stand beside, as
//         "$bytes"
// Source  SimpleVersionedListState, SourceCoordinatorSerdeUtils; the serializers named in the files
//         of this folder

#pragma once

#include <string_view>

#include "format/type.h"
#include "format/value_sink.h"

namespace savvy {

// `type`, or one that shows the bytes of connectors if the state has a name under which these keep
// theirs.
TypePtr with_connector_layouts(std::string_view state, TypePtr type);

// State of an operator's coordinator.
void emit_coordinator_state(Bytes state, ValueSink& sink);

}  // namespace savvy
