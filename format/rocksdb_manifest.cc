#include "format/rocksdb_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "format/detail/little_endian.h"
#include "format/detail/rocksdb_log.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::string_view kDefaultFamily = "default";
constexpr std::string_view kComparatorName = "leveldb.BytewiseComparator";
constexpr std::size_t kTrailerBytes = 8;
constexpr std::uint64_t kMaxLevel = 100;
constexpr std::uint8_t kMaxEntryType = 0x7F;  // written to disk, never change

// Tags of an edit: written to disk, never change.
enum Tag : std::uint32_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFileNumber = 3,
  kLastSequence = 4,
  kCompactCursor = 5,
  kDeletedFile = 6,
  kPrevLogNumber = 9,
  kMinLogNumberToKeep = 10,
  kNewFile2 = 100,
  kNewFile3 = 102,
  kNewFile4 = 103,
  kColumnFamily = 200,
  kColumnFamilyAdd = 201,
  kColumnFamilyDrop = 202,
  kMaxColumnFamily = 203,
  kInAtomicGroup = 300,
  kMayBeIgnored = 1 << 13,  // a bit: a reader that does not know the tag goes on
  kBlobFileAddition = kMayBeIgnored + 2,
};

// Tags within kNewFile4: written to disk, never change.
enum FileTag : std::uint32_t {
  kTerminate = 1,
  kOldestBlobFileNumber = 4,
  kUniqueId = 12,
  kMustBeKnown = 1 << 6,  // a bit
  kPathId = 65,
};

// What one edit says; it names its family last.
struct Edit {
  std::uint32_t family = 0;
  bool drops_family = false;
  std::optional<std::string> added_family;
  std::vector<std::pair<std::int32_t, std::uint64_t>> deleted;  // level, number
  std::vector<SstFile> added;
};

ByteVector read_internal_key(ByteReader& in, std::string_view field) {
  const std::uint64_t start = in.offset();
  const Bytes key = read_slice(in, field);
  if (key.size() < kTrailerBytes) in.fail_at(start, fmt::format("{} is too short", field));
  const std::uint8_t type = key[key.size() - kTrailerBytes];
  if (type > kMaxEntryType) in.fail_at(start, fmt::format("{} of type {}", field, type));
  return {key.begin(), key.end()};
}

std::int32_t read_level(ByteReader& in) {
  const std::uint64_t start = in.offset();
  const std::uint64_t level = in.leb32("level");
  if (level > kMaxLevel) in.fail_at(start, fmt::format("level {}", level));
  return static_cast<std::int32_t>(level);
}

class Decoder {
 public:
  Decoder() { families_[0].name = kDefaultFamily; }

  void apply(ByteReader& in) {
    Edit edit;
    while (!in.at_end()) read_field(in, edit);
    if (edit.added_family) {
      // The default family too: it is there from the start.
      if (families_.contains(edit.family)) {
        in.fail(fmt::format("column family {} is there already", edit.family), 0);
      }
      families_[edit.family].name = *edit.added_family;
    }
    const auto family = families_.find(edit.family);
    if (family == families_.end()) in.fail(fmt::format("no column family {}", edit.family), 0);
    for (const auto& [level, number] : edit.deleted) {
      const auto found = family->second.files.find(number);
      if (found == family->second.files.end() || found->second.level != level) {
        in.fail(fmt::format("file {} to be deleted is not in level {}", number, level), 0);
      }
      family->second.files.erase(found);
    }
    for (SstFile& file : edit.added) {
      const std::uint64_t number = file.number;
      if (!family->second.files.emplace(number, std::move(file)).second) {
        in.fail(fmt::format("file {} is there already", number), 0);
      }
    }
    if (!edit.drops_family) return;
    if (edit.family == 0) in.fail("the default column family is dropped", 0);
    families_.erase(family);
  }

  RocksdbManifest take() {
    for (auto& [id, family] : families_) {
      RocksdbFamily& out = manifest_.families.emplace_back();
      out.id = id;
      out.name = std::move(family.name);
      for (auto& [number, file] : family.files) out.files.push_back(std::move(file));
    }
    return std::move(manifest_);
  }

 private:
  struct Family {
    std::string name;
    std::map<std::uint64_t, SstFile> files;  // by number
  };

  void read_field(ByteReader& in, Edit& edit) {
    const std::uint64_t start = in.offset();
    const std::uint32_t tag = in.leb32("tag");
    switch (tag) {
      case kComparator:
        return check_comparator(in);
      case kLogNumber:
      case kPrevLogNumber:
      case kMinLogNumberToKeep:
      case kMaxColumnFamily:
      case kInAtomicGroup:
        read_leb64(in, "number");
        return;
      case kNextFileNumber:
        manifest_.next_file_number = read_leb64(in, "next file number");
        return;
      case kLastSequence:
        manifest_.last_seqno = read_leb64(in, "last sequence number");
        return;
      case kCompactCursor:
        read_level(in);
        read_internal_key(in, "compaction cursor");
        return;
      case kDeletedFile: {
        const std::int32_t level = read_level(in);
        edit.deleted.emplace_back(level, read_leb64(in, "file number"));
        return;
      }
      case kNewFile2:
      case kNewFile3:
      case kNewFile4:
        edit.added.push_back(read_file(in, static_cast<Tag>(tag)));
        return;
      case kColumnFamily:
        edit.family = in.leb32("column family");
        return;
      case kColumnFamilyAdd: {
        const Bytes name = read_slice(in, "column family name");
        edit.added_family.emplace(name.begin(), name.end());
        return;
      }
      case kColumnFamilyDrop:
        edit.drops_family = true;
        return;
      case kBlobFileAddition:
        manifest_.files_stand_alone = false;
        break;
      default:
        break;
    }
    if ((tag & kMayBeIgnored) == 0) {
      throw UnsupportedError(
          fmt::format("{}: offset {:#x}: RocksDB manifest tag {}", in.file(), start, tag));
    }
    read_slice(in, "field");
  }

  static void check_comparator(ByteReader& in) {
    const Bytes name = read_slice(in, "comparator");
    if (std::equal(name.begin(), name.end(), kComparatorName.begin(), kComparatorName.end()))
      return;
    throw UnsupportedError(fmt::format("{}: keys are ordered by \"{}\", not by \"{}\"", in.file(),
                                       std::string(name.begin(), name.end()), kComparatorName));
  }

  SstFile read_file(ByteReader& in, Tag tag) {
    const Within place(in, "file");
    SstFile file;
    file.level = read_level(in);
    file.number = read_leb64(in, "file number");
    if (tag == kNewFile3 && in.leb32("path") != 0) manifest_.files_stand_alone = false;
    file.size_bytes = read_leb64(in, "file size");
    file.smallest = read_internal_key(in, "smallest key");
    file.largest = read_internal_key(in, "largest key");
    file.smallest_seqno = read_leb64(in, "smallest sequence number");
    file.largest_seqno = read_leb64(in, "largest sequence number");
    if (tag == kNewFile4) read_file_fields(in, file);
    return file;
  }

  void read_file_fields(ByteReader& in, SstFile& file) {
    for (;;) {
      const std::uint64_t start = in.offset();
      const std::uint32_t tag = in.leb32("tag of a file");
      if (tag == kTerminate) return;
      const Bytes value = read_slice(in, "field of a file");
      if (tag == kOldestBlobFileNumber || (tag == kPathId && value.size() == 1 && value[0] != 0)) {
        manifest_.files_stand_alone = false;
      } else if (tag == kUniqueId) {
        file.unique_id.assign(value.begin(), value.end());
      } else if ((tag & kMustBeKnown) != 0 && tag != kPathId) {
        throw UnsupportedError(
            fmt::format("{}: offset {:#x}: RocksDB file tag {}", in.file(), start, tag));
      }
    }
  }

  std::map<std::uint32_t, Family> families_;
  RocksdbManifest manifest_;
};

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void put_number(Tag tag, std::uint64_t value, ByteWriter& out) {
  put_leb64(tag, out);
  put_leb64(value, out);
}

void put_file(const SstFile& file, ByteWriter& out) {
  put_leb64(kNewFile4, out);
  put_leb64(static_cast<std::uint64_t>(file.level), out);
  put_leb64(file.number, out);
  put_leb64(file.size_bytes, out);
  put_slice(file.smallest, out);
  put_slice(file.largest, out);
  put_leb64(file.smallest_seqno, out);
  put_leb64(file.largest_seqno, out);
  if (!file.unique_id.empty()) {
    put_leb64(kUniqueId, out);
    put_slice(file.unique_id, out);
  }
  put_leb64(kTerminate, out);
}

void put_family(const RocksdbFamily& family, ByteWriter& log) {
  ByteWriter edit;
  put_leb64(kComparator, edit);
  put_slice(as_bytes(kComparatorName), edit);
  if (family.id != 0) {
    put_number(kColumnFamily, family.id, edit);
    put_leb64(kColumnFamilyAdd, edit);
    put_slice(as_bytes(family.name), edit);
  }
  put_rocksdb_record(edit.bytes(), log);
  // RocksDB takes an edit that adds a family for one without files.
  edit.clear();
  put_number(kLogNumber, 0, edit);
  for (const SstFile& file : family.files) put_file(file, edit);
  if (family.id != 0) put_number(kColumnFamily, family.id, edit);
  put_rocksdb_record(edit.bytes(), log);
}

}  // namespace

std::vector<std::pair<const SstFile*, const SstFile*>> overlapping_files(
    const RocksdbFamily& family) {
  std::map<std::int32_t, std::vector<const SstFile*>> levels;
  for (const SstFile& file : family.files) {
    if (file.level > 0) levels[file.level].push_back(&file);
  }
  std::vector<std::pair<const SstFile*, const SstFile*>> overlaps;
  for (auto& [level, files] : levels) {
    std::sort(files.begin(), files.end(), [](const SstFile* a, const SstFile* b) {
      return internal_less(a->smallest, b->smallest);
    });
    for (std::size_t i = 1; i < files.size(); ++i) {
      if (internal_less(files[i - 1]->largest, files[i]->smallest)) continue;
      overlaps.emplace_back(files[i - 1], files[i]);
    }
  }
  return overlaps;
}

RocksdbManifest decode_rocksdb_manifest(ByteReader& in) {
  Decoder decoder;
  RocksdbLogReader log(in);
  ByteVector record;
  std::int64_t index = 0;
  while (log.next(record)) {
    const std::string file = fmt::format("{}: edit {}", in.file(), index++);
    ByteReader edit(record, file, log.record_offset());
    decoder.apply(edit);
  }
  if (index == 0) in.fail("no edit in a manifest", 0);
  return decoder.take();
}

ByteVector encode_rocksdb_manifest(const RocksdbManifest& manifest) {
  ByteWriter log;
  std::uint32_t max_family = 0;
  for (const RocksdbFamily& family : manifest.families) {
    put_family(family, log);
    max_family = std::max(max_family, family.id);
  }
  ByteWriter edit;
  put_number(kPrevLogNumber, 0, edit);
  put_number(kNextFileNumber, manifest.next_file_number, edit);
  put_number(kLastSequence, manifest.last_seqno, edit);
  put_number(kMaxColumnFamily, max_family, edit);
  put_rocksdb_record(edit.bytes(), log);
  return log.take();
}

}  // namespace savvy
