// Walking SST files of all the makings that RocksDB has, written here by RocksDB itself.

#include "format/sst_walk.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>

#include "format/detail/sst_block.h"
#include "format/sst_tail.h"
#include "tests/support/files.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

using Table = rocksdb::BlockBasedTableOptions;

struct Making {
  std::string name;
  std::function<void(Table&, rocksdb::Options&)> set;
};

const std::vector<Making> kMakings = {
    {"as Flink 1.x", [](Table&, rocksdb::Options&) {}},
    {"as Flink 2.x", [](Table& table, rocksdb::Options&) { table.checksum = rocksdb::kXXH3; }},
    {"without checksums",
     [](Table& table, rocksdb::Options&) { table.checksum = rocksdb::kNoChecksum; }},
    {"snappy",
     [](Table&, rocksdb::Options& options) { options.compression = rocksdb::kSnappyCompression; }},
    {"format version 1", [](Table& table, rocksdb::Options&) { table.format_version = 1; }},
    {"format version 3", [](Table& table, rocksdb::Options&) { table.format_version = 3; }},
    {"filter",
     [](Table& table, rocksdb::Options&) {
       table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
     }},
    {"partitions",
     [](Table& table, rocksdb::Options&) {
       table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
       table.index_type = Table::kTwoLevelIndexSearch;
       table.partition_filters = true;
       table.metadata_block_size = 128;
     }},
    {"partitions of format version 2",
     [](Table& table, rocksdb::Options&) {
       table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
       table.index_type = Table::kTwoLevelIndexSearch;
       table.partition_filters = true;
       table.metadata_block_size = 128;
       table.format_version = 2;
     }},
    {"hash index",
     [](Table& table, rocksdb::Options& options) {
       table.index_type = Table::kHashSearch;
       options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(2));
     }},
    {"first keys in the index",
     [](Table& table, rocksdb::Options&) { table.index_type = Table::kBinarySearchWithFirstKey; }},
    {"index with restarts",
     [](Table& table, rocksdb::Options&) { table.index_block_restart_interval = 8; }},
    {"hashed data blocks",
     [](Table& table, rocksdb::Options&) {
       table.data_block_index_type = Table::kDataBlockBinaryAndHash;
       table.block_size = 2048;
     }},
    {"aligned blocks",
     [](Table& table, rocksdb::Options&) {
       table.block_align = true;
       table.block_size = 512;
     }},
};

constexpr int kKeys = 160;

std::string key(int number) { return fmt::format("k{:05}", number); }

// Values, deletions, merge operands and range deletions.
ByteVector make(const Making& making) {
  const TempFolder folder;
  Table table;
  table.checksum = rocksdb::kCRC32c;
  table.block_size = 256;
  rocksdb::Options options;
  options.compression = rocksdb::kNoCompression;
  REQUIRE(rocksdb::MergeOperator::CreateFromString(rocksdb::ConfigOptions(), "stringappendtest",
                                                   &options.merge_operator)
              .ok());
  making.set(table, options);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::SstFileWriter writer{rocksdb::EnvOptions(), options};
  const auto check = [](const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  };
  check(writer.Open(folder.path("file.sst")));
  for (int i = 0; i < kKeys; ++i) {
    if (i % 10 == 3) {
      check(writer.Delete(key(i)));
    } else if (i % 10 == 7) {
      check(writer.Merge(key(i), "operand"));
    } else {
      check(writer.Put(key(i), fmt::format("value {} {}", i, i * i)));
    }
  }
  check(writer.DeleteRange("l", "m"));
  check(writer.DeleteRange("n", "o"));
  check(writer.Finish());
  return read_file(folder.path("file.sst"));
}

struct Walked {
  SstTail tail;
  SstContents contents;
  std::vector<std::uint64_t> damaged;  // offsets
};

Walked walk(const ByteVector& bytes) {
  const MemoryFile file("sst", bytes);
  Walked walked;
  walked.tail = read_sst_tail(file);
  walked.contents = walk_sst(file, walked.tail, [&](const FormatError& error) {
    walked.damaged.push_back(error.offset().value());
  });
  return walked;
}

// True if something is told of the bytes.
bool told(const ByteVector& bytes) {
  try {
    return !walk(bytes).damaged.empty();
  } catch (const FormatError&) {
    return true;
  } catch (const UnsupportedError&) {
    return true;
  }
}

TEST_CASE("SST files of all makings are walked to the last entry", "[sst_walk]") {
  for (const Making& making : kMakings) {
    CAPTURE(making.name);
    const Walked walked = walk(make(making));
    CHECK(walked.damaged.empty());
    CHECK(walked.contents.whole);
    CHECK(walked.contents.entry_count == kKeys);
    CHECK(walked.contents.deletion_count == kKeys / 10);
    CHECK(walked.contents.merge_operand_count == kKeys / 10);
    CHECK(walked.contents.range_deletion_count == 2);
    CHECK(walked.contents.data_block_count == walked.tail.data_block_count);
    CHECK(walked.contents.data_block_count > 2);
    const auto text = [](Bytes bytes) { return std::string(bytes.begin(), bytes.end()); };
    CHECK(text(user_key_of(walked.contents.smallest)) == key(0));
    CHECK(text(user_key_of(walked.contents.largest)) == key(kKeys - 1));
    const SstEnds ends = read_sst_ends(MemoryFile("sst", make(making)), walked.tail);
    CHECK(ends.first == walked.contents.smallest);
    CHECK(ends.last == walked.contents.largest);
  }
}

TEST_CASE("the ends of a file whose index has one partition", "[sst_walk]") {
  // Its partition holds the long key too, and is most of the file.
  const TempFolder folder;
  Table table;
  table.checksum = rocksdb::kCRC32c;
  table.index_type = Table::kTwoLevelIndexSearch;
  table.partition_filters = false;
  rocksdb::Options options;
  options.compression = rocksdb::kNoCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::SstFileWriter writer{rocksdb::EnvOptions(), options};
  const std::string long_key(8000, 'k');
  REQUIRE(writer.Open(folder.path("file.sst")).ok());
  REQUIRE(writer.Put(long_key, "value").ok());
  REQUIRE(writer.Finish().ok());
  const ByteVector bytes = read_file(folder.path("file.sst"));
  const MemoryFile file("sst", bytes);
  const SstEnds ends = read_sst_ends(file, read_sst_tail(file));
  CHECK(user_key_of(ends.first).size() == long_key.size());
  CHECK(ends.first == ends.last);
}

TEST_CASE("what a MANIFEST lists as bounds is compared with the entries", "[sst_walk]") {
  const auto listed = [](const std::string& smallest, const std::string& largest) {
    const auto bytes = [](const std::string& text) { return ByteVector(text.begin(), text.end()); };
    SstFile file;
    file.smallest = internal_key(bytes(smallest), 7, 1);
    file.largest = internal_key(bytes(largest), 7, 1);
    return file;
  };
  const SstFile file = listed("c", "k");
  const auto fits = [&](SstBound bound, const SstFile& found, const SstTail& tail) {
    return may_be_bound(bound, file, bound == SstBound::kSmallest ? found.smallest : found.largest,
                        tail);
  };
  SstTail tail;
  CHECK(fits(SstBound::kSmallest, listed("c", "k"), tail));
  CHECK_FALSE(fits(SstBound::kSmallest, listed("d", "k"), tail));
  CHECK_FALSE(fits(SstBound::kLargest, listed("c", "j"), tail));
  // Range deletions reach beyond the entries, and no entry beyond the bounds.
  tail.meta_blocks = {{"rocksdb.range_del", {}}};
  CHECK(fits(SstBound::kSmallest, listed("d", "k"), tail));
  CHECK(fits(SstBound::kLargest, listed("c", "j"), tail));
  CHECK_FALSE(fits(SstBound::kSmallest, listed("b", "k"), tail));
  CHECK_FALSE(fits(SstBound::kLargest, listed("c", "l"), tail));
  // The database gave the entries of such a file other numbers than are stored.
  SstFile numbered = listed("c", "k");
  numbered.smallest = internal_key(user_key_of(numbered.smallest), 0, 1);
  tail = {};
  CHECK_FALSE(fits(SstBound::kSmallest, numbered, tail));
  tail.external = true;
  CHECK(fits(SstBound::kSmallest, numbered, tail));
}

TEST_CASE("every flipped bit of an SST file is told", "[sst_walk]") {
  // In front of the magic; an older version reads the same bytes the same way.
  constexpr std::size_t kVersionFromEnd = 12;
  std::size_t flips = 0;
  std::size_t untold = 0;
  for (const Making& making : kMakings) {
    if (making.name == "without checksums") continue;
    CAPTURE(making.name);
    ByteVector bytes = make(making);
    // Every bit at the end of the file, one of each byte elsewhere.
    const std::size_t all_from = bytes.size() - 600;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (unsigned bit = at % 8; bit < 8; bit = at < all_from ? 8 : bit + 1) {
        bytes[at] ^= static_cast<std::uint8_t>(1U << bit);
        ++flips;
        if (!told(bytes)) {
          CAPTURE(at, bit);
          CHECK(at == bytes.size() - kVersionFromEnd);
          ++untold;
        }
        bytes[at] ^= static_cast<std::uint8_t>(1U << bit);
      }
    }
  }
  CHECK(flips > 50'000);
  CHECK(untold <= 2 * kMakings.size());
}

TEST_CASE("a damaged block does not hide others", "[sst_walk]") {
  ByteVector bytes = make(kMakings[0]);
  bytes[100] ^= 1;
  bytes[1000] ^= 1;
  const Walked walked = walk(bytes);
  REQUIRE(walked.damaged.size() == 2);
  CHECK(walked.damaged[0] == 0);
  CHECK(walked.damaged[1] > 600);
  CHECK(walked.damaged[1] <= 1000);
  CHECK_FALSE(walked.contents.whole);
  CHECK(walked.contents.entry_count < kKeys);
  CHECK(walked.contents.entry_count > kKeys / 2);
}

TEST_CASE("entries out of order are told, within a block and between two", "[sst_walk]") {
  const auto making = std::find_if(kMakings.begin(), kMakings.end(), [](const Making& each) {
    return each.name == "without checksums";
  });
  const ByteVector whole = make(*making);
  const std::string start = "k000";
  // Whole keys stand where a block begins; others share their first bytes with the one before.
  const auto second_block =
      std::search(whole.begin() + 10, whole.end(), start.begin(), start.end());
  REQUIRE(second_block != whole.end());
  for (const auto at : {whole.begin() + 4, second_block + 1}) {
    ByteVector bytes = whole;
    bytes[static_cast<std::size_t>(at - whole.begin())] = '9';
    const Walked walked = walk(bytes);
    REQUIRE(walked.damaged.size() >= 1);
    CHECK_FALSE(walked.contents.whole);
  }
  // Of the second entry of the first block: what it does not share is its last digit.
  const Walked walked = walk(whole);
  ByteVector bytes = whole;
  const std::string first_value = "value 0 0";
  const auto value =
      std::search(bytes.begin(), bytes.end(), first_value.begin(), first_value.end());
  const auto digit = value + static_cast<std::ptrdiff_t>(first_value.size()) + 3;
  REQUIRE(*digit == '1');
  *digit = '/';
  const Walked again = walk(bytes);
  REQUIRE(again.damaged.size() == 1);
  CHECK(again.damaged[0] == 0);
  CHECK(again.contents.entry_count < walked.contents.entry_count);
}

TEST_CASE("checksums and compressions that are not known are said to be so", "[sst_walk]") {
  const Making kinds[] = {
      {"xxHash", [](Table& table, rocksdb::Options&) { table.checksum = rocksdb::kxxHash; }},
      {"xxHash64", [](Table& table, rocksdb::Options&) { table.checksum = rocksdb::kxxHash64; }},
      {"LZ4",
       [](Table&, rocksdb::Options& options) { options.compression = rocksdb::kLZ4Compression; }},
  };
  for (const Making& making : kinds) {
    CAPTURE(making.name);
    CHECK_THROWS_AS(walk(make(making)), UnsupportedError);
  }
}

TEST_CASE("no part of an SST file makes trouble", "[sst_walk]") {
  for (const Making& making : kMakings) {
    CAPTURE(making.name);
    const ByteVector bytes = make(making);
    for (std::size_t size = 0; size < bytes.size(); size += 7) {
      CHECK(told({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}));
    }
  }
}

}  // namespace
}  // namespace savvy::testing
