#include "tests/bench/database_maker.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/utilities/checkpoint.h>

#include <stdexcept>
#include <utility>

#include "format/byte_units.h"

namespace savvy::bench {
namespace {

namespace fs = std::filesystem;

// Small, so that a gigabyte has several levels.
constexpr std::size_t kWriteBufferBytes = 16 * kMiB;
constexpr std::uint64_t kFileBytes = 32 * kMiB;
constexpr std::uint64_t kFirstLevelBytes = 64 * kMiB;

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

rocksdb::Slice as_slice(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

rocksdb::Options database_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.compression = rocksdb::kSnappyCompression;
  options.write_buffer_size = kWriteBufferBytes;
  options.target_file_size_base = kFileBytes;
  options.max_bytes_for_level_base = kFirstLevelBytes;
  check(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappendtest",
                                                 &options.merge_operator));
  return options;
}

}  // namespace

struct DatabaseMaker::Rocksdb {
  rocksdb::WriteOptions writes;
  std::unique_ptr<rocksdb::DB> database;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // the default one first
};

DatabaseMaker::DatabaseMaker(fs::path folder, const std::vector<std::string>& states)
    : folder_(std::move(folder)), rocksdb_(std::make_unique<Rocksdb>()) {
  const rocksdb::Options options = database_options();
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {
      {rocksdb::kDefaultColumnFamilyName, options}};
  for (const std::string& state : states) descriptors.emplace_back(state, options);
  rocksdb::DB* database = nullptr;
  check(rocksdb::DB::Open(options, folder_.string(), descriptors, &rocksdb_->families, &database));
  rocksdb_->database.reset(database);
  rocksdb_->writes.disableWAL = true;
}

DatabaseMaker::~DatabaseMaker() {
  for (rocksdb::ColumnFamilyHandle* family : rocksdb_->families) {
    rocksdb_->database->DestroyColumnFamilyHandle(family);
  }
}

void DatabaseMaker::put(std::size_t state, Bytes key, Bytes value) {
  check(rocksdb_->database->Put(rocksdb_->writes, rocksdb_->families[state + 1], as_slice(key),
                                as_slice(value)));
}

void DatabaseMaker::merge(std::size_t state, Bytes key, Bytes operand) {
  check(rocksdb_->database->Merge(rocksdb_->writes, rocksdb_->families[state + 1], as_slice(key),
                                  as_slice(operand)));
}

void DatabaseMaker::remove(std::size_t state, Bytes key) {
  check(rocksdb_->database->Delete(rocksdb_->writes, rocksdb_->families[state + 1], as_slice(key)));
}

void DatabaseMaker::ingest(std::size_t state,
                           const std::vector<std::pair<ByteVector, ByteVector>>& entries,
                           std::size_t files) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < files; ++i) {
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), database_options());
    paths.push_back(folder_.string() + fmt::format("-{}.sst", i));
    check(writer.Open(paths.back()));
    for (std::size_t n = entries.size() * i / files; n < entries.size() * (i + 1) / files; ++n) {
      check(writer.Put(as_slice(entries[n].first), as_slice(entries[n].second)));
    }
    check(writer.Finish());
  }
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  check(rocksdb_->database->IngestExternalFile(rocksdb_->families[state + 1], paths, options));
}

void DatabaseMaker::finish(const fs::path& checkpoint) {
  rocksdb::Checkpoint* maker = nullptr;
  check(rocksdb::Checkpoint::Create(rocksdb_->database.get(), &maker));
  const std::unique_ptr<rocksdb::Checkpoint> owner(maker);
  check(maker->CreateCheckpoint(checkpoint.string()));
  for (rocksdb::ColumnFamilyHandle* family : rocksdb_->families) {
    check(rocksdb_->database->DestroyColumnFamilyHandle(family));
  }
  rocksdb_->families.clear();
  check(rocksdb_->database->Close());
  rocksdb_->database.reset();
  fs::remove_all(folder_);
}

}  // namespace savvy::bench
