#include "format/changelog.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "format/byte_writer.h"
#include "format/composite_key.h"
#include "format/element_count.h"
#include "format/errors.h"
#include "format/types/snapshot_type.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::int32_t kOldestDescription = 6;
constexpr std::int32_t kNewestDescription = 7;
constexpr std::uint8_t kKeyValueCode = 0;
constexpr std::uint8_t kPriorityQueueCode = 3;

constexpr std::uint8_t kListDelimiter = ',';
constexpr std::size_t kTailBytes = 3;  // state id and type code
constexpr std::size_t kTimeBytes = 8;

void append(Bytes bytes, ByteVector& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// What stands between a description and the state id: for whom creates the state anew. Only its
// outline is checked; its end is known from the end of the change.
void skip_defaults(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const Bytes rest = in.peek(static_cast<std::size_t>(in.remaining()));
  if (rest.size() < kTailBytes + 2) in.fail("the description of a state ends too early");
  const bool plain = rest[0] == 0 && rest[1] == 0;
  if (plain && rest.size() != kTailBytes + 2) {
    in.fail_at(at, fmt::format("{} bytes behind a description without TTL and default, expected 5",
                               rest.size()));
  }
  in.take(rest.size() - kTailBytes, "TTL and default value");
}

// Takes one data change apart.
class ChangeCutter {
 public:
  ChangeCutter(const KeyedStateSchema& state, const LoggedChange& change, std::int32_t key_group,
               int prefix_bytes)
      : state_(state), change_(change), in_(change.bytes, change.file, change.offset) {
    append_key_group(key_group, prefix_bytes, prefix_);
  }

  std::vector<ChangeStep> cut() {
    const Within place(in_, state_.name);
    try {
      state_.kind == KeyedStateKind::kTimer ? cut_timer_change() : cut_entry_change();
    } catch (const UnsupportedError&) {
      // A part whose type cannot be walked. Nothing of the change is applied then.
      steps_.clear();
      steps_.push_back(keep_change(change_));
      steps_.back().composite_key = known_key_;
    }
    return std::move(steps_);
  }

 private:
  Bytes walk(const Type& type) {
    const std::uint64_t start = in_.offset();
    type.skip(in_);
    return in_.bytes_since(start);
  }

  ByteVector with_part(const ByteVector& front, Bytes part) const {
    ByteVector key = front;
    append(part, key);
    if (state_.key_lengths) append_part_length(part.size(), key);
    return key;
  }

  void add(StepKind kind, ByteVector key, Bytes value = {}, EntryIssue issue = EntryIssue::kNone) {
    steps_.push_back({kind, issue, std::move(key), {value.begin(), value.end()}});
  }

  [[noreturn]] void fail_operation() {
    in_.fail_at(
        change_.offset,
        fmt::format("operation {} is none of a {} state", static_cast<int>(operation_),
                    state_.kind == KeyedStateKind::kTimer ? "timer" : to_string(state_.kind)));
  }

  void cut_timer_change() {
    operation_ = decode_data_change_head(in_).operation;
    if (operation_ == ChangeOperation::kAddElement) {
      const std::size_t count = in_.count(kTimeBytes, "timer count");
      for (std::size_t i = 0; i < count; ++i) {
        add(StepKind::kPut, timer_key(i + 1 == count));
      }
      in_.expect_end("the added timers");
    } else if (operation_ == ChangeOperation::kRemoveElement) {
      add(StepKind::kRemove, timer_key(true));
      in_.expect_end("the removed timer");
    } else {
      fail_operation();
    }
  }

  // The last one ends where the change ends, so that its types need not be known.
  ByteVector timer_key(bool is_last) {
    const std::uint64_t start = in_.offset();
    in_.i64("timer timestamp");
    if (is_last && !(state_.key->walkable() && state_.name_space->walkable())) {
      in_.rest("timer");
    } else {
      state_.key->skip(in_);
      state_.name_space->skip(in_);
    }
    ByteVector key = prefix_;
    append(in_.bytes_since(start), key);
    return key;
  }

  void cut_entry_change() {
    operation_ = decode_data_change_head(in_).operation;
    key_prefix_ = with_part(prefix_, walk(*state_.key));
    known_key_ = with_part(key_prefix_, walk(*state_.name_space));
    switch (operation_) {
      case ChangeOperation::kClear:
        in_.expect_end("the change");
        return add(state_.kind == KeyedStateKind::kMap ? StepKind::kClearMap : StepKind::kRemove,
                   known_key_);
      case ChangeOperation::kSet:
      case ChangeOperation::kSetInternal:
        return cut_set();
      case ChangeOperation::kMergeNamespaces:
        return cut_merge();
      default:
        break;
    }
    if (state_.kind == KeyedStateKind::kList) return cut_list_addition();
    if (state_.kind == KeyedStateKind::kMap) return cut_map_change();
    fail_operation();
  }

  void cut_set() {
    if (state_.kind == KeyedStateKind::kMap) fail_operation();
    if (state_.kind == KeyedStateKind::kList) return cut_list(StepKind::kPut);
    add(StepKind::kPut, known_key_, in_.rest("value"));
  }

  void cut_merge() {
    const bool merges = state_.kind == KeyedStateKind::kList ||
                        state_.kind == KeyedStateKind::kReducing ||
                        state_.kind == KeyedStateKind::kAggregating;
    if (!merges) fail_operation();
    NamespaceMerge merge;
    merge.target = with_part(key_prefix_, walk(*state_.name_space));
    const std::size_t count = in_.count(1, "namespace count");
    for (std::size_t i = 0; i < count; ++i) {
      merge.sources.push_back(with_part(key_prefix_, walk(*state_.name_space)));
    }
    in_.expect_end("the merged namespaces");
    add(StepKind::kMerge, key_prefix_, encode_namespace_merge(merge));
  }

  void cut_list_addition() {
    if (operation_ == ChangeOperation::kAdd) return cut_list(StepKind::kAppend);
    if (operation_ != ChangeOperation::kAddElement) fail_operation();
    const std::optional<Bytes> element = read_element(true);
    add(StepKind::kAppend, known_key_, *element);
  }

  // i32 count and elements. An empty list has no entry.
  void cut_list(StepKind kind) {
    const std::size_t time_bytes = state_.ttl ? kTimeBytes : 0;
    const std::size_t count =
        element_count(in_, time_bytes + state_.value->min_bytes(), "list size");
    const std::uint64_t start = in_.offset();
    ByteVector joined;
    for (std::size_t i = 0; i < count; ++i) {
      const std::optional<Bytes> element = read_element(i + 1 == count);
      if (!element) {
        in_.rewind(start);
        return add(kind, known_key_, in_.rest("list"), EntryIssue::kUncutList);
      }
      if (i > 0) joined.push_back(kListDelimiter);
      append(*element, joined);
    }
    in_.expect_end("the list");
    if (count > 0) return add(kind, known_key_, joined);
    if (kind == StepKind::kPut) add(StepKind::kRemove, known_key_);
  }

  // A list's element or a map's value, with its TTL time. Nothing if its end is not known; the last
  // one ends where the change ends.
  std::optional<Bytes> read_element(bool is_last) {
    const std::uint64_t start = in_.offset();
    if (state_.ttl) in_.i64("last access time");
    const std::uint64_t value_start = in_.offset();
    try {
      state_.value->skip(in_);
    } catch (const UnsupportedError&) {
      if (!is_last) return std::nullopt;
      in_.rewind(value_start);
      in_.rest("value");
    }
    if (is_last) in_.expect_end("the value");
    return in_.bytes_since(start);
  }

  void cut_map_change() {
    switch (operation_) {
      case ChangeOperation::kAdd:
        return cut_put_all();
      case ChangeOperation::kAddElement:
      case ChangeOperation::kAddOrUpdateElement: {
        ByteVector key = map_entry_key(walk(*state_.user_key));
        return put_map_value(std::move(key), true);
      }
      case ChangeOperation::kRemoveElement: {
        if (!state_.user_key->walkable()) {
          return add(StepKind::kRemove, map_entry_key(in_.rest("map key")));
        }
        add(StepKind::kRemove, map_entry_key(walk(*state_.user_key)));
        return in_.expect_end("the removed map key");
      }
      default:
        fail_operation();
    }
  }

  void cut_put_all() {
    const std::size_t count = in_.count(state_.user_key->min_bytes() + 1, "map size");
    for (std::size_t i = 0; i < count; ++i) {
      ByteVector key = map_entry_key(walk(*state_.user_key));
      if (in_.boolean("null flag of a map value")) {
        constexpr std::uint8_t kNull = 1;
        add(StepKind::kPut, std::move(key), Bytes(&kNull, 1));
      } else {
        put_map_value(std::move(key), i + 1 == count);
      }
    }
    in_.expect_end("the map");
  }

  ByteVector map_entry_key(Bytes user_key) const {
    ByteVector key = known_key_;
    append(user_key, key);
    return key;
  }

  void put_map_value(ByteVector key, bool is_last) {
    const std::optional<Bytes> value = read_element(is_last);
    if (!value) throw UnsupportedError("a map value of unknown length");
    ByteVector stored = {0};  // not null
    append(*value, stored);
    add(StepKind::kPut, std::move(key), stored);
  }

  const KeyedStateSchema& state_;
  const LoggedChange& change_;
  ByteReader in_;
  ChangeOperation operation_ = ChangeOperation::kClear;
  ByteVector prefix_;      // the key group
  ByteVector key_prefix_;  // up to the key
  ByteVector known_key_;   // up to the namespace
  std::vector<ChangeStep> steps_;
};

}  // namespace

ChangeOperation peek_change_operation(ByteReader& in) {
  const Bytes first = in.peek(1);
  if (first.empty()) in.fail("a change without bytes");
  if (first[0] > static_cast<std::uint8_t>(ChangeOperation::kMetadata)) {
    in.fail(fmt::format("operation of a change = {}, expected 0 to 8", first[0]));
  }
  return static_cast<ChangeOperation>(first[0]);
}

AnnouncementOutline decode_announcement_outline(ByteReader in) {
  const Within place(in, "description of a state");
  in.u8("operation");
  in.i32("format of the description");
  AnnouncementOutline outline;
  outline.name = in.utf("state name");
  const Bytes rest = in.peek(static_cast<std::size_t>(in.remaining()));
  if (rest.size() < kTailBytes) in.fail("the description of a state ends too early");
  in.take(rest.size() - kTailBytes, "description");
  outline.state_id = in.i16("state id");
  outline.is_queue = in.u8("state type code") == kPriorityQueueCode;
  return outline;
}

StateAnnouncement decode_state_announcement(ByteReader& in, const SerializerRegistry& registry) {
  const Within place(in, "description of a state");
  in.u8("operation");
  const std::uint64_t at = in.offset();
  const std::int32_t format = in.i32("format of the description");
  if (format < kOldestDescription || format > kNewestDescription) {
    in.fail_at(at, fmt::format("format of the description = {}, expected 6 or 7", format));
  }
  StateAnnouncement announcement;
  const std::uint64_t state_at = in.offset();
  announcement.state = decode_state_meta(in, registry);
  const BackendStateType type = announcement.state.type;
  if (type != BackendStateType::kKeyValue && type != BackendStateType::kPriorityQueue) {
    in.fail_at(state_at, fmt::format("\"{}\" is of kind {}, expected 0 or 3",
                                     announcement.state.name, static_cast<int>(type)));
  }
  if (type == BackendStateType::kKeyValue) skip_defaults(in);
  announcement.state_id = in.i16("state id");
  const std::uint8_t expected =
      type == BackendStateType::kKeyValue ? kKeyValueCode : kPriorityQueueCode;
  const std::uint64_t code_at = in.offset();
  const std::uint8_t code = in.u8("state type code");
  if (code != expected) {
    in.fail_at(code_at, fmt::format("state type code = {}, expected {}", code, expected));
  }
  in.expect_end("the description of a state");
  return announcement;
}

DataChangeHead decode_data_change_head(ByteReader& in) {
  DataChangeHead head;
  head.operation = peek_change_operation(in);
  in.u8("operation");
  head.state_id = in.i16("state id");
  return head;
}

std::vector<ChangeStep> cut_change(const KeyedStateSchema& state, const LoggedChange& change,
                                   std::int32_t key_group, int prefix_bytes) {
  return ChangeCutter(state, change, key_group, prefix_bytes).cut();
}

ChangeStep keep_change(const LoggedChange& change) {
  return {StepKind::kKeep,
          EntryIssue::kUnappliedChange,
          {},
          {change.bytes.begin(), change.bytes.end()}};
}

ByteVector encode_namespace_merge(const NamespaceMerge& merge) {
  ByteWriter out;
  out.blob(merge.target);
  out.count(merge.sources.size());
  for (const ByteVector& source : merge.sources) out.blob(source);
  return out.take();
}

NamespaceMerge decode_namespace_merge(Bytes bytes) {
  const auto copy = [](Bytes part) { return ByteVector(part.begin(), part.end()); };
  ByteReader in(bytes, "merged namespaces");
  NamespaceMerge merge;
  merge.target = copy(in.blob("target"));
  const std::size_t count = in.count(sizeof(std::int32_t), "source count");
  for (std::size_t i = 0; i < count; ++i) merge.sources.push_back(copy(in.blob("source")));
  return merge;
}

}  // namespace savvy
