#include "readers/entry_sorter.h"

#include <algorithm>
#include <utility>

#include "format/byte_units.h"
#include "format/byte_writer.h"
#include "format/compare_bytes.h"

namespace savvy {
namespace {

constexpr std::size_t kSmallestWindow = 4 * kKiB;
constexpr std::size_t kLargestWindow = 64 * kKiB;

// All runs are open at once and hold two windows each, which take the room of the entries before.
std::size_t window_of(std::size_t budget_bytes, std::size_t runs) {
  return std::clamp(budget_bytes / (2 * runs), kSmallestWindow, kLargestWindow);
}

}  // namespace

EntrySorter::EntrySorter(KeyedEntrySource& input, std::vector<std::size_t> state_ranks,
                         SortMemory memory, EntryOrder order)
    : input_(&input),
      state_ranks_(std::move(state_ranks)),
      memory_(std::move(memory)),
      order_(order) {}

EntrySorter::EntrySorter(std::vector<std::size_t> state_ranks, SortMemory memory, EntryOrder order)
    : input_(nullptr),
      state_ranks_(std::move(state_ranks)),
      memory_(std::move(memory)),
      order_(order) {}

bool EntrySorter::next(KeyedEntry& entry) {
  load();
  return runs_.empty() ? next_in_memory(entry) : next_merged(entry);
}

void EntrySorter::add(const KeyedEntry& entry) {
  if (entry.undivided && !undivided_state_) undivided_state_ = entry.state;
  make_room(entry.composite_key.size() + entry.value.size());
  held_.records.push_back({entry.state, held_.arena.size(), entry.composite_key.size(),
                           entry.value.size(), entry.key_group, entry.undivided, entry.issue});
  held_.arena.insert(held_.arena.end(), entry.composite_key.begin(), entry.composite_key.end());
  held_.arena.insert(held_.arena.end(), entry.value.begin(), entry.value.end());
}

void EntrySorter::make_room(std::size_t entry_bytes) {
  const std::size_t budget = memory_.budget_bytes;
  const std::size_t wanted =
      held_.arena.size() + entry_bytes + (held_.records.size() + 1) * sizeof(Record);
  if (wanted > budget && !held_.records.empty()) spill();
  // Few entries take little, though vectors that grow hold up to three times what is in them.
  if (wanted > budget / 16 && held_.arena.capacity() < budget) reserve_budget();
}

// Those of sorters that have ended, of all threads. They are never more than there have been sorters
// at once, and pages that went back to the system would cost a tenth of the time of a sorter to get
// again.
EntrySorter::Spares& EntrySorter::spares() {
  static Spares spares;
  return spares;
}

// From here on nothing grows: reserved memory costs what is used of it, since pages that nothing was
// written to take none.
void EntrySorter::reserve_budget() {
  Buffers large;
  {
    const std::lock_guard lock(spares().mutex);
    if (!spares().buffers.empty()) {
      large = std::move(spares().buffers.back());
      spares().buffers.pop_back();
    }
  }
  large.arena.reserve(memory_.budget_bytes);
  large.records.reserve(memory_.budget_bytes / sizeof(Record));
  large.arena.insert(large.arena.end(), held_.arena.begin(), held_.arena.end());
  large.records.insert(large.records.end(), held_.records.begin(), held_.records.end());
  held_ = std::move(large);
}

void EntrySorter::give_back_buffers() {
  Buffers ended = std::exchange(held_, {});
  if (ended.arena.capacity() != memory_.budget_bytes || memory_.budget_bytes == 0) return;
  ended.arena.clear();
  ended.records.clear();
  const std::lock_guard lock(spares().mutex);
  spares().buffers.push_back(std::move(ended));
}

void EntrySorter::load() {
  if (loaded_) return;
  loaded_ = true;
  KeyedEntry entry;
  while (input_ != nullptr && input_->next(entry)) add(entry);
  if (file_ == nullptr) {
    sort_records();
    return;
  }
  spill();
  give_back_buffers();
  open_runs();
}

bool EntrySorter::before(const KeyedEntry& a, const KeyedEntry& b) const {
  if (order_ == EntryOrder::kKeyGroupFirst && a.key_group != b.key_group) {
    return a.key_group < b.key_group;
  }
  const std::size_t first = state_ranks_[a.state];
  const std::size_t second = state_ranks_[b.state];
  if (first != second) return first < second;
  const auto keys = compare_bytes(a.composite_key, b.composite_key);
  if (keys != 0) return keys < 0;
  return order_ == EntryOrder::kByKeyAndValue && compare_bytes(a.value, b.value) < 0;
}

KeyedEntry EntrySorter::entry_of(const Record& record) const {
  const Bytes bytes =
      Bytes(held_.arena).subspan(record.offset, record.key_size + record.value_size);
  KeyedEntry entry;
  entry.state = record.state;
  entry.key_group = record.key_group;
  entry.composite_key = bytes.first(record.key_size);
  entry.value = bytes.subspan(record.key_size);
  entry.undivided = record.undivided;
  entry.issue = record.issue;
  return entry;
}

void EntrySorter::sort_records() {
  const auto in_order = [this](const Record& a, const Record& b) {
    const KeyedEntry first = entry_of(a);
    const KeyedEntry second = entry_of(b);
    if (before(first, second)) return true;
    // Equal offsets are those of entries without bytes, which are alike.
    return a.offset < b.offset && !before(second, first);
  };
  // Much is in order already: what RocksDB has written.
  if (!std::is_sorted(held_.records.begin(), held_.records.end(), in_order)) {
    std::sort(held_.records.begin(), held_.records.end(), in_order);
  }
}

bool EntrySorter::run_before(const Run& a, const Run& b) const {
  if (before(a.entry, b.entry)) return true;
  return a.number < b.number && !before(b.entry, a.entry);
}

void EntrySorter::spill() {
  constexpr std::size_t kWriteBytes = kMiB;
  if (file_ == nullptr) file_ = std::make_unique<TempFile>(memory_.temp_directory);
  sort_records();
  ByteWriter out;
  for (const Record& record : held_.records) {
    const KeyedEntry entry = entry_of(record);
    out.count(entry.state);
    out.i32(entry.key_group);
    out.boolean(entry.undivided);
    out.u8(static_cast<std::uint8_t>(entry.issue));
    out.blob(entry.composite_key);
    out.blob(entry.value);
    if (out.size() < kWriteBytes) continue;
    file_->append(out.bytes());
    out.clear();
  }
  file_->append(out.bytes());
  run_ends_.push_back(file_->size());
  held_.records.clear();
  held_.arena.clear();
  // An entry beyond the budget was in it.
  if (held_.arena.capacity() > memory_.budget_bytes) held_ = {};
}

void EntrySorter::open_runs() {
  const std::size_t window = window_of(memory_.budget_bytes, run_ends_.size());
  std::uint64_t start = 0;
  for (const std::uint64_t end : run_ends_) {
    Run run;
    run.source = std::make_unique<FileSource>(*file_, start, end - start, window);
    run.in = std::make_unique<ByteReader>(*run.source);
    run.number = runs_.size();
    start = end;
    if (advance(run)) runs_.push_back(std::move(run));
  }
  std::make_heap(runs_.begin(), runs_.end(),
                 [this](const Run& a, const Run& b) { return run_before(b, a); });
}

bool EntrySorter::advance(Run& run) {
  if (run.in->at_end()) return false;
  run.in->begin_entry();
  run.entry.state = static_cast<std::size_t>(run.in->i32("state"));
  run.entry.key_group = run.in->i32("key group");
  run.entry.undivided = run.in->boolean("undivided");
  run.entry.issue = static_cast<EntryIssue>(run.in->u8("issue"));
  run.entry.composite_key = run.in->blob("key");
  run.entry.value = run.in->blob("value");
  return true;
}

bool EntrySorter::next_in_memory(KeyedEntry& entry) {
  if (next_record_ == held_.records.size()) return false;
  entry = entry_of(held_.records[next_record_++]);
  return true;
}

bool EntrySorter::next_merged(KeyedEntry& entry) {
  const auto later = [this](const Run& a, const Run& b) { return run_before(b, a); };
  if (front_is_used_) {
    std::pop_heap(runs_.begin(), runs_.end(), later);
    if (advance(runs_.back())) {
      std::push_heap(runs_.begin(), runs_.end(), later);
    } else {
      runs_.pop_back();
    }
  }
  // An empty heap must not read as "in memory", where nothing is left either.
  if (runs_.empty()) return false;
  front_is_used_ = true;
  entry = runs_.front().entry;
  return true;
}

}  // namespace savvy
