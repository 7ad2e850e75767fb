// The pieces that keyed state lies in on one side of a comparison: a stream or database a subtask,
// and its timers in raw keyed state where it keeps them there.
//
// Lives   side and options outlive the pieces

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/diff_context.h"
#include "cli/row_buffer.h"
#include "readers/keyed_source.h"

namespace savvy {

// The states of a stream, without the stream.
struct StreamStates {
  std::vector<KeyedStateSchema> states;
  std::vector<RowHead> heads;  // one a state; what they say is not used
  std::string file;
  int prefix_bytes;
};

struct OpenedKeyed {
  std::unique_ptr<const KeyedSource> source;
  std::shared_ptr<const StreamStates> states;
};

struct KeyedPiece {
  KeyGroupRange range;
  int prefix_bytes;
  std::function<std::unique_ptr<KeyedSource>()> open;
};

OpenedKeyed open_piece(const KeyedPiece& piece);

// By key group.
std::vector<KeyedPiece> pieces_of(const DiffSide& side, const DiffOptions& options);

// Whether the raw keyed state of a subtask is a piece: timers that can be read.
bool reads_as_timers(const DiffSide& side, const Subtask& subtask);

}  // namespace savvy
