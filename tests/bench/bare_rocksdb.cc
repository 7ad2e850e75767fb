#include "tests/bench/bare_rocksdb.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include "format/byte_units.h"

namespace savvy::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytes = 64 * kMiB;
constexpr std::size_t kBufferBytes = kMiB;

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

// RocksDB would write a log beside the files.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class Database {
 public:
  explicit Database(const fs::path& folder) {
    rocksdb::Options options;
    options.info_log = std::make_shared<NoLog>();
    check(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappendtest",
                                                   &options.merge_operator));
    std::vector<std::string> names;
    check(rocksdb::DB::ListColumnFamilies(options, folder.string(), &names));
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) descriptors.emplace_back(name, options);
    rocksdb::DB* database = nullptr;
    check(
        rocksdb::DB::OpenForReadOnly(options, folder.string(), descriptors, &families_, &database));
    database_.reset(database);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      database_->DestroyColumnFamilyHandle(family);
    }
  }

  std::size_t family_count() const { return families_.size(); }
  std::unique_ptr<rocksdb::Iterator> iterate(std::size_t family) const {
    return std::unique_ptr<rocksdb::Iterator>(
        database_->NewIterator(rocksdb::ReadOptions(), families_[family]));
  }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// Called for each entry of a family, and once at its end.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void entry(const rocksdb::Slice& key, const rocksdb::Slice& value) = 0;
  virtual void end() = 0;
};

class NoVisitor final : public Visitor {
 public:
  void entry(const rocksdb::Slice&, const rocksdb::Slice&) override {}
  void end() override {}
};

// Key and value behind their lengths, as canonical savepoints have them.
class PlainVisitor final : public Visitor {
 public:
  explicit PlainVisitor(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) throw std::runtime_error(path + ": cannot be made");
    std::setvbuf(file_, nullptr, _IOFBF, kBufferBytes);
  }
  ~PlainVisitor() override { std::fclose(file_); }
  void entry(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    put(key);
    put(value);
  }
  void end() override {
    if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) {
      throw std::runtime_error("a plain file cannot be synced");
    }
  }

 private:
  void put(const rocksdb::Slice& bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    if (std::fwrite(&size, sizeof size, 1, file_) != 1 ||
        std::fwrite(bytes.data(), 1, size, file_) != size) {
      throw std::runtime_error("a plain file cannot be written");
    }
  }

  std::FILE* file_;
};

class SstVisitor final : public Visitor {
 public:
  explicit SstVisitor(std::string prefix) : prefix_(std::move(prefix)) {
    rocksdb::BlockBasedTableOptions table;
    table.checksum = rocksdb::kCRC32c;
    table.format_version = 4;
    options_.compression = rocksdb::kSnappyCompression;
    options_.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  }
  void entry(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    if (writer_ != nullptr && writer_->FileSize() >= kFileBytes) end();
    if (writer_ == nullptr) {
      writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options_);
      check(writer_->Open(fmt::format("{}-{:06}.sst", prefix_, number_++)));
    }
    check(writer_->Put(key, value));
  }
  void end() override {
    if (writer_ != nullptr) check(writer_->Finish());
    writer_.reset();
  }

 private:
  std::string prefix_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  int number_ = 0;
};

// `id` tells the families of all databases apart.
using MakeVisitor = std::function<std::unique_ptr<Visitor>(std::size_t id)>;

Scanned visit_family(const Database& database, std::size_t family, Visitor& visitor) {
  Scanned scanned;
  const auto iterator = database.iterate(family);
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    ++scanned.entries;
    scanned.bytes += iterator->key().size() + iterator->value().size();
    visitor.entry(iterator->key(), iterator->value());
  }
  check(iterator->status());
  visitor.end();
  return scanned;
}

// Adds up what `work` makes of each of so many parts.
Scanned run_all(std::size_t parts, unsigned threads,
                const std::function<Scanned(std::size_t part)>& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> entries = 0;
  std::atomic<std::uint64_t> bytes = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < parts; i = next++) {
      const Scanned scanned = work(i);
      entries += scanned.entries;
      bytes += scanned.bytes;
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  others.clear();
  return {entries, bytes};
}

Scanned visit(const fs::path& snapshot, unsigned threads, const MakeVisitor& make_visitor) {
  std::vector<std::unique_ptr<Database>> databases;
  std::vector<std::pair<const Database*, std::size_t>> families;
  for (const auto& entry : fs::directory_iterator(snapshot)) {
    if (!fs::exists(entry.path() / "CURRENT")) continue;
    databases.push_back(std::make_unique<Database>(entry.path()));
    for (std::size_t i = 0; i < databases.back()->family_count(); ++i) {
      families.emplace_back(databases.back().get(), i);
    }
  }
  return run_all(families.size(), threads, [&](std::size_t i) {
    const auto visitor = make_visitor(i);
    return visit_family(*families[i].first, families[i].second, *visitor);
  });
}

// Entries as PlainVisitor writes them.
Scanned visit_plain(const fs::path& path, Visitor& visitor) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) throw std::runtime_error(path.string() + ": cannot be read");
  std::setvbuf(file.get(), nullptr, _IOFBF, kBufferBytes);
  std::string key;
  std::string value;
  const auto take = [&file](std::string& into) {
    std::uint32_t size = 0;
    if (std::fread(&size, sizeof size, 1, file.get()) != 1) return false;
    into.resize(size);
    return std::fread(into.data(), 1, size, file.get()) == size;
  };
  Scanned scanned;
  while (take(key) && take(value)) {
    ++scanned.entries;
    scanned.bytes += key.size() + value.size();
    visitor.entry(key, value);
  }
  visitor.end();
  return scanned;
}

}  // namespace

Scanned scan(const fs::path& snapshot, unsigned threads) {
  return visit(snapshot, threads, [](std::size_t) { return std::make_unique<NoVisitor>(); });
}

Scanned spill(const fs::path& snapshot, const fs::path& destination, unsigned threads) {
  fs::create_directories(destination);
  return visit(snapshot, threads, [&destination](std::size_t id) {
    return std::make_unique<PlainVisitor>((destination / std::to_string(id)).string());
  });
}

Scanned write(const fs::path& spilled, const fs::path& destination, unsigned threads) {
  fs::create_directories(destination);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(spilled)) files.push_back(entry.path());
  return run_all(files.size(), threads, [&](std::size_t i) {
    SstVisitor visitor((destination / files[i].filename()).string());
    return visit_plain(files[i], visitor);
  });
}

Scanned rewrite(const fs::path& snapshot, const fs::path& destination, unsigned threads) {
  fs::create_directories(destination);
  return visit(snapshot, threads, [&destination](std::size_t id) {
    return std::make_unique<SstVisitor>((destination / std::to_string(id)).string());
  });
}

}  // namespace savvy::bench
