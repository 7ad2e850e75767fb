#include "readers/keyed_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "format/byte_reader.h"
#include "format/canonical_stream.h"
#include "format/errors.h"
#include "format/heap_stream.h"
#include "readers/keyed_layout.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::uint64_t kKeyGroupNumberBytes = 4;

std::int32_t stored_number(const RandomAccessFile& file, const KeyGroupSection& section) {
  const std::uint64_t size = std::min(section.size_bytes, kKeyGroupNumberBytes);
  SectionReader reader(file, {section.offset, size}, Compression::kNone);
  return reader.in().i32("key group");
}

// The bytes of one key group; `Entries` is the parser of its layout.
template <typename Entries>
class SectionEntries : public KeyGroupReader {
 public:
  template <typename... Args>
  SectionEntries(const RandomAccessFile& file, Stretch stretch, Compression compression,
                 const KeyGroupSection& section, Args&&... args)
      : section_(file, stretch, compression),
        place_(section_.in(), "key group", section.key_group),
        entries_(section_.in(), section.end, section.key_group, std::forward<Args>(args)...) {}

  bool next(KeyedEntry& entry) override { return entries_.next(entry); }

  std::vector<std::uint64_t> empty_collections() const override {
    if constexpr (std::is_same_v<Entries, HeapKeyGroup>) return entries_.empty_collections();
    return {};
  }

 private:
  SectionReader section_;
  Within place_;
  Entries entries_;
};

// A key group without bytes.
class NoEntries final : public KeyGroupReader {
 public:
  bool next(KeyedEntry&) override { return false; }
  std::vector<std::uint64_t> empty_collections() const override { return {}; }
};

// A stream of key group 0 alone reads as heap if its first four bytes are zero, which the canonical
// layout allows too (state 0, a short key). Only a strict walk to the end mark tells; that it may
// fail is the answer, so the error is caught here.
bool walks_as_canonical(KeyGroupReader& reader) {
  KeyedEntry entry;
  try {
    while (reader.next(entry)) {
    }
    return true;
  } catch (const FormatError&) {
    return false;
  }
}

}  // namespace

KeyedStream::KeyedStream(std::unique_ptr<RandomAccessFile> file, const KeyGroupsHandle& handle,
                         int prefix_bytes, const SerializerRegistry& registry)
    : file_(std::move(file)), prefix_bytes_(prefix_bytes) {
  SectionReader head(*file_, {0, file_->size()}, Compression::kNone);
  meta_ = decode_keyed_meta_block(head.in(), registry);
  states_ = keyed_state_schemas(meta_, file_->name());
  sections_ = key_group_sections(handle, head.in().offset(), file_->size(), file_->name());
  if (handle.code == KeyedCode::kSavepointKeyGroups || sections_.empty()) return;
  if (!has_key_group_numbers(*file_, sections_)) return;
  if (is_key_group_0_alone(sections_) && walks_as_canonical(*open(sections_.front()))) return;
  layout_ = KeyedLayout::kHeap;
}

std::unique_ptr<KeyGroupReader> KeyedStream::open(const KeyGroupSection& section) const {
  if (section.size_bytes == 0) return std::make_unique<NoEntries>();
  const Compression compression = meta_.compressed ? Compression::kSnappy : Compression::kNone;
  if (layout_ == KeyedLayout::kCanonical) {
    return std::make_unique<SectionEntries<CanonicalKeyGroup>>(
        *file_, Stretch{section.offset, section.size_bytes}, compression, section, prefix_bytes_,
        states_.size());
  }
  require_group_number(section);
  return std::make_unique<SectionEntries<HeapKeyGroup>>(
      *file_,
      Stretch{section.offset + kKeyGroupNumberBytes, section.size_bytes - kKeyGroupNumberBytes},
      compression, section, prefix_bytes_, states_);
}

void KeyedStream::require_group_number(const KeyGroupSection& section) const {
  const std::int32_t stored = stored_number(*file_, section);
  if (stored == section.key_group) return;
  throw FormatError(fmt::format("{}: offset {:#x}: key group = {}, expected {}", file_->name(),
                                section.offset, stored, section.key_group));
}

}  // namespace savvy
