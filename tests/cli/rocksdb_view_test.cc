// What is live in a RocksDB database: overwrites, deletions, deleted ranges and merges that lie in
// files of several levels, written here by RocksDB itself.

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "format/byte_writer.h"
#include "format/keyed_meta.h"
#include "tests/cli/testdata.h"
#include "tests/support/snapshot_bytes.h"
#include "tests/support/stored_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kKeyGroups = 12;
constexpr int kKeysOfGroup = 40;
constexpr int kLastLevel = 6;
constexpr int kMiddleLevel = 3;

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

std::string as_bytes(std::int32_t number) {
  ByteWriter out;
  out.i32(number);
  return {out.bytes().begin(), out.bytes().end()};
}

// Key group, key, namespace: each key lies in the group that it is a remainder of.
std::string composite_key(std::int32_t key) {
  return std::string(1, static_cast<char>(key % kKeyGroups)) + as_bytes(key) + std::string(1, '\0');
}

// A value state and a list state; what was done to the database is done to the maps too.
class Database {
 public:
  explicit Database(const std::string& path) {
    std::shared_ptr<rocksdb::MergeOperator> merge;
    check(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappendtest",
                                                   &merge));
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.disable_auto_compactions = true;
    options.merge_operator = merge;
    std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {"default", options}, {"value", options}, {"list", options}};
    rocksdb::DB* database = nullptr;
    check(rocksdb::DB::Open(options, path, families, &families_, &database));
    database_.reset(database);
  }
  ~Database() {
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      database_->DestroyColumnFamilyHandle(family);
    }
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void put(std::int32_t key, std::int32_t value) {
    check(database_->Put({}, families_[1], composite_key(key), as_bytes(value)));
    values[key] = value;
  }
  void remove(std::int32_t key) {
    check(database_->Delete({}, families_[1], composite_key(key)));
    values.erase(key);
  }
  void set_list(std::int32_t key, std::int32_t element) {
    check(database_->Put({}, families_[2], composite_key(key), as_bytes(element)));
    lists[key] = {element};
  }
  void append(std::int32_t key, std::int32_t element) {
    check(database_->Merge({}, families_[2], composite_key(key), as_bytes(element)));
    lists[key].push_back(element);
  }
  void remove_list(std::int32_t key) {
    check(database_->Delete({}, families_[2], composite_key(key)));
    lists.erase(key);
  }
  // All keys of the groups [first, end), of both states: how Flink clips after a rescale.
  void remove_groups(int first, int end) {
    const std::string from(1, static_cast<char>(first));
    const std::string to(1, static_cast<char>(end));
    for (const std::size_t family : {1U, 2U}) {
      check(database_->DeleteRange({}, families_[family], from, to));
    }
    const auto is_in = [&](const auto& entry) {
      return entry.first % kKeyGroups >= first && entry.first % kKeyGroups < end;
    };
    std::erase_if(values, is_in);
    std::erase_if(lists, is_in);
  }

  // What was written since the last flush becomes a file of level 0 for each state.
  void flush() { check(database_->Flush({}, families_)); }
  void compact_to_last_level() {
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      rocksdb::CompactRangeOptions options;
      options.change_level = true;
      options.target_level = kLastLevel;
      check(database_->CompactRange(options, family, nullptr, nullptr));
    }
  }
  void compact_new_files(int level) {
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      std::vector<std::string> names;
      for (const auto& file : files_of(family)) {
        if (file.level == 0) names.push_back(file.name);
      }
      if (!names.empty()) check(database_->CompactFiles({}, family, names, level));
    }
  }
  std::set<int> levels() {
    std::set<int> found;
    for (const auto& file : files_of(families_[1])) found.insert(file.level);
    return found;
  }
  std::size_t new_files() {
    std::size_t count = 0;
    for (const auto& file : files_of(families_[2])) count += file.level == 0 ? 1 : 0;
    return count;
  }

  std::map<std::int32_t, std::int32_t> values;
  std::map<std::int32_t, std::vector<std::int32_t>> lists;

 private:
  struct File {
    std::string name;
    int level;
  };
  std::vector<File> files_of(rocksdb::ColumnFamilyHandle* family) {
    rocksdb::ColumnFamilyMetaData meta;
    database_->GetColumnFamilyMetaData(family, &meta);
    std::vector<File> files;
    for (const auto& level : meta.levels) {
      for (const auto& file : level.files) files.push_back({file.name, level.level});
    }
    return files;
  }

  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

void change_at_random(Database& database, std::mt19937& random, int count) {
  const auto pick = [&](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  for (int i = 0; i < count; ++i) {
    const std::int32_t key = pick(kKeyGroups * kKeysOfGroup);
    switch (pick(6)) {
      case 0:
        database.remove(key);
        break;
      case 1:
        database.remove_list(key);
        break;
      case 2:
        database.set_list(key, pick(1'000'000));
        break;
      case 3:
        database.put(key, pick(1'000'000));
        break;
      default:
        // Elements may hold the byte of the delimiter.
        database.append(key, 0x2C2C2C2C - pick(3));
    }
  }
}

SerializerSnapshot serializer(const ByteVector& versioned) {
  return {proxy_of(versioned), nullptr};
}

ByteVector meta_block() {
  const ByteVector void_namespace = snapshot(
      "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot", 3);
  KeyedMetaBlock block;
  block.key = serializer(base_snapshot("Int"));
  const auto add = [&](const std::string& name, const std::string& kind, const ByteVector& value) {
    StateMeta state;
    state.name = name;
    state.options = {{std::string(kKeyedStateType), kind}};
    state.serializers = {{std::string(kNamespaceSerializer), serializer(void_namespace)},
                         {std::string(kValueSerializer), serializer(value)}};
    block.states.push_back(state);
  };
  add("value", "VALUE", base_snapshot("Int"));
  add("list", "LIST", list_of(base_snapshot("Int")));
  ByteWriter out;
  encode_keyed_meta_block(block, out);
  return out.take();
}

IncrementalHandle handle_of(const std::string& folder, KeyGroupRange range) {
  IncrementalHandle handle;
  handle.range = range;
  handle.backend_id = "00000000-0000-0000-0000-000000000001";
  handle.handle_id = "h";
  handle.meta = ByteStreamHandle{"meta", meta_block()};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const LocalFile file = {
        name, FileHandle{static_cast<std::int64_t>(entry.file_size()), entry.path().string()}};
    if (name.ends_with(".sst")) {
      handle.shared_files.push_back(file);
    } else if (name == "CURRENT" || name.starts_with("MANIFEST-")) {
      handle.private_files.push_back(file);
    }
  }
  return handle;
}

using Lines = std::multiset<std::string>;

Lines expected_lines(const Database& database, KeyGroupRange range) {
  Lines lines;
  for (const auto& [key, value] : database.values) {
    if (!range.contains(key % kKeyGroups)) continue;
    lines.insert(fmt::format("value {} {} {}", key % kKeyGroups, key, value));
  }
  for (const auto& [key, list] : database.lists) {
    if (!range.contains(key % kKeyGroups)) continue;
    for (std::size_t i = 0; i < list.size(); ++i) {
      lines.insert(fmt::format("list {} {} {}: {}", key % kKeyGroups, key, i, list[i]));
    }
  }
  return lines;
}

Lines dumped_lines(const StoredSnapshot& files) {
  const Run run = run_savvy("dump " + shell_word(files.path()));
  CHECK(run.exit_code == 0);
  CHECK(run.err.empty());
  Lines lines;
  for (const Json& row : parse_lines(run.out)) {
    const auto number = [&row](const char* field) { return row.at(field).get<std::int32_t>(); };
    const std::string state = text_of(row, "state");
    lines.insert(state == "value"
                     ? fmt::format("value {} {} {}", number("key_group"), number("state_key"),
                                   number("state_value"))
                     : fmt::format("list {} {} {}: {}", number("key_group"), number("state_key"),
                                   number("list_index"), number("list_value")));
  }
  return lines;
}

void fill(Database& database) {
  std::mt19937 random(7);
  for (std::int32_t key = 0; key < kKeyGroups * kKeysOfGroup; ++key) {
    database.put(key, key);
    if (key % 3 == 0) database.set_list(key, key);
    if (key % 3 == 1) database.append(key, key);
  }
  database.flush();
  database.compact_to_last_level();
  change_at_random(database, random, 600);
  database.remove_groups(8, 10);
  database.put(8 + kKeyGroups, 88);
  database.append(9 + kKeyGroups, 99);
  database.flush();
  database.compact_new_files(kMiddleLevel);
  for (int round = 0; round < 3; ++round) {
    change_at_random(database, random, 150);
    database.remove_groups(round, round + 1);
    change_at_random(database, random, 20);
    database.flush();
  }
}

}  // namespace

TEST_CASE("exactly what is live in a RocksDB database is dumped", "[cli][rocksdb]") {
  StoredSnapshot files;
  const std::string folder = files.path("database");
  Database database(folder);
  fill(database);
  CHECK(database.levels() == std::set<int>{0, kMiddleLevel, kLastLevel});
  CHECK(database.new_files() == 3);
  CHECK(database.values.size() > 200);
  CHECK(database.lists.size() > 150);
  const std::vector<KeyGroupRange> ranges = {{0, kKeyGroups}, {3, 6}, {0, 1}, {8, 2}, {11, 1}};
  for (const KeyGroupRange range : ranges) {
    CAPTURE(range.first, range.count);
    files.write(Boxed<IncrementalHandle>(handle_of(folder, range)), {}, kKeyGroups);
    const Lines expected = expected_lines(database, range);
    CHECK_FALSE(expected.empty());
    CHECK((dumped_lines(files) == expected));
  }
}

}  // namespace savvy::testing
