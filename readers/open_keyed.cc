#include "readers/open_keyed.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "format/errors.h"
#include "format/key_groups.h"
#include "readers/changelog_source.h"
#include "readers/keyed_stream.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

[[noreturn]] void refuse(const Snapshot& snapshot) {
  throw UnsupportedError(
      fmt::format("{}: keyed state in a layout that is not read", snapshot.metadata_path()));
}

// Those of the full handles, and what the log adds.
std::vector<KeyedStateSchema> read_changelog_schemas(const Snapshot& snapshot,
                                                     const ChangelogHandle& changelog,
                                                     const SerializerRegistry& registry) {
  std::vector<KeyedStateSchema> schemas;
  const auto add = [&schemas](std::vector<KeyedStateSchema> more) {
    for (KeyedStateSchema& state : more) schemas.push_back(std::move(state));
  };
  for (const KeyedHandle& part : changelog.materialized) {
    if (!is_null(part)) add(read_keyed_schemas(snapshot, part, registry));
  }
  const TypePtr key = schemas.empty() ? nullptr : schemas.front().key;
  add(announced_states(snapshot, changelog, registry, key));
  return schemas;
}

}  // namespace

bool can_open_keyed(const KeyedHandle& handle) {
  return handle_as<KeyGroupsHandle>(handle) != nullptr ||
         handle_as<IncrementalHandle>(handle) != nullptr ||
         handle_as<ChangelogHandle>(handle) != nullptr;
}

std::unique_ptr<KeyedSource> open_keyed_source(const Snapshot& snapshot, const KeyedHandle& handle,
                                               std::int32_t max_parallelism,
                                               const SerializerRegistry& registry,
                                               const RocksdbCache& cache,
                                               const SortMemory& memory) {
  const int prefix_bytes = key_group_prefix_bytes(max_parallelism);
  if (const auto* files = handle_as<IncrementalHandle>(handle)) {
    return open_rocksdb_source(snapshot, *files, prefix_bytes, registry, cache);
  }
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) {
    return std::make_unique<KeyedStream>(snapshot.open(groups->delegate), *groups, prefix_bytes,
                                         registry);
  }
  if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
    std::vector<std::unique_ptr<KeyedSource>> materialized;
    for (const KeyedHandle& part : changelog->materialized) {
      if (is_null(part)) continue;  // as Flink does
      materialized.push_back(
          open_keyed_source(snapshot, part, max_parallelism, registry, cache, memory));
    }
    return open_changelog_source(snapshot, *changelog, std::move(materialized), prefix_bytes,
                                 registry, memory);
  }
  refuse(snapshot);
}

std::vector<KeyedStateSchema> read_keyed_schemas(const Snapshot& snapshot,
                                                 const KeyedHandle& handle,
                                                 const SerializerRegistry& registry) {
  if (const auto* changelog = handle_as<ChangelogHandle>(handle)) {
    return read_changelog_schemas(snapshot, *changelog, registry);
  }
  const auto* files = handle_as<IncrementalHandle>(handle);
  const auto* groups = handle_as<KeyGroupsHandle>(handle);
  if (files == nullptr && groups == nullptr) refuse(snapshot);
  const auto file = snapshot.open(files != nullptr ? files->meta : groups->delegate);
  SectionReader head(*file, {0, file->size()}, Compression::kNone);
  return keyed_state_schemas(decode_keyed_meta_block(head.in(), registry), file->name());
}

}  // namespace savvy
