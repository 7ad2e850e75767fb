// Finds where an unknown serializer snapshot ends in the description of a state.
//
// A snapshot has no length, and the payload of a class unknown here can be anything. What follows
// it has a fixed shape, though: the role and proxy version of the state's next serializer, or the
// next state's name, kind and options. The first place with that shape is taken as the end.

#pragma once

#include <cstddef>
#include <optional>

#include "format/bytes.h"

namespace savvy {

// What stands behind the snapshot.
enum class SnapshotFollower { kSerializer, kState, kUnknown };

// Bytes before the follower in `payload`; nothing if it is not there.
std::optional<std::size_t> find_follower(Bytes payload, SnapshotFollower follower);

}  // namespace savvy
