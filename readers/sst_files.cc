#include "readers/sst_files.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "format/errors.h"
#include "format/rocksdb_manifest.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

using FilesByName = std::map<std::string, const LocalFile*, std::less<>>;

FilesByName files_by_name(const IncrementalHandle& handle) {
  FilesByName files;
  for (const auto* list : {&handle.shared_files, &handle.private_files}) {
    for (const LocalFile& file : *list) files[file.local_path] = &file;
  }
  return files;
}

const LocalFile& find(const FilesByName& files, std::string_view name, std::string_view wanted_by) {
  const auto found = files.find(name);
  if (found == files.end()) {
    throw FormatError(fmt::format("{}: the handle lists no file \"{}\"", wanted_by, name));
  }
  return *found->second;
}

// CURRENT holds the name of the MANIFEST and a newline.
std::string manifest_name(const RandomAccessFile& current) {
  constexpr std::uint64_t kMaxBytes = 256;
  if (current.size() == 0 || current.size() > kMaxBytes) {
    throw FormatError(
        fmt::format("{}: {} bytes are no name of a MANIFEST", current.name(), current.size()));
  }
  std::string name(static_cast<std::size_t>(current.size()), '\0');
  current.read_at(0, {reinterpret_cast<std::uint8_t*>(name.data()), name.size()});
  if (name.back() != '\n') {
    throw FormatError(fmt::format("{}: no newline at the end", current.name()));
  }
  name.pop_back();
  return name;
}

RocksdbManifest read_manifest(const Snapshot& snapshot, const FilesByName& files) {
  const auto current = snapshot.open(find(files, "CURRENT", "RocksDB").handle);
  const std::string name = manifest_name(*current);
  const auto manifest = snapshot.open(find(files, name, current->name()).handle);
  SectionReader section(*manifest, {0, manifest->size()}, Compression::kNone);
  return decode_rocksdb_manifest(section.in());
}

}  // namespace

LiveSsts list_live_ssts(const Snapshot& snapshot, const IncrementalHandle& handle) {
  const FilesByName files = files_by_name(handle);
  RocksdbManifest manifest = read_manifest(snapshot, files);
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
