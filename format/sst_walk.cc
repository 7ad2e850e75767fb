#include "format/sst_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/byte_units.h"
#include "format/detail/little_endian.h"
#include "format/detail/sst_block.h"
#include "format/sst_file.h"

namespace savvy {
namespace {

constexpr std::size_t kInternalBytes = 8;
constexpr std::string_view kRangeDeletions = "rocksdb.range_del";
constexpr std::string_view kPartitionedFilter = "partitionedfilter.";

// Types of entries: written to disk, never change.
enum EntryType : std::uint8_t {
  kDeletion = 0,
  kValue = 1,
  kMerge = 2,
  kSingleDeletion = 7,
  kBlobIndex = 17,
  kWideColumns = 22,
};

std::uint64_t trailer_of(Bytes internal_key) {
  return little_endian(internal_key.last(kInternalBytes));
}

// The keys of a block; each shares its first bytes with the one before. However long the keys are, a
// step costs no more than the bytes that differ.
class KeyBuilder {
 public:
  // Reads how many bytes are shared, how many not, whatever `between` stands behind them, and these.
  template <typename Between>
  void next(ByteReader& in, Between between) {
    const std::uint64_t start = in.offset();
    shared_ = in.leb32("shared key bytes");
    const std::size_t unshared = in.leb32("key bytes");
    between();
    if (shared_ > key_.size()) in.fail_at(start, fmt::format("{} shared key bytes", shared_));
    const Bytes rest = in.take(unshared, "key");
    // Where the two may differ, the sequence numbers included.
    compared_from_ =
        std::min({shared_, without_seqno(key_.size()), without_seqno(shared_ + rest.size())});
    before_.assign(key_.begin() + static_cast<std::ptrdiff_t>(compared_from_), key_.end());
    key_.resize(shared_);
    key_.insert(key_.end(), rest.begin(), rest.end());
  }
  const ByteVector& key() const { return key_; }
  bool shares() const { return shared_ != 0; }
  // For internal keys, from the second of the block on: whether it follows the one before.
  bool ascends() const { return internal_less(before_, Bytes(key_).subspan(compared_from_)); }

 private:
  static std::size_t without_seqno(std::size_t size) {
    return size < kInternalBytes ? 0 : size - kInternalBytes;
  }

  ByteVector key_;
  ByteVector before_;  // the end of the key before
  std::size_t shared_ = 0;
  std::size_t compared_from_ = 0;
};

class Walker {
 public:
  Walker(const RandomAccessFile& file, const SstTail& tail, const SstDamage& damage)
      : file_(file), tail_(tail), damage_(damage), blocks_(file, tail.checksum) {}

  SstContents walk() {
    known_.push_back(tail_.meta_index);
    for (const SstMetaBlock& block : tail_.meta_blocks) walk_meta(block);
    if (tail_.index_type == SstIndexType::kPartitioned) {
      for (const SstSpan partition : read_index(tail_.index, "index of the index")) {
        walk_index(partition, "index partition");
      }
    } else {
      walk_index(tail_.index, "index");
    }
    // Where the index does not say where blocks are, every byte of them would be told.
    if (contents_.whole) check_gaps();
    check_padding();
    return std::move(contents_);
  }

  SstContents read_ends() {
    std::vector<SstSpan> blocks = read_index(tail_.index, "index");
    if (tail_.index_type == SstIndexType::kPartitioned && !blocks.empty()) {
      const SstSpan first = blocks.front();
      const SstSpan last = blocks.back();
      blocks = read_index(first, "index partition");
      if (last != first) {
        const std::vector<SstSpan> others = read_index(last, "index partition");
        blocks.insert(blocks.end(), others.begin(), others.end());
      }
    }
    if (blocks.empty()) return {};
    walk_data(blocks.front());
    if (blocks.back() != blocks.front()) walk_data(blocks.back());
    return std::move(contents_);
  }

 private:
  // Runs `read` on a block; what is wrong in there is told, with the offset of the block.
  template <typename Read>
  bool guarded(SstSpan span, Read read) {
    try {
      take(span);
      read();
      return true;
    } catch (const FormatError& error) {
      damage_(FormatError(error.what(), span.offset));
      return false;
    }
  }

  // No block is read twice: blocks that together are longer than the file overlap.
  void take(SstSpan span) {
    if (span.size > file_.size() - taken_bytes_) {
      throw FormatError(fmt::format("{}: offset {:#x}: {} bytes of a block, but blocks of {} bytes "
                                    "fill the file",
                                    file_.name(), span.offset, span.size, taken_bytes_),
                        span.offset);
    }
    taken_bytes_ += span.size;
    if (span.offset < file_.size()) known_.push_back(span);
  }

  void walk_meta(const SstMetaBlock& block) {
    if (block.name == kRangeDeletions) return walk_range_deletions(block.span);
    if (!block.name.starts_with(kPartitionedFilter)) {
      guarded(block.span, [&] { blocks_.read_stored(block.span, block.name); });
      return;
    }
    for (const SstSpan partition : read_index(block.span, block.name)) {
      guarded(partition, [&] { blocks_.read_stored(partition, "filter partition"); });
    }
  }

  void walk_range_deletions(SstSpan span) {
    const bool read = guarded(span, [&] {
      ByteReader in = entries(blocks_.read(span, kRangeDeletions), span);
      KeyBuilder keys;
      while (!in.at_end()) {
        std::size_t value_bytes = 0;
        keys.next(in, [&] { value_bytes = in.leb32("value bytes"); });
        in.take(value_bytes, "end of the range");
        ++contents_.range_deletion_count;
      }
    });
    if (!read) contents_.whole = false;
  }

  ByteReader entries(Bytes block, SstSpan span) const {
    return sst_entries(block, file_.name(), span.offset);
  }

  // Where the blocks are that an index lists; fewer if it is damaged.
  std::vector<SstSpan> read_index(SstSpan span, std::string_view what) {
    std::vector<SstSpan> spans;
    const bool read = guarded(span, [&] {
      ByteReader in = entries(blocks_.read(span, what), span);
      KeyBuilder keys;
      while (!in.at_end()) {
        std::size_t value_bytes = 0;
        keys.next(in, [&] {
          if (!tail_.index_spans_are_deltas) value_bytes = in.leb32("value bytes");
        });
        spans.push_back(
            tail_.index_spans_are_deltas
                ? read_delta(in, keys.shares() && !spans.empty() ? &spans.back() : nullptr)
                : read_value(in.sub(value_bytes, "block handle")));
      }
    });
    if (!read) contents_.whole = false;
    return spans;
  }

  static SstSpan read_value(ByteReader in) { return read_sst_span(in, "block"); }

  // The block behind `before`, by the difference of sizes; in full where there is none.
  SstSpan read_delta(ByteReader& in, const SstSpan* before) const {
    SstSpan span;
    if (before == nullptr) {
      span = read_sst_span(in, "block");
    } else {
      const std::uint64_t zigzag = read_leb64(in, "difference of sizes");
      span.offset = before->offset + before->size + kSstTrailerBytes;
      span.size = before->size + ((zigzag >> 1) ^ (~(zigzag & 1) + 1));
    }
    if (tail_.index_type == SstIndexType::kWithFirstKeys) read_slice(in, "first key");
    return span;
  }

  void walk_index(SstSpan span, std::string_view what) {
    for (const SstSpan block : read_index(span, what)) {
      ++contents_.data_block_count;
      const bool read = guarded(block, [&] { walk_data(block); });
      if (!read) contents_.whole = false;
    }
  }

  void walk_data(SstSpan span) {
    const Bytes block = blocks_.read(span, "data block");
    ByteReader in = entries(block, span);
    KeyBuilder keys;
    for (bool first = true; !in.at_end(); first = false) {
      const std::uint64_t start = in.offset();
      std::size_t value_bytes = 0;
      keys.next(in, [&] { value_bytes = in.leb32("value bytes"); });
      in.take(value_bytes, "value");
      if (keys.key().size() < kInternalBytes) in.fail_at(start, "a key without a sequence number");
      const bool follows = first ? follows_last_block(keys.key()) : keys.ascends();
      if (!follows) in.fail_at(start, "a key that does not follow the one before");
      add_entry(in, start, keys.key());
    }
    if (!keys.key().empty()) contents_.largest = keys.key();
  }

  // A block that breaks off leaves no last key.
  bool follows_last_block(const ByteVector& key) {
    if (contents_.entry_count == 0) {
      contents_.smallest = key;
      contents_.smallest_seqno = trailer_of(key) >> 8;
    }
    return contents_.largest.empty() || internal_less(contents_.largest, key);
  }

  void add_entry(const ByteReader& in, std::uint64_t start, const ByteVector& key) {
    const std::uint64_t trailer = trailer_of(key);
    count(in, start, static_cast<std::uint8_t>(trailer));
    const std::uint64_t seqno = trailer >> 8;
    contents_.smallest_seqno = std::min(contents_.smallest_seqno, seqno);
    contents_.largest_seqno = std::max(contents_.largest_seqno, seqno);
    ++contents_.entry_count;
  }

  void count(const ByteReader& in, std::uint64_t start, std::uint8_t type) {
    switch (type) {
      case kDeletion:
      case kSingleDeletion:
        ++contents_.deletion_count;
        return;
      case kMerge:
        ++contents_.merge_operand_count;
        return;
      case kValue:
      case kBlobIndex:
      case kWideColumns:
        return;
      default:
        in.fail_at(start, fmt::format("an entry of type {}", type));
    }
  }

  // RocksDB leaves room between blocks only to align them, and fills it with zeros.
  void check_gaps() {
    std::sort(known_.begin(), known_.end(),
              [](SstSpan a, SstSpan b) { return a.offset < b.offset; });
    std::uint64_t end = 0;
    for (const SstSpan span : known_) {
      if (span.offset > end) check_gap(end, span.offset);
      end = std::max(end, span.offset + span.size + kSstTrailerBytes);
    }
    const std::uint64_t footer = file_.size() - kSstFooterBytes;
    if (end < footer) check_gap(end, footer);
  }

  void check_gap(std::uint64_t from, std::uint64_t to) {
    constexpr std::uint64_t kPieceBytes = 64 * kKiB;
    ByteVector piece;
    for (std::uint64_t at = from; at < to; at += piece.size()) {
      piece.resize(static_cast<std::size_t>(std::min(kPieceBytes, to - at)));
      file_.read_at(at, piece);
      if (std::all_of(piece.begin(), piece.end(), [](std::uint8_t byte) { return byte == 0; })) {
        continue;
      }
      damage_(FormatError(fmt::format("{}: offset {:#x}: {} bytes that belong to no block",
                                      file_.name(), from, to - from),
                          from));
      return;
    }
  }

  void check_padding() {
    if (!tail_.stray_byte) return;
    damage_(FormatError(
        fmt::format("{}: offset {:#x}: a byte of the footer that RocksDB does not write",
                    file_.name(), *tail_.stray_byte),
        *tail_.stray_byte));
  }

  const RandomAccessFile& file_;
  const SstTail& tail_;
  const SstDamage& damage_;
  SstBlockReader blocks_;
  std::uint64_t taken_bytes_ = 0;
  std::vector<SstSpan> known_;
  SstContents contents_;
};

bool equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void require_known_index(const RandomAccessFile& file, const SstTail& tail) {
  if (tail.index_type <= SstIndexType::kWithFirstKeys) return;
  throw UnsupportedError(
      fmt::format("{}: index of type {}", file.name(), static_cast<int>(tail.index_type)));
}

}  // namespace

bool has_range_deletions(const SstTail& tail) {
  return std::any_of(tail.meta_blocks.begin(), tail.meta_blocks.end(),
                     [](const SstMetaBlock& block) { return block.name == kRangeDeletions; });
}

SstContents walk_sst(const RandomAccessFile& file, const SstTail& tail, const SstDamage& damage) {
  require_known_index(file, tail);
  return Walker(file, tail, damage).walk();
}

SstEnds read_sst_ends(const RandomAccessFile& file, const SstTail& tail) {
  require_known_index(file, tail);
  const SstDamage damage = [](const FormatError& error) { throw error; };
  SstContents contents = Walker(file, tail, damage).read_ends();
  return {std::move(contents.smallest), std::move(contents.largest)};
}

Bytes bound_of(const SstFile& listed, SstBound bound) {
  return bound == SstBound::kSmallest ? listed.smallest : listed.largest;
}

bool may_be_bound(SstBound bound, const SstFile& listed, Bytes found, const SstTail& tail) {
  const Bytes key = bound_of(listed, bound);
  const bool same = tail.external ? equal(user_key_of(key), user_key_of(found)) : equal(key, found);
  if (same || !has_range_deletions(tail)) return same;
  return bound == SstBound::kSmallest ? !internal_less(found, key) : !internal_less(key, found);
}

}  // namespace savvy
