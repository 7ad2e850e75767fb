#include "cli/entry_move.h"

#include <numeric>
#include <utility>

#include "format/metadata.h"
#include "readers/entry_sorter.h"

namespace savvy {
namespace {

// Whole entries, with the ids and values of the union.
class TranslatedGroup final : public KeyedEntrySource {
 public:
  TranslatedGroup(KeyGroupReader& group, EntryTranslator& translator, const UnitedKeyedMeta& united,
                  KeyedPlace place)
      : group_(group), translator_(translator), united_(united), place_(std::move(place)) {}

  bool next(KeyedEntry& entry) override {
    if (!group_.next(entry)) return false;
    translator_.translate(entry);
    require_whole_entry(entry, united_.block, place_);
    return true;
  }

 private:
  KeyGroupReader& group_;
  EntryTranslator& translator_;
  const UnitedKeyedMeta& united_;
  KeyedPlace place_;
};

std::vector<std::size_t> ranks_in_order(std::size_t count) {
  std::vector<std::size_t> ranks(count);
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  return ranks;
}

}  // namespace

void EntryMove::add_entries(const KeyGroupSection& section, const Add& add) {
  const auto group = input_.source->open(section);
  TranslatedGroup translated(*group, translator_, united_, subtask_.place());
  KeyedEntry entry;
  while (translated.next(entry)) add(entry);
  note_empty(group->empty_collections());
}

void EntryMove::add_sorted(const KeyGroupSection& section, const Add& add) {
  const auto group = input_.source->open(section);
  TranslatedGroup translated(*group, translator_, united_, subtask_.place());
  EntrySorter sorted(translated, ranks_in_order(united_.block.states.size()), context_.memory,
                     EntryOrder::kKeyGroupFirst);
  KeyedEntry entry;
  while (sorted.next(entry)) add(entry);
  note_empty(group->empty_collections());
}

void EntryMove::note_empty(const std::vector<std::uint64_t>& counts) const {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    context_.notes.add_empty(operator_label(subtask_.op), united_.block.states[ids_[i]].name,
                             counts[i]);
  }
}

}  // namespace savvy
