// The changes that a changelog handle replays, in order, whether they lie inline or in files.
//
// Bytes   file  u8 compression flag | change sets, plain or one framed snappy stream; a segment's
//               offset counts plain bytes behind the flag and is that of one change set
//         set   i32 n, n x (i32 n, i32 key group, n x blob); descriptions are key group -1 and first
// Values  files are shared by subtasks: only the sets that the handle lists are read
// Errors  FormatError: bytes that break this, an offset outside its file; IoError: a missing file
// Source  StateChangeFormat, StateChangeIteratorImpl, ChangelogStreamHandleReader

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "format/changelog.h"
#include "format/state_handles.h"
#include "readers/snapshot.h"

namespace savvy {

inline constexpr std::int32_t kMetadataKeyGroup = -1;

// Descriptions alone are found without reading the data behind them.
enum class ChangeScope { kAll, kDescriptions };

// The change is valid during the call.
using ChangeVisitor = std::function<void(std::int32_t key_group, const LoggedChange& change)>;

void for_each_change(const Snapshot& snapshot, const ChangelogHandle& handle, ChangeScope scope,
                     const ChangeVisitor& visit);

}  // namespace savvy
