#include "readers/change_store.h"

#include <utility>

namespace savvy {

ChangeStore::ChangeStore(KeyGroupRange range, SortMemory memory)
    : first_(range.first),
      memory_(std::move(memory)),
      groups_(static_cast<std::size_t>(range.count)) {}

void ChangeStore::add(std::int32_t key_group, std::size_t state, const LoggedChange& change) {
  // A log comes file by file.
  if (names_.empty() || names_.back() != change.file) names_.emplace_back(change.file);
  ByteWriter& out = groups_[index(key_group)].last;
  const std::size_t before = out.size();
  out.count(state);
  out.count(names_.size() - 1);
  out.i64(static_cast<std::int64_t>(change.offset));
  out.blob(change.bytes);
  in_memory_ += out.size() - before;
  if (in_memory_ > memory_.budget_bytes) spill();
}

void ChangeStore::spill() {
  if (file_ == nullptr) file_ = std::make_unique<TempFile>(memory_.temp_directory);
  for (Group& group : groups_) {
    if (group.last.size() == 0) continue;
    group.spilled.push_back({file_->size(), group.last.size()});
    file_->append(group.last.bytes());
    group.last = ByteWriter();
  }
  in_memory_ = 0;
}

std::uint64_t ChangeStore::stored_bytes(std::int32_t key_group) const {
  const Group& group = groups_[index(key_group)];
  std::uint64_t total = group.last.size();
  for (const Stretch& stretch : group.spilled) total += stretch.size_bytes;
  return total;
}

ChangeStore::Reader::Reader(const ChangeStore& store, std::int32_t key_group)
    : store_(store), group_(store.index(key_group)) {}

bool ChangeStore::Reader::open_next() {
  const Group& group = store_.groups_[group_];
  if (next_stretch_ < group.spilled.size()) {
    section_ = std::make_unique<SectionReader>(*store_.file_, group.spilled[next_stretch_],
                                               Compression::kNone);
  } else if (next_stretch_ == group.spilled.size()) {
    memory_ = std::make_unique<MemoryFile>("changes in memory", group.last.bytes());
    section_ =
        std::make_unique<SectionReader>(*memory_, Stretch{0, memory_->size()}, Compression::kNone);
  } else {
    return false;
  }
  ++next_stretch_;
  return true;
}

bool ChangeStore::Reader::next(StoredChange& change) {
  while (section_ == nullptr || section_->in().at_end()) {
    if (!open_next()) return false;
  }
  ByteReader& in = section_->in();
  in.begin_entry();
  change.state = static_cast<std::size_t>(in.i32("state"));
  change.change.file = store_.names_[static_cast<std::size_t>(in.i32("file"))];
  change.change.offset = static_cast<std::uint64_t>(in.i64("offset"));
  change.change.bytes = in.blob("change");
  return true;
}

}  // namespace savvy
