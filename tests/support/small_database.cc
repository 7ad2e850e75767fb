#include "tests/support/small_database.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <stdexcept>

#include "format/sst_tail.h"
#include "tests/support/files.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

rocksdb::Options default_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.compression = rocksdb::kNoCompression;
  options.disable_auto_compactions = true;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kCRC32c;
  table.block_size = 256;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  check(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappendtest",
                                                 &options.merge_operator));
  return options;
}

void write_file(const fs::path& path, const ByteVector& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

SmallDatabase::SmallDatabase(const SetOptions& set, const std::vector<std::string>& more) {
  rocksdb::Options options = default_options();
  if (set) set(options);
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {{"default", options}};
  for (const StateMeta& state : small_meta().states) families.emplace_back(state.name, options);
  for (const std::string& name : more) families.emplace_back(name, options);
  rocksdb::DB* database = nullptr;
  check(rocksdb::DB::Open(options, folder_.path("db"), families, &families_, &database));
  database_.reset(database);
}

SmallDatabase::~SmallDatabase() {
  for (auto* family : families_) database_->DestroyColumnFamilyHandle(family);
}

std::string SmallDatabase::key(int group, int number) {
  return std::string(1, static_cast<char>(group)) + fmt::format("{:06}", number);
}

void SmallDatabase::put(std::size_t family, const std::string& key, const std::string& value) {
  check(database_->Put({}, families_[family + 1], key, value));
}
void SmallDatabase::merge(std::size_t family, const std::string& key, const std::string& value) {
  check(database_->Merge({}, families_[family + 1], key, value));
}
void SmallDatabase::remove(std::size_t family, const std::string& key) {
  check(database_->Delete({}, families_[family + 1], key));
}
void SmallDatabase::remove_groups(std::size_t family, int first, int end) {
  check(database_->DeleteRange({}, families_[family + 1], std::string(1, static_cast<char>(first)),
                               std::string(1, static_cast<char>(end))));
}
void SmallDatabase::flush(std::size_t family) {
  check(database_->Flush({}, families_[family + 1]));
}
void SmallDatabase::compact(std::size_t family, int level) {
  rocksdb::CompactRangeOptions options;
  options.change_level = true;
  options.target_level = level;
  check(database_->CompactRange(options, families_[family + 1], nullptr, nullptr));
}

void SmallDatabase::write_snapshot(const fs::path& folder, KeyGroupRange range) {
  check(database_->Flush({}, families_));
  rocksdb::Checkpoint* checkpoint = nullptr;
  check(rocksdb::Checkpoint::Create(database_.get(), &checkpoint));
  const std::unique_ptr<rocksdb::Checkpoint> owned(checkpoint);
  check(checkpoint->CreateCheckpoint(folder.string()));
  IncrementalHandle handle;
  handle.range = range;
  handle.backend_id = "00000000-0000-0000-0000-000000000001";
  handle.handle_id = "handle";
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    handle.private_files.push_back(
        {name, RelativeFileHandle{name, static_cast<std::int64_t>(file.file_size())}});
  }
  ByteWriter meta;
  encode_keyed_meta_block(small_meta(), meta);
  write_file(folder / "meta", meta.take());
  handle.meta =
      RelativeFileHandle{"meta", static_cast<std::int64_t>(fs::file_size(folder / "meta"))};
  OperatorState op = small_operator("keyed", 1, 128);
  op.subtasks[0].managed_keyed_state = Boxed<IncrementalHandle>(handle);
  Metadata metadata;
  metadata.operators = {op};
  write_file(folder / "_metadata", encode_metadata(metadata));
}

void change_handle(const fs::path& snapshot,
                   const std::function<void(IncrementalHandle&)>& change) {
  const fs::path file = snapshot / "_metadata";
  const ByteVector bytes = read_file(file);
  ByteReader in(bytes, "_metadata");
  Metadata metadata = decode_metadata(in);
  auto& handle =
      std::get<Boxed<IncrementalHandle>>(metadata.operators[0].subtasks[0].managed_keyed_state);
  change(*handle);
  write_file(file, encode_metadata(metadata));
}

void change_manifest(const fs::path& file, const std::function<void(RocksdbManifest&)>& change) {
  const ByteVector bytes = read_file(file);
  ByteReader in(bytes, "MANIFEST");
  RocksdbManifest manifest = decode_rocksdb_manifest(in);
  change(manifest);
  write_file(file, encode_rocksdb_manifest(manifest));
}

void change_properties(const fs::path& file, const std::string& from, const std::string& to) {
  ByteVector bytes = read_file(file);
  const SstTail tail = read_sst_tail(MemoryFile("sst", bytes));
  const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(tail.properties_offset);
  const auto end = start + static_cast<std::ptrdiff_t>(tail.properties_bytes - kSstChecksumBytes);
  const auto found = std::search(start, end, from.begin(), from.end());
  if (found == end || from.size() != to.size()) throw std::runtime_error("no such property");
  std::copy(to.begin(), to.end(), found);
  const ByteVector checksum = sst_block_checksum(Bytes(start, end));
  std::copy(checksum.begin(), checksum.end(), end);
  write_file(file, bytes);
}

}  // namespace savvy::testing
