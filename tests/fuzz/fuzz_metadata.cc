// A _metadata file. What is read is written back as the same bytes, and can be checked.

#include <algorithm>

#include "format/checkpoint_properties.h"
#include "format/finding.h"
#include "format/metadata.h"
#include "format/metadata_check.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  const Bytes input(data, size);
  Metadata metadata;
  ByteReader in(input, "f");
  if (testing::outcome_of([&] { metadata = decode_metadata(in); }) != "read") return 0;
  const ByteVector encoded = encode_metadata(metadata);
  if (!std::equal(encoded.begin(), encoded.end(), input.begin(), input.end())) {
    testing::finding("metadata is not written back as it was read");
  }
  testing::outcome_of([&] { interpret_checkpoint_properties(metadata.properties, "f"); });
  FindingList findings;
  check_metadata(metadata, "f", findings);
  return 0;
}
