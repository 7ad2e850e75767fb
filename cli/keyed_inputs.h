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

// How an operator's keyed state is stored, or is to be.
struct StoredForm {
  StoredLayout layout = StoredLayout::kCanonical;
  KeyedCode code = KeyedCode::kSavepointKeyGroups;
  // KEY_VALUE_V2 states, which only ForSt restores, become KEY_VALUE states.
  bool key_value_only = false;
  // RocksDB 6.20 of Flink 1.x does not read files with XXH3 checksums.
  bool reads_xxh3 = false;
};
// As it is; of a change log what its full handles are.
StoredForm stored_form(const RewriteContext& context, const OperatorState& op);
// Whether the handle is one stream of key groups in this layout.
bool is_stream_in(const RewriteContext& context, const OperatorState& op, const KeyedHandle& handle,
                  StoredLayout layout);

// What describes the states of all inputs together, in that form.
UnitedKeyedMeta unite(const RewriteContext& context, const OperatorState& op,
                      const std::vector<KeyedInput>& inputs, const StoredForm& form);

// Entries of one input as the union describes them: state ids, and the values of maps that were
// KEY_VALUE_V2.
class EntryTranslator {
 public:
  // Input and union outlive this object. `ids` are those of the input in the union.
  EntryTranslator(const KeyedSource& source, const UnitedKeyedMeta& united,
                  const std::vector<std::size_t>& ids);

  // The value is valid until the next call.
  void translate(KeyedEntry& entry);
  // Whether the stored values of a state of the input, or of any, change.
  bool changes_values(std::size_t state) const { return changed_[state]; }
  bool changes_values() const;

 private:
  const KeyedSource& source_;
  const std::vector<std::size_t>& ids_;
  std::vector<bool> changed_;  // by state id of the input
  ByteVector value_;
};

// All entries of the wanted key groups of several inputs, their states numbered as in the union.
class JoinedInputs final : public KeyedEntrySource {
 public:
  // All outlive this object.
  JoinedInputs(const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united,
               const std::atomic<bool>* interrupted);

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
  std::vector<EntryTranslator> translators_;  // an input each
  std::size_t input_ = 0;
  std::size_t section_ = 0;
  std::unique_ptr<KeyGroupReader> group_;
};

}  // namespace savvy
