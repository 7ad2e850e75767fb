#include "readers/check/database_files.h"

#include <fmt/format.h>

#include <utility>

#include "readers/check/finding_report.h"

namespace savvy {

DatabaseFiles::DatabaseFiles(const Snapshot& snapshot, const IncrementalHandle& handle,
                             FindingPlace place)
    : snapshot_(snapshot), place_(std::move(place)), files_(files_by_name(handle)) {}

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
  place.file = file_of(snapshot_, file.handle);
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
