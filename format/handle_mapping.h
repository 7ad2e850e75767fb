// Handles whose streams lie elsewhere: the same handle around other stream handles.
//
// Values  all else is kept, and so is the order. A null stream handle stays null. Code 17 becomes
//         code 4: its directories belong to merged files, which a mapped stream no longer is part of
// Lives   values

#pragma once

#include <functional>

#include "format/state_handles.h"

namespace savvy {

// The new handle of a stream; never given a null one.
using StreamMapping = std::function<StreamHandle(const StreamUse&)>;

KeyedHandle map_streams(const KeyedHandle& handle, const StreamMapping& mapping);
OperatorHandle map_streams(const OperatorHandle& handle, const StreamMapping& mapping);
ChannelHandle map_streams(const ChannelHandle& handle, const StreamMapping& mapping);

// The same with all files of incremental handles private: those of a snapshot that shares none. A
// job that claims the snapshot then uploads them anew instead of naming them in its checkpoints,
// where relative handles would lead elsewhere.
KeyedHandle with_private_files(const KeyedHandle& handle);

}  // namespace savvy
