#include "readers/check/database_files.h"

#include <fmt/format.h>

#include <utility>

namespace savvy {
namespace {

// Where the bytes of a stream begin in its file.
std::uint64_t start_of(const StreamHandle& handle) {
  const auto* segment = handle_as<SegmentHandle>(innermost(handle));
  return segment == nullptr ? 0 : static_cast<std::uint64_t>(segment->start);
}

}  // namespace

DatabaseFiles::DatabaseFiles(const Snapshot& snapshot, const IncrementalHandle& handle,
                             FindingPlace place)
    : snapshot_(snapshot), place_(std::move(place)) {
  for (const auto* list : {&handle.shared_files, &handle.private_files}) {
    for (const LocalFile& file : *list) files_[file.local_path] = &file;
  }
}

const LocalFile* DatabaseFiles::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

std::unique_ptr<RandomAccessFile> DatabaseFiles::open(const LocalFile& file) const {
  if (!snapshot_.found_bytes(file.handle)) return nullptr;
  try {
    return snapshot_.open(file.handle);
  } catch (const FormatError&) {
    return nullptr;  // a segment beyond the end of its file
  }
}

FindingPlace DatabaseFiles::place(const LocalFile& file, std::string_view state) const {
  FindingPlace place = place_;
  const StreamHandle& stream = innermost(file.handle);
  if (const auto path = snapshot_.local_path(stream)) {
    place.file = *path;
  } else if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) {
    place.file = bytes->name;
  } else if (const auto* absolute = handle_as<FileHandle>(stream)) {
    place.file = absolute->path;
  } else if (const auto* segment = handle_as<SegmentHandle>(stream)) {
    place.file = segment->path;
  }
  place.state = state;
  return place;
}

Finding DatabaseFiles::finding(FindingCode code, const LocalFile& file, const Error& error,
                               std::string_view expected, std::string_view state) const {
  Finding finding = finding_of(error, code, place(file, state), std::string(expected));
  if (finding.place.offset) *finding.place.offset += start_of(file.handle);
  finding.found = fmt::format("{}: {}", file.local_path, finding.found);
  return finding;
}

}  // namespace savvy
