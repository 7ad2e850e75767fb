// MANIFEST files, and the hash that stands in for random ids.

#include "format/rocksdb_manifest.h"

#include <catch2/catch.hpp>

#include "format/detail/rocksdb_log.h"
#include "format/errors.h"
#include "format/hash128.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"

namespace savvy::testing {
namespace {

RocksdbManifest decoded(Bytes bytes) {
  ByteReader in(bytes, "MANIFEST");
  return decode_rocksdb_manifest(in);
}

SstFile some_file(std::uint64_t number, std::size_t key_bytes) {
  SstFile file;
  file.number = number;
  file.level = static_cast<std::int32_t>(number % 7);
  file.smallest = internal_key(ByteVector(key_bytes, 1), 3, 1);
  file.largest = internal_key(ByteVector(key_bytes, 2), 300, 2);
  file.smallest_seqno = 3;
  file.largest_seqno = 300 + number;
  file.size_bytes = 1'000'000 * number;
  return file;
}

RocksdbManifest some_manifest(std::size_t key_bytes) {
  RocksdbManifest manifest;
  manifest.families = {{0, "default", {}},
                       {1, "a", {some_file(9, key_bytes), some_file(200, 1)}},
                       {2, "b", {}},
                       {3, "c", {some_file(10, 4)}}};
  manifest.last_seqno = 500;
  manifest.next_file_number = 201;
  return manifest;
}

TEST_CASE("a manifest is read as it was written", "[rocksdb_manifest]") {
  // Around the end of a block of 32 KiB, and over several.
  const std::size_t key_bytes =
      GENERATE(2u, 16200u, 16310u, 16330u, 16339u, 16343u, 16350u, 70000u);
  const RocksdbManifest manifest = some_manifest(key_bytes);
  CHECK(decoded(encode_rocksdb_manifest(manifest)) == manifest);
}

// A manifest of these edits.
RocksdbManifest of_edits(const std::vector<std::string>& edits) {
  ByteWriter log;
  for (const std::string& edit : edits) put_rocksdb_record(from_hex(edit), log);
  return decoded(log.bytes());
}

// leveldb.BytewiseComparator
const std::string kComparator = "01 1a 6c6576656c64622e4279746577697365436f6d70617261746f72";
const std::string kAddFamily = "c801 01  c901 01 61";
// File 5 of 100 bytes: keys 01 to 02, numbers 3 to 4.
const std::string kFile5 = "05 64 09 01 0103000000000000 09 02 0104000000000000 03 04";

TEST_CASE("edits change what stood before", "[rocksdb_manifest]") {
  const std::string in_family = "c801 01";
  const std::string added = "67 00 " + kFile5 + "05 01 00 01" + in_family;
  SstFile file;
  file.number = 5;
  file.smallest = from_hex("01 0103000000000000");
  file.largest = from_hex("02 0104000000000000");
  file.smallest_seqno = 3;
  file.largest_seqno = 4;
  file.size_bytes = 100;
  const RocksdbManifest one = of_edits({kComparator, kAddFamily, added, "03 09 04 07"});
  REQUIRE(one.families.size() == 2);
  CHECK(one.families[0] == RocksdbFamily{0, "default", {}});
  CHECK(one.families[1] == RocksdbFamily{1, "a", {file}});
  CHECK(one.next_file_number == 9);
  CHECK(one.last_seqno == 7);
  CHECK(one.files_stand_alone);

  // Moved to level 2 by a compaction; written as older releases do.
  const std::string moved = "06 00 05  64 02 " + kFile5 + in_family;
  file.level = 2;
  CHECK(of_edits({kAddFamily, added, moved}).families[1].files == std::vector{file});
  CHECK(of_edits({kAddFamily, added, moved, "06 02 05" + in_family}).families[1].files.empty());
  CHECK(of_edits({kAddFamily, added, in_family + "ca01"}).families.size() == 1);
  CHECK(message_of([&] {
          of_edits({kAddFamily, moved});
        }).find("not in level 0") != std::string::npos);
  CHECK_THROWS_AS(of_edits({kAddFamily, added, added}), FormatError);
  CHECK_THROWS_AS(of_edits({added}), FormatError);
  CHECK_THROWS_AS(of_edits({kAddFamily, kAddFamily}), FormatError);
  // The default family is neither dropped nor given a name.
  CHECK_THROWS_AS(of_edits({"ca01"}), FormatError);
  CHECK_THROWS_AS(of_edits({"c901 01 61"}), FormatError);
  CHECK_THROWS_AS(of_edits({}), FormatError);
}

TEST_CASE("what a manifest may hold besides files", "[rocksdb_manifest]") {
  // Log numbers, an atomic group, a compaction cursor, and a tag that may be ignored.
  CHECK(of_edits(
            {"02 07 09 00 0a 05 cb01 03 ac02 00", "05 01 09 01 0103000000000000", "9040 02 abcd"})
            .files_stand_alone);
  CHECK_FALSE(of_edits({"8240 02 0102"}).files_stand_alone);
  CHECK_FALSE(of_edits({"67 00 " + kFile5 + "04 01 08 01"}).files_stand_alone);
  CHECK_FALSE(of_edits({"67 00 " + kFile5 + "41 01 01 01"}).files_stand_alone);
  CHECK_THROWS_AS(of_edits({"67 00 " + kFile5 + "42 01 01 01"}), UnsupportedError);
  CHECK_THROWS_AS(of_edits({"0b 00"}), UnsupportedError);
  CHECK_THROWS_AS(of_edits({"01 01 61"}), UnsupportedError);
  CHECK_THROWS_AS(of_edits({"67 00 05 64 03 010203"}), FormatError);
  CHECK_THROWS_AS(of_edits({"03 ffffffffffffffffff02"}), FormatError);
}

TEST_CASE("a damaged manifest is an error, never another database", "[rocksdb_manifest]") {
  const RocksdbManifest manifest = some_manifest(2);
  const ByteVector bytes = encode_rocksdb_manifest(manifest);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    ByteVector damaged = bytes;
    damaged[at] ^= 0x21;
    CAPTURE(at);
    CHECK_THROWS_AS(decoded(damaged), FormatError);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    // Cut between edits, it says less; cut within one, it is damaged.
    std::optional<RocksdbManifest> left;
    try {
      left = decoded(Bytes(bytes).first(size));
    } catch (const FormatError&) {
    }
    CHECK(left != manifest);
  }
}

TEST_CASE("a hash does not depend on the pieces", "[hash128]") {
  ByteVector bytes(100);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    Hash128Stream whole;
    whole.add(Bytes(bytes).first(size));
    for (std::size_t cut = 0; cut <= size; ++cut) {
      Hash128Stream parts;
      parts.add(Bytes(bytes).first(cut));
      parts.add(Bytes(bytes).subspan(cut, size - cut));
      CHECK(parts.finish() == whole.finish());
    }
  }
  Hash128Stream text;
  text.add(from_hex("68656c6c6f"));  // "hello", from the reference implementation
  CHECK(text.finish() == Hash128{0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19});
}

}  // namespace
}  // namespace savvy::testing
