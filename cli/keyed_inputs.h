// The old handles that the keyed state of one new subtask, or of a whole operator, is made of.
//
// Lives   the snapshot outlives the inputs, and the operator too

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/keyed_target.h"
#include "cli/rewrite_context.h"
#include "readers/keyed_source.h"
#include "readers/keyed_stream.h"
#include "redistribute/keyed_plan.h"
#include "redistribute/meta_union.h"

namespace savvy {

struct KeyedInput {
  std::int32_t subtask = 0;
  KeyGroupRange range;  // the key groups that are taken from it
  const KeyedHandle* handle = nullptr;
  std::unique_ptr<KeyedSource> source;
  // The source where it is a stream of key groups, else null.
  const KeyedStream* stream = nullptr;
};

// Subtasks with managed keyed state, and what their handles cover.
struct KeyedHandles {
  std::vector<const Subtask*> subtasks;
  std::vector<KeyGroupRange> ranges;
};
KeyedHandles managed_keyed_handles(const OperatorState& op);

// By key group. `parts` are indices into `handles`.
std::vector<KeyedInput> open_inputs(const RewriteContext& context, const OperatorState& op,
                                    const KeyedHandles& handles,
                                    const std::vector<KeyedPart>& parts);

// What describes the states of all inputs together.
UnitedKeyedMeta unite(const RewriteContext& context, const OperatorState& op,
                      const std::vector<KeyedInput>& inputs);

// How an operator stores its keyed state; of a change log what its full handles are.
struct StoredForm {
  StoredLayout layout = StoredLayout::kCanonical;
  KeyedCode code = KeyedCode::kSavepointKeyGroups;
};
StoredForm stored_form(const RewriteContext& context, const OperatorState& op);

// All entries of the wanted key groups of several inputs, their states numbered as in the union.
class JoinedInputs final : public KeyedEntrySource {
 public:
  // All outlive this object.
  JoinedInputs(const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united,
               const std::atomic<bool>* interrupted)
      : inputs_(inputs),
        united_(united),
        interrupted_(interrupted),
        empty_(united.block.states.size()) {}

  bool next(KeyedEntry& entry) override;
  // Empty lists and maps met so far, by state of the union.
  const std::vector<std::uint64_t>& empty_collections() const { return empty_; }

 private:
  bool open_next_group();
  void close_group();

  const std::vector<KeyedInput>& inputs_;
  const UnitedKeyedMeta& united_;
  const std::atomic<bool>* interrupted_;
  std::vector<std::uint64_t> empty_;
  std::size_t input_ = 0;
  std::size_t section_ = 0;
  std::unique_ptr<KeyGroupReader> group_;
};

}  // namespace savvy
