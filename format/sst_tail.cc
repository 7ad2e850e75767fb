#include "format/sst_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "format/byte_reader.h"
#include "format/byte_units.h"
#include "format/detail/crc32c.h"
#include "format/detail/little_endian.h"
#include "format/detail/sst_block.h"
#include "format/errors.h"

namespace savvy {
namespace {

// Written to disk, never change.
constexpr std::uint64_t kMagic = 0x88e241b785f4cff7;
constexpr std::uint64_t kOtherMagics[] = {
    0xdb4775248b80fb57,  // block-based, of format_version 0
    0x8242229663bf9564,  // plain tables, and their first version
    0x4f3418eb7a8f13b8,
    0x926789d0c5f17873,  // cuckoo tables
};
constexpr std::size_t kHandleBytes = 40;
constexpr std::uint32_t kOldestVersion = 1;
constexpr std::uint32_t kNewestVersion = 5;
constexpr std::uint64_t kMaxBlockBytes = 4 * kMiB;
constexpr std::size_t kMostShared = 16;  // bytes of names to bytes of their block
constexpr const char* kProperties = "rocksdb.properties";
constexpr const char* kSessionId = "rocksdb.creating.session.identity";
constexpr const char* kEntryCount = "rocksdb.num.entries";
constexpr const char* kDataBlocks = "rocksdb.num.data.blocks";
constexpr const char* kIndexType = "rocksdb.block.based.table.index.type";

// A block without its trailer, and where it lies in the file.
struct Block {
  std::uint64_t offset = 0;
  ByteVector bytes;
};

void check_magic(ByteReader& in, std::uint64_t magic) {
  if (magic == kMagic) return;
  for (const std::uint64_t other : kOtherMagics) {
    if (magic != other) continue;
    throw UnsupportedError(fmt::format("{}: SST magic {:#x}", in.file(), magic));
  }
  in.fail_at(in.offset() - 8, fmt::format("SST magic {:#x}", magic));
}

// The first byte that RocksDB would have written in another way: numbers as short as can be, zeros
// behind them.
std::optional<std::size_t> stray_handle_byte(Bytes handles, const SstTail& tail) {
  ByteWriter out;
  for (const SstSpan span : {tail.meta_index, tail.index}) {
    put_leb64(span.offset, out);
    put_leb64(span.size, out);
  }
  while (out.size() < handles.size()) out.u8(0);
  const Bytes written = out.bytes();
  const auto differs = std::mismatch(handles.begin(), handles.end(), written.begin()).first;
  if (differs == handles.end()) return std::nullopt;
  return static_cast<std::size_t>(differs - handles.begin());
}

// The footer: where the meta index and the index are.
void read_footer(const RandomAccessFile& file, SstTail& tail) {
  if (file.size() < kSstFooterBytes) {
    throw FormatError(
        fmt::format("{}: {} bytes are too few for an SST file", file.name(), file.size()));
  }
  ByteVector bytes(kSstFooterBytes);
  const std::uint64_t start = file.size() - kSstFooterBytes;
  file.read_at(start, bytes);
  ByteReader in(bytes, file.name(), start);
  const Within place(in, "footer");
  tail.checksum = static_cast<SstChecksum>(in.u8("checksum type"));
  const std::uint64_t handles_start = in.offset();
  const Bytes handles = in.take(kHandleBytes, "block handles");
  tail.format_version = static_cast<std::uint32_t>(little_endian(in.take(4, "format version")));
  check_magic(in, little_endian(in.take(8, "magic")));
  if (tail.format_version < kOldestVersion || tail.format_version > kNewestVersion) {
    throw UnsupportedError(
        fmt::format("{}: SST format_version {}", file.name(), tail.format_version));
  }
  if (tail.checksum > SstChecksum::kXxh3) {
    in.fail_at(start, fmt::format("checksum type {}", static_cast<int>(tail.checksum)));
  }
  ByteReader spans(handles, file.name(), handles_start);
  tail.meta_index = read_sst_span(spans, "meta index");
  tail.index = read_sst_span(spans, "index");
  const std::optional<std::size_t> stray = stray_handle_byte(handles, tail);
  if (stray) tail.stray_byte = handles_start + *stray;
}

Block read_block(const RandomAccessFile& file, SstSpan span, SstChecksum checksum,
                 std::string_view what) {
  if (span.size > kMaxBlockBytes) {
    throw FormatError(
        fmt::format("{}: offset {:#x}: {} of {} bytes", file.name(), span.offset, what, span.size),
        span.offset);
  }
  SstBlockReader reader(file, checksum, UnknownChecksum::kAccept);
  const Bytes bytes = reader.read_plain(span, what);
  return {span.offset, {bytes.begin(), bytes.end()}};
}

struct Value {
  std::uint64_t offset = 0;  // in the file
  Bytes bytes;
};

// Entries u shared | u unshared | u value size | rest of the key | value (u = LEB128).
std::map<std::string, Value> read_entries(const Block& block, std::string_view file) {
  ByteReader in = sst_entries(block.bytes, file, block.offset);
  std::map<std::string, Value> entries;
  std::string key;
  std::size_t name_bytes = 0;
  while (!in.at_end()) {
    const std::uint64_t start = in.offset();
    const std::size_t shared = in.leb32("shared key bytes");
    const std::size_t unshared = in.leb32("key bytes");
    const std::size_t value_bytes = in.leb32("value bytes");
    if (shared > key.size()) in.fail_at(start, fmt::format("{} shared key bytes", shared));
    key.resize(shared);
    const Bytes rest = in.take(unshared, "key");
    key.append(rest.begin(), rest.end());
    name_bytes += key.size();
    if (name_bytes / kMostShared > block.bytes.size()) in.fail_at(start, "names without end");
    const std::uint64_t offset = in.offset();
    entries[key] = {offset, in.take(value_bytes, "value")};
  }
  return entries;
}

class Properties {
 public:
  Properties(const Block& block, std::string_view file)
      : file_(file), entries_(read_entries(block, file)) {}

  bool has(const char* key) const { return find(key) != nullptr; }
  std::uint64_t number(const char* key) const {
    const Value* value = find(key);
    if (value == nullptr) return 0;
    ByteReader in(value->bytes, file_, value->offset);
    return read_leb64(in, key);
  }
  // Numbers of fixed width, as a few are.
  std::uint32_t fixed(const char* key) const {
    const Value* value = find(key);
    if (value == nullptr || value->bytes.size() > 8) return 0;
    return static_cast<std::uint32_t>(little_endian(value->bytes));
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

void read_counts(const Properties& properties, SstTail& tail) {
  tail.has_counts = properties.has(kEntryCount);
  tail.entry_count = properties.number(kEntryCount);
  tail.deletion_count = properties.number("rocksdb.deleted.keys");
  tail.merge_operand_count = properties.number("rocksdb.merge.operands");
  tail.range_deletion_count = properties.number("rocksdb.num.range-deletions");
  if (properties.has(kDataBlocks)) tail.data_block_count = properties.number(kDataBlocks);
}

// How the file was made, and by whom.
void read_making(const Properties& properties, SstTail& tail) {
  tail.compression = properties.text("rocksdb.compression");
  tail.family = properties.text("rocksdb.column.family.name");
  tail.comparator = properties.text("rocksdb.comparator");
  tail.merge_operator = properties.text("rocksdb.merge.operator");
  tail.index_type = static_cast<SstIndexType>(properties.fixed(kIndexType));
  tail.index_spans_are_deltas = properties.number("rocksdb.index.value.is.delta.encoded") != 0;
  tail.external = properties.has("rocksdb.external_sst_file.version");
  tail.session_id = properties.text(kSessionId);
  tail.session_id_offset = properties.offset(kSessionId);
  tail.original_number = properties.number("rocksdb.original.file.number");
}

// Lists the blocks that are neither data nor index; returns where the properties are.
SstSpan read_meta_index(const Block& block, std::string_view file, SstTail& tail) {
  std::optional<SstSpan> properties;
  for (const auto& [name, value] : read_entries(block, file)) {
    ByteReader in(value.bytes, file, value.offset);
    const SstSpan span = read_sst_span(in, name);
    if (name == kProperties) properties = span;
    tail.meta_blocks.push_back({name, span});
  }
  if (!properties) {
    throw FormatError(fmt::format("{}: an SST file without properties", file), block.offset);
  }
  return *properties;
}

}  // namespace

SstTail read_sst_tail(const RandomAccessFile& file) {
  SstTail tail;
  read_footer(file, tail);
  const Block index = read_block(file, tail.meta_index, tail.checksum, "meta index");
  const SstSpan span = read_meta_index(index, file.name(), tail);
  const Block block = read_block(file, span, tail.checksum, "properties");
  const Properties properties(block, file.name());
  read_counts(properties, tail);
  read_making(properties, tail);
  tail.properties_offset = span.offset;
  tail.properties_bytes = span.size + kSstTrailerBytes;
  return tail;
}

ByteVector sst_block_checksum(Bytes block) {
  ByteWriter out;
  put_little_endian(masked_crc32c(block), kSstChecksumBytes, out);
  return out.take();
}

}  // namespace savvy
