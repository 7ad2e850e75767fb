// Files of other databases that are taken over whole.

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include <catch2/catch.hpp>
#include <set>

#include "readers/sst_files.h"
#include "tests/support/folder_output.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/rocksdb_snapshot.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_types.h"
#include "writers/rocksdb_writer.h"
#include "writers/sst_levels.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kStates = {"value", "list", "map", "_timer_state/event_t"};

// A database as Flink's backend opens it, with the four states of keyed_streams.h as families.
class Database {
 public:
  explicit Database(const std::string& path) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.compression = rocksdb::kNoCompression;
    options.disable_auto_compactions = true;
    options.target_file_size_base = 4096;
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 256;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    REQUIRE(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappendtest",
                                                     &options.merge_operator)
                .ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families = {{"default", options}};
    for (const std::string& state : kStates) families.emplace_back(state, options);
    rocksdb::DB* database = nullptr;
    check(rocksdb::DB::Open(options, path, families, &families_, &database));
    database_.reset(database);
  }
  ~Database() {
    for (auto* family : families_) check(database_->DestroyColumnFamilyHandle(family));
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  static std::string key(int group, int number) {
    const std::string digits = std::to_string(number);
    return std::string(1, static_cast<char>(group)) + std::string(6 - digits.size(), '0') + digits;
  }
  static std::string group_prefix(int group) { return std::string(1, static_cast<char>(group)); }

  void put(std::size_t state, const std::string& key, const std::string& value) {
    check(database_->Put({}, family(state), key, value));
  }
  void merge(std::size_t state, const std::string& key, const std::string& value) {
    check(database_->Merge({}, family(state), key, value));
  }
  void remove(std::size_t state, const std::string& key) {
    check(database_->Delete({}, family(state), key));
  }
  void remove_range(std::size_t state, const std::string& from, const std::string& to) {
    check(database_->DeleteRange({}, family(state), from, to));
  }
  void flush(std::size_t state) { check(database_->Flush({}, family(state))); }
  void compact(std::size_t state, int level) {
    rocksdb::CompactRangeOptions options;
    options.change_level = true;
    options.target_level = level;
    check(database_->CompactRange(options, family(state), nullptr, nullptr));
  }
  // Level 0 into level 1, whatever lies below.
  void compact_newest(std::size_t state) {
    std::vector<std::string> names;
    for (const rocksdb::LiveFileMetaData& file : live_files()) {
      if (file.level == 0 && file.column_family_name == kStates[state]) names.push_back(file.name);
    }
    check(database_->CompactFiles({}, family(state), names, 1));
  }
  const rocksdb::Snapshot* hold() { return database_->GetSnapshot(); }
  void release(const rocksdb::Snapshot* snapshot) { database_->ReleaseSnapshot(snapshot); }
  std::vector<rocksdb::LiveFileMetaData> live_files() {
    std::vector<rocksdb::LiveFileMetaData> files;
    database_->GetLiveFilesMetaData(&files);
    return files;
  }

  // Makes `folder` a snapshot of it.
  IncrementalHandle snapshot(const fs::path& folder, KeyGroupRange range) {
    rocksdb::Checkpoint* checkpoint = nullptr;
    check(rocksdb::Checkpoint::Create(database_.get(), &checkpoint));
    const std::unique_ptr<rocksdb::Checkpoint> owned(checkpoint);
    check(checkpoint->CreateCheckpoint(folder.string()));
    IncrementalHandle handle;
    handle.range = range;
    for (const auto& file : fs::directory_iterator(folder)) {
      const std::string name = file.path().filename().string();
      handle.private_files.push_back(
          {name, RelativeFileHandle{name, static_cast<std::int64_t>(file.file_size())}});
    }
    handle.meta = ByteStreamHandle{"meta", from_hex(keyed_head_hex(Packing::kPlain))};
    handle.backend_id = "00000000-0000-0000-0000-000000000001";
    add_metadata(folder, handle, 128);
    return handle;
  }

 private:
  static void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }
  rocksdb::ColumnFamilyHandle* family(std::size_t state) { return families_[state + 1]; }

  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

// Values, deletions, merge operands and range deletions, on several levels, in key groups `first`
// to `first` + 2.
void fill(Database& db, int first) {
  for (int group = first; group < first + 3; ++group) {
    for (int i = 0; i < 300; ++i) db.put(0, Database::key(group, i), std::string(40, 'v'));
    for (int i = 0; i < 50; ++i) db.merge(1, Database::key(group, i), "a" + std::to_string(i));
  }
  db.flush(0);
  db.compact(0, 2);
  db.flush(1);
  // A range deletion that stays, over the borders of the files that it is cut into.
  const rocksdb::Snapshot* held = db.hold();
  db.remove_range(0, Database::key(first, 100), Database::key(first + 2, 50));
  for (int i = 0; i < 300; i += 7) {
    db.put(0, Database::key(first + 1, i), std::string(40, 'w'));
  }
  db.flush(0);
  db.compact_newest(0);
  for (int i = 0; i < 300; i += 11) db.remove(0, Database::key(first, i));
  for (int i = 0; i < 50; i += 2) db.merge(1, Database::key(first, i), "b");
  db.remove(1, Database::key(first, 4));
  db.flush(0);
  db.flush(1);
  for (int i = 0; i < 50; i += 3) db.merge(1, Database::key(first, i), "c");
  db.put(1, Database::key(first, 6), "only");
  // A file that holds nothing but a range deletion.
  db.remove_range(0, Database::key(first + 2, 200), Database::group_prefix(first + 3));
  db.flush(0);
  db.flush(1);
  db.release(held);
}

struct Part {
  const Snapshot& snapshot;
  const IncrementalHandle& handle;
};

// One database of all files of these.
IncrementalHandle take_over(const fs::path& folder, const std::vector<Part>& parts,
                            const KeyedMetaBlock& meta, KeyGroupRange range, int prefix_bytes) {
  PlainOutputFolder out(folder);
  RocksdbTarget target;
  target.prefix_bytes = prefix_bytes;
  RocksdbWriter writer(out, "op-0", meta, range, 3, target);
  for (const Part& part : parts) {
    for (const LiveSst& sst : list_live_ssts(part.snapshot, part.handle).files) {
      const auto state =
          std::find_if(meta.states.begin(), meta.states.end(),
                       [&](const StateMeta& each) { return each.name == sst.family; });
      REQUIRE(state != meta.states.end());
      const auto content = part.snapshot.open(sst.stored->handle);
      writer.reuse(static_cast<std::size_t>(state - meta.states.begin()), sst.file, *content);
    }
  }
  const IncrementalHandle handle = writer.finish();
  add_metadata(folder, handle, prefix_bytes == 1 ? 128 : 4096);
  return handle;
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

TEST_CASE("the files of a database as RocksDB itself lists them", "[rocksdb_reuse]") {
  const TempFolder folder;
  Database db(folder.path("db"));
  fill(db, 4);
  const IncrementalHandle handle = db.snapshot(folder.path("cp"), {4, 3});
  const Snapshot snapshot = open_snapshot(folder.path("cp"));
  const LiveSsts live = list_live_ssts(snapshot, handle);
  CHECK(live.files_stand_alone);
  CHECK(live.families ==
        std::vector<std::string>{"default", "value", "list", "map", "_timer_state/event_t"});

  const auto line = [](const auto&... fields) {
    std::string text;
    ((text += fmt::format("{} ", fields)), ...);
    return text;
  };
  std::vector<std::string> expected;
  for (const rocksdb::LiveFileMetaData& file : db.live_files()) {
    expected.push_back(line(file.column_family_name, file.relative_filename, file.level,
                            file.smallestkey, file.largestkey, file.smallest_seqno,
                            file.largest_seqno, file.size));
  }
  std::vector<std::string> found;
  std::set<std::int32_t> levels;
  std::uint64_t deletions = 0;
  std::uint64_t operands = 0;
  std::uint64_t range_deletions = 0;
  const auto text = [](Bytes bytes) { return std::string(bytes.begin(), bytes.end()); };
  for (const LiveSst& sst : live.files) {
    found.push_back(line(sst.family, sst_local_path(sst.file.number), sst.file.level,
                         text(user_key_of(sst.file.smallest)), text(user_key_of(sst.file.largest)),
                         sst.file.smallest_seqno, sst.file.largest_seqno, sst.file.size_bytes));
    levels.insert(sst.file.level);
    deletions += sst.tail.deletion_count;
    operands += sst.tail.merge_operand_count;
    range_deletions += sst.tail.range_deletion_count;
    CHECK(sst.tail.entry_count > 0);
    CHECK(sst.tail.checksum == SstChecksum::kXxh3);
    CHECK(sst.tail.format_version == 5);
    const auto groups = key_groups_of(sst.file, 1);
    REQUIRE(groups.has_value());
    CHECK((groups->first >= 4 && groups->last() <= 6));
  }
  CHECK(sorted(found) == sorted(expected));
  CHECK(levels == std::set<std::int32_t>{0, 1, 2});
  CHECK(deletions > 20);
  CHECK(operands > 100);
  CHECK(range_deletions >= 2);
}

TEST_CASE("files of one database make another, with all that they hide and join",
          "[rocksdb_reuse]") {
  const TempFolder folder;
  IncrementalHandle handle;
  {
    Database db(folder.path("db"));
    fill(db, 4);
    handle = db.snapshot(folder.path("cp"), {4, 3});
  }
  const SerializerRegistry registry = test_registry();
  const Snapshot source = open_snapshot(folder.path("cp"));
  const std::vector<std::string> before = entries_of(source, handle, 1, registry);
  CHECK(before.size() > 300);
  const IncrementalHandle copy = take_over(folder.path("out"), {{source, handle}},
                                           read_meta(source, handle, registry), {4, 3}, 1);
  const Snapshot target = open_snapshot(folder.path("out"));
  CHECK(entries_of(target, copy, 1, registry) == before);
}

TEST_CASE("files of several databases make one", "[rocksdb_reuse]") {
  const TempFolder folder;
  IncrementalHandle handles[2];
  {
    Database low(folder.path("low"));
    fill(low, 10);
    handles[0] = low.snapshot(folder.path("cp-low"), {10, 3});
    Database high(folder.path("high"));
    fill(high, 13);
    high.put(3, Database::key(13, 1), "");
    handles[1] = high.snapshot(folder.path("cp-high"), {13, 3});
  }
  const SerializerRegistry registry = test_registry();
  const Snapshot low = open_snapshot(folder.path("cp-low"));
  const Snapshot high = open_snapshot(folder.path("cp-high"));
  std::vector<std::string> before = entries_of(low, handles[0], 1, registry);
  const std::vector<std::string> more = entries_of(high, handles[1], 1, registry);
  before.insert(before.end(), more.begin(), more.end());
  const IncrementalHandle merged =
      take_over(folder.path("out"), {{high, handles[1]}, {low, handles[0]}},
                read_meta(low, handles[0], registry), {10, 6}, 1);
  const Snapshot target = open_snapshot(folder.path("out"));
  CHECK(entries_of(target, merged, 1, registry) == before);
}

TEST_CASE("RocksDB goes on writing where files were taken over", "[rocksdb_reuse]") {
  const TempFolder folder;
  IncrementalHandle handle;
  {
    Database db(folder.path("db"));
    fill(db, 4);
    handle = db.snapshot(folder.path("cp"), {4, 3});
  }
  const SerializerRegistry registry = test_registry();
  const Snapshot source = open_snapshot(folder.path("cp"));
  const std::vector<std::string> before = entries_of(source, handle, 1, registry);
  const IncrementalHandle copy = take_over(folder.path("out"), {{source, handle}},
                                           read_meta(source, handle, registry), {4, 3}, 1);
  fs::create_directories(folder.path("again"));
  for (const LocalFile& file : copy.private_files) {
    fs::copy(folder.path("out/op-0-" + file.local_path), folder.path("again/" + file.local_path));
  }
  Database again(folder.path("again"));
  again.put(2, Database::key(5, 1), "new");
  for (std::size_t state = 0; state < kStates.size(); ++state) {
    again.flush(state);
    again.compact(state, 6);
  }
  again.remove(2, Database::key(5, 1));
  const IncrementalHandle later = again.snapshot(folder.path("cp2"), {4, 3});
  CHECK(entries_of(open_snapshot(folder.path("cp2")), later, 1, registry) == before);
}

TEST_CASE("databases that Flink wrote are taken over, one by one and all in one",
          "[rocksdb_reuse]") {
  const std::string name =
      GENERATE("flink1.20-rocksdb-native", "flink2.3-rocksdb-native",
               "flink1.20-rocksdb-native-p2-of-4096", "flink2.3-rocksdb-native-p2-of-4096");
  CAPTURE(name);
  const Snapshot source = open_snapshot(fs::path(SAVVY_SOURCE_DIR) / "testdata" / name);
  const SerializerRegistry registry = make_serializer_registry();
  std::size_t merges = 0;
  std::size_t databases = 0;
  for (const OperatorState& op : source.metadata().operators) {
    const int prefix_bytes = key_group_prefix_bytes(op.max_parallelism);
    std::vector<Part> parts;
    std::vector<std::string> all;
    for (const Subtask& subtask : op.subtasks) {
      const auto* handle = handle_as<IncrementalHandle>(subtask.managed_keyed_state);
      if (handle == nullptr) continue;
      const std::vector<std::string> before = entries_of(source, *handle, prefix_bytes, registry);
      const TempFolder folder;
      const IncrementalHandle copy =
          take_over(folder.path("out"), {{source, *handle}}, read_meta(source, *handle, registry),
                    handle->range, prefix_bytes);
      const Snapshot target = open_snapshot(folder.path("out"));
      CHECK(entries_of(target, copy, prefix_bytes, registry) == before);
      for (const LiveSst& sst : list_live_ssts(source, *handle).files) {
        merges += sst.tail.merge_operand_count;
      }
      all.insert(all.end(), before.begin(), before.end());
      parts.push_back({source, *handle});
      ++databases;
    }
    if (parts.size() < 2) continue;
    const TempFolder folder;
    const IncrementalHandle merged =
        take_over(folder.path("out"), parts, read_meta(source, parts[0].handle, registry),
                  {0, op.max_parallelism}, prefix_bytes);
    const Snapshot target = open_snapshot(folder.path("out"));
    CHECK(sorted(entries_of(target, merged, prefix_bytes, registry)) == sorted(all));
  }
  CHECK(databases >= 2);
  CHECK(merges > 0);
}

TEST_CASE("files that do not go together are refused", "[rocksdb_reuse]") {
  const TempFolder folder;
  PlainOutputFolder out(folder.path("out"));
  const KeyedMetaBlock meta = four_states();
  RocksdbWriter writer(out, "op-0", meta, {0, 4}, 3, RocksdbTarget());
  const ByteVector content(10);
  SstFile file;
  file.level = 2;
  file.smallest = internal_key(from_hex("0001"), 5, 1);
  file.largest = internal_key(from_hex("0005"), 5, 1);
  file.size_bytes = 11;
  CHECK_THROWS_AS(writer.reuse(0, file, MemoryFile("sst", content)), FormatError);
  file.size_bytes = 10;
  PlainOutputFolder again(folder.path("again"));
  RocksdbWriter second(again, "op-0", meta, {0, 4}, 3, RocksdbTarget());
  second.reuse(0, file, MemoryFile("sst", content));
  second.reuse(0, file, MemoryFile("sst", content));
  CHECK_THROWS_AS(second.finish(), UnsupportedError);
}

}  // namespace
}  // namespace savvy::testing
