// Positions in files that no 32 bits hold, as writers note them.

#include <catch2/catch.hpp>

#include "tests/support/keyed_streams.h"
#include "tests/support/operator_bytes.h"
#include "tests/support/written_streams.h"
#include "writers/canonical_writer.h"
#include "writers/heap_writer.h"
#include "writers/operator_state_writer.h"
#include "writers/raw_keyed_writer.h"

namespace savvy {
namespace {

using namespace testing;

constexpr std::uint64_t kFar = (std::uint64_t{5} << 32) - 3;

std::vector<std::int64_t> moved(std::vector<std::int64_t> offsets) {
  for (std::int64_t& offset : offsets) {
    if (offset > 0) offset += static_cast<std::int64_t>(kFar);
  }
  return offsets;
}

// What a writer makes of a file that has so many bytes already.
struct Written {
  ByteVector bytes;
  std::vector<std::int64_t> offsets;
  StreamHandle file;
};

template <typename Write>
void check_far(Write write) {
  const Written near = write(0);
  const Written far = write(kFar);
  CHECK(far.bytes == near.bytes);
  CHECK(std::count_if(near.offsets.begin(), near.offsets.end(), [](auto at) { return at > 0; }) >
        1);
  CHECK(far.offsets == moved(near.offsets));
  CHECK(recorded_size(far.file).value() ==
        static_cast<std::int64_t>(kFar) + recorded_size(near.file).value());
}

template <typename Writer>
Written finish(const MemoryFolder& folder, Writer& writer) {
  const KeyedHandle handle = writer.finish();
  const auto& groups = *handle_as<KeyGroupsHandle>(handle);
  return {folder.bytes("file"), groups.offsets, groups.delegate};
}

KeyedStream source_of(const StreamBytes& stream) {
  KeyGroupsHandle handle;
  handle.code = KeyedCode::kKeyGroupsV2;
  handle.range = {5, 2};
  handle.offsets = stream.offsets;
  return {std::make_unique<MemoryFile>("f", stream.bytes), handle, 1, test_registry()};
}

}  // namespace

TEST_CASE("key groups beyond 4 GiB are written", "[far_offsets]") {
  for (const Packing packing : {Packing::kPlain, Packing::kSnappy}) {
    const StreamBytes stream = canonical_stream(Packing::kPlain);
    const KeyedMetaBlock meta = meta_from_hex(keyed_head_hex(packing));
    check_far([&](std::uint64_t before) {
      MemoryFolder folder(before);
      CanonicalWriter writer(folder, "file", meta, {5, 2}, KeyedCode::kSavepointKeyGroups);
      add_all_entries(source_of(stream), writer);
      return finish(folder, writer);
    });
    // Here the number of entries is written when they are all there.
    check_far([&](std::uint64_t before) {
      MemoryFolder folder(before);
      HeapWriter writer(folder, "file", meta, {5, 2}, KeyedCode::kKeyGroupsV2, 1);
      add_all_entries(source_of(stream), writer);
      return finish(folder, writer);
    });
  }
  check_far([](std::uint64_t before) {
    MemoryFolder folder(before);
    RawKeyedWriter writer(folder, "file", {0, 3}, KeyedCode::kKeyGroups);
    for (const std::int32_t group : {0, 1, 2}) {
      writer.begin_key_group(group);
      writer.append(from_hex("0102"));
    }
    Written written = finish(folder, writer);
    written.offsets.erase(written.offsets.begin());  // 0, or as far as the file goes
    return written;
  });
}

TEST_CASE("elements beyond 4 GiB are written", "[far_offsets]") {
  for (const std::string& version : {kVersion6Plain, kVersion6Compressed}) {
    const ByteVector stored = from_hex(version + kListOnly);
    ByteReader in(stored, "f");
    const OperatorStreamHead head = decode_operator_stream_head(in, string_registry());
    check_far([&](std::uint64_t before) {
      MemoryFolder folder(before);
      OperatorStateWriter writer(folder, "file", head);
      writer.begin_state("s", DistributionMode::kSplit);
      for (const std::string element : {"0261", "036263", ""})
        writer.add_element(from_hex(element));
      const Boxed<OperatorHandle> handle = writer.finish();
      return Written{folder.bytes("file"), handle->states[0].offsets, handle->delegate};
    });
  }
}

}  // namespace savvy
