#include "readers/changelog_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "format/change_replay.h"
#include "format/changelog.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "format/same_type.h"
#include "format/state_meta.h"
#include "readers/change_log.h"
#include "readers/change_store.h"

namespace savvy {
namespace {

constexpr std::size_t kNoState = static_cast<std::size_t>(-1);
constexpr std::size_t kDescriptionHead = 5;  // u8 operation | i32 format of the description

bool is_timer(const KeyedStateSchema& state) { return state.kind == KeyedStateKind::kTimer; }

// A state may be described again, after a job was restored with another serializer and before it
// materialized. Flink reads the older bytes as they were written and what comes after them with the
// newer serializer (ChangelogBackendLogApplier); here one type counts for all.
void require_same_state(const KeyedStateSchema& known, const KeyedStateSchema& other,
                        std::string_view file) {
  if (known.kind == other.kind && known.ttl == other.ttl && known.v2 == other.v2 &&
      same_type(known.name_space, other.name_space) && same_type(known.user_key, other.user_key) &&
      same_type(known.value, other.value)) {
    return;
  }
  throw UnsupportedError(fmt::format(
      "{}: state \"{}\" is described in two ways, and its values may be of either; a savepoint, or "
      "a checkpoint after the next materialization, has one",
      file, known.name));
}

// Where a state stands among all, by name and whether it is a queue: both may have one name.
using StatePlaces = std::map<std::pair<std::string, bool>, std::size_t>;

StatePlaces places_of(const std::vector<KeyedStateSchema>& states) {
  StatePlaces places;
  for (std::size_t i = 0; i < states.size(); ++i) {
    places.try_emplace({states[i].name, is_timer(states[i])}, i);
  }
  return places;
}

// States that a log announces, on top of those already there.
class AnnouncedStates {
 public:
  // `metas` describe the states, and the announced ones are added to them.
  AnnouncedStates(std::vector<KeyedStateSchema> states, std::vector<StateMeta>& metas,
                  const SerializerRegistry& registry)
      : states_(std::move(states)),
        places_(places_of(states_)),
        metas_(metas),
        registry_(registry) {
    for (const KeyedStateSchema& state : states_) found_key(state);
  }

  void set_key(TypePtr key) {
    if (key_ == nullptr) key_ = std::move(key);
  }

  void announce(const LoggedChange& change) {
    ByteReader in(change.bytes, change.file, change.offset);
    const AnnouncementOutline outline = decode_announcement_outline(in);
    const auto [known, is_new] =
        places_.try_emplace({outline.name, outline.is_queue}, states_.size());
    if (!is_new) {
      require_same(known->second, change);
    } else {
      // The key's type may be known only later; until then it stands for itself.
      KeyedMetaBlock block;
      block.key.type = unknown_key_type();
      StateMeta meta = decode_state_announcement(in, registry_).state;
      states_.push_back(keyed_state_schema(block, meta, change.file));
      metas_.push_back(std::move(meta));
      if (outline.is_queue) {
        found_key(states_.back());
      } else {
        keyless_.push_back(known->second);
      }
    }
    state_of_id_[outline.state_id] = known->second;
  }

  std::size_t state_of(std::int16_t state_id) const {
    const auto found = state_of_id_.find(state_id);
    return found == state_of_id_.end() ? kNoState : found->second;
  }

  std::vector<KeyedStateSchema> finish() {
    for (const std::size_t place : keyless_) {
      KeyedStateSchema& state = states_[place];
      if (key_ != nullptr) state.key = key_;
      state.key_lengths = state.key->fixed_length() < 0 && state.name_space->fixed_length() < 0;
    }
    return std::move(states_);
  }

 private:
  void found_key(const KeyedStateSchema& state) { set_key(state.key); }

  // Mostly the log repeats byte by byte what is known, be it understood or not.
  void require_same(std::size_t place, const LoggedChange& change) const {
    if (place < metas_.size()) {
      ByteWriter known;
      encode_state_meta(metas_[place], known);
      const Bytes described = change.bytes.subspan(std::min(kDescriptionHead, change.bytes.size()));
      const Bytes bytes = known.bytes();
      if (described.size() >= bytes.size() &&
          std::equal(bytes.begin(), bytes.end(), described.begin())) {
        return;
      }
    }
    ByteReader in(change.bytes, change.file, change.offset);
    KeyedMetaBlock block;
    block.key.type = unknown_key_type();
    const StateMeta meta = decode_state_announcement(in, registry_).state;
    require_same_state(states_[place], keyed_state_schema(block, meta, change.file), change.file);
  }

  std::vector<KeyedStateSchema> states_;
  StatePlaces places_;
  std::vector<StateMeta>& metas_;
  const SerializerRegistry& registry_;
  std::vector<std::size_t> keyless_;
  std::map<std::int16_t, std::size_t> state_of_id_;
  TypePtr key_;
};

// A full handle, with the place of its states among all.
struct Base {
  std::unique_ptr<KeyedSource> source;
  std::vector<std::size_t> places;
};

struct BaseSection {
  const Base* base;
  const KeyGroupSection* section;
};
// What the full handles hold, by key group.
using BaseSections = std::map<std::int32_t, std::vector<BaseSection>>;

// The entries of one key group in all full handles.
class BaseEntries final : public KeyedEntrySource {
 public:
  BaseEntries(const BaseSections& sections, std::int32_t key_group, std::size_t state_count)
      : empty_collections_(state_count) {
    const auto found = sections.find(key_group);
    if (found == sections.end()) return;
    for (const auto& [base, section] : found->second) {
      parts_.push_back({base, base->source->open(*section)});
    }
  }

  bool next(KeyedEntry& entry) override {
    for (; part_ < parts_.size(); ++part_) {
      if (!parts_[part_].entries->next(entry)) continue;
      entry.state = parts_[part_].base->places[entry.state];
      undivided_ |= entry.undivided;
      return true;
    }
    return false;
  }

  // Whether some of what was read so far could not be told apart.
  bool undivided() const { return undivided_; }

  std::vector<std::uint64_t> empty_collections() const {
    std::vector<std::uint64_t> counts = empty_collections_;
    for (const Part& part : parts_) {
      const std::vector<std::uint64_t> own = part.entries->empty_collections();
      for (std::size_t i = 0; i < own.size(); ++i) counts[part.base->places[i]] += own[i];
    }
    return counts;
  }

 private:
  struct Part {
    const Base* base;
    std::unique_ptr<KeyGroupReader> entries;
  };
  std::vector<Part> parts_;
  std::size_t part_ = 0;
  bool undivided_ = false;
  std::vector<std::uint64_t> empty_collections_;
};

// The logged changes of one key group as steps, in the order of the log.
class LogSteps final : public KeyedEntrySource {
 public:
  LogSteps(const ChangeStore& store, std::int32_t key_group, int prefix_bytes,
           const std::vector<KeyedStateSchema>& states, const BaseEntries& base)
      : changes_(store, key_group),
        key_group_(key_group),
        prefix_bytes_(prefix_bytes),
        states_(states),
        base_(base) {}

  bool next(KeyedEntry& entry) override {
    while (next_step_ == steps_.size()) {
      StoredChange change;
      if (!changes_.next(change)) return false;
      state_ = change.state;
      ++sequence_;
      next_step_ = 0;
      // What a change applies to may lie in what could not be told apart.
      steps_ = base_.undivided()
                   ? std::vector<ChangeStep>{keep_change(change.change)}
                   : cut_change(states_[state_], change.change, key_group_, prefix_bytes_);
    }
    const ChangeStep& step = steps_[next_step_++];
    value_ = encode_step(step, sequence_);
    entry = {state_, key_group_, step.composite_key, value_};
    return true;
  }

 private:
  ChangeStore::Reader changes_;
  std::int32_t key_group_;
  int prefix_bytes_;
  const std::vector<KeyedStateSchema>& states_;
  const BaseEntries& base_;
  std::size_t state_ = 0;
  std::uint64_t sequence_ = 0;
  std::vector<ChangeStep> steps_;
  std::size_t next_step_ = 0;
  ByteVector value_;
};

// A key group without changes.
class MaterializedKeyGroup final : public KeyGroupReader {
 public:
  MaterializedKeyGroup(const BaseSections& sections, std::int32_t key_group,
                       std::size_t state_count)
      : entries_(sections, key_group, state_count) {}
  bool next(KeyedEntry& entry) override { return entries_.next(entry); }
  std::vector<std::uint64_t> empty_collections() const override {
    return entries_.empty_collections();
  }

 private:
  BaseEntries entries_;
};

class ReplayedKeyGroup final : public KeyGroupReader {
 public:
  ReplayedKeyGroup(const BaseSections& sections, const ChangeStore& store, std::int32_t key_group,
                   int prefix_bytes, const std::vector<KeyedStateSchema>& states,
                   const std::vector<std::size_t>& ranks, const SortMemory& memory)
      : base_(sections, key_group, states.size()),
        steps_(store, key_group, prefix_bytes, states, base_),
        sorted_base_(base_, ranks, memory),
        sorted_steps_(steps_, ranks, memory),
        replay_(sorted_base_, sorted_steps_, states, ranks) {}
  bool next(KeyedEntry& entry) override { return replay_.next(entry); }
  std::vector<std::uint64_t> empty_collections() const override {
    return base_.empty_collections();
  }

 private:
  BaseEntries base_;
  LogSteps steps_;
  EntrySorter sorted_base_;
  EntrySorter sorted_steps_;
  ChangeReplay replay_;
};

std::vector<std::size_t> ranks_by_name(const std::vector<KeyedStateSchema>& states) {
  std::vector<std::size_t> order(states.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(states[a].name, is_timer(states[a])) <
           std::tuple(states[b].name, is_timer(states[b]));
  });
  std::vector<std::size_t> ranks(states.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
  return ranks;
}

class ChangelogSource final : public KeyedSource {
 public:
  ChangelogSource(const Snapshot& snapshot, const ChangelogHandle& handle,
                  std::vector<std::unique_ptr<KeyedSource>> materialized, int prefix_bytes,
                  const SerializerRegistry& registry, const SortMemory& memory)
      : prefix_bytes_(prefix_bytes),
        memory_(memory),
        name_(snapshot.metadata_path() + " (changelog)"),
        store_(checked_key_groups(handle.range, snapshot.metadata_path()), memory) {
    add_bases(std::move(materialized));
    read_log(snapshot, handle, registry);
    ranks_ = ranks_by_name(states_);
    list_sections(handle.range);
  }

  const std::vector<KeyedStateSchema>& states() const override { return states_; }
  // The log does not store the key's serializer.
  const KeyedMetaBlock* meta_block() const override {
    return meta_.key.type == nullptr ? nullptr : &meta_;
  }
  const std::vector<KeyGroupSection>& sections() const override { return sections_; }
  std::string_view name() const override { return name_; }

  std::unique_ptr<KeyGroupReader> open(const KeyGroupSection& section) const override {
    if (store_.stored_bytes(section.key_group) == 0) {
      return std::make_unique<MaterializedKeyGroup>(base_sections_, section.key_group,
                                                    states_.size());
    }
    return std::make_unique<ReplayedKeyGroup>(base_sections_, store_, section.key_group,
                                              prefix_bytes_, states_, ranks_, memory_);
  }

 private:
  // Handles that were merged after a change of parallelism describe the same states.
  void add_bases(std::vector<std::unique_ptr<KeyedSource>> sources) {
    StatePlaces places;
    for (std::unique_ptr<KeyedSource>& source : sources) {
      Base base{std::move(source), {}};
      for (const KeyedStateSchema& state : base.source->states()) {
        const auto [known, is_new] =
            places.try_emplace({state.name, is_timer(state)}, states_.size());
        if (is_new) {
          states_.push_back(state);
          add_meta(*base.source, base.places.size());
        } else {
          require_same_state(states_[known->second], state, base.source->name());
        }
        base.places.push_back(known->second);
      }
      bases_.push_back(std::move(base));
    }
  }

  void add_meta(const KeyedSource& source, std::size_t state) {
    const KeyedMetaBlock* block = source.meta_block();
    if (block == nullptr) return;
    if (meta_.states.empty()) meta_.key = block->key;
    meta_.states.push_back(block->states[state]);
  }

  void read_log(const Snapshot& snapshot, const ChangelogHandle& handle,
                const SerializerRegistry& registry) {
    AnnouncedStates announced(std::move(states_), meta_.states, registry);
    for_each_change(snapshot, handle, ChangeScope::kAll,
                    [&](std::int32_t key_group, const LoggedChange& change) {
                      ByteReader in(change.bytes, change.file, change.offset);
                      if (peek_change_operation(in) == ChangeOperation::kMetadata) {
                        announced.announce(change);
                      } else if (handle.range.contains(key_group)) {
                        store_change(key_group, change, announced);
                      }
                    });
    states_ = announced.finish();
  }

  void store_change(std::int32_t key_group, const LoggedChange& change,
                    const AnnouncedStates& announced) {
    ByteReader in(change.bytes, change.file, change.offset);
    const DataChangeHead head = decode_data_change_head(in);
    const std::size_t state = announced.state_of(head.state_id);
    if (state == kNoState) {
      in.fail_at(change.offset, fmt::format("a change of state id {}, which nothing in front of "
                                            "it describes",
                                            head.state_id));
    }
    store_.add(key_group, state, change);
  }

  void list_sections(KeyGroupRange range) {
    std::map<std::int32_t, std::uint64_t> sizes;
    for (const Base& base : bases_) {
      for (const KeyGroupSection& section : base.source->sections()) {
        if (section.size_bytes == 0) continue;
        sizes[section.key_group] += section.size_bytes;
        std::vector<BaseSection>& parts = base_sections_[section.key_group];
        parts.push_back({&base, &section});
        if (parts.size() == 1 || !range.contains(section.key_group)) continue;
        // Flink copies one over the other; which of two values counts then is not told here.
        throw UnsupportedError(
            fmt::format("{}: two materialized handles hold key group {}; a savepoint, or a "
                        "checkpoint after the next materialization, has one",
                        name_, section.key_group));
      }
    }
    for (std::int32_t i = 0; i < range.count; ++i) {
      const std::int32_t key_group = range.first + i;
      const auto found = sizes.find(key_group);
      const std::uint64_t base_bytes = found == sizes.end() ? 0 : found->second;
      sections_.push_back(
          {key_group, 0, base_bytes + store_.stored_bytes(key_group), SectionEnd::kExact});
    }
  }

  int prefix_bytes_;
  SortMemory memory_;
  std::string name_;
  std::vector<Base> bases_;
  BaseSections base_sections_;
  std::vector<KeyedStateSchema> states_;
  KeyedMetaBlock meta_;  // of states_; without a key's serializer if no full handle has one
  std::vector<std::size_t> ranks_;
  ChangeStore store_;
  std::vector<KeyGroupSection> sections_;
};

}  // namespace

std::unique_ptr<KeyedSource> open_changelog_source(
    const Snapshot& snapshot, const ChangelogHandle& handle,
    std::vector<std::unique_ptr<KeyedSource>> materialized, int prefix_bytes,
    const SerializerRegistry& registry, const SortMemory& memory) {
  return std::make_unique<ChangelogSource>(snapshot, handle, std::move(materialized), prefix_bytes,
                                           registry, memory);
}

std::vector<KeyedStateSchema> announced_states(const Snapshot& snapshot,
                                               const ChangelogHandle& handle,
                                               const SerializerRegistry& registry,
                                               TypePtr known_key) {
  std::vector<StateMeta> metas;
  AnnouncedStates announced({}, metas, registry);
  announced.set_key(std::move(known_key));
  for_each_change(snapshot, handle, ChangeScope::kDescriptions,
                  [&](std::int32_t, const LoggedChange& change) {
                    ByteReader in(change.bytes, change.file, change.offset);
                    if (peek_change_operation(in) == ChangeOperation::kMetadata) {
                      announced.announce(change);
                    }
                  });
  return announced.finish();
}

}  // namespace savvy
