// Every flipped bit of a database that Flink wrote: told, or of no account for what is read.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>

#include "format/byte_units.h"
#include "format/key_groups.h"
#include "readers/check/database_check.h"
#include "readers/local_storage.h"
#include "readers/rocksdb_source.h"
#include "tests/cli/testdata.h"
#include "tests/support/entries.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// The local file system, with other bytes in one of its files.
class ChangedStorage final : public Storage {
 public:
  void change(const std::string& path, ByteVector bytes) {
    path_ = path;
    bytes_ = std::move(bytes);
  }
  ByteVector& bytes() { return bytes_; }

  std::unique_ptr<RandomAccessFile> open(std::string_view path) const override {
    if (path != path_) return local_.open(path);
    return std::make_unique<MemoryFile>(path_, bytes_);
  }
  std::optional<std::uint64_t> file_size(std::string_view path) const override {
    return path == path_ ? bytes_.size() : local_.file_size(path);
  }

 private:
  LocalStorage local_;
  std::string path_;
  ByteVector bytes_;
};

// The first database of a snapshot in testdata.
class Database {
 public:
  explicit Database(const std::string& name)
      : snapshot_(testdata_folder(name).string(), PathMap(), storage_) {
    for (const OperatorState& op : snapshot_.metadata().operators) {
      for (const Subtask& subtask : op.subtasks) {
        if (handle_ != nullptr) continue;
        handle_ = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
        max_parallelism_ = op.max_parallelism;
      }
    }
  }

  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> files;
    for (const auto* list : {&handle_->shared_files, &handle_->private_files}) {
      for (const LocalFile& file : *list) {
        files[file.local_path] = snapshot_.local_path(file.handle).value();
      }
    }
    return files;
  }

  bool has_finding() const {
    FindingList findings;
    check_database(snapshot_, *handle_, max_parallelism_, {}, 100, findings);
    return !findings.findings().empty();
  }

  // Every entry, or why it cannot be read.
  std::vector<std::string> entries() const {
    std::vector<std::string> texts;
    try {
      const RocksdbCache cache(kMiB);
      const auto source = open_rocksdb_source(
          snapshot_, *handle_, key_group_prefix_bytes(max_parallelism_), registry_, cache);
      for (const KeyGroupSection& section : source->sections()) {
        const auto reader = source->open(section);
        for (KeyedEntry entry; reader->next(entry);) texts.push_back(entry_text(entry));
      }
    } catch (const Error& error) {
      texts.push_back(error.what());
    }
    return texts;
  }

  ChangedStorage& storage() { return storage_; }

 private:
  ChangedStorage storage_;
  savvy::Snapshot snapshot_;
  SerializerRegistry registry_ = make_serializer_registry();
  const IncrementalHandle* handle_ = nullptr;
  std::int32_t max_parallelism_ = 0;
};

struct Share {
  std::size_t flips = 0;
  std::size_t told = 0;
};

// Flips each `step`th bit of a file; calls `untold` while a flip is in place that nobody tells.
template <typename Untold>
Share flip_bits(Database& database, const std::string& path, std::size_t step, Untold untold) {
  database.storage().change(path, read_file(path));
  ByteVector& bytes = database.storage().bytes();
  Share share;
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += step) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    ++share.flips;
    if (database.has_finding()) {
      ++share.told;
    } else {
      untold(bit / 8);
    }
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  CHECK_FALSE(database.has_finding());
  return share;
}

TEST_CASE("flipped bits of a database are told, or change nothing that is read",
          "[check][check_database_flips]") {
  const std::string name =
      GENERATE("flink1.20-rocksdb-native-p2-of-4096", "flink2.3-rocksdb-native");
  Database database(name);
  const std::vector<std::string> whole = database.entries();
  CHECK(whole.size() > 10);
  // Text that Flink does not read: only its lines are told.
  constexpr std::size_t kOptionsStep = 37;
  const std::size_t step = name == "flink2.3-rocksdb-native" ? 1 : 3;
  for (const auto& [file, path] : database.files()) {
    const std::string& local = file;  // a lambda cannot capture a binding
    CAPTURE(name, local);
    const std::size_t size = fs::file_size(path);
    if (local.starts_with("OPTIONS-")) {
      const Share share = flip_bits(database, path, kOptionsStep, [](std::size_t) {});
      CHECK(share.told > 0);
      continue;
    }
    const Share share = flip_bits(database, path, step, [&](std::size_t at) {
      // The format version: an older one is read the same way.
      CHECK(local.ends_with(".sst"));
      CHECK(at == size - 12);
      CHECK(database.entries() == whole);
    });
    CHECK(share.flips >= size * 8 / step);
    CHECK(share.flips - share.told <= (local.ends_with(".sst") ? 2 : 0));
  }
}

TEST_CASE("the entries are read without OPTIONS", "[check][check_database_flips]") {
  Database database("flink2.3-rocksdb-native");
  const std::vector<std::string> whole = database.entries();
  for (const auto& [local, path] : database.files()) {
    if (local.starts_with("OPTIONS-")) database.storage().change(path, ByteVector(100, 'x'));
  }
  CHECK(database.entries() == whole);
  CHECK(database.has_finding());
}

TEST_CASE("no beginning of a database's file makes trouble", "[check][check_database_flips]") {
  Database database("flink2.3-rocksdb-native");
  const std::vector<std::string> entries = database.entries();
  for (const auto& [local, path] : database.files()) {
    const ByteVector whole = read_file(path);
    // All of what is binary; OPTIONS is long, and cut anywhere it lacks lines or families.
    const std::size_t step = local.starts_with("OPTIONS-") ? 101 : 1;
    for (std::size_t size = 0; size < whole.size(); size += step) {
      CAPTURE(local, size);
      database.storage().change(path,
                                {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
      if (database.has_finding()) continue;
      // The MANIFEST may end behind any edit, if the last ones name no files; that it is shorter than
      // recorded is told by the check of files.
      CHECK(local.starts_with("MANIFEST-"));
      CHECK(database.entries() == entries);
    }
  }
}

}  // namespace
}  // namespace savvy::testing
