// Entries of one key group of an old handle on their way to a new subtask.
//
// Errors  UnsupportedError, naming the state, for entries that cannot be written as entries

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "cli/keyed_inputs.h"
#include "cli/rescale_keyed.h"

namespace savvy {

// From one input to one subtask. What it is given outlives it.
class EntryMove {
 public:
  EntryMove(const RewriteContext& context, const NewSubtask& subtask, const KeyedInput& input,
            const UnitedKeyedMeta& united, const std::vector<std::size_t>& ids)
      : context_(context),
        subtask_(subtask),
        input_(input),
        united_(united),
        ids_(ids),
        translator_(*input.source, united, ids) {}

  using Add = std::function<void(const KeyedEntry&)>;
  // In the order in which they are stored.
  void add_entries(const KeyGroupSection& section, const Add& add);
  // By state, and then by key.
  void add_sorted(const KeyGroupSection& section, const Add& add);

  EntryTranslator& translator() { return translator_; }

 private:
  // Says which lists and maps were met that have no entry.
  void note_empty(const std::vector<std::uint64_t>& counts) const;

  const RewriteContext& context_;
  const NewSubtask& subtask_;
  const KeyedInput& input_;
  const UnitedKeyedMeta& united_;
  const std::vector<std::size_t>& ids_;
  EntryTranslator translator_;
};

}  // namespace savvy
