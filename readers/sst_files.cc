#include "readers/sst_files.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "format/errors.h"
#include "format/sst_walk.h"
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

void require_bound(SstBound bound, const SstFile& listed, Bytes found, const SstTail& tail,
                   std::string_view name) {
  if (may_be_bound(bound, listed, found, tail)) return;
  throw FormatError(fmt::format(
      "{}: {} is its {} key, but {} in the MANIFEST: it is another file, or damaged", name,
      internal_key_text(found), bound == SstBound::kSmallest ? "smallest" : "largest",
      internal_key_text(bound_of(listed, bound))));
}

void require_bounds(const RandomAccessFile& content, const SstFile& listed, const SstTail& tail) {
  SstEnds ends;
  try {
    ends = read_sst_ends(content, tail);
  } catch (const Error& error) {
    // RocksDB reads more kinds of blocks, and says of a damaged one when it gets there.
    if (dynamic_cast<const IoError*>(&error) != nullptr) throw;
    return;
  }
  if (ends.first.empty()) return;
  require_bound(SstBound::kSmallest, listed, ends.first, tail, content.name());
  require_bound(SstBound::kLargest, listed, ends.last, tail, content.name());
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

SstTail read_listed_sst(const RandomAccessFile& content, const SstFile& listed,
                        const std::string& family) {
  if (content.size() != listed.size_bytes) {
    throw FormatError(fmt::format("{}: {} bytes, but {} in the MANIFEST", content.name(),
                                  content.size(), listed.size_bytes));
  }
  SstTail tail = read_sst_tail(content);
  if (!tail.family.empty() && tail.family != family) {
    throw FormatError(fmt::format("{}: entries of state \"{}\", but of \"{}\" in the MANIFEST",
                                  content.name(), tail.family, family));
  }
  require_bounds(content, listed, tail);
  return tail;
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
      SstTail tail = read_listed_sst(*snapshot.open(stored.handle), file, family.name);
      live.files.push_back({family.name, std::move(file), std::move(tail), &stored});
    }
  }
  return live;
}

}  // namespace savvy
