// A file of sorted entries (SST), read as `check --read-data` and `rescale` do.
//
// Bytes   u8 checksum type | u8 format_version; 0x40: index of indexes; 0x80: what follows is the
//         file as it is | parts, each a block; 0x80 in its kind: packed with snappy. Blocks get
//         their checksums, and the meta index, the index and the footer are made to fit them

#include <snappy.h>

#include <array>

#include "format/detail/little_endian.h"
#include "format/detail/sst_block.h"
#include "format/errors.h"
#include "format/sst_tail.h"
#include "format/sst_walk.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/parts.h"
#include "tests/fuzz/sst_parts.h"

namespace savvy::testing {

std::optional<std::size_t> parts_start(Bytes input) {
  if (input.size() < kSstFrontBytes || (input[1] & kSstAsItIs) != 0) return std::nullopt;
  return kSstFrontBytes;
}

namespace {

constexpr std::array<const char*, 4> kMetaBlocks = {"rocksdb.properties", "rocksdb.range_del",
                                                    "fullfilter.rocksdb.BuiltinBloomFilter",
                                                    "partitionedfilter.rocksdb.BuiltinBloomFilter"};

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

ByteVector span_bytes(SstSpan span) {
  ByteWriter out;
  put_leb64(span.offset, out);
  put_leb64(span.size, out);
  return out.take();
}

// Entries that share nothing, and one restart.
class BlockWriter {
 public:
  void add(std::string_view key, Bytes value) {
    put_leb64(0, out_);
    put_leb64(key.size(), out_);
    put_leb64(value.size(), out_);
    out_.raw(as_bytes(key));
    out_.raw(value);
  }
  ByteVector finish() {
    put_little_endian(0, 4, out_);
    put_little_endian(1, 4, out_);
    return out_.take();
  }

 private:
  ByteWriter out_;
};

class SstMaker {
 public:
  SstMaker(std::uint8_t checksum, std::uint8_t version) : checksum_(checksum), version_(version) {}

  void add(const Part& part) {
    const SstPartKind kind{static_cast<std::uint8_t>(part.kind & 7)};
    if (kind == SstPartKind::kBetween) return file_.raw(part.content);
    const SstSpan span = add_block(part.content, part.kind);
    if (kind == SstPartKind::kIndex) {
      index_ = span;
    } else if (kind == SstPartKind::kMetaIndex) {
      meta_index_ = span;
    } else if (kind == SstPartKind::kData) {
      data_.push_back(span);
    } else {
      meta_.add(kMetaBlocks[static_cast<std::size_t>(kind) - 1], span_bytes(span));
    }
  }

  ByteVector finish() {
    const SstSpan meta_index = meta_index_ ? *meta_index_ : add_block(meta_.finish(), 0);
    const SstSpan index = index_ ? *index_ : add_index();
    file_.u8(checksum_);
    ByteVector handles = span_bytes(meta_index);
    const ByteVector index_bytes = span_bytes(index);
    handles.insert(handles.end(), index_bytes.begin(), index_bytes.end());
    handles.resize(kHandleBytes);
    file_.raw(handles);
    put_little_endian(version_ & 7, 4, file_);
    put_little_endian(kMagic, 8, file_);
    return file_.take();
  }

 private:
  static constexpr std::size_t kHandleBytes = 40;
  static constexpr std::uint64_t kMagic = 0x88e241b785f4cff7;

  SstSpan add_block(Bytes content, std::uint8_t kind) {
    std::string packed;
    const bool pack = (kind & kSstPacked) != 0;
    if (pack) {
      snappy::Compress(reinterpret_cast<const char*>(content.data()), content.size(), &packed);
      content = as_bytes(packed);
    }
    const SstSpan span = {file_.size(), content.size()};
    ByteVector block(content.begin(), content.end());
    block.push_back(pack ? 1 : 0);
    file_.raw(block);
    put_little_endian(sst_checksum(SstChecksum{checksum_}, block).value_or(0), 4, file_);
    return span;
  }

  SstSpan add_index() {
    if ((version_ & kSstPartitions) == 0) return add_index_of(data_);
    std::vector<SstSpan> partitions;
    for (const SstSpan span : data_) partitions.push_back(add_index_of({span}));
    return add_index_of(partitions);
  }
  SstSpan add_index_of(const std::vector<SstSpan>& blocks) {
    BlockWriter index;
    for (const SstSpan span : blocks) index.add("key", span_bytes(span));
    return add_block(index.finish(), 0);
  }

  std::uint8_t checksum_;
  std::uint8_t version_;
  ByteWriter file_;
  BlockWriter meta_;
  std::vector<SstSpan> data_;
  std::optional<SstSpan> index_;
  std::optional<SstSpan> meta_index_;
};

ByteVector make_sst(Bytes input) {
  Choices choices(input);
  const std::uint8_t checksum = choices.u8() % 8;
  const std::uint8_t version = choices.u8();
  const Bytes rest = choices.rest();
  if ((version & kSstAsItIs) != 0) return {rest.begin(), rest.end()};
  SstMaker maker(checksum, version);
  for (const Part& part : split_parts(rest)) maker.add(part);
  return maker.finish();
}

void check_walk(const RandomAccessFile& file) {
  const SstTail tail = read_sst_tail(file);
  std::size_t damages = 0;
  const SstContents contents = walk_sst(file, tail, [&damages](const FormatError&) { ++damages; });
  if (!contents.whole && damages == 0) finding("entries are missing without a word");
  if (contents.entry_count == 0 || damages != 0) return;
  if (internal_less(contents.largest, contents.smallest)) finding("the largest key is in front");
  if (contents.largest_seqno < contents.smallest_seqno) finding("sequence numbers are reversed");
}

}  // namespace
}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  const ByteVector bytes = testing::make_sst({data, size});
  const MemoryFile file("f", bytes);
  testing::outcome_of([&] { testing::check_walk(file); });
  return 0;
}
