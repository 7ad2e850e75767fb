// Two checkpoints of a real RocksDB whose two SST files are equally long: chk-1 needs the first,
// chk-2 both.

#pragma once

#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "format/java_hash.h"
#include "tests/support/files.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

class EqualSsts {
 public:
  EqualSsts() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder_.path("db"), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::ColumnFamilyHandle* family = nullptr;
    REQUIRE(db->CreateColumnFamily(options, "count", &family).ok());
    take(*db, *family, "one", "chk-1");
    take(*db, *family, "two", "chk-2");
    REQUIRE(db->DestroyColumnFamilyHandle(family).ok());
    REQUIRE(ssts_.size() == 2);
    REQUIRE(std::filesystem::file_size(first()) == std::filesystem::file_size(ssts_[1]));
  }

  std::filesystem::path root() const { return folder_.path("job"); }
  const std::filesystem::path& first() const { return ssts_[0]; }

  void exchange() const {
    const std::string content = read_text(ssts_[0]);
    copy_second_over_first();
    std::ofstream(ssts_[1], std::ios::binary) << content;
  }
  void copy_second_over_first() const {
    std::filesystem::copy_file(ssts_[1], ssts_[0],
                               std::filesystem::copy_options::overwrite_existing);
  }

 private:
  // Puts the count of a key, and makes a checkpoint of what there is then.
  void take(rocksdb::DB& db, rocksdb::ColumnFamilyHandle& family, const std::string& key,
            const std::string& name) {
    namespace fs = std::filesystem;
    const auto group =
        static_cast<std::uint8_t>(key_group_of_hash(java_hash_of_text(key), kKeyGroups));
    const ByteVector composite = joined({{group}, string_bytes(key), {0}});
    rocksdb::WriteOptions without_log;  // as Flink writes
    without_log.disableWAL = true;
    REQUIRE(db.Put(without_log, &family, text(composite), text(int_bytes(7))).ok());
    REQUIRE(db.Flush({}, &family).ok());
    rocksdb::Checkpoint* made = nullptr;
    REQUIRE(rocksdb::Checkpoint::Create(&db, &made).ok());
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    const fs::path taken = folder_.path("taken-" + name);
    REQUIRE(checkpoint->CreateCheckpoint(taken.string()).ok());
    IncrementalHandle handle;
    handle.range = {0, kKeyGroups};
    handle.backend_id = "00000000-0000-0000-0000-000000000001";
    handle.handle_id = name;
    const std::string head = folder_.add("job/" + name + "/meta", head_bytes());
    handle.meta = FileHandle{static_cast<std::int64_t>(fs::file_size(head)), "file:" + head};
    for (const auto& entry : fs::directory_iterator(taken)) {
      if (entry.path().extension() != ".log") add_file(handle, entry.path(), name);
    }
    OperatorState op = small_operator("keyed", 1, kKeyGroups);
    op.subtasks[0].managed_keyed_state = Boxed<IncrementalHandle>(handle);
    write_snapshot(folder_, "job/" + name, {op});
  }

  // SST files are kept once, under a name that says nothing.
  void add_file(IncrementalHandle& handle, const std::filesystem::path& from,
                const std::string& checkpoint) {
    namespace fs = std::filesystem;
    const std::string local = from.filename().string();
    const bool sst = local.ends_with(".sst");
    const fs::path to = folder_.path("job/shared/" + (sst ? "s-" : checkpoint + "-") +
                                     std::to_string(std::hash<std::string>()(local)));
    fs::create_directories(to.parent_path());
    if (!fs::exists(to)) {
      fs::copy_file(from, to);
      if (sst) ssts_.push_back(to);
    }
    (sst ? handle.shared_files : handle.private_files)
        .push_back({local, FileHandle{static_cast<std::int64_t>(fs::file_size(to)),
                                      "file:" + to.string()}});
  }

  static std::string text(const ByteVector& bytes) { return {bytes.begin(), bytes.end()}; }

  static std::string head_bytes() {
    KeyedMetaBlock block;
    block.key = stored(base_snapshot("String"));
    block.states = {small_state("count", "VALUE", base_snapshot("Int"))};
    ByteWriter out;
    encode_keyed_meta_block(block, out);
    return text(out.take());
  }

  static constexpr std::int32_t kKeyGroups = 128;

  TempFolder folder_;
  std::vector<std::filesystem::path> ssts_;
};

}  // namespace savvy::testing
