// The MANIFEST of a RocksDB database: parts, each an edit, or with 0x80 in its kind bytes of the log
// as they are. What is read is written as a MANIFEST that reads the same.

#include "format/detail/rocksdb_log.h"
#include "format/rocksdb_manifest.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/parts.h"

namespace savvy::testing {

std::optional<std::size_t> parts_start(Bytes) { return 0; }

namespace {

ByteVector make_log(Bytes input) {
  ByteWriter log;
  for (const Part& part : split_parts(input)) {
    if ((part.kind & 0x80) != 0) {
      log.raw(part.content);
    } else {
      put_rocksdb_record(part.content, log);
    }
  }
  return log.take();
}

void look_at(const RocksdbManifest& manifest) {
  for (const RocksdbFamily& family : manifest.families) {
    overlapping_files(family);
    for (const SstFile& file : family.files) {
      key_groups_of(file, 1);
      key_groups_of(file, 2);
    }
  }
}

void check_written(RocksdbManifest manifest) {
  const ByteVector written = encode_rocksdb_manifest(manifest);
  ByteReader in(written, "written");
  // Where values lie beside the files is not written.
  manifest.files_stand_alone = true;
  if (decode_rocksdb_manifest(in) != manifest) finding("a MANIFEST is not written as it was read");
}

}  // namespace
}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  const ByteVector log = testing::make_log({data, size});
  RocksdbManifest manifest;
  ByteReader in(log, "f");
  const std::string read = testing::outcome_of([&] { manifest = decode_rocksdb_manifest(in); });
  if (read != "read") return 0;
  testing::look_at(manifest);
  const std::string written = testing::outcome_of([&] { testing::check_written(manifest); });
  if (written != "read") testing::finding("a MANIFEST as it was written is refused: " + written);
  return 0;
}
