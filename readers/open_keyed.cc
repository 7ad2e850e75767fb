#include "readers/open_keyed.h"

#include <fmt/format.h>

#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/keyed_stream.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

[[noreturn]] void refuse(const Snapshot& snapshot) {
  throw UnsupportedError(
      fmt::format("{}: keyed state in a layout that is not read", snapshot.metadata_path()));
}

}  // namespace

bool can_open_keyed(const KeyedHandle& handle) {
  return handle_as<KeyGroupsHandle>(handle) != nullptr ||
         handle_as<IncrementalHandle>(handle) != nullptr;
}

std::unique_ptr<KeyedSource> open_keyed_source(const Snapshot& snapshot, const KeyedHandle& handle,
                                               std::int32_t max_parallelism,
                                               const SerializerRegistry& registry,
                                               const RocksdbCache& cache) {
  const int prefix_bytes = key_group_prefix_bytes(max_parallelism);
  if (const auto* files = handle_as<IncrementalHandle>(handle)) {
    return open_rocksdb_source(snapshot, *files, prefix_bytes, registry, cache);
  }
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    return std::make_unique<KeyedStream>(snapshot.open(groups->delegate), *groups, prefix_bytes,
                                         registry);
  }
  refuse(snapshot);
}

KeyGroupRange key_groups_of(const KeyedHandle& handle) {
  if (const auto* files = handle_as<IncrementalHandle>(handle)) return files->range;
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  return groups == nullptr ? KeyGroupRange{} : groups->range;
}

std::vector<KeyedStateSchema> read_keyed_schemas(const Snapshot& snapshot,
                                                 const KeyedHandle& handle,
                                                 const SerializerRegistry& registry) {
  const auto* files = handle_as<IncrementalHandle>(handle);
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  if (files == nullptr && groups == nullptr) refuse(snapshot);
  const auto file = snapshot.open(files != nullptr ? files->meta : groups->delegate);
  SectionReader head(*file, {0, file->size()}, Compression::kNone);
  return keyed_state_schemas(decode_keyed_meta_block(head.in(), registry), file->name());
}

}  // namespace savvy
