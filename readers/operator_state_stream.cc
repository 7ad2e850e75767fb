#include "readers/operator_state_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "format/errors.h"

namespace savvy {
namespace {

class NoElements final : public ElementSource {
 public:
  std::optional<Bytes> next() override { return std::nullopt; }
};

// Plain elements, which as a rule follow one another: one window moves over them.
class PlainElements final : public ElementSource {
 public:
  PlainElements(const RandomAccessFile& file, const ElementBounds& bounds,
                const std::vector<std::int64_t>& offsets)
      : file_(file), bounds_(bounds), offsets_(offsets) {}

  std::optional<Bytes> next() override {
    if (index_ == offsets_.size()) return std::nullopt;
    Stretch stretch = bounds_.at(offsets_[index_]);
    // A repeated offset is that of an element without bytes, except for its last use.
    if (index_ + 1 < offsets_.size() && offsets_[index_ + 1] == offsets_[index_]) {
      stretch.size_bytes = 0;
    }
    ++index_;
    if (!section_ || section_->in().offset() != stretch.offset) {
      section_.emplace(file_, Stretch{stretch.offset, file_.size() - stretch.offset},
                       Compression::kNone);
    }
    section_->in().begin_entry();
    return section_->in().take(static_cast<std::size_t>(stretch.size_bytes), "list element");
  }

 private:
  const RandomAccessFile& file_;
  const ElementBounds& bounds_;
  const std::vector<std::int64_t>& offsets_;
  std::size_t index_ = 0;
  std::optional<SectionReader> section_;
};

// Compressed elements: each starts a chunk of its own.
class CompressedElements final : public ElementSource {
 public:
  CompressedElements(const RandomAccessFile& file, const ElementBounds& bounds,
                     const std::vector<std::int64_t>& offsets)
      : file_(file), bounds_(bounds), offsets_(offsets) {}

  std::optional<Bytes> next() override {
    if (index_ == offsets_.size()) return std::nullopt;
    section_.emplace(file_, bounds_.at(offsets_[index_++]), Compression::kSnappy,
                     SnappyStart::kMidStream);
    return section_->take_to_end();
  }

 private:
  const RandomAccessFile& file_;
  const ElementBounds& bounds_;
  const std::vector<std::int64_t>& offsets_;
  std::size_t index_ = 0;
  std::optional<SectionReader> section_;
};

// Flink 1.18.0 and 1.18.1: elements share chunks and offsets; only their type tells them apart.
class SharedChunkElements final : public ElementSource {
 public:
  SharedChunkElements(const RandomAccessFile& file, Stretch stretch, std::size_t count,
                      TypePtr element)
      : section_(file, stretch, Compression::kSnappy, SnappyStart::kMidStream),
        left_(count),
        element_(std::move(element)) {}

  std::optional<Bytes> next() override {
    if (left_ == 0) return std::nullopt;
    --left_;
    ByteReader& in = section_.in();
    in.begin_entry();
    const std::uint64_t start = in.offset();
    element_->skip(in);
    return in.bytes_since(start);
  }

 private:
  SectionReader section_;
  std::size_t left_;
  TypePtr element_;
};

bool has_repeats(const std::vector<std::int64_t>& offsets) {
  return std::adjacent_find(offsets.begin(), offsets.end()) != offsets.end();
}

std::unordered_set<std::string_view> described_names(const OperatorStreamHead& head) {
  std::unordered_set<std::string_view> names;
  for (const auto* states : {&head.list_states, &head.broadcast_states}) {
    for (const StateMeta& state : *states) names.insert(state.name);
  }
  return names;
}

}  // namespace

OperatorStateStream::OperatorStateStream(std::unique_ptr<RandomAccessFile> file,
                                         const OperatorHandle& handle,
                                         const SerializerRegistry& registry)
    : file_(std::move(file)) {
  SectionReader section(*file_, {0, file_->size()}, Compression::kNone);
  head_ = decode_operator_stream_head(section.in(), registry);
  const std::unordered_set<std::string_view> described = described_names(head_);
  for (const OperatorStateEntry& state : handle.states) {
    // A later entry of the same name replaces an earlier one, as in Flink's map.
    entries_.insert_or_assign(state.name, &state);
    if (!described.contains(state.name)) {
      throw FormatError(fmt::format("{}: the handle names state \"{}\", the stream does not",
                                    file_->name(), state.name));
    }
  }
  bounds_.emplace(handle.states, section.in().offset(), file_->size(), file_->name());
}

const OperatorStateEntry* OperatorStateStream::entry(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second;
}

std::uint64_t OperatorStateStream::stored_bytes(std::string_view name) const {
  const OperatorStateEntry* state = entry(name);
  if (state == nullptr) return 0;
  std::uint64_t total = 0;
  std::int64_t previous = -1;
  for (const std::int64_t offset : state->offsets) {
    if (offset != previous) total += bounds_->at(offset).size_bytes;
    previous = offset;
  }
  return total;
}

std::unique_ptr<ElementSource> OperatorStateStream::elements(const StateMeta& state) const {
  const OperatorStateEntry* entry = this->entry(state.name);
  if (entry == nullptr || entry->offsets.empty()) return std::make_unique<NoElements>();
  if (!head_.compressed) {
    return std::make_unique<PlainElements>(*file_, *bounds_, entry->offsets);
  }
  if (!has_repeats(entry->offsets)) {
    return std::make_unique<CompressedElements>(*file_, *bounds_, entry->offsets);
  }
  if (!std::is_sorted(entry->offsets.begin(), entry->offsets.end())) {
    throw FormatError(fmt::format("{}: the handle's offsets of state \"{}\" do not ascend",
                                  file_->name(), state.name));
  }
  const Stretch first = bounds_->at(entry->offsets.front());
  const Stretch last = bounds_->at(entry->offsets.back());
  return std::make_unique<SharedChunkElements>(
      *file_, Stretch{first.offset, last.offset + last.size_bytes - first.offset},
      entry->offsets.size(), state.serializer(kValueSerializer));
}

std::optional<SectionReader> OperatorStateStream::broadcast_map(const StateMeta& state) const {
  const OperatorStateEntry* entry = this->entry(state.name);
  if (entry == nullptr || entry->offsets.empty()) return std::nullopt;
  return SectionReader(*file_, bounds_->at(entry->offsets.front()), compression(),
                       SnappyStart::kMidStream);
}

}  // namespace savvy
