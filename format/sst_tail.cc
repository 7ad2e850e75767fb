#include "format/sst_tail.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "format/byte_reader.h"
#include "format/detail/crc32c.h"
#include "format/detail/little_endian.h"
#include "format/errors.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::uint64_t kMagic = 0x88e241b785f4cff7;
constexpr std::uint64_t kFooterBytes = 53;
constexpr std::size_t kHandleBytes = 40;
constexpr std::size_t kTrailerBytes = 5;
constexpr std::uint8_t kPlain = 0;
constexpr std::uint32_t kOldestVersion = 1;
constexpr std::uint32_t kNewestVersion = 5;
constexpr std::uint64_t kMaxBlockBytes = 4 * 1024 * 1024;
constexpr const char* kProperties = "rocksdb.properties";
constexpr const char* kSessionId = "rocksdb.creating.session.identity";

// A block without its trailer, and where it lies in the file.
struct Block {
  std::uint64_t offset = 0;
  ByteVector bytes;
};

struct Span {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Span read_span(ByteReader& in, std::string_view field) {
  Span span;
  span.offset = read_leb64(in, field);
  span.size = read_leb64(in, field);
  return span;
}

// The footer; the meta index is all that is needed of where things are.
Span read_footer(const RandomAccessFile& file, SstTail& tail) {
  if (file.size() < kFooterBytes) {
    throw FormatError(
        fmt::format("{}: {} bytes are too few for an SST file", file.name(), file.size()));
  }
  ByteVector bytes(kFooterBytes);
  const std::uint64_t start = file.size() - kFooterBytes;
  file.read_at(start, bytes);
  ByteReader in(bytes, file.name(), start);
  const Within place(in, "footer");
  tail.checksum = static_cast<SstChecksum>(in.u8("checksum type"));
  ByteReader handles = in.sub(kHandleBytes, "block handles");
  const Span meta_index = read_span(handles, "meta index");
  tail.format_version = static_cast<std::uint32_t>(little_endian(in.take(4, "format version")));
  const std::uint64_t magic = little_endian(in.take(8, "magic"));
  if (magic != kMagic) in.fail_at(in.offset() - 8, fmt::format("SST magic {:#x}", magic));
  if (tail.format_version < kOldestVersion || tail.format_version > kNewestVersion) {
    throw UnsupportedError(
        fmt::format("{}: SST format_version {}", file.name(), tail.format_version));
  }
  if (tail.checksum > SstChecksum::kXxh3) {
    in.fail_at(start, fmt::format("checksum type {}", static_cast<int>(tail.checksum)));
  }
  return meta_index;
}

Block read_block(const RandomAccessFile& file, Span span, SstChecksum checksum,
                 std::string_view what) {
  const std::uint64_t end = file.size() - kFooterBytes;
  if (span.size > kMaxBlockBytes || span.offset > end || kTrailerBytes > end - span.offset ||
      span.size > end - span.offset - kTrailerBytes) {
    throw FormatError(fmt::format("{}: offset {:#x}: {} of {} bytes does not fit", file.name(),
                                  span.offset, what, span.size));
  }
  Block block{span.offset, ByteVector(static_cast<std::size_t>(span.size) + kTrailerBytes)};
  file.read_at(span.offset, block.bytes);
  ByteReader in(block.bytes, file.name(), span.offset);
  const Within place(in, what);
  const Bytes covered = in.take(static_cast<std::size_t>(span.size) + 1, "block");
  if (covered.back() != kPlain) in.fail_at(in.offset() - 1, "compressed block");
  const auto stored = static_cast<std::uint32_t>(little_endian(in.take(4, "checksum")));
  if (checksum == SstChecksum::kCrc32c && stored != masked_crc32c(covered)) {
    in.fail_at(in.offset() - 4, fmt::format("checksum {:08x}, but the block has {:08x}", stored,
                                            masked_crc32c(covered)));
  }
  block.bytes.resize(static_cast<std::size_t>(span.size));
  return block;
}

struct Value {
  std::uint64_t offset = 0;  // in the file
  Bytes bytes;
};

// Entries u shared | u unshared | u value size | rest of the key | value (u = LEB128), then restart
// positions and their u32 count.
std::map<std::string, Value> read_entries(const Block& block, std::string_view file) {
  ByteReader all(block.bytes, file, block.offset);
  if (block.bytes.size() < 4) all.fail("a block without entries", 0);
  const std::uint64_t restarts = little_endian(Bytes(block.bytes).last(4));
  if (restarts > (block.bytes.size() - 4) / 4) {
    all.fail(
        fmt::format("{} restart positions in a block of {} bytes", restarts, block.bytes.size()),
        0);
  }
  const auto restart_bytes = static_cast<std::size_t>(restarts + 1) * 4;
  ByteReader in = all.sub(block.bytes.size() - restart_bytes, "entries");
  std::map<std::string, Value> entries;
  std::string key;
  while (!in.at_end()) {
    const std::uint64_t start = in.offset();
    const std::size_t shared = in.leb32("shared key bytes");
    const std::size_t unshared = in.leb32("key bytes");
    const std::size_t value_bytes = in.leb32("value bytes");
    if (shared > key.size()) in.fail_at(start, fmt::format("{} shared key bytes", shared));
    key.resize(shared);
    const Bytes rest = in.take(unshared, "key");
    key.append(rest.begin(), rest.end());
    const std::uint64_t offset = in.offset();
    entries[key] = {offset, in.take(value_bytes, "value")};
  }
  return entries;
}

class Properties {
 public:
  Properties(const Block& block, std::string_view file)
      : file_(file), entries_(read_entries(block, file)) {}

  std::uint64_t number(const char* key) const {
    const Value* value = find(key);
    if (value == nullptr) return 0;
    ByteReader in(value->bytes, file_, value->offset);
    return read_leb64(in, key);
  }
  std::string text(const char* key) const {
    const Value* value = find(key);
    return value == nullptr ? "" : std::string(value->bytes.begin(), value->bytes.end());
  }
  std::uint64_t offset(const char* key) const {
    const Value* value = find(key);
    return value == nullptr ? 0 : value->offset;
  }

 private:
  const Value* find(const char* key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }

  std::string_view file_;
  std::map<std::string, Value> entries_;
};

}  // namespace

SstTail read_sst_tail(const RandomAccessFile& file) {
  SstTail tail;
  const Span index_span = read_footer(file, tail);
  const Block index = read_block(file, index_span, tail.checksum, "meta index");
  const auto blocks = read_entries(index, file.name());
  const auto found = blocks.find(kProperties);
  if (found == blocks.end()) {
    throw FormatError(fmt::format("{}: an SST file without properties", file.name()));
  }
  ByteReader in(found->second.bytes, file.name(), found->second.offset);
  const Span span = read_span(in, "properties");
  const Block block = read_block(file, span, tail.checksum, "properties");
  const Properties properties(block, file.name());
  tail.entry_count = properties.number("rocksdb.num.entries");
  tail.deletion_count = properties.number("rocksdb.deleted.keys");
  tail.merge_operand_count = properties.number("rocksdb.merge.operands");
  tail.range_deletion_count = properties.number("rocksdb.num.range-deletions");
  tail.compression = properties.text("rocksdb.compression");
  tail.session_id = properties.text(kSessionId);
  tail.session_id_offset = properties.offset(kSessionId);
  tail.original_number = properties.number("rocksdb.original.file.number");
  tail.properties_offset = span.offset;
  tail.properties_bytes = span.size + kTrailerBytes;
  return tail;
}

ByteVector sst_block_checksum(Bytes block) {
  ByteWriter out;
  put_little_endian(masked_crc32c(block), kSstChecksumBytes, out);
  return out.take();
}

}  // namespace savvy
