#include "cli/diff_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/open_keyed.h"
#include "readers/raw_timer_source.h"

namespace savvy {
namespace {

KeyedPiece managed_piece(const DiffSide& side, const DiffOptions& options, const Subtask& subtask) {
  const KeyedHandle& handle = subtask.managed_keyed_state;
  if (!can_open_keyed(handle)) {
    throw UnsupportedError(
        fmt::format("{}: keyed state of operator {} subtask {} is in a layout that is not read",
                    side.snapshot.metadata_path(), operator_label(*side.op), subtask.index));
  }
  return {key_group_range(handle).value_or(KeyGroupRange{}),
          key_group_prefix_bytes(side.op->max_parallelism), [&side, &handle, &options] {
            SortMemory memory = kChangelogMemory;
            memory.temp_directory = options.temp_directory;
            return open_keyed_source(side.snapshot, handle, side.op->max_parallelism, side.registry,
                                     side.cache, memory);
          }};
}

std::unique_ptr<KeyedSource> open_timers(const DiffSide& side, const Subtask& subtask) {
  return open_raw_timer_source(side.snapshot, subtask.raw_keyed_state,
                               key_group_prefix_bytes(side.op->max_parallelism), side.registry);
}

}  // namespace

OpenedKeyed open_piece(const KeyedPiece& piece) {
  OpenedKeyed opened{piece.open(), nullptr};
  auto states = std::make_shared<StreamStates>();
  states->states = opened.source->states();
  states->heads.assign(states->states.size(), RowHead({}, RowFormat::kJsonl));
  states->file = opened.source->name();
  states->prefix_bytes = piece.prefix_bytes;
  opened.states = std::move(states);
  return opened;
}

bool reads_as_timers(const DiffSide& side, const Subtask& subtask) {
  return !is_null(subtask.raw_keyed_state) && open_timers(side, subtask) != nullptr;
}

std::vector<KeyedPiece> pieces_of(const DiffSide& side, const DiffOptions& options) {
  std::vector<KeyedPiece> pieces;
  if (side.op == nullptr) return pieces;
  for (const Subtask& subtask : side.op->subtasks) {
    if (!is_null(subtask.managed_keyed_state)) {
      pieces.push_back(managed_piece(side, options, subtask));
    }
    if (!reads_as_timers(side, subtask)) continue;
    pieces.push_back({key_group_range(subtask.raw_keyed_state).value_or(KeyGroupRange{}),
                      key_group_prefix_bytes(side.op->max_parallelism),
                      [&side, &subtask] { return open_timers(side, subtask); }});
  }
  std::stable_sort(pieces.begin(), pieces.end(), [](const KeyedPiece& a, const KeyedPiece& b) {
    return a.range.first < b.range.first;
  });
  return pieces;
}

}  // namespace savvy
