#include "readers/sst_files.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "format/errors.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

const LocalFile& find(const FilesByName& files, std::string_view name, std::string_view wanted_by) {
  const auto found = files.find(name);
  if (found == files.end()) {
    throw FormatError(fmt::format("{}: the handle lists no file \"{}\"", wanted_by, name));
  }
  return *found->second;
}

void require_sound(const RocksdbManifest& manifest, std::string_view name) {
  std::set<std::uint64_t> numbers;
  for (const RocksdbFamily& family : manifest.families) {
    for (const SstFile& file : family.files) {
      if (!numbers.insert(file.number).second || internal_less(file.largest, file.smallest)) {
        throw FormatError(
            fmt::format("{}: file {} of state \"{}\" is there twice, or its bounds "
                        "are the wrong way round",
                        name, sst_local_path(file.number), family.name));
      }
    }
    for (const auto& [first, second] : overlapping_files(family)) {
      throw FormatError(fmt::format("{}: files {} and {} of state \"{}\" overlap on level {}", name,
                                    sst_local_path(first->number), sst_local_path(second->number),
                                    family.name, first->level));
    }
  }
}

}  // namespace

FilesByName files_by_name(const IncrementalHandle& handle) {
  FilesByName files;
  for (const auto* list : {&handle.shared_files, &handle.private_files}) {
    for (const LocalFile& file : *list) files[file.local_path] = &file;
  }
  return files;
}

std::string read_manifest_name(const RandomAccessFile& current) {
  constexpr std::uint64_t kMaxBytes = 256;
  if (current.size() == 0 || current.size() > kMaxBytes) {
    throw FormatError(
        fmt::format("{}: {} bytes are no name of a MANIFEST", current.name(), current.size()));
  }
  std::string name(static_cast<std::size_t>(current.size()), '\0');
  current.read_at(0, {reinterpret_cast<std::uint8_t*>(name.data()), name.size()});
  if (name.back() != '\n') {
    throw FormatError(fmt::format("{}: no newline at the end", current.name()), name.size());
  }
  name.pop_back();
  return name;
}

RocksdbManifest read_rocksdb_manifest(const Snapshot& snapshot, const IncrementalHandle& handle) {
  const FilesByName files = files_by_name(handle);
  const auto current = snapshot.open(find(files, "CURRENT", "RocksDB").handle);
  const std::string name = read_manifest_name(*current);
  const auto file = snapshot.open(find(files, name, current->name()).handle);
  SectionReader section(*file, {0, file->size()}, Compression::kNone);
  RocksdbManifest manifest = decode_rocksdb_manifest(section.in());
  require_sound(manifest, file->name());
  return manifest;
}

LiveSsts list_live_ssts(const Snapshot& snapshot, const IncrementalHandle& handle) {
  const FilesByName files = files_by_name(handle);
  RocksdbManifest manifest = read_rocksdb_manifest(snapshot, handle);
  LiveSsts live;
  live.files_stand_alone = manifest.files_stand_alone;
  for (RocksdbFamily& family : manifest.families) {
    live.families.push_back(family.name);
    for (SstFile& file : family.files) {
      const LocalFile& stored = find(files, sst_local_path(file.number), "MANIFEST");
      const auto content = snapshot.open(stored.handle);
      if (content->size() != file.size_bytes) {
        throw FormatError(fmt::format("{}: {} bytes, but {} in the MANIFEST", content->name(),
                                      content->size(), file.size_bytes));
      }
      live.files.push_back({family.name, std::move(file), read_sst_tail(*content), &stored});
    }
  }
  return live;
}

}  // namespace savvy
