// Operator state of new subtasks out of that of old ones.
//
// Values  elements are moved as bytes, in the places that redistribute/operator_state_plan.h says.
//         Copies of broadcast state that differ are reported: only some of them stay
// Errors  UnsupportedError, naming the state, where streams that merge contradict each other

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/rescale_keyed.h"
#include "readers/operator_state_stream.h"
#include "redistribute/operator_state_plan.h"

namespace savvy {

// All managed operator state of one operator, and who gets what of it.
class OperatorStateRescale {
 public:
  // Both outlive this object.
  OperatorStateRescale(const RewriteContext& context, const OperatorState& op,
                       std::int32_t new_parallelism);

  Boxed<OperatorHandle> write(std::int32_t subtask) const;

 private:
  const OperatorStateStream& stream(std::size_t source) const { return *streams_[source]; }
  void unite_heads();
  void note_differing_copies() const;

  const RewriteContext& context_;
  const OperatorState& op_;
  std::vector<std::int32_t> subtasks_;  // of the streams
  std::vector<std::unique_ptr<const OperatorStateStream>> streams_;
  OperatorStreamHead head_;  // of every new stream: all states are described everywhere
  std::vector<std::vector<NewListState>> plan_;
};

// The same for raw operator state, whose elements are partitions.
class RawOperatorStateRescale {
 public:
  RawOperatorStateRescale(const RewriteContext& context, const OperatorState& op,
                          std::int32_t new_parallelism);

  Boxed<OperatorHandle> write(std::int32_t subtask) const;

 private:
  struct Source {
    std::unique_ptr<RandomAccessFile> file;
    std::vector<Stretch> partitions;
  };

  const RewriteContext& context_;
  const OperatorState& op_;
  std::vector<Source> sources_;
  std::vector<std::vector<NewListState>> plan_;
};

}  // namespace savvy
