#include "readers/file_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "format/byte_reader.h"
#include "format/errors.h"
#include "readers/detail/needed_files.h"
#include "readers/file_search.h"

namespace savvy {
namespace {

using detail::NeededFile;
using detail::UnreachedFiles;

// The flag in front of a stream of changes (StateChangeFsUploader).
constexpr std::uint64_t kFlagBytes = 1;
constexpr std::uint8_t kPlain = 0;

constexpr std::size_t kPieceBytes = 1 << 20;

bool is_plain(const Storage& storage, const std::string& path) {
  try {
    std::uint8_t flag = 0;
    storage.open(path)->read_at(0, {&flag, 1});
    return flag == kPlain;
  } catch (const IoError&) {
    return false;  // whoever reads the changes says so
  }
}

std::string needed_text(std::uint64_t handle_count) {
  return handle_count == 1 ? "1 handle needs it" : fmt::format("{} handles need it", handle_count);
}

bool is_denied(int error_number) { return error_number == EACCES || error_number == EPERM; }

// What the system says of a path that is no file.
struct Refusal {
  int error_number = 0;
  std::string text;
};

class FileCheck {
 public:
  FileCheck(const Snapshot& snapshot, FindingSink& findings)
      : snapshot_(snapshot),
        findings_(findings),
        search_(snapshot.directory(), snapshot.storage()) {}

  void check(const NeededFile& file) {
    if (file.absolute && file.relative) {
      add(FindingCode::kPathDisagrees, file, file.first, "one kind of handle for a file",
          "named by its path and relative to the metadata");
    }
    const auto size = snapshot_.storage().file_size(file.path);
    if (!size) return report_missing(file);
    ++seen_.count;
    seen_.bytes += *size;
    if (file.last_segment != nullptr) check_segment(file, *size);
    if (!file.recorded_bytes) return;
    const auto recorded = static_cast<std::uint64_t>(*file.recorded_bytes);
    if (file.change_log) {
      check_change_log(file, recorded, *size);
    } else {
      check_size(file, recorded, *size);
    }
  }

  void report(const UnreachedFiles& group) {
    FindingPlace place = finding_place(group.first, group.prefix);
    findings_.add({FindingCode::kFileNotReached, std::move(place),
                   fmt::format("a local folder: --map {}=DIR", group.prefix),
                   fmt::format("{} below it, not looked at; the first: {}",
                               group.handle_count == 1
                                   ? "1 handle with a file"
                                   : fmt::format("{} handles with files", group.handle_count),
                               group.first_uri)});
  }

  const FilesSeen& seen() const { return seen_; }

 private:
  void add(FindingCode code, const NeededFile& file, const SlotPlace& at, std::string expected,
           const std::string& found) {
    findings_.add({code, finding_place(at, file.path), std::move(expected),
                   fmt::format("{}; {}", found, needed_text(file.handle_count))});
  }

  void check_size(const NeededFile& file, std::uint64_t expected, std::uint64_t size) {
    if (size == expected) return;
    add(size < expected ? FindingCode::kFileShort : FindingCode::kFileLong, file, file.first,
        fmt::format("{} bytes", expected), fmt::format("{} bytes", size));
  }

  // Compressed ones have a size that only reading them tells.
  void check_change_log(const NeededFile& file, std::uint64_t recorded, std::uint64_t size) {
    if (size <= kFlagBytes) {
      add(FindingCode::kFileShort, file, file.first,
          fmt::format("a flag and changes, {} bytes if they are plain", recorded + kFlagBytes),
          fmt::format("{} bytes", size));
    } else if (!may_be_change_log(snapshot_.storage(), file.path, recorded, size)) {
      check_size(file, recorded + kFlagBytes, size);
    }
  }

  void check_segment(const NeededFile& file, std::uint64_t size) {
    const SegmentHandle& segment = *file.last_segment;
    if (segment.start < 0 || segment.size_bytes < 0) return;  // SV019
    const auto end =
        static_cast<std::uint64_t>(segment.start) + static_cast<std::uint64_t>(segment.size_bytes);
    if (end <= size) return;
    add(FindingCode::kSegmentOutside, file, file.segment_at,
        fmt::format("{} bytes at {}", segment.size_bytes, segment.start),
        fmt::format("a file of {} bytes", size));
  }

  Refusal ask_why(const std::string& path) {
    try {
      snapshot_.storage().open(path);
      return {0, "a file that was not there a moment ago"};
    } catch (const IoError& error) {
      std::string text = error.what();
      if (text.starts_with(path + ": ")) text.erase(0, path.size() + 2);
      return {error.error_number(), std::move(text)};
    }
  }

  void report_missing(const NeededFile& file) {
    const Refusal why = ask_why(file.path);
    if (is_denied(why.error_number)) {
      add(FindingCode::kFileNotReached, file, file.first, "a file that may be looked at", why.text);
    } else if (why.error_number != ENOENT && why.error_number != ENOTDIR) {
      add(FindingCode::kFileMissing, file, file.first, "a file", why.text);
    } else if (file.relative) {
      report_missing_relative(file);
    } else {
      const auto rule = search_.find_rule(file.path, file.uri);
      add(FindingCode::kFileMissing, file, file.first, "a file",
          rule ? fmt::format("no such file; with --map {} it is found", *rule) : "no such file");
    }
  }

  // All files of a savepoint lie beside its metadata, so there is no wrong directory to look in.
  void report_missing_relative(const NeededFile& file) {
    const bool savepoint = snapshot_.properties().kind == SnapshotKind::kSavepoint;
    const bool shared = file.shared_relative && !savepoint;
    const auto elsewhere = search_.find_relative(file.uri);
    std::string found = "no such file";
    if (elsewhere) found += fmt::format(", but {}", *elsewhere);
    if (shared) {
      found += "; a shared file of a checkpoint under a relative name is what FLINK-39964 leaves";
    }
    const bool wrong_directory = shared || (elsewhere && !savepoint);
    add(wrong_directory ? FindingCode::kRelativeNowhere : FindingCode::kFileMissing, file,
        file.first, "a file beside the metadata", found);
  }

  const Snapshot& snapshot_;
  FindingSink& findings_;
  FileSearch search_;
  FilesSeen seen_;
};

// In pieces: the metadata can be the largest thing in memory already.
Hash128 hash_of_file(const RandomAccessFile& file) {
  Hash128Stream hash;
  ByteVector piece(kPieceBytes);
  for (std::uint64_t offset = 0; offset < file.size(); offset += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kPieceBytes, file.size() - offset));
    file.read_at(offset, piece);
    hash.add(piece);
  }
  return hash.finish();
}

Finding changed(const Snapshot& snapshot, std::string found) {
  FindingPlace place;
  place.file = snapshot.metadata_path();
  return {FindingCode::kSnapshotChanged, std::move(place), "the metadata as it was read first",
          std::move(found)};
}

}  // namespace

FilesSeen check_files(const Snapshot& snapshot, FindingSink& findings) {
  const detail::NeededFiles needed = detail::collect_files(snapshot);
  FileCheck check(snapshot, findings);
  for (const UnreachedFiles& group : needed.unreached) check.report(group);
  for (const NeededFile& file : needed.files) {
    if (findings.stopped()) break;
    check.check(file);
  }
  return check.seen();
}

std::optional<Finding> find_change(const Snapshot& snapshot) {
  try {
    const auto file = snapshot.storage().open(snapshot.metadata_path());
    if (file->size() != snapshot.metadata_bytes()) {
      return changed(snapshot, fmt::format("{} bytes, where {} were", file->size(),
                                           snapshot.metadata_bytes()));
    }
    if (hash_of_file(*file) == snapshot.metadata_hash()) return std::nullopt;
    return changed(snapshot, "other bytes");
  } catch (const IoError& error) {
    const bool gone = error.is_absence();
    // What cannot be read now was read before: nothing says that it is another.
    return gone ? std::optional(changed(snapshot, error.what())) : std::nullopt;
  }
}

bool may_be_change_log(const Storage& storage, const std::string& path, std::uint64_t recorded,
                       std::uint64_t size) {
  return size > kFlagBytes && (size == recorded + kFlagBytes || !is_plain(storage, path));
}

}  // namespace savvy
