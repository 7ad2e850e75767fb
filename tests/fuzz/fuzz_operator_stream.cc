// A stream of operator state with its handle: u8 n, n x (u8 m, m x i16 offset) | the stream. The
// lists of offsets belong to the states of the head, in its order.

#include <algorithm>
#include <memory>
#include <vector>

#include "format/serializer_registry.h"
#include "readers/operator_state_stream.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace savvy;

using Offsets = std::vector<std::int64_t>;

std::vector<Offsets> read_offsets(testing::Choices& choices) {
  std::vector<Offsets> lists(choices.u8());
  for (Offsets& offsets : lists) {
    offsets.resize(choices.u8());
    for (std::int64_t& offset : offsets) offset = choices.i16();
  }
  return lists;
}

OperatorHandle make_handle(const OperatorStreamHead& head, const std::vector<Offsets>& lists) {
  OperatorHandle handle;
  const auto add = [&](const StateMeta& state, DistributionMode mode) {
    const std::size_t i = handle.states.size();
    handle.states.push_back({state.name, mode, i < lists.size() ? lists[i] : Offsets{}});
  };
  for (const StateMeta& state : head.list_states) add(state, DistributionMode::kSplit);
  for (const StateMeta& state : head.broadcast_states) add(state, DistributionMode::kBroadcast);
  return handle;
}

void read_values(const OperatorStateStream& stream) {
  NullSink nowhere;
  for (const StateMeta& state : stream.head().list_states) {
    stream.stored_bytes(state.name);
    testing::outcome_of([&] {
      const auto elements = stream.elements(state);
      while (const auto element = elements->next()) {
        ByteReader in(*element, "f");
        state.serializer(kValueSerializer)->decode(in, Extent::kDelimited, nowhere);
      }
    });
  }
  for (const StateMeta& state : stream.head().broadcast_states) {
    testing::outcome_of([&] {
      if (auto map = stream.broadcast_map(state)) map->take_to_end();
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SerializerRegistry registry = make_serializer_registry();
  testing::Choices choices({data, size});
  const std::vector<Offsets> lists = read_offsets(choices);
  const Bytes bytes = choices.rest();
  testing::outcome_of([&] {
    ByteReader in(bytes, "f");
    const OperatorStreamHead head = decode_operator_stream_head(in, registry);
    ByteWriter out;
    encode_operator_stream_head(head, out);
    const Bytes stored = bytes.first(static_cast<std::size_t>(in.offset()));
    // A flag may be stored as any byte but 0.
    const bool plain_flag = head.version == 5 || stored[4] <= 1;
    if (plain_flag &&
        !std::equal(stored.begin(), stored.end(), out.bytes().begin(), out.bytes().end())) {
      testing::finding("a head is not written back as it was read");
    }
    const OperatorHandle handle = make_handle(head, lists);
    read_values(OperatorStateStream(std::make_unique<MemoryFile>("f", bytes), handle, registry));
  });
  return 0;
}
