#include "cli/copy_state.h"

#include <utility>
#include <vector>

namespace savvy {
namespace {

std::vector<ChannelHandle> copy_channels(const std::vector<ChannelHandle>& handles,
                                         StreamCopies& copies) {
  std::vector<ChannelHandle> copied;
  copied.reserve(handles.size());
  for (const ChannelHandle& handle : handles) copied.push_back(copies.plan_all(handle));
  return copied;
}

// A handle of merged files that only keeps their folder alive has nothing to copy.
Boxed<OperatorHandle> copy_operator_handle(const Boxed<OperatorHandle>& handle,
                                           StreamCopies& copies) {
  if (!handle || holds_no_state(*handle)) return {};
  return copies.plan_all(*handle);
}

}  // namespace

Subtask copy_subtask(const Subtask& subtask, StreamCopies& copies) {
  Subtask copy = subtask;
  copy.managed_operator_state = copy_operator_handle(subtask.managed_operator_state, copies);
  copy.raw_operator_state = copy_operator_handle(subtask.raw_operator_state, copies);
  copy.managed_keyed_state = with_private_files(copies.plan_all(subtask.managed_keyed_state));
  copy.raw_keyed_state = copies.plan_all(subtask.raw_keyed_state);
  copy.input_channel_state = copy_channels(subtask.input_channel_state, copies);
  copy.result_subpartition_state = copy_channels(subtask.result_subpartition_state, copies);
  return copy;
}

}  // namespace savvy
