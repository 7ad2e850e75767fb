// What states a snapshot holds, read from the heads of its streams; on request every keyed entry is
// walked, for the size of each state.
//
// Values  a state is listed once an operator, with the subtasks that hold it; subtasks register
//         states lazily, so their streams may list different ones
// Errors  a stream that is missing or whose head cannot be read is a problem of its operator, and
//         the others are listed all the same
// Lives   points into the snapshot

#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "format/keyed_schema.h"
#include "format/serializer_registry.h"
#include "readers/snapshot.h"

namespace savvy {

struct StateInfo {
  std::string
      kind;  // as in rows: keyed, timer, list, union, broadcast, raw_keyed, raw_operator, channel
  std::string name;
  std::string state_kind;  // value, list, map, ...: keyed states
  std::string
      layout;  // canonical, heap, rocksdb, changelog, raw (timers in raw keyed state); empty
               // for state that is not keyed
  bool compressed = false;
  bool ttl = false;
  TypePtr key;
  TypePtr name_space;
  TypePtr user_key;
  TypePtr value;
  std::vector<std::int32_t> subtasks;
  // Elements of list and union states, raw partitions; entries of keyed states with kWalkEntries.
  std::optional<std::uint64_t> element_count;
  // Bytes of this state alone, where the handles tell; keyed states share a stream, unless they are
  // alone in it. With kWalkEntries the bytes of its keys and values.
  std::optional<std::uint64_t> bytes;
  std::uint64_t stream_bytes = 0;  // of the streams that hold it
};

struct OperatorCatalog {
  const OperatorState* op = nullptr;
  std::vector<StateInfo> states;  // keyed, timers, operator state, raw, channels; each by name
  std::vector<std::string> problems;
  // The first of them that the system is to blame for (IoError): another try may not have it.
  std::exception_ptr io_error;
};

enum class CatalogDepth { kHeads, kWalkEntries };

std::vector<OperatorCatalog> read_catalog(const Snapshot& snapshot,
                                          const SerializerRegistry& registry, CatalogDepth depth);

}  // namespace savvy
