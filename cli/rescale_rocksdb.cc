#include "cli/rescale_rocksdb.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "cli/entry_move.h"
#include "format/compare_bytes.h"
#include "format/composite_key.h"
#include "format/metadata.h"
#include "readers/rocksdb_source.h"
#include "readers/sst_files.h"
#include "writers/rocksdb_writer.h"
#include "writers/sst_levels.h"

namespace savvy {
namespace {

using Ssts = std::vector<const LiveSst*>;

// Keys from `lower` on and in front of `upper`.
struct KeySpan {
  ByteVector lower;
  ByteVector upper;
};

// What of one state comes from one input: whole files, and the entries between them.
struct StateShare {
  Ssts taken;
  std::vector<KeySpan> rewritten;
};

ByteVector key_group_start(std::int32_t key_group, int prefix_bytes) {
  ByteVector key;
  append_key_group(key_group, prefix_bytes, key);
  return key;
}

// The least key behind this one.
ByteVector behind(Bytes key) {
  ByteVector next(key.begin(), key.end());
  next.push_back(0);
  return next;
}

// Files whose keys overlap, directly or through others, side by side; clusters ascend.
std::vector<Ssts> clusters_of(Ssts files) {
  std::sort(files.begin(), files.end(), [](const LiveSst* a, const LiveSst* b) {
    return compare_bytes(user_key_of(a->file.smallest), user_key_of(b->file.smallest)) < 0;
  });
  std::vector<Ssts> clusters;
  Bytes end;
  for (const LiveSst* file : files) {
    if (clusters.empty() || compare_bytes(end, user_key_of(file->file.smallest)) < 0) {
      clusters.emplace_back();
      end = {};
    }
    clusters.back().push_back(file);
    const Bytes largest = user_key_of(file->file.largest);
    if (compare_bytes(end, largest) < 0) end = largest;
  }
  return clusters;
}

// By state of the union, the id that an input has for it.
using OwnStates = std::vector<std::optional<std::size_t>>;

OwnStates own_states_of(const UnitedKeyedMeta& united, std::size_t input) {
  OwnStates own_states(united.block.states.size());
  const std::vector<std::size_t>& ids = united.ids[input];
  for (std::size_t own = 0; own < ids.size(); ++own) own_states[ids[own]] = own;
  return own_states;
}

class RocksdbRescale {
 public:
  RocksdbRescale(const RewriteContext& context, const NewSubtask& subtask,
                 const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united)
      : context_(context),
        subtask_(subtask),
        place_(subtask.place()),
        inputs_(inputs),
        united_(united) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const KeyedInput& input = inputs[i];
      translators_.emplace_back(*input.source, united, united.ids[i]);
      own_states_.push_back(own_states_of(united, i));
      const auto* files = handle_as<IncrementalHandle>(*input.handle);
      ssts_.push_back(files != nullptr ? list_live_ssts(context.source, *files) : LiveSsts());
    }
  }

  KeyedHandle write() {
    RocksdbTarget target;
    target.prefix_bytes = place_.prefix_bytes;
    RocksdbWriter writer(context_.folder, place_.file_name, united_.block, place_.range,
                         place_.checkpoint_id, target);
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      if (is_database(input)) continue;
      add_as_entries(input, writer);
      note_timers();
    }
    for (std::size_t state = 0; state < united_.block.states.size(); ++state) {
      write_state(state, writer);
    }
    IncrementalHandle handle = writer.finish();
    handle.code = place_.code;
    return Boxed<IncrementalHandle>(std::move(handle));
  }

 private:
  bool is_database(std::size_t input) const {
    return handle_as<IncrementalHandle>(*inputs_[input].handle) != nullptr;
  }

  // RocksDBKeyedStateBackendBuilder finds no timers on the heap in an incremental handle, and begins
  // with empty queues without a word.
  void note_timers() const {
    const std::vector<StateMeta>& states = united_.block.states;
    const bool has_timers = std::any_of(states.begin(), states.end(), [](const StateMeta& state) {
      return state.type == BackendStateType::kPriorityQueue;
    });
    if (!has_timers) return;
    context_.notes.add(
        fmt::format("the timers of operator {} lie in RocksDB: a job that keeps timers on the heap "
                    "(state.backend.rocksdb.timer-service.factory: HEAP) restores without them",
                    operator_label(subtask_.op)));
  }

  // What is in no database: other layouts, and a change log applied to its database.
  void add_as_entries(std::size_t input, RocksdbWriter& writer) {
    const KeyGroupRange& range = inputs_[input].range;
    EntryMove move(context_, subtask_, inputs_[input], united_, united_.ids[input]);
    for (const KeyGroupSection& section : inputs_[input].source->sections()) {
      if (!range.contains(section.key_group) || section.size_bytes == 0) continue;
      move.add_sorted(section, [&](const KeyedEntry& entry) {
        writer.add(entry.state, entry.composite_key, entry.value);
      });
    }
  }

  void write_state(std::size_t state, RocksdbWriter& writer) {
    std::vector<StateShare> shares = shares_of(state, true);
    if (!fit_together(shares)) shares = shares_of(state, false);
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      if (!is_database(input)) continue;
      for (const KeySpan& span : shares[input].rewritten) {
        add_span(input, state, span, writer);
        writer.end_file(state);
      }
    }
    for (const StateShare& share : shares) {
      for (const LiveSst* sst : share.taken) {
        const auto content = context_.source.open(sst->stored->handle);
        writer.reuse(state, sst->file, *content);
      }
    }
  }

  std::vector<StateShare> shares_of(std::size_t state, bool take_files) const {
    std::vector<StateShare> shares;
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
      const std::optional<std::size_t> own = own_state(input, state);
      shares.push_back(own && is_database(input) ? share_of(input, state, take_files)
                                                 : StateShare());
    }
    return shares;
  }

  // The id that the input has for a state of the union.
  std::optional<std::size_t> own_state(std::size_t input, std::size_t state) const {
    return own_states_[input][state];
  }

  StateShare share_of(std::size_t input, std::size_t state, bool take_files) const {
    StateShare share;
    const KeyGroupRange& range = inputs_[input].range;
    take_files &= !translators_[input].changes_values(*own_state(input, state));
    ByteVector at = key_group_start(range.first, place_.prefix_bytes);
    const ByteVector end = key_group_start(range.first + range.count, place_.prefix_bytes);
    for (const Ssts& cluster : clusters_of(files_of(input, state))) {
      if (!take_files || !can_take(input, cluster)) continue;
      Bytes last;
      for (const LiveSst* sst : cluster) {
        share.taken.push_back(sst);
        const Bytes largest = user_key_of(sst->file.largest);
        if (compare_bytes(last, largest) < 0) last = largest;
      }
      const Bytes first = user_key_of(cluster.front()->file.smallest);
      if (compare_bytes(at, first) < 0)
        share.rewritten.push_back({at, {first.begin(), first.end()}});
      at = behind(last);
    }
    if (compare_bytes(at, end) < 0) share.rewritten.push_back({at, end});
    return share;
  }

  Ssts files_of(std::size_t input, std::size_t state) const {
    Ssts files;
    for (const LiveSst& sst : ssts_[input].files) {
      if (sst.family == united_.block.states[state].name) files.push_back(&sst);
    }
    return files;
  }

  // All files lie in the range, and the Flink that restores them can read them.
  bool can_take(std::size_t input, const Ssts& cluster) const {
    const KeyGroupRange& range = inputs_[input].range;
    return ssts_[input].files_stand_alone &&
           std::all_of(cluster.begin(), cluster.end(), [&](const LiveSst* sst) {
             const auto groups = key_groups_of(sst->file, place_.prefix_bytes);
             return groups && groups->first >= range.first &&
                    groups->first + groups->count <= range.first + range.count &&
                    (subtask_.form.reads_xxh3 || sst->tail.checksum != SstChecksum::kXxh3);
           });
  }

  static bool fit_together(const std::vector<StateShare>& shares) {
    std::vector<SstFile> files;
    for (const StateShare& share : shares) {
      for (const LiveSst* sst : share.taken) files.push_back(sst->file);
    }
    return settle_levels(files) == LevelsFit::kYes;
  }

  void add_span(std::size_t input, std::size_t state, const KeySpan& span, RocksdbWriter& writer) {
    const auto& source = dynamic_cast<const RocksdbKeyedSource&>(*inputs_[input].source);
    const auto entries = source.open_range(*own_state(input, state), span.lower, span.upper);
    KeyedEntry entry;
    while (entries->next(entry)) {
      translators_[input].translate(entry);
      writer.add(state, entry.composite_key, entry.value);
    }
  }

  const RewriteContext& context_;
  const NewSubtask& subtask_;
  KeyedPlace place_;
  const std::vector<KeyedInput>& inputs_;
  const UnitedKeyedMeta& united_;
  // An input each.
  std::vector<EntryTranslator> translators_;
  std::vector<OwnStates> own_states_;
  std::vector<LiveSsts> ssts_;
};

}  // namespace

KeyedHandle rescale_rocksdb(const RewriteContext& context, const NewSubtask& subtask,
                            const std::vector<KeyedInput>& inputs, const UnitedKeyedMeta& united) {
  return RocksdbRescale(context, subtask, inputs, united).write();
}

}  // namespace savvy
