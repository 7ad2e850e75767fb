#include "writers/canonical_writer.h"

#include <fmt/format.h>

#include <cassert>

#include "format/byte_writer.h"
#include "format/errors.h"
#include "writers/detail/first_time.h"
#include "writers/detail/keyed_handle.h"
#include "writers/detail/section_output.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::uint16_t kEndOfKeyGroup = 0xFFFF;
constexpr std::uint8_t kLastOfState = 0x80;
constexpr std::size_t kLengthBytes = 4;  // in front of a key

void append_u16(std::size_t value, SectionOutput& out) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(value >> 8),
                                static_cast<std::uint8_t>(value)};
  out.append(bytes);
}

void append_blob(Bytes bytes, ByteVector& out) {
  ByteWriter length;
  length.count(bytes.size());
  out.insert(out.end(), length.bytes().begin(), length.bytes().end());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

CanonicalWriter::CanonicalWriter(OutputFolder& folder, std::string_view file_name,
                                 const KeyedMetaBlock& meta, KeyGroupRange range, KeyedCode code)
    : range_(range), code_(code), offsets_(static_cast<std::size_t>(range.count), 0) {
  if (meta.states.empty()) return;
  for (const StateMeta& state : meta.states) state_names_.push_back(state.name);
  ByteWriter head;
  encode_keyed_meta_block(meta, head);
  file_ = folder.create(file_name);
  file_->append(head.bytes());
  out_ = std::make_unique<SectionOutput>(*file_, compression_of(meta.compressed));
}

CanonicalWriter::~CanonicalWriter() = default;

void CanonicalWriter::begin_key_group(std::int32_t key_group) {
  assert(range_.contains(key_group) && key_group > key_group_);
  end_key_group();
  key_group_ = key_group;
  seen_.assign(state_names_.size(), false);
}

void CanonicalWriter::copy_stored(const RandomAccessFile& from, Stretch stretch) {
  if (stretch.size_bytes == 0) return;
  assert(offset() == 0);
  offset() = static_cast<std::int64_t>(file_->size());
  copy_stretch(from, stretch, *file_);
}

void CanonicalWriter::add(const KeyedEntry& entry) {
  assert(entry.key_group == key_group_ && entry.state < state_names_.size());
  if (entry.undivided) {
    throw UnsupportedError(fmt::format(
        "state \"{}\": its entries cannot be told apart, which the canonical layout needs",
        state_names_[entry.state]));
  }
  if (state_ != entry.state) {
    begin_state(entry.state);
  } else {
    release_entry(Place::kInside);
  }
  waiting_.clear();
  append_blob(entry.composite_key, waiting_);
  append_blob(entry.value, waiting_);
}

void CanonicalWriter::begin_state(std::size_t state) {
  require_first_time(seen_[state], state_names_[state], key_group_);
  seen_[state] = true;
  if (state_) {
    release_entry(Place::kLast);
  } else {
    assert(offset() == 0);
    offset() = static_cast<std::int64_t>(file_->size());
    out_->begin();
  }
  append_u16(state, *out_);
  state_ = state;
}

void CanonicalWriter::release_entry(Place place) {
  if (place == Place::kLast) waiting_[kLengthBytes] |= kLastOfState;
  out_->append(waiting_);
}

void CanonicalWriter::end_key_group() {
  if (!state_) return;
  release_entry(Place::kLast);
  append_u16(kEndOfKeyGroup, *out_);
  out_->end();
  state_.reset();
}

KeyedHandle CanonicalWriter::finish() {
  if (file_ == nullptr) return {};
  end_key_group();
  return Boxed(finish_key_groups(*file_, code_, range_, std::move(offsets_)));
}

}  // namespace savvy
