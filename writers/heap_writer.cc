#include "writers/heap_writer.h"

#include <fmt/format.h>

#include <cassert>

#include "format/byte_writer.h"
#include "format/errors.h"
#include "writers/detail/first_time.h"
#include "writers/detail/heap_entry_encoder.h"
#include "writers/detail/keyed_handle.h"
#include "writers/detail/section_output.h"

namespace savvy {
namespace {

ByteVector section_head(std::size_t state, std::uint64_t entry_count) {
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(state));
  out.count(static_cast<std::size_t>(entry_count));
  return out.take();
}

void refuse_v2(const std::vector<KeyedStateSchema>& states, std::string_view file) {
  for (const KeyedStateSchema& state : states) {
    if (!state.v2) continue;
    throw UnsupportedError(
        fmt::format("{}: state \"{}\" is of kind KEY_VALUE_V2, written by ForSt's asynchronous "
                    "backend; Flink's "
                    "hashmap backend does not restore it (HeapMetaInfoRestoreOperation)",
                    file, state.name));
  }
}

}  // namespace

HeapWriter::HeapWriter(OutputFolder& folder, std::string_view file_name, const KeyedMetaBlock& meta,
                       KeyGroupRange range, KeyedCode code, int prefix_bytes)
    : range_(range),
      code_(code),
      states_(keyed_state_schemas(meta, file_name)),
      next_group_(range.first) {
  refuse_v2(states_, file_name);
  if (states_.empty()) return;
  ByteWriter head;
  encode_keyed_meta_block(meta, head);
  file_ = folder.create(file_name);
  file_->append(head.bytes());
  out_ = std::make_unique<SectionOutput>(*file_, compression_of(meta.compressed));
  encoder_ = std::make_unique<HeapEntryEncoder>(*out_, prefix_bytes, std::string(file_name));
}

HeapWriter::~HeapWriter() = default;

void HeapWriter::begin_key_group(std::int32_t key_group) {
  assert(range_.contains(key_group) && key_group >= next_group_);
  end_key_group();
  write_empty_groups(key_group);
  start_key_group(key_group);
}

void HeapWriter::write_empty_groups(std::int32_t end) {
  while (next_group_ < end) {
    start_key_group(next_group_);
    end_key_group();
  }
}

void HeapWriter::start_key_group(std::int32_t key_group) {
  offsets_.push_back(static_cast<std::int64_t>(file_->size()));
  ByteWriter number;
  number.i32(key_group);
  file_->append(number.bytes());
  written_.assign(states_.size(), false);
  in_group_ = true;
  next_group_ = key_group + 1;
}

void HeapWriter::copy_stored(const RandomAccessFile& from, Stretch stretch) {
  assert(in_group_ && !state_);
  written_.assign(states_.size(), true);
  copy_stretch(from, stretch, *file_);
}

void HeapWriter::begin_section(std::size_t state) {
  assert(in_group_);
  require_first_time(written_[state], states_[state].name, next_group_ - 1);
  end_section();
  written_[state] = true;
  state_ = state;
  entry_count_ = 0;
  out_->begin();
  head_ = out_->append_patchable(section_head(state, 0));
}

void HeapWriter::add_raw_entry(Bytes entry) {
  assert(state_);
  ++entry_count_;
  out_->append(entry);
}

void HeapWriter::add(const KeyedEntry& entry) {
  if (state_ != entry.state) begin_section(entry.state);
  entry_count_ += encoder_->add(states_[entry.state], entry);
}

void HeapWriter::end_section() {
  if (!state_) return;
  encoder_->end();
  out_->end();
  if (entry_count_ > 0) out_->patch(head_, section_head(*state_, entry_count_));
  state_.reset();
}

void HeapWriter::end_key_group() {
  if (!in_group_) return;
  for (std::size_t state = 0; state < states_.size(); ++state) {
    if (!written_[state]) begin_section(state);
  }
  end_section();
  in_group_ = false;
}

KeyedHandle HeapWriter::finish() {
  if (file_ == nullptr) return {};
  end_key_group();
  write_empty_groups(range_.end());
  return Boxed(finish_key_groups(*file_, code_, range_, std::move(offsets_)));
}

}  // namespace savvy
