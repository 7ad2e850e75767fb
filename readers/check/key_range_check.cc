#include "readers/check/key_range_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "format/byte_units.h"
#include "format/composite_key.h"
#include "format/key_groups.h"
#include "format/serializer_registry.h"
#include "format/sst_tail.h"
#include "readers/rocksdb_source.h"

namespace savvy {
namespace {

constexpr std::size_t kCacheBytes = 8 * kMiB;
// Behind all keys: key groups are below 0x8000.
const ByteVector kEnd(8, 0xFF);

ByteVector prefix_of(std::int32_t key_group, int prefix_bytes) {
  ByteVector prefix;
  append_key_group(key_group, prefix_bytes, prefix);
  return prefix;
}

// True if a file's bounds say that nothing in it lies outside `range`.
bool within(const SstFile& file, KeyGroupRange range, int prefix_bytes) {
  const std::optional<KeyGroupRange> groups = key_groups_of(file, prefix_bytes);
  return groups && groups->first >= range.first && groups->last() <= range.last();
}

// RocksDB may end the process over damage that no checksum keeps from it.
void require_checksums(const RocksdbManifest& manifest, const DatabaseFiles& files) {
  for (const RocksdbFamily& family : manifest.families) {
    for (const SstFile& file : family.files) {
      const LocalFile* stored = files.find(sst_local_path(file.number));
      const auto content = stored == nullptr ? nullptr : files.open(*stored);
      if (content == nullptr) throw FormatError("files are missing");
      if (read_sst_tail(*content).checksum != SstChecksum::kNone) continue;
      throw UnsupportedError(fmt::format("{}: no checksums", content->name()));
    }
  }
}

// Live keys by key group.
using Counts = std::map<std::int32_t, std::uint64_t>;

void count_keys(KeyGroupReader& keys, Counts& counts, const FindingSink& findings) {
  for (KeyedEntry entry; !findings.stopped() && keys.next(entry);) ++counts[entry.key_group];
}

}  // namespace

bool reaches_beyond(const RocksdbManifest& manifest, KeyGroupRange range,
                    std::int32_t max_parallelism) {
  const int prefix_bytes = key_group_prefix_bytes(max_parallelism);
  for (const RocksdbFamily& family : manifest.families) {
    for (const SstFile& file : family.files) {
      if (!within(file, range, prefix_bytes)) return true;
    }
  }
  return false;
}

void check_key_range(const Snapshot& snapshot, const IncrementalHandle& handle,
                     const RocksdbManifest& manifest, std::int32_t max_parallelism,
                     const DatabaseFiles& files, FindingSink& findings) {
  const int prefix_bytes = key_group_prefix_bytes(max_parallelism);
  require_checksums(manifest, files);
  const SerializerRegistry registry = make_serializer_registry();
  const RocksdbCache cache(kCacheBytes);
  const auto source = open_rocksdb_source(snapshot, handle, prefix_bytes, registry, cache);
  const ByteVector lower = prefix_of(handle.range.first, prefix_bytes);
  const ByteVector upper = prefix_of(handle.range.end(), prefix_bytes);
  for (std::size_t state = 0; state < source->states().size(); ++state) {
    Counts counts;
    count_keys(*source->open_range(state, {}, lower), counts, findings);
    count_keys(*source->open_range(state, upper, kEnd), counts, findings);
    for (const auto& [key_group, count] : counts) {
      FindingPlace place = files.place();
      place.state = source->states()[state].name;
      place.key_group = key_group;
      findings.add(
          {FindingCode::kKeyOutsideRange, std::move(place),
           fmt::format("keys of key groups {} to {}", handle.range.first, handle.range.last()),
           fmt::format("{} live keys of key group {}", count, key_group)});
    }
  }
}

}  // namespace savvy
