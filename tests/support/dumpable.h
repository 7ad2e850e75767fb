// The metadata of a snapshot, read without the program.

#pragma once

#include <filesystem>

#include "format/metadata.h"
#include "tests/support/files.h"

namespace savvy::testing {

inline Metadata read_metadata(const std::filesystem::path& folder) {
  const ByteVector bytes = read_file(folder / "_metadata");
  ByteReader in(bytes, (folder / "_metadata").string());
  return decode_metadata(in);
}

}  // namespace savvy::testing
