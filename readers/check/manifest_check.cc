#include "readers/check/manifest_check.h"

#include <fmt/format.h>

#include <utility>

#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::string_view kCurrent = "CURRENT";
constexpr std::string_view kDefaultFamily = "default";
constexpr std::string_view kNameExpected = "the name of the MANIFEST and a newline";

// The MANIFEST that CURRENT names; null if there is none.
const LocalFile* find_manifest(const DatabaseFiles& files, FindingSink& findings) {
  const LocalFile* current = files.find(kCurrent);
  if (current == nullptr) {
    findings.add({FindingCode::kManifest, files.place(), "a file CURRENT in the handle",
                  "the handle lists none"});
    return nullptr;
  }
  const auto content = files.open(*current);
  if (content == nullptr) return nullptr;
  try {
    const std::string name = read_manifest_name(*content);
    const LocalFile* manifest = name.starts_with("MANIFEST-") ? files.find(name) : nullptr;
    if (manifest != nullptr) return manifest;
    findings.add({FindingCode::kManifest, files.place(*current), "a MANIFEST that the handle lists",
                  fmt::format("CURRENT names \"{}\"", name)});
  } catch (const FormatError& error) {
    findings.add(files.finding(FindingCode::kManifest, *current, error, kNameExpected));
  }
  return nullptr;
}

// Compares what the MANIFEST lists with what the handle does.
class ListedFiles {
 public:
  ListedFiles(const DatabaseFiles& files, const ReadManifest& manifest, FindingSink& findings)
      : files_(files), manifest_(manifest), findings_(findings) {}

  void check() {
    for (const RocksdbFamily& family : manifest_.content.families) {
      for (const SstFile& file : family.files) {
        check_file(family, file);
        check_numbers(family, file);
      }
      check_levels(family);
    }
    for (const auto& [name, file] : files_.by_name()) {
      if (!name.ends_with(".sst") || live_.contains(name)) continue;
      add(*file, {}, "an SST file of the MANIFEST",
          fmt::format("{}: {} does not list it", name, manifest_.file->local_path));
    }
  }

 private:
  void add(const LocalFile& file, std::string_view state, std::string expected, std::string found) {
    findings_.add({FindingCode::kManifestFiles, files_.place(file, state), std::move(expected),
                   std::move(found)});
  }
  void add_at_manifest(const RocksdbFamily& family, std::string expected, std::string found) {
    add(*manifest_.file, family.name, std::move(expected), std::move(found));
  }

  void check_file(const RocksdbFamily& family, const SstFile& file) {
    const std::string name = sst_local_path(file.number);
    if (!live_.insert(name).second) {
      add_at_manifest(family, fmt::format("{} once", name), "it belongs to two column families");
    }
    const LocalFile* stored = files_.find(name);
    if (stored == nullptr) {
      add_at_manifest(family, fmt::format("{} of {} bytes in the handle", name, file.size_bytes),
                      "the handle lists no such file");
      return;
    }
    const auto content = files_.open(*stored);
    if (content != nullptr && content->size() != file.size_bytes) {
      add(*stored, family.name,
          fmt::format("{} bytes, as {} has it", file.size_bytes, manifest_.file->local_path),
          fmt::format("{}: {} bytes", name, content->size()));
    }
  }

  // RocksDB goes on counting where the MANIFEST ends.
  void check_numbers(const RocksdbFamily& family, const SstFile& file) {
    const RocksdbManifest& manifest = manifest_.content;
    const std::string name = sst_local_path(file.number);
    if (file.number >= manifest.next_file_number) {
      add_at_manifest(family, fmt::format("file numbers below {}", manifest.next_file_number),
                      fmt::format("{}: a new file would take its place", name));
    }
    if (file.largest_seqno > manifest.last_seqno) {
      add_at_manifest(
          family, fmt::format("sequence numbers up to {}", manifest.last_seqno),
          fmt::format("{}: {}; later changes would count as older", name, file.largest_seqno));
    }
    if (internal_less(file.largest, file.smallest)) {
      add_at_manifest(family, "a smallest key in front of the largest",
                      fmt::format("{}: they are the other way round", name));
    }
  }

  // Files of level 0 may overlap. How they are ordered there depends on the release (by sequence
  // number, since 7.9 by epoch), so nothing is demanded.
  void check_levels(const RocksdbFamily& family) {
    for (const auto& [first, second] : overlapping_files(family)) {
      add_at_manifest(family, fmt::format("files of level {} that do not overlap", first->level),
                      fmt::format("{} and {} do", sst_local_path(first->number),
                                  sst_local_path(second->number)));
    }
  }

  const DatabaseFiles& files_;
  const ReadManifest& manifest_;
  FindingSink& findings_;
  std::set<std::string> live_;
};

}  // namespace

std::optional<ReadManifest> check_manifest(const DatabaseFiles& files, FindingSink& findings) {
  const LocalFile* file = find_manifest(files, findings);
  if (file == nullptr) return std::nullopt;
  const auto content = files.open(*file);
  if (content == nullptr) return std::nullopt;
  try {
    SectionReader section(*content, {0, content->size()}, Compression::kNone);
    return ReadManifest{decode_rocksdb_manifest(section.in()), file};
  } catch (const FormatError& error) {
    findings.add(
        files.finding(FindingCode::kManifest, *file, error, "edits that make up the database"));
  } catch (const UnsupportedError& error) {
    findings.add(
        files.finding(FindingCode::kDataNotChecked, *file, error, "edits of RocksDB up to 8.10"));
  }
  return std::nullopt;
}

void check_listed_files(const DatabaseFiles& files, const ReadManifest& manifest,
                        FindingSink& findings) {
  ListedFiles(files, manifest, findings).check();
}

void check_families(const DatabaseFiles& files, const ReadManifest& manifest,
                    const std::set<std::string>& states, FindingSink& findings) {
  std::set<std::string> families;
  for (const RocksdbFamily& family : manifest.content.families) families.insert(family.name);
  const auto add = [&](const std::string& name, std::string expected, std::string found) {
    findings.add({FindingCode::kColumnFamilies, files.place(*manifest.file, name),
                  std::move(expected), std::move(found)});
  };
  for (const std::string& state : states) {
    if (families.contains(state)) continue;
    add(state, "a column family of this state",
        fmt::format("{} has none", manifest.file->local_path));
  }
  for (const std::string& family : families) {
    if (family == kDefaultFamily || states.contains(family)) continue;
    add(family, "a state of this column family", "the handle's meta data describe none");
  }
}

}  // namespace savvy
