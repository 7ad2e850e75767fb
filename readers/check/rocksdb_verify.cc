#include "readers/check/rocksdb_verify.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>

#include <charconv>
#include <memory>
#include <optional>

#include "format/errors.h"
#include "readers/detail/list_merge.h"
#include "readers/detail/rocksdb_files.h"

namespace savvy {
namespace {

// RocksDB says where a block is in words alone: "... offset 4096 size 1024".
std::optional<std::uint64_t> offset_in(const std::string& text) {
  constexpr std::string_view kWord = " offset ";
  const std::size_t word = text.rfind(kWord);
  if (word == std::string::npos) return std::nullopt;
  std::uint64_t offset = 0;
  const char* start = text.data() + word + kWord.size();
  const auto [end, error] = std::from_chars(start, text.data() + text.size(), offset);
  return error == std::errc() ? std::optional(offset) : std::nullopt;
}

void check(const rocksdb::Status& status, const RocksdbFiles& files, const std::string& name) {
  if (status.ok()) return;
  files.rethrow_error();
  const std::string text = fmt::format("{}: RocksDB: {}", name, status.ToString());
  if (status.IsNotSupported() || status.IsInvalidArgument()) throw UnsupportedError(text);
  const std::optional<std::uint64_t> offset = offset_in(text);
  throw offset ? FormatError(text, *offset) : FormatError(text);
}

}  // namespace

void verify_with_rocksdb(const Snapshot& snapshot, const IncrementalHandle& handle,
                         const std::string& local_path) {
  const auto files = std::make_shared<RocksdbFiles>(snapshot, handle);
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  rocksdb::Options options;
  options.env = env.get();
  options.merge_operator = list_merge();
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::SstFileReader reader(options);
  check(reader.Open(fmt::format("{}/{}", RocksdbFiles::kFolder, local_path)), *files, local_path);
  check(reader.VerifyChecksum(), *files, local_path);
  rocksdb::ReadOptions reading;
  reading.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> entries(reader.NewIterator(reading));
  std::optional<std::string> last;
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
    const rocksdb::Slice key = entries->key();
    if (last && key.compare(*last) <= 0) {
      throw FormatError(fmt::format("{}: a key that does not follow the one before", local_path));
    }
    last = key.ToString();
  }
  check(entries->status(), *files, local_path);
}

}  // namespace savvy
