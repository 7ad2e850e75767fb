#include "format/metadata_slots.h"

#include <fmt/format.h>

#include <utility>

namespace savvy {
namespace {

void visit_subtask(SlotPlace at, const SlotStreamVisitor& visit) {
  const auto visit_slot = [&](std::string_view slot, const auto& handle) {
    at.slot = slot;
    for_each_stream(handle, [&](const StreamUse& use) { visit(at, use); });
  };
  const Subtask& subtask = *at.subtask;
  if (subtask.managed_operator_state) {
    visit_slot("managed_operator", *subtask.managed_operator_state);
  }
  if (subtask.raw_operator_state) visit_slot("raw_operator", *subtask.raw_operator_state);
  visit_slot("managed_keyed", subtask.managed_keyed_state);
  visit_slot("raw_keyed", subtask.raw_keyed_state);
  for (const auto& handle : subtask.input_channel_state) visit_slot("channel_input", handle);
  for (const auto& handle : subtask.result_subpartition_state) visit_slot("channel_result", handle);
}

}  // namespace

FindingPlace finding_place(const SlotPlace& at, std::string file) {
  FindingPlace place;
  place.file = std::move(file);
  if (at.op != nullptr) {
    place.operator_label = operator_label(*at.op);
    place.operator_id = to_hex(at.op->id);
  }
  if (at.subtask != nullptr) place.subtask = at.subtask->index;
  place.slot = at.slot;
  return place;
}

std::string describe(const SlotPlace& at) {
  std::string text;
  if (at.op != nullptr) text = fmt::format("operator {}", operator_label(*at.op));
  if (at.subtask != nullptr) text += fmt::format(", subtask {}", at.subtask->index);
  return text + fmt::format("{}{}", text.empty() ? "" : ", ", at.slot);
}

void for_each_stream(const Metadata& metadata, const SlotStreamVisitor& visit) {
  for (const OperatorState& op : metadata.operators) {
    for (const Subtask& subtask : op.subtasks) visit_subtask({&op, &subtask, {}}, visit);
  }
}

}  // namespace savvy
