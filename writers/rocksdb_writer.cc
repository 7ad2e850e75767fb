#include "writers/rocksdb_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "format/byte_units.h"
#include "format/errors.h"
#include "format/hash128.h"
#include "format/rocksdb_manifest.h"
#include "format/uuid_text.h"
#include "writers/detail/sst_output.h"
#include "writers/sst_levels.h"

namespace savvy {
namespace {

constexpr std::string_view kDefaultFamily = "default";
constexpr std::string_view kManifestName = "MANIFEST-000001";
constexpr std::string_view kOptionsName = "OPTIONS-000002";
constexpr std::uint64_t kFirstSstNumber = 3;
constexpr std::size_t kCopyBytes = kMiB;

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// As little as loads: Flink sets all options itself and has the file only in its lists.
std::string options_text(const RocksdbManifest& manifest, int format_version) {
  std::string text =
      "[Version]\n  rocksdb_version=6.20.3\n  options_file_version=1.1\n\n[DBOptions]\n";
  for (const RocksdbFamily& family : manifest.families) {
    text += fmt::format(
        "\n[CFOptions \"{}\"]\n  num_levels={}\n  comparator=leveldb.BytewiseComparator\n"
        "  merge_operator=StringAppendTESTOperator\n"
        "\n[TableOptions/BlockBasedTable \"{}\"]\n  checksum=kCRC32c\n  format_version={}\n",
        family.name, kBottomLevel + 1, family.name, format_version);
  }
  return text;
}

ByteVector meta_bytes(const KeyedMetaBlock& meta) {
  KeyedMetaBlock plain = meta;
  plain.compressed = false;
  ByteWriter out;
  encode_keyed_meta_block(plain, out);
  return out.take();
}

SstStyle style_of(const RocksdbTarget& target) {
  return {target.format_version, target.compression == RocksdbCompression::kSnappy
                                     ? SstCompression::kSnappy
                                     : SstCompression::kNone};
}

}  // namespace

class RocksdbWriter::Database {
 public:
  Database(OutputFolder& folder, std::string name_prefix, const KeyedMetaBlock& meta,
           KeyGroupRange range, std::int64_t checkpoint_id, const RocksdbTarget& target)
      : folder_(folder),
        name_prefix_(std::move(name_prefix)),
        meta_(meta_bytes(meta)),
        range_(range),
        checkpoint_id_(checkpoint_id),
        target_(target),
        open_(meta.states.size()),
        last_keys_(meta.states.size()) {
    manifest_.next_file_number = kFirstSstNumber;
    std::set<std::string_view> names = {kDefaultFamily};
    manifest_.families.push_back({0, std::string(kDefaultFamily), {}});
    for (const StateMeta& state : meta.states) {
      if (!names.insert(state.name).second) {
        throw UnsupportedError(fmt::format("{}: RocksDB cannot hold a second column family \"{}\"",
                                           name_prefix_, state.name));
      }
      const auto id = static_cast<std::uint32_t>(manifest_.families.size());
      manifest_.families.push_back({id, state.name, {}});
    }
  }

  void add(std::size_t state, Bytes key, Bytes value) {
    check_order(state, key);
    if (is_full(state, key)) close(state);
    Open& open = open_[state];
    if (open.sst == nullptr) {
      open.number = manifest_.next_file_number++;
      open.sst =
          std::make_unique<SstOutput>(create(sst_local_path(open.number)), style_of(target_));
    }
    open.sst->put(key, value);
    last_keys_[state].assign(key.begin(), key.end());
  }

  void end_file(std::size_t state) { close(state); }

  void reuse(std::size_t state, const SstFile& file, const RandomAccessFile& content) {
    if (content.size() != file.size_bytes) {
      throw FormatError(fmt::format("{}: {} bytes, but {} in the MANIFEST", content.name(),
                                    content.size(), file.size_bytes));
    }
    SstFile copy = file;
    copy.number = manifest_.next_file_number++;
    const auto out = create(sst_local_path(copy.number));
    ByteVector buffer(
        static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, content.size())));
    for (std::uint64_t at = 0; at < content.size();) {
      const std::span<std::uint8_t> part = std::span(buffer).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), content.size() - at)));
      content.read_at(at, part);
      hash_.add(part);
      out->append(part);
      at += part.size();
    }
    out->finish();
    list(state, std::move(copy));
  }

  IncrementalHandle finish() {
    for (std::size_t state = 0; state < open_.size(); ++state) close(state);
    settle();
    IncrementalHandle handle;
    handle.range = range_;
    handle.checkpoint_id = checkpoint_id_;
    handle.checkpointed_size_bytes = 0;
    add_files(handle);
    handle.backend_id = random_looking_id("backend");
    handle.handle_id = random_looking_id("handle");
    return handle;
  }

 private:
  struct Open {
    std::unique_ptr<SstOutput> sst;
    std::uint64_t number = 0;
  };

  std::string stored_name(std::string_view local) const {
    return fmt::format("{}-{}", name_prefix_, local);
  }
  std::unique_ptr<OutputFile> create(std::string_view local) const {
    return folder_.create(stored_name(local));
  }

  RocksdbFamily& family(std::size_t state) { return manifest_.families[state + 1]; }

  void list(std::size_t state, SstFile file) {
    manifest_.last_seqno = std::max(manifest_.last_seqno, file.largest_seqno);
    family(state).files.push_back(std::move(file));
  }

  void check_order(std::size_t state, Bytes key) {
    const ByteVector& last = last_keys_[state];
    const bool ascends =
        std::lexicographical_compare(last.begin(), last.end(), key.begin(), key.end());
    if (key.size() < static_cast<std::size_t>(target_.prefix_bytes) || !ascends) {
      throw FormatError(
          fmt::format("{}: state \"{}\": keys do not ascend", name_prefix_, family(state).name));
    }
  }

  // True if the open file of a state ends before this key.
  bool is_full(std::size_t state, Bytes key) const {
    if (open_[state].sst == nullptr) return false;
    const std::uint64_t size = open_[state].sst->size_bytes();
    if (size < target_.target_file_bytes) return false;
    const auto prefix = static_cast<std::size_t>(target_.prefix_bytes);
    const Bytes group = key.first(prefix);
    const bool new_group =
        !std::equal(group.begin(), group.end(), Bytes(last_keys_[state]).first(prefix).begin());
    return new_group || size / 2 >= target_.target_file_bytes;
  }

  void close(std::size_t state) {
    Open& open = open_[state];
    if (open.sst == nullptr) return;
    WrittenSst written = open.sst->finish();
    open.sst.reset();
    written.file.number = open.number;
    written.file.level = kBottomLevel;
    hash_number(written.hash.low);
    hash_number(written.hash.high);
    list(state, std::move(written.file));
  }

  void settle() {
    for (RocksdbFamily& family : manifest_.families) {
      if (settle_levels(family.files) == LevelsFit::kNo) {
        throw UnsupportedError(
            fmt::format("{}: state \"{}\": these SST files cannot lie in one RocksDB database",
                        name_prefix_, family.name));
      }
      std::sort(family.files.begin(), family.files.end(),
                [](const SstFile& a, const SstFile& b) { return a.number < b.number; });
    }
  }

  RelativeFileHandle write(std::string_view local, Bytes content) {
    const auto file = create(local);
    file->append(content);
    file->finish();
    hash_.add(content);
    return {stored_name(local), static_cast<std::int64_t>(content.size())};
  }

  void add_files(IncrementalHandle& handle) {
    const auto add_private = [&](std::string_view local, RelativeFileHandle file) {
      handle.checkpointed_size_bytes += file.size_bytes;
      handle.private_files.push_back({std::string(local), std::move(file)});
    };
    std::vector<const SstFile*> files;
    for (const RocksdbFamily& family : manifest_.families) {
      for (const SstFile& file : family.files) files.push_back(&file);
    }
    std::sort(files.begin(), files.end(),
              [](const SstFile* a, const SstFile* b) { return a->number < b->number; });
    for (const SstFile* file : files) {
      const std::string local = sst_local_path(file->number);
      add_private(local, {stored_name(local), static_cast<std::int64_t>(file->size_bytes)});
    }
    add_private(kManifestName, write(kManifestName, encode_rocksdb_manifest(manifest_)));
    add_private(kOptionsName,
                write(kOptionsName, as_bytes(options_text(manifest_, target_.format_version))));
    add_private("CURRENT", write("CURRENT", as_bytes(fmt::format("{}\n", kManifestName))));
    const RelativeFileHandle meta = write("meta", meta_);
    handle.checkpointed_size_bytes += meta.size_bytes;
    handle.meta = meta;
  }

  void hash_number(std::uint64_t value) {
    ByteWriter bytes;
    bytes.i64(static_cast<std::int64_t>(value));
    hash_.add(bytes.bytes());
  }

  // Of the content and the place, so that no two databases of a snapshot share it.
  std::string random_looking_id(std::string_view what) const {
    Hash128Stream hash = hash_;
    hash.add(as_bytes(name_prefix_));
    hash.add(as_bytes(what));
    const Hash128 value = hash.finish();
    return uuid_text(value.high, value.low);
  }

  OutputFolder& folder_;
  std::string name_prefix_;
  ByteVector meta_;
  KeyGroupRange range_;
  std::int64_t checkpoint_id_;
  RocksdbTarget target_;
  RocksdbManifest manifest_;
  std::vector<Open> open_;             // a state each
  std::vector<ByteVector> last_keys_;  // a state each
  Hash128Stream hash_;
};

RocksdbWriter::RocksdbWriter(OutputFolder& folder, std::string name_prefix,
                             const KeyedMetaBlock& meta, KeyGroupRange range,
                             std::int64_t checkpoint_id, const RocksdbTarget& target)
    : database_(std::make_unique<Database>(folder, std::move(name_prefix), meta, range,
                                           checkpoint_id, target)) {}

RocksdbWriter::~RocksdbWriter() = default;

void RocksdbWriter::add(std::size_t state, Bytes composite_key, Bytes value) {
  database_->add(state, composite_key, value);
}

void RocksdbWriter::end_file(std::size_t state) { database_->end_file(state); }

void RocksdbWriter::reuse(std::size_t state, const SstFile& file, const RandomAccessFile& content) {
  database_->reuse(state, file, content);
}

IncrementalHandle RocksdbWriter::finish() { return database_->finish(); }

}  // namespace savvy
