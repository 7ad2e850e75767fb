#include "readers/rocksdb_source.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "format/errors.h"
#include "format/key_groups.h"
#include "format/keyed_meta.h"
#include "format/rocksdb_manifest.h"
#include "readers/detail/list_merge.h"
#include "readers/detail/rocksdb_files.h"
#include "readers/section_reader.h"
#include "readers/sst_files.h"

namespace savvy {

struct RocksdbCache::Blocks {
  std::shared_ptr<rocksdb::Cache> cache;
};

RocksdbCache::RocksdbCache(std::size_t bytes)
    : blocks_(std::make_unique<Blocks>(Blocks{rocksdb::NewLRUCache(bytes)})) {}

RocksdbCache::~RocksdbCache() = default;

namespace {

constexpr int kMaxOpenFiles = 256;
constexpr const char* kDefaultFamily = "default";
constexpr const char* kManifest = "MANIFEST-000001";

// RocksDB writes a log beside its files unless it is given one.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

Bytes as_bytes(const rocksdb::Slice& slice) {
  return {reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size()};
}

// The start of all keys of a key group.
std::string key_group_prefix(std::int32_t key_group, int prefix_bytes) {
  std::string prefix;
  if (prefix_bytes == 2) prefix.push_back(static_cast<char>(key_group >> 8));
  prefix.push_back(static_cast<char>(key_group));
  return prefix;
}

class RocksdbSource final : public RocksdbKeyedSource {
 public:
  RocksdbSource(const Snapshot& snapshot, const IncrementalHandle& handle, int prefix_bytes,
                const SerializerRegistry& registry, const RocksdbCache& cache)
      : snapshot_(snapshot),
        handle_(handle),
        prefix_bytes_(prefix_bytes),
        files_(std::make_shared<RocksdbFiles>(snapshot, handle)),
        env_(rocksdb::NewCompositeEnv(files_)),
        cache_(cache) {
    const auto meta = snapshot.open(handle.meta);
    name_ = meta->name();
    SectionReader section(*meta, {0, meta->size()}, Compression::kNone);
    meta_ = decode_keyed_meta_block(section.in(), registry);
    states_ = keyed_state_schemas(meta_, name_);
    list_sections(handle);
  }

  RocksdbSource(const RocksdbSource&) = delete;
  RocksdbSource& operator=(const RocksdbSource&) = delete;

  ~RocksdbSource() override { close_database(); }

  const std::vector<KeyedStateSchema>& states() const override { return states_; }
  const KeyedMetaBlock* meta_block() const override { return &meta_; }
  const std::vector<KeyGroupSection>& sections() const override { return sections_; }
  std::string_view name() const override { return name_; }
  std::unique_ptr<KeyGroupReader> open(const KeyGroupSection& section) const override;
  std::unique_ptr<KeyGroupReader> open_keys(const KeyGroupSection& section,
                                            std::span<const ByteVector> keys) const override;
  std::unique_ptr<KeyGroupReader> open_range(std::size_t state, Bytes lower,
                                             Bytes upper) const override;

  std::unique_ptr<rocksdb::Iterator> iterate(std::size_t state,
                                             const rocksdb::ReadOptions& options) const {
    // Opened for the first entry: who only wants to know the states needs no database.
    open_database_once();
    // Counters that nobody reads, of the calling thread.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    return std::unique_ptr<rocksdb::Iterator>(
        database_->NewIterator(options, family_of_state_[state]));
  }

  void check(const rocksdb::Status& status) const {
    if (status.ok()) return;
    files_->rethrow_error();
    const std::string text =
        fmt::format("{}: RocksDB: {}", name_, files_->with_places(status.ToString()));
    if (status.IsNotSupported() || status.IsInvalidArgument()) throw UnsupportedError(text);
    throw FormatError(text);
  }

 private:
  // RocksDB may end the process over a MANIFEST that makes no sense (Debian builds it with its
  // assertions), so it is given one that says the same and does. Only the original names blob files.
  RocksdbManifest read_manifest() const {
    RocksdbManifest manifest = read_rocksdb_manifest(snapshot_, handle_);
    files_->expect(manifest);
    if (manifest.files_stand_alone) {
      files_->put(kManifest, encode_rocksdb_manifest(manifest));
      const std::string current = std::string(kManifest) + "\n";
      files_->put("CURRENT", {current.begin(), current.end()});
    }
    return manifest;
  }

  // How large a key group is, nobody knows before it is read.
  void list_sections(const IncrementalHandle& handle) {
    std::uint64_t bytes = 0;
    for (const auto* files : {&handle.shared_files, &handle.private_files}) {
      for (const LocalFile& file : *files) {
        bytes += static_cast<std::uint64_t>(
            std::max<std::int64_t>(recorded_size(file.handle).value_or(0), 0));
      }
    }
    const KeyGroupRange range = checked_key_groups(handle.range, name_);
    const auto groups = static_cast<std::uint64_t>(std::max(range.count, 1));
    for (std::int32_t i = 0; i < range.count; ++i) {
      sections_.push_back({range.first + i, 0, bytes / groups + 1, SectionEnd::kExact});
    }
  }

  rocksdb::DBOptions database_options() const {
    rocksdb::DBOptions options;
    options.env = env_.get();
    options.info_log = std::make_shared<NoLog>();
    options.max_open_files = kMaxOpenFiles;
    options.skip_stats_update_on_db_open = true;
    options.max_file_opening_threads = 1;
    return options;
  }

  // Families must be those of the states, one each, and the empty one that is always there.
  std::vector<std::string> list_families() const {
    std::vector<std::string> stored;
    for (const RocksdbFamily& family : read_manifest().families) stored.push_back(family.name);
    std::set<std::string> expected = {kDefaultFamily};
    for (const KeyedStateSchema& state : states_) expected.insert(state.name);
    const std::set<std::string> found(stored.begin(), stored.end());
    for (const std::string& name : expected) {
      if (!found.contains(name)) {
        throw FormatError(fmt::format("{}: no column family for state \"{}\"", name_, name));
      }
    }
    for (const std::string& name : found) {
      if (!expected.contains(name)) {
        throw FormatError(fmt::format("{}: column family \"{}\" is no state", name_, name));
      }
    }
    return stored;
  }

  // Again if it failed before. std::call_once says the same, but after one that threw the next waits
  // forever where pthread_once cannot be left by an exception, as under ThreadSanitizer.
  void open_database_once() const {
    const std::lock_guard lock(opening_);
    if (is_open_) return;
    close_database();
    files_->forget_error();
    open_database();
    is_open_ = true;
  }

  void close_database() const {
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      if (database_ != nullptr) database_->DestroyColumnFamilyHandle(family);
    }
    families_.clear();
    family_of_state_.clear();
    database_.reset();
  }

  void open_database() const {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache_.blocks().cache;
    table.cache_index_and_filter_blocks = true;
    rocksdb::ColumnFamilyOptions family;
    family.merge_operator = list_merge();
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : list_families()) descriptors.emplace_back(name, family);
    rocksdb::DB* database = nullptr;
    check(rocksdb::DB::OpenForReadOnly(database_options(), RocksdbFiles::kFolder, descriptors,
                                       &families_, &database));
    database_.reset(database);
    std::unordered_map<std::string, rocksdb::ColumnFamilyHandle*> named;
    for (rocksdb::ColumnFamilyHandle* handle : families_) {
      named.emplace(handle->GetName(), handle);
    }
    for (const KeyedStateSchema& state : states_) {
      family_of_state_.push_back(named.at(state.name));
    }
  }

  const Snapshot& snapshot_;
  const IncrementalHandle& handle_;
  int prefix_bytes_;
  std::string name_;
  KeyedMetaBlock meta_;
  std::vector<KeyedStateSchema> states_;
  std::vector<KeyGroupSection> sections_;
  std::shared_ptr<RocksdbFiles> files_;
  std::unique_ptr<rocksdb::Env> env_;
  const RocksdbCache& cache_;
  mutable std::mutex opening_;
  mutable bool is_open_ = false;
  mutable std::unique_ptr<rocksdb::DB> database_;
  mutable std::vector<rocksdb::ColumnFamilyHandle*> families_;
  mutable std::vector<rocksdb::ColumnFamilyHandle*> family_of_state_;
};

// Keys from `lower` on and in front of `upper`.
struct KeyRange {
  std::string lower;
  std::string upper;
};

// All that begin with `prefix`; its first byte is a key group's and never the greatest.
KeyRange range_of_prefix(std::string prefix) {
  std::string upper = prefix;
  while (upper.back() == '\xFF') upper.pop_back();
  ++upper.back();
  return {std::move(prefix), std::move(upper)};
}

// One state after another, each from the first key of a range to the last.
class RocksdbKeyGroup final : public KeyGroupReader {
 public:
  // Timers begin with their time, so they are read whole; `keys` are the ranges of other states.
  RocksdbKeyGroup(const RocksdbSource& source, std::int32_t key_group, KeyRange whole,
                  std::vector<KeyRange> keys)
      : source_(source), key_group_(key_group), whole_{std::move(whole)}, keys_(std::move(keys)) {
    options_.iterate_lower_bound = &lower_;
    options_.iterate_upper_bound = &upper_;
    options_.total_order_seek = true;
    options_.fill_cache = false;
  }

  bool next(KeyedEntry& entry) override {
    if (iterator_ != nullptr) iterator_->Next();
    while (iterator_ == nullptr || !iterator_->Valid()) {
      if (iterator_ != nullptr) source_.check(iterator_->status());
      if (!start_range()) return false;
    }
    entry = {};
    entry.state = state_;
    entry.key_group = key_group_;
    entry.composite_key = as_bytes(iterator_->key());
    entry.value = as_bytes(iterator_->value());
    return true;
  }

 private:
  const std::vector<KeyRange>& ranges() const {
    return source_.states()[state_].kind == KeyedStateKind::kTimer ? whole_ : keys_;
  }

  // Begins the next range; false behind the last of the last state.
  bool start_range() {
    while (state_ < source_.states().size() && next_range_ == ranges().size()) {
      ++state_;
      next_range_ = 0;
    }
    if (state_ == source_.states().size()) return false;
    iterator_.reset();  // it points at the bounds
    const KeyRange& range = ranges()[next_range_++];
    lower_ = range.lower;
    upper_ = range.upper;
    iterator_ = source_.iterate(state_, options_);
    iterator_->SeekToFirst();
    return true;
  }

  const RocksdbSource& source_;
  std::int32_t key_group_;
  std::vector<KeyRange> whole_;  // one
  std::vector<KeyRange> keys_;
  rocksdb::Slice lower_;
  rocksdb::Slice upper_;
  rocksdb::ReadOptions options_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::size_t state_ = 0;
  std::size_t next_range_ = 0;
};

std::unique_ptr<KeyGroupReader> RocksdbSource::open(const KeyGroupSection& section) const {
  const KeyRange whole = range_of_prefix(key_group_prefix(section.key_group, prefix_bytes_));
  return std::make_unique<RocksdbKeyGroup>(*this, section.key_group, whole, std::vector{whole});
}

std::unique_ptr<KeyGroupReader> RocksdbSource::open_keys(const KeyGroupSection& section,
                                                         std::span<const ByteVector> keys) const {
  const std::string prefix = key_group_prefix(section.key_group, prefix_bytes_);
  std::vector<KeyRange> ranges;
  for (const ByteVector& key : keys) {
    ranges.push_back(range_of_prefix(prefix + std::string(key.begin(), key.end())));
  }
  return std::make_unique<RocksdbKeyGroup>(*this, section.key_group, range_of_prefix(prefix),
                                           std::move(ranges));
}

// One state from one key to another, through all key groups between.
class RocksdbRange final : public KeyGroupReader {
 public:
  RocksdbRange(const RocksdbSource& source, std::size_t state, KeyRange range, int prefix_bytes)
      : source_(source),
        state_(state),
        range_(std::move(range)),
        lower_(range_.lower),
        upper_(range_.upper),
        prefix_bytes_(static_cast<std::size_t>(prefix_bytes)) {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower_;
    options.iterate_upper_bound = &upper_;
    options.total_order_seek = true;
    options.fill_cache = false;
    iterator_ = source.iterate(state, options);
    iterator_->SeekToFirst();
  }

  bool next(KeyedEntry& entry) override {
    if (started_) iterator_->Next();
    started_ = true;
    if (!iterator_->Valid()) {
      source_.check(iterator_->status());
      return false;
    }
    entry = {};
    entry.state = state_;
    entry.composite_key = as_bytes(iterator_->key());
    entry.value = as_bytes(iterator_->value());
    for (const std::uint8_t byte :
         entry.composite_key.first(std::min(prefix_bytes_, entry.composite_key.size()))) {
      entry.key_group = entry.key_group << 8 | byte;
    }
    return true;
  }

 private:
  const RocksdbSource& source_;
  std::size_t state_;
  KeyRange range_;
  rocksdb::Slice lower_;
  rocksdb::Slice upper_;
  std::size_t prefix_bytes_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  bool started_ = false;
};

std::unique_ptr<KeyGroupReader> RocksdbSource::open_range(std::size_t state, Bytes lower,
                                                          Bytes upper) const {
  return std::make_unique<RocksdbRange>(
      *this, state, KeyRange{{lower.begin(), lower.end()}, {upper.begin(), upper.end()}},
      prefix_bytes_);
}

}  // namespace

std::string rocksdb_version() {
  return fmt::format("{}.{}.{}", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH);
}

std::unique_ptr<RocksdbKeyedSource> open_rocksdb_source(const Snapshot& snapshot,
                                                        const IncrementalHandle& handle,
                                                        int prefix_bytes,
                                                        const SerializerRegistry& registry,
                                                        const RocksdbCache& cache) {
  return std::make_unique<RocksdbSource>(snapshot, handle, prefix_bytes, registry, cache);
}

}  // namespace savvy
