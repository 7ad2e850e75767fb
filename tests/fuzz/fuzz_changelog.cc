// Changes of keyed state, cut into steps and replayed, in memory and through spilled runs.
//
// Bytes   u8 flags (1: key group of two bytes; 2: the changes are descriptions) | u8 key group
//         | n x (u8 state | u8 length | change)

#include <vector>

#include "format/byte_units.h"
#include "format/change_replay.h"
#include "readers/entry_sorter.h"
#include "tests/fuzz/section_fuzz.h"

namespace savvy::testing {
namespace {

struct Step {
  std::size_t state;
  ByteVector key;
  ByteVector value;
};

class Steps final : public KeyedEntrySource {
 public:
  Steps(const std::vector<Step>& steps, std::int32_t key_group)
      : steps_(steps), key_group_(key_group) {}
  bool next(KeyedEntry& entry) override {
    if (next_ == steps_.size()) return false;
    const Step& step = steps_[next_++];
    entry = {step.state, key_group_, step.key, step.value};
    return true;
  }

 private:
  const std::vector<Step>& steps_;
  std::int32_t key_group_;
  std::size_t next_ = 0;
};

std::string replay(const std::vector<Step>& steps, std::int32_t key_group, int prefix_bytes,
                   std::size_t budget) {
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < fuzz_states().size(); ++i) ranks.push_back(i);
  Steps source(steps, key_group);
  const std::vector<Step> none;
  Steps base(none, key_group);
  EntrySorter sorted(source, ranks, {budget, {}});
  ChangeReplay result(base, sorted, fuzz_states(), ranks);
  std::string text;
  KeyedEntry entry;
  while (result.next(entry)) {
    text += entry_text(entry) + "\n";
    if (entry.issue == EntryIssue::kUnappliedChange) continue;
    // What a change was cut into can be cut again.
    cut_composite_key(fuzz_states()[entry.state], entry.composite_key, prefix_bytes, "f");
  }
  return text;
}

void fuzz_changes(Choices input) {
  const std::uint8_t flags = input.u8();
  const int prefix_bytes = (flags & 1) != 0 ? 2 : 1;
  const std::int32_t key_group = input.u8() & 0x7F;
  const SerializerRegistry registry = test_registry();
  std::vector<Step> steps;
  std::uint64_t sequence = 0;
  Bytes rest = input.rest();
  while (rest.size() >= 2) {
    const std::size_t state = rest[0] % fuzz_states().size();
    const std::size_t size = std::min<std::size_t>(rest[1], rest.size() - 2);
    const Bytes change = rest.subspan(2, size);
    rest = rest.subspan(2 + size);
    outcome_of([&] {
      ByteReader in(change, "f");
      if ((flags & 2) != 0) {
        decode_state_announcement(in, registry);
        return;
      }
      ++sequence;
      for (ChangeStep& step :
           cut_change(fuzz_states()[state], {change, "f", 0}, key_group, prefix_bytes)) {
        ByteVector value = encode_step(step, sequence);
        steps.push_back({state, std::move(step.composite_key), std::move(value)});
      }
    });
  }
  const std::string in_memory = replay(steps, key_group, prefix_bytes, kMiB);
  if (in_memory != replay(steps, key_group, prefix_bytes, 64)) finding("spilling changes entries");
}

}  // namespace
}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  savvy::testing::fuzz_changes(savvy::testing::Choices({data, size}));
  return 0;
}
