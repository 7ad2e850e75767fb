// One description of states for streams that merge into one.
//
// Subtasks register their states lazily, so the streams of one operator may number them
// differently, or lack some. A state is known by its name and by whether it is a queue: the heap
// backend allows one name for both.
//
// Values  the states of the first stream in its order, then those that a later one adds; options
//         and serializers in the order of the first stream that has the state; `compressed` is that
//         of the first stream
// Errors  UnsupportedError where streams contradict each other in the key or in a state: the
//         serializer snapshots of a state are equal but for what unite_snapshots() unites
// Lives   the result owns its memory
// Source  KeyedBackendSerializationProxy, OperatorBackendSerializationProxy, StateUID

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "format/keyed_meta.h"
#include "format/operator_stream.h"
#include "format/serializer_registry.h"

namespace savvy {

struct KeyedMetaSource {
  const KeyedMetaBlock* block = nullptr;
  std::string label;  // for errors: "subtask 3"
};

struct OperatorHeadSource {
  const OperatorStreamHead* head = nullptr;
  std::string label;
};

// For each source: its state id -> the id in the union.
using StateIds = std::vector<std::vector<std::size_t>>;

struct UnitedKeyedMeta {
  KeyedMetaBlock block;
  StateIds ids;
  bool same_ids = true;          // every source lists the states of the union in their order
  bool same_bytes = true;        // every source is, byte for byte, the union
  bool same_compression = true;  // else some sections must be compressed, or taken apart, anew
};

struct UnitedOperatorHead {
  OperatorStreamHead head;  // of the newest version among the sources
  StateIds list_ids;
  StateIds broadcast_ids;
  bool same_ids = true;
  bool same_bytes = true;
  bool same_compression = true;
};

// At least one source; `where` names the operator in errors. The types of the union are read with
// `registry`.
UnitedKeyedMeta unite_keyed(const std::vector<KeyedMetaSource>& sources,
                            const SerializerRegistry& registry, std::string_view where);
UnitedOperatorHead unite_operator_heads(const std::vector<OperatorHeadSource>& sources,
                                        const SerializerRegistry& registry, std::string_view where);

}  // namespace savvy
