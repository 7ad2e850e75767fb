#include "cli/rescale_operator_state.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>
#include <utility>

#include "format/byte_units.h"
#include "format/derived_id.h"
#include "format/errors.h"
#include "format/hash128.h"
#include "readers/raw_partitions.h"
#include "redistribute/meta_union.h"
#include "writers/operator_state_writer.h"

namespace savvy {
namespace {

constexpr std::size_t kCopyBytes = 256 * kKiB;

void add_run(const OperatorStateStream& stream, const StateMeta& state, const ElementRun& run,
             OperatorStateWriter& writer) {
  const auto elements = stream.elements(state);
  for (std::size_t i = 0; i < run.first + run.count; ++i) {
    const std::optional<Bytes> element = elements->next();
    if (!element) {
      throw FormatError(fmt::format("{}: state \"{}\": {} elements, the handle names more",
                                    stream.file().name(), state.name, i));
    }
    if (i >= run.first) writer.add_element(*element);
  }
}

void add_broadcast(const OperatorStateStream& stream, const StateMeta& state,
                   OperatorStateWriter& writer) {
  std::optional<SectionReader> map = stream.broadcast_map(state);
  if (!map) return;
  writer.begin_element();
  while (!map->in().at_end()) {
    map->in().begin_entry();
    writer.append(map->in().take(map->in().peek(kCopyBytes).size(), "broadcast state"));
  }
}

// What a copy holds, whatever the order of its entries, which is that of a hash map: a sum over
// their hashes.
struct CopyDigest {
  std::uint64_t count = 0;
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  void add(Bytes entry) {
    Hash128Stream stream;
    stream.add(entry);
    const Hash128 hash = stream.finish();
    ++count;
    low += hash.low;
    high += hash.high;
  }
  bool operator==(const CopyDigest&) const = default;
};

// Entry by entry, or, where the entries cannot be told apart, as one.
CopyDigest digest_of(const OperatorStateStream& stream, const StateMeta& state) {
  CopyDigest digest;
  std::optional<SectionReader> map = stream.broadcast_map(state);
  if (!map) return digest;
  const TypePtr key = state.serializer(kKeySerializer);
  const TypePtr value = state.serializer(kValueSerializer);
  if (!key->walkable() || !value->walkable()) {
    digest.add(map->take_to_end());
    return digest;
  }
  ByteReader& in = map->in();
  const std::size_t size = decode_broadcast_map_size(in, *key, *value);
  for (std::size_t i = 0; i < size; ++i) {
    in.begin_entry();
    const std::uint64_t start = in.offset();
    key->skip(in);
    value->skip(in);
    digest.add(in.bytes_since(start));
  }
  return digest;
}

// OperatorStateCheckpointOutputStream writes nothing else, and Flink restores nothing else.
void require_one_raw_state(const OperatorHandle& handle, const OperatorState& op,
                           const Subtask& subtask) {
  if (handle.states.size() == 1 && handle.states[0].mode == DistributionMode::kSplit) return;
  throw UnsupportedError(
      fmt::format("operator {} subtask {}: raw operator state that is not one list to be split",
                  operator_label(op), subtask.index));
}

// Between partitions with bytes one without would take those of the next for its own.
void note_empty_partitions(std::size_t count, const OperatorState& op, const Subtask& subtask,
                           RewriteNotes& notes) {
  if (count == 0) return;
  notes.add(fmt::format(
      "operator {} subtask {}: partitions of raw operator state that hold no bytes, left out: {}",
      operator_label(op), subtask.index, count));
}

std::vector<OldListState> listed(const std::vector<OperatorStateEntry>& states) {
  std::vector<OldListState> listed;
  listed.reserve(states.size());
  for (const OperatorStateEntry& state : states) {
    listed.push_back({state.name, state.mode, state.offsets.size()});
  }
  return listed;
}

}  // namespace

OperatorStateRescale::OperatorStateRescale(const RewriteContext& context, const OperatorState& op,
                                           std::int32_t new_parallelism)
    : context_(context), op_(op) {
  std::vector<OldOperatorState> old;
  for (const Subtask& subtask : op.subtasks) {
    if (!subtask.managed_operator_state || holds_no_state(*subtask.managed_operator_state)) {
      continue;
    }
    const OperatorHandle& handle = *subtask.managed_operator_state;
    streams_.push_back(std::make_unique<OperatorStateStream>(context.source.open(handle.delegate),
                                                             handle, context.registry));
    subtasks_.push_back(subtask.index);
    old.push_back({subtask.index, listed(handle.states)});
  }
  plan_ = plan_operator_state(old, op.parallelism, new_parallelism);
  if (streams_.empty()) return;
  unite_heads();
  note_differing_copies();
}

void OperatorStateRescale::note_differing_copies() const {
  std::map<std::string, CopyDigest> first;
  for (const auto& stream : streams_) {
    for (const StateMeta& state : stream->head().broadcast_states) {
      const CopyDigest digest = digest_of(*stream, state);
      const auto [known, fresh] = first.try_emplace(state.name, digest);
      if (fresh || known->second == digest) continue;
      context_.notes.add(fmt::format(
          "operator {}: the copies of broadcast state \"{}\" differ between subtasks; each new "
          "subtask gets one of them, and copies of subtasks that are no more are left out",
          operator_label(op_), state.name));
    }
  }
}

void OperatorStateRescale::unite_heads() {
  std::vector<OperatorHeadSource> sources;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    sources.push_back({&stream(i).head(), fmt::format("subtask {}", subtasks_[i])});
  }
  head_ = unite_operator_heads(sources, context_.registry, "operator " + operator_label(op_)).head;
}

Boxed<OperatorHandle> OperatorStateRescale::write(std::int32_t subtask) const {
  if (streams_.empty()) return {};
  const std::vector<NewListState>& states = plan_[static_cast<std::size_t>(subtask)];
  OperatorStateWriter writer(context_.folder,
                             subtask_file_name(op_.id, subtask, SubtaskStream::kOperator), head_);
  std::unordered_map<std::string_view, const NewListState*> named;
  for (const NewListState& state : states) named.try_emplace(state.name, &state);
  for (const StateMeta& meta : head_.list_states) {
    const auto state = named.find(meta.name);
    if (state == named.end()) continue;
    writer.begin_state(meta.name, state->second->mode);
    for (const ElementRun& run : state->second->elements) {
      add_run(stream(run.source), meta, run, writer);
    }
  }
  for (const StateMeta& meta : head_.broadcast_states) {
    const auto state = named.find(meta.name);
    if (state == named.end()) continue;
    writer.begin_state(meta.name, state->second->mode);
    for (const ElementRun& run : state->second->elements) {
      add_broadcast(stream(run.source), meta, writer);
    }
  }
  return writer.finish();
}

RawOperatorStateRescale::RawOperatorStateRescale(const RewriteContext& context,
                                                 const OperatorState& op,
                                                 std::int32_t new_parallelism)
    : context_(context), op_(op) {
  std::vector<OldOperatorState> old;
  for (const Subtask& subtask : op.subtasks) {
    if (!subtask.raw_operator_state || holds_no_state(*subtask.raw_operator_state)) continue;
    const OperatorHandle& handle = *subtask.raw_operator_state;
    require_one_raw_state(handle, op, subtask);
    Source source;
    source.file = context.source.open(handle.delegate);
    source.partitions = raw_partitions(handle, *source.file);
    note_empty_partitions(handle.states[0].offsets.size() - source.partitions.size(), op, subtask,
                          context.notes);
    old.push_back({subtask.index,
                   {{handle.states[0].name, handle.states[0].mode, source.partitions.size()}}});
    sources_.push_back(std::move(source));
  }
  plan_ = plan_operator_state(old, op.parallelism, new_parallelism);
}

Boxed<OperatorHandle> RawOperatorStateRescale::write(std::int32_t subtask) const {
  std::vector<ElementRun> runs;
  if (!sources_.empty()) {
    for (const NewListState& state : plan_[static_cast<std::size_t>(subtask)]) {
      runs.insert(runs.end(), state.elements.begin(), state.elements.end());
    }
  }
  if (runs.empty()) return {};
  OperatorStateWriter writer = raw_operator_state_writer(
      context_.folder, subtask_file_name(op_.id, subtask, SubtaskStream::kRawOperator));
  for (const ElementRun& run : runs) {
    const Source& source = sources_[run.source];
    for (std::size_t i = run.first; i < run.first + run.count; ++i) {
      SectionReader section(*source.file, source.partitions[i], Compression::kNone);
      writer.begin_element();
      while (!section.in().at_end()) {
        section.in().begin_entry();
        writer.append(section.in().take(section.in().peek(kCopyBytes).size(), "partition"));
      }
    }
  }
  return writer.finish();
}

}  // namespace savvy
