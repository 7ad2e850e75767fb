// The places of the metadata where state hangs, and a walk over all streams in them.
//
// Values  slots are called managed_keyed, raw_keyed, managed_operator, raw_operator, channel_input,
//         channel_result, coordinator, master
// Lives   views into the metadata

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "format/finding.h"
#include "format/metadata.h"

namespace savvy {

struct SlotPlace {
  const OperatorState* op = nullptr;
  const Subtask* subtask = nullptr;  // null: what belongs to the operator as a whole
  std::string_view slot;
};

FindingPlace finding_place(const SlotPlace& at, std::string file);

// "operator my-op, subtask 3, managed_keyed".
std::string describe(const SlotPlace& at);

// Every stream that a subtask names, in the order of the metadata. The coordinators' bytes are in
// no stream handle, but in OperatorState::coordinator_state.
using SlotStreamVisitor = std::function<void(const SlotPlace&, const StreamUse&)>;
void for_each_stream(const Metadata& metadata, const SlotStreamVisitor& visit);

}  // namespace savvy
