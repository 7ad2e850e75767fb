// Whether a channel of an unaligned checkpoint has anything in it.
//
// Bytes   at every offset of a channel: i32 length | that many bytes. A channel whose buffers are
//         all empty restores nothing
// Errors  FormatError: offsets outside the stream, negative lengths
// Source  ChannelStateSerializerImpl, ChannelStateChunkReader

#pragma once

#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

bool holds_data(const Snapshot& snapshot, const ChannelHandle& handle);

}  // namespace savvy
