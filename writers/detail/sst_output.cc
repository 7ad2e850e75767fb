#include "writers/detail/sst_output.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <string>
#include <utility>

#include "format/byte_units.h"
#include "format/errors.h"
#include "writers/detail/sst_bytes.h"

namespace savvy {
namespace {

using rocksdb::IOStatus;

constexpr std::uint8_t kPutType = 1;  // written to disk, never change
constexpr std::size_t kBufferBytes = 64 * kKiB;

rocksdb::Slice as_slice(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Where RocksDB writes. What is behind it outlives a crash only once the OutputFile is finished.
class SstSink final : public rocksdb::FSWritableFile {
 public:
  explicit SstSink(SstBytes& bytes) : bytes_(bytes) {}

  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions&,
                  rocksdb::IODebugContext*) override {
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
    return bytes_.append(bytes) == SstBytes::Outcome::kDone ? IOStatus::OK()
                                                            : IOStatus::IOError("write");
  }
  IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return IOStatus::OK();
  }
  std::uint64_t GetFileSize(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return bytes_.size();
  }

 private:
  SstBytes& bytes_;
};

// A file system of one file, which can only be written.
class SstFolder final : public rocksdb::FileSystemWrapper {
 public:
  explicit SstFolder(SstBytes& bytes)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), bytes_(bytes) {}

  const char* Name() const override { return "SavvySst"; }
  IOStatus NewWritableFile(const std::string&, const rocksdb::FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           rocksdb::IODebugContext*) override {
    *result = std::make_unique<SstSink>(bytes_);
    return IOStatus::OK();
  }
  // RocksDB deletes what it could not write; that is the folder's business here.
  IOStatus DeleteFile(const std::string&, const rocksdb::IOOptions&,
                      rocksdb::IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  SstBytes& bytes_;
};

rocksdb::Options options_of(const SstStyle& style, rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kCRC32c;
  table.format_version = static_cast<std::uint32_t>(style.format_version);
  table.no_block_cache = true;
  rocksdb::Options options;
  options.env = env;
  options.db_host_id = "";  // else the name of this machine
  options.compression = style.compression == SstCompression::kSnappy ? rocksdb::kSnappyCompression
                                                                     : rocksdb::kNoCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::EnvOptions env_options() {
  rocksdb::EnvOptions options;
  options.writable_file_max_buffer_size = kBufferBytes;  // many files are written at a time
  return options;
}

}  // namespace

struct SstOutput::Rocksdb {
  Rocksdb(OutputFile& out, const SstStyle& style)
      : bytes(out),
        env(rocksdb::NewCompositeEnv(std::make_shared<SstFolder>(bytes))),
        writer(env_options(), options_of(style, env.get()), nullptr, false) {}

  void check(const rocksdb::Status& status) const {
    if (status.ok()) return;
    bytes.rethrow_error();
    throw FormatError(fmt::format("{}: RocksDB: {}", bytes.name(), status.ToString()));
  }

  SstBytes bytes;
  std::unique_ptr<rocksdb::Env> env;
  rocksdb::SstFileWriter writer;
};

SstOutput::SstOutput(std::unique_ptr<OutputFile> file, const SstStyle& style)
    : file_(std::move(file)), rocksdb_(std::make_unique<Rocksdb>(*file_, style)) {
  rocksdb_->check(rocksdb_->writer.Open("sst"));
}

SstOutput::~SstOutput() = default;

void SstOutput::put(Bytes key, Bytes value) {
  rocksdb_->check(rocksdb_->writer.Put(as_slice(key), as_slice(value)));
  last_key_.assign(key.begin(), key.end());
  if (first_key_.empty()) first_key_ = last_key_;
}

std::uint64_t SstOutput::size_bytes() const { return rocksdb_->writer.FileSize(); }

WrittenSst SstOutput::finish() {
  rocksdb_->check(rocksdb_->writer.Finish());
  WrittenSst written;
  written.hash = rocksdb_->bytes.seal();
  file_->finish();
  written.file.smallest = internal_key(first_key_, 0, kPutType);
  written.file.largest = internal_key(last_key_, 0, kPutType);
  written.file.size_bytes = rocksdb_->bytes.size();
  return written;
}

}  // namespace savvy
