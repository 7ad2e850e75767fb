// Logged changes replayed on the entries they apply to, as a stream of entries.
//
// Values  a list's elements are joined by ","; namespaces merge as in Flink: the target's elements,
//         then those of the sources in order, whose entries go. What only the job's function can
//         merge is one entry with an issue, which a later change of the entry resolves
// Lives   holds the entries of one key where its namespaces merge, else of one composite key
// Source  ChangelogBackendLogApplier, AbstractHeapMergingState.mergeNamespaces,
//         RocksDBListState.mergeNamespaces

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "format/changelog.h"
#include "format/keyed_entry.h"
#include "format/keyed_schema.h"

namespace savvy {

// Steps travel as entries, so that what sorts entries sorts them: the composite key is that of the
// step. `sequence` is the place of its change in the log.
ByteVector encode_step(const ChangeStep& step, std::uint64_t sequence);

class ChangeReplay final : public KeyedEntrySource {
 public:
  // Both sources hold one key group, ordered by the ranks of their states and by composite key;
  // steps with the same composite key in the order of the log. `base` is read first.
  ChangeReplay(KeyedEntrySource& base, KeyedEntrySource& steps,
               const std::vector<KeyedStateSchema>& states,
               const std::vector<std::size_t>& state_ranks)
      : base_(base), steps_(steps), states_(states), state_ranks_(state_ranks) {}

  bool next(KeyedEntry& entry) override;

 private:
  struct Step {
    StepKind kind;
    EntryIssue issue;
    std::uint64_t sequence;
    ByteVector key;
    ByteVector value;
  };
  struct Value {
    ByteVector bytes;
    EntryIssue issue = EntryIssue::kNone;
  };
  using Values = std::map<ByteVector, Value>;  // by composite key
  struct Ready {
    std::size_t state;
    std::int32_t key_group;
    ByteVector key;
    Value value;
  };

  void start();
  void advance_base() { has_base_ = base_.next(base_entry_); }
  void advance_step() { has_step_ = steps_.next(step_entry_); }
  Step read_step() const;
  bool base_comes_first() const;
  bool base_is_cleared() const;
  bool step_is_cleared(std::size_t state, const Step& step) const;
  void replay_entry();
  void replay_key();
  void apply(std::size_t state, Step step, Values& values);
  void merge(std::size_t state, const NamespaceMerge& merge, Values& values) const;
  void append(std::size_t state, Value added, Value& value) const;
  void make_ready(std::size_t state, std::int32_t key_group, Values&& values);

  KeyedEntrySource& base_;
  KeyedEntrySource& steps_;
  const std::vector<KeyedStateSchema>& states_;
  const std::vector<std::size_t>& state_ranks_;
  bool started_ = false;
  bool base_is_used_ = false;  // the caller has the entry of base_
  bool has_base_ = false;
  bool has_step_ = false;
  KeyedEntry base_entry_;
  KeyedEntry step_entry_;
  // The map that was cleared last, and when.
  struct ClearedMap {
    std::size_t state;
    ByteVector key;
    std::uint64_t sequence;
  };
  std::optional<ClearedMap> cleared_;
  std::deque<Ready> ready_;
  std::optional<Ready> current_;  // what the caller looks at
};

}  // namespace savvy
