// Databases that are written entry by entry.

#include "writers/rocksdb_writer.h"

#include <rocksdb/merge_operator.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/utilities/options_util.h>

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "format/byte_units.h"
#include "format/composite_key.h"
#include "readers/sst_files.h"
#include "tests/support/folder_output.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/rocksdb_snapshot.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_types.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

struct EntryKey {
  std::int32_t key_group;
  std::size_t state;
  ByteVector composite_key;
  auto operator<=>(const EntryKey&) const = default;
};
using Entries = std::map<EntryKey, ByteVector>;

Entries random_entries(KeyGroupRange range, int prefix_bytes, std::size_t count,
                       const std::vector<std::size_t>& states) {
  std::mt19937 random(7);
  Entries entries;
  while (entries.size() < count) {
    EntryKey key;
    key.key_group =
        range.first + static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(range.count));
    key.state = states[random() % states.size()];
    append_key_group(key.key_group, prefix_bytes, key.composite_key);
    for (std::size_t size = random() % 24; size > 0; --size) {
      key.composite_key.push_back(static_cast<std::uint8_t>(random()));
    }
    ByteVector value(random() % 200);
    for (std::uint8_t& byte : value) byte = static_cast<std::uint8_t>(random());
    entries[key] = value;
  }
  return entries;
}

IncrementalHandle write_entries(const fs::path& folder, const Entries& entries, KeyGroupRange range,
                                const RocksdbTarget& target) {
  PlainOutputFolder out(folder);
  RocksdbWriter writer(out, "op-0", four_states(), range, 17, target);
  for (const auto& [key, value] : entries) writer.add(key.state, key.composite_key, value);
  const IncrementalHandle handle = writer.finish();
  add_metadata(folder, handle, target.prefix_bytes == 1 ? 128 : 4096);
  return handle;
}

std::vector<std::string> texts_of(const Entries& entries) {
  const KeyedMetaBlock meta = four_states();
  std::vector<std::string> texts;
  for (const auto& [key, value] : entries) {
    KeyedEntry entry;
    entry.key_group = key.key_group;
    entry.composite_key = key.composite_key;
    entry.value = value;
    texts.push_back(meta.states[key.state].name + ":" + entry_text(entry));
  }
  return texts;
}

void check_round_trip(const Entries& entries, KeyGroupRange range, const RocksdbTarget& target) {
  const TempFolder folder;
  const IncrementalHandle handle = write_entries(folder.path("out"), entries, range, target);
  const Snapshot snapshot = open_snapshot(folder.path("out"));
  CHECK(entries_of(snapshot, handle, target.prefix_bytes, test_registry()) == texts_of(entries));
}

std::vector<std::string> sst_paths(const fs::path& folder) {
  std::vector<std::string> paths;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".sst") paths.push_back(file.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST_CASE("entries that were written are read back from a RocksDB database", "[rocksdb_writer]") {
  const int format_version = GENERATE(4, 5);
  const RocksdbCompression compression =
      GENERATE(RocksdbCompression::kSnappy, RocksdbCompression::kNone);
  RocksdbTarget target;
  target.format_version = format_version;
  target.compression = compression;
  check_round_trip(random_entries({5, 3}, 1, 500, {0, 1, 2, 3}), {5, 3}, target);
}

TEST_CASE("two bytes of key group, and key groups on both sides of 256", "[rocksdb_writer]") {
  RocksdbTarget target;
  target.prefix_bytes = 2;
  check_round_trip(random_entries({250, 12}, 2, 500, {0, 2}), {250, 12}, target);
}

TEST_CASE("states without entries, and a database without any", "[rocksdb_writer]") {
  check_round_trip(random_entries({0, 128}, 1, 100, {1}), {0, 128}, RocksdbTarget());
  check_round_trip({}, {0, 128}, RocksdbTarget());
}

TEST_CASE("a value larger than a file's target size", "[rocksdb_writer]") {
  Entries entries = random_entries({1, 2}, 1, 50, {0, 3});
  entries.begin()->second = ByteVector(3 * kMiB, 0x5A);
  RocksdbTarget target;
  target.target_file_bytes = 64 * kKiB;
  check_round_trip(entries, {1, 2}, target);
}

TEST_CASE("files end where a key group ends, unless it is too large", "[rocksdb_writer]") {
  RocksdbTarget target;
  target.compression = RocksdbCompression::kNone;
  target.target_file_bytes = 16 * kKiB;
  const Entries entries = random_entries({0, 16}, 1, 4000, {0});
  const TempFolder folder;
  const IncrementalHandle handle = write_entries(folder.path("out"), entries, {0, 16}, target);
  const Snapshot snapshot = open_snapshot(folder.path("out"));
  CHECK(entries_of(snapshot, handle, 1, test_registry()) == texts_of(entries));

  // A key group has about 27 KiB: every file holds one, and ends with it.
  const LiveSsts live = list_live_ssts(snapshot, handle);
  CHECK(live.files.size() == 16);
  std::int32_t next_group = 0;
  for (const LiveSst& sst : live.files) {
    CHECK(key_groups_of(sst.file, 1) == KeyGroupRange{next_group++, 1});
    CHECK(sst.file.level == 6);
    CHECK(sst.tail.checksum == SstChecksum::kCrc32c);
    CHECK(sst.tail.compression == "NoCompression");
  }

  // Now it has more than twice the target, and is cut.
  target.target_file_bytes = 4 * kKiB;
  const TempFolder other;
  const IncrementalHandle cut = write_entries(other.path("out"), entries, {0, 16}, target);
  const Snapshot cut_snapshot = open_snapshot(other.path("out"));
  CHECK(list_live_ssts(cut_snapshot, cut).files.size() > 32);
  CHECK(entries_of(cut_snapshot, cut, 1, test_registry()) == texts_of(entries));
}

TEST_CASE("equal entries give equal bytes, and other entries other session ids",
          "[rocksdb_writer]") {
  const Entries entries = random_entries({0, 8}, 1, 3000, {0, 1, 2});
  Entries changed = entries;
  changed.begin()->second.push_back(1);
  RocksdbTarget target;
  target.target_file_bytes = 32 * kKiB;
  const TempFolder folder;
  write_entries(folder.path("a"), entries, {0, 8}, target);
  write_entries(folder.path("b"), entries, {0, 8}, target);
  write_entries(folder.path("c"), changed, {0, 8}, target);
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(folder.path("a"))) {
    const fs::path name = file.path().filename();
    CHECK(read_file(file) == read_file(fs::path(folder.path("b")) / name));
    ++files;
  }
  CHECK(files > 10);

  std::map<std::string, ByteVector> content_of_session;
  for (const std::string& path : {folder.path("a"), folder.path("c")}) {
    for (const std::string& sst : sst_paths(path)) {
      const auto file = LocalStorage().open(sst);
      const std::string session = read_sst_tail(*file).session_id;
      const ByteVector content = read_file(sst);
      CHECK(content_of_session.emplace(session, content).first->second == content);
    }
  }
  CHECK(content_of_session.size() == sst_paths(folder.path("a")).size() + 1);
}

TEST_CASE("RocksDB verifies every checksum of a file whose session id was replaced",
          "[rocksdb_writer]") {
  const TempFolder folder;
  write_entries(folder.path("out"), random_entries({0, 4}, 1, 2000, {0, 1}), {0, 4},
                RocksdbTarget());
  for (const std::string& path : sst_paths(folder.path("out"))) {
    rocksdb::SstFileReader reader{rocksdb::Options()};
    REQUIRE(reader.Open(path).ok());
    CHECK(reader.VerifyChecksum().ok());
    CHECK(reader.GetTableProperties()->db_session_id.size() == 20);
    CHECK(reader.GetTableProperties()->db_host_id.empty());
  }
}

TEST_CASE("a damaged end of an SST file is an error, or nothing that is read", "[rocksdb_writer]") {
  const TempFolder folder;
  write_entries(folder.path("out"), random_entries({0, 4}, 1, 100, {0}), {0, 4}, RocksdbTarget());
  const ByteVector bytes = read_file(sst_paths(folder.path("out")).at(0));
  const SstTail whole = read_sst_tail(MemoryFile("sst", bytes));
  CHECK(whole.entry_count == 100);
  std::size_t refused = 0;
  for (std::size_t at = static_cast<std::size_t>(whole.properties_offset); at < bytes.size();
       ++at) {
    ByteVector damaged = bytes;
    damaged[at] ^= 0x41;
    CAPTURE(at);
    std::optional<SstTail> found;
    try {
      found = read_sst_tail(MemoryFile("sst", damaged));
    } catch (const FormatError&) {
      ++refused;
    } catch (const UnsupportedError&) {
      ++refused;
    }
    if (!found) continue;
    // The footer says where the index is; the rest of it is padding.
    const bool told = found->index != whole.index || found->stray_byte == at;
    found->index = whole.index;
    found->stray_byte = whole.stray_byte;
    CHECK((told && *found == whole));
  }
  CHECK(refused > bytes.size() - whole.properties_offset - 45);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(read_sst_tail(MemoryFile("sst", Bytes(bytes).first(size))), FormatError);
  }
}

TEST_CASE("the option file loads, and names the operator of lists", "[rocksdb_writer]") {
  const TempFolder folder;
  write_entries(folder.path("out"), {}, {0, 4}, RocksdbTarget());
  rocksdb::DBOptions database;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  REQUIRE(rocksdb::LoadOptionsFromFile(rocksdb::ConfigOptions(),
                                       folder.path("out/op-0-OPTIONS-000002"), &database, &families)
              .ok());
  REQUIRE(families.size() == 5);
  CHECK(families[1].name == "value");
  CHECK(families[1].options.merge_operator->Name() == std::string("StringAppendTESTOperator"));
}

TEST_CASE("a handle of a database that was written", "[rocksdb_writer]") {
  const TempFolder folder;
  const IncrementalHandle handle = write_entries(
      folder.path("out"), random_entries({3, 2}, 1, 10, {0}), {3, 2}, RocksdbTarget());
  CHECK(handle.code == KeyedCode::kIncrementalV2);
  CHECK(handle.range == KeyGroupRange{3, 2});
  CHECK(handle.checkpoint_id == 17);
  CHECK(handle.shared_files.empty());
  CHECK(handle.backend_id.size() == 36);
  CHECK(handle.handle_id != handle.backend_id);
  std::int64_t bytes = *recorded_size(handle.meta);
  std::vector<std::string> names;
  for (const LocalFile& file : handle.private_files) {
    names.push_back(file.local_path);
    const auto* relative = handle_as<RelativeFileHandle>(file.handle);
    REQUIRE(relative != nullptr);
    CHECK(relative->path == "op-0-" + file.local_path);
    CHECK(static_cast<std::int64_t>(fs::file_size(folder.path("out/" + relative->path))) ==
          relative->size_bytes);
    bytes += relative->size_bytes;
  }
  CHECK(names ==
        std::vector<std::string>{"000003.sst", "MANIFEST-000001", "OPTIONS-000002", "CURRENT"});
  CHECK(handle.checkpointed_size_bytes == bytes);
}

TEST_CASE("what no RocksDB database can hold is refused", "[rocksdb_writer]") {
  const TempFolder folder;
  PlainOutputFolder out(folder.path("out"));
  KeyedMetaBlock meta = four_states();
  RocksdbWriter writer(out, "op-0", meta, {0, 1}, 1, RocksdbTarget());
  writer.add(0, from_hex("0002"), {});
  CHECK(message_of<FormatError>([&] { writer.add(0, from_hex("0001"), {}); }) ==
        "op-0: state \"value\": keys do not ascend");
  CHECK_THROWS_AS(writer.add(0, from_hex("0002"), {}), FormatError);
  CHECK_THROWS_AS(writer.add(1, {}, {}), FormatError);
  meta.states[2].name = "default";
  CHECK_THROWS_AS(RocksdbWriter(out, "op-1", meta, {0, 1}, 1, RocksdbTarget()), UnsupportedError);
  meta.states[2].name = meta.states[0].name;
  CHECK_THROWS_AS(RocksdbWriter(out, "op-1", meta, {0, 1}, 1, RocksdbTarget()), UnsupportedError);
}

}  // namespace
}  // namespace savvy::testing
