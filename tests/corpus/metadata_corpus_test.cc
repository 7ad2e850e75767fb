// _metadata against real Flink: files that Flink wrote, and what it read from them.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <string>

#include "format/checkpoint_properties.h"
#include "format/errors.h"
#include "format/metadata.h"
#include "tests/corpus/corpus.h"
#include "tests/support/files.h"
#include "tests/support/metadata_text.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

Metadata decode(const ByteVector& bytes, std::string_view file) {
  ByteReader in(bytes, file);
  return decode_metadata(in);
}

// The error of decoding, empty if there is none.
std::string error_of(Bytes bytes, std::string_view file) {
  try {
    ByteReader in(bytes, file);
    decode_metadata(in);
    return {};
  } catch (const FormatError& error) {
    return error.what();
  } catch (const UnsupportedError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("every corpus savepoint is written back byte for byte", "[corpus][metadata]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::map<std::int32_t, int> files_by_version;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    CAPTURE(folder.filename());
    const ByteVector bytes = read_file(folder / "_metadata");
    const Metadata metadata = decode(bytes, "_metadata");
    CHECK(metadata.dialect == MetadataDialect::kCurrent);
    CHECK(encode_metadata(metadata) == bytes);
    ++files_by_version[metadata.version];
  }
  CHECK(files_by_version == std::map<std::int32_t, int>{{2, 12}, {3, 27}, {4, 132}, {5, 26}});
}

TEST_CASE("the properties of every corpus file are the template", "[corpus][properties]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  std::map<SnapshotKind, int> files_by_kind;
  for (const char* parent : {"savepoints", "metadata/generated"}) {
    for (const fs::path& folder : sorted_folders(*corpus / parent)) {
      CAPTURE(folder.filename());
      const Metadata metadata = decode(read_file(folder / "_metadata"), "_metadata");
      const auto properties = interpret_checkpoint_properties(metadata.properties, "_metadata");
      if (metadata.version >= 4) {
        CHECK(encode_checkpoint_properties(properties) == metadata.properties);
      }
      ++files_by_kind[properties.kind];
    }
  }
  CHECK(files_by_kind[SnapshotKind::kCheckpoint] > 10);
  CHECK(files_by_kind[SnapshotKind::kSavepoint] > 100);
}

TEST_CASE("operators with a stored uid have its hash as id", "[corpus][operator_id]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  int operators_with_uid = 0;
  for (const fs::path& folder : sorted_folders(*corpus / "savepoints")) {
    CAPTURE(folder.filename());
    for (const OperatorState& state :
         decode(read_file(folder / "_metadata"), "_metadata").operators) {
      if (state.uid.empty()) continue;
      CHECK(to_hex(state.id) == to_hex(operator_id_of_uid(state.uid)));
      ++operators_with_uid;
    }
  }
  CHECK(operators_with_uid > 100);
}

TEST_CASE("generated metadata reads as Flink reads it, field by field", "[corpus][metadata]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  int files = 0;
  for (const fs::path& folder : sorted_folders(*corpus / "metadata/generated")) {
    CAPTURE(folder.filename());
    const ByteVector bytes = read_file(folder / "_metadata");
    const Metadata metadata = decode(bytes, "_metadata");
    CHECK(render_as_flink(metadata) == read_text(folder / "flink-fields.txt"));
    CHECK(encode_metadata(metadata) == bytes);
    ++files;
  }
  CHECK(files == 80);
}

TEST_CASE("damaged metadata is judged as Flink judges it", "[corpus][metadata]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  // What Flink reads and we refuse, and why.
  const std::map<std::string, std::string> stricter_than_flink = {
      {"46_trailing_bytes", "nothing writes bytes after the end: the file is not what was written"},
  };
  int files = 0;
  for (const fs::path& folder : sorted_folders(*corpus / "metadata/damaged")) {
    const std::string name = folder.filename();
    CAPTURE(name);
    const ByteVector bytes = read_file(folder / "_metadata");
    const std::string said = read_text(folder / "flink-says.txt");
    const std::string error = error_of(bytes, "_metadata");
    if (said.starts_with("ERR") || stricter_than_flink.contains(name)) {
      CHECK(error.starts_with("_metadata: offset 0x"));
    } else {
      REQUIRE(error.empty());
      const Metadata metadata = decode(bytes, "_metadata");
      CHECK(render_as_flink(metadata) == said);
      CHECK(encode_metadata(metadata) == bytes);
    }
    ++files;
  }
  CHECK(files == 39);
}

TEST_CASE("every prefix of a real metadata file is a FormatError", "[corpus][metadata]") {
  const auto corpus = corpus_root();
  if (!corpus) return;
  const char* files_of_releases[] = {
      "savepoints/new-stateful-udf-migration-itcase-flink1.8-rocksdb-savepoint/_metadata",
      "savepoints/new-stateful-udf-migration-itcase-flink1.15-rocksdb-checkpoint/_metadata",
      "savepoints/new-stateful-udf-migration-itcase-flink1.17-rocksdb-checkpoint/_metadata",
      "metadata/generated/v5-3/_metadata",
      "metadata/generated/v6-3/_metadata",
  };
  for (const char* file : files_of_releases) {
    CAPTURE(file);
    const ByteVector bytes = read_file(*corpus / file);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ByteReader in(Bytes(bytes).first(size), "chk-7/_metadata");
      try {
        decode_metadata(in);
        FAIL("a prefix of " << size << " bytes is read");
      } catch (const FormatError& error) {
        const std::string_view message = error.what();
        if (!message.starts_with("chk-7/_metadata: offset 0x")) FAIL(message);
      }
    }
  }
}

}  // namespace savvy::testing
