#include "readers/snapshot.h"

#include <fmt/format.h>

#include <filesystem>

#include "format/byte_reader.h"
#include "format/errors.h"
#include "format/file_source.h"
#include "readers/moved_files.h"
#include "readers/segment_file.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;

// The windows of a file, and the hash of all that was in them.
class HashedFile final : public ByteSource {
 public:
  explicit HashedFile(const RandomAccessFile& file) : source_(file, 0, file.size()) {}

  Hash128 hash() const { return hash_.finish(); }

  Bytes extend(Bytes kept, std::size_t wanted) override {
    const Bytes window = source_.extend(kept, wanted);
    hash_.add(window.subspan(kept.size()));
    return window;
  }
  std::uint64_t unread_bytes() const override { return source_.unread_bytes(); }
  void release() override { source_.release(); }
  std::string_view file() const override { return source_.file(); }
  std::uint64_t start_offset() const override { return source_.start_offset(); }

 private:
  FileSource source_;
  Hash128Stream hash_;
};

// Through windows, so that a large file does not lie in memory beside what it says; all of it only
// for the error, which shows the bytes around.
Metadata read_metadata(const RandomAccessFile& file, DamagedProperties damaged, Hash128& hash) {
  try {
    HashedFile windows(file);
    ByteReader in(windows);
    Metadata metadata = decode_metadata(in, damaged);
    hash = windows.hash();
    return metadata;
  } catch (const FormatError&) {
    ByteVector bytes(static_cast<std::size_t>(file.size()));
    file.read_at(0, bytes);
    hash = hash_of(bytes);
    ByteReader in(bytes, file.name());
    return decode_metadata(in, damaged);
  }
}

// A large file that is something else is told by its first bytes, and need not be read.
void check_magic(const RandomAccessFile& file) {
  constexpr std::uint64_t kLarge = 1 << 20;
  if (file.size() < kLarge) return;
  ByteVector head(sizeof kMetadataMagic);
  file.read_at(0, head);
  ByteReader in(head, file.name());
  if (ByteReader(in).i32("magic number") != kMetadataMagic) decode_metadata(in);
}

// The path as given, without an empty or trailing component.
std::string parent_directory(const std::string& metadata_path) {
  const fs::path parent = fs::path(metadata_path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string inline_name(const std::string& metadata_path, const std::string& handle_name) {
  return fmt::format("{} (inline \"{}\")", metadata_path, handle_name);
}

}  // namespace

Snapshot::Snapshot(const std::string& path, PathMap paths, const Storage& storage,
                   DamagedProperties damaged_properties)
    : paths_(std::move(paths)), storage_(storage), metadata_path_(find_metadata(path, paths_)) {
  directory_ = parent_directory(metadata_path_);
  const auto file = storage_.open(metadata_path_);
  check_magic(*file);
  metadata_bytes_ = file->size();
  metadata_ = read_metadata(*file, damaged_properties, metadata_hash_);
  const std::uint64_t properties_at = metadata_bytes_ - metadata_.properties.size();
  properties_ =
      damaged_properties == DamagedProperties::kKeep
          ? try_checkpoint_properties(metadata_.properties).value_or(CheckpointProperties())
          : interpret_checkpoint_properties(metadata_.properties, metadata_path_, properties_at);
}

std::optional<std::string> Snapshot::local_path(const StreamHandle& handle) const {
  const StreamHandle& stream = innermost(handle);
  if (const auto* relative = handle_as<RelativeFileHandle>(stream)) {
    return fmt::format("{}/{}", directory_, relative->path);
  }
  const std::string* uri = path_in(stream);
  return uri != nullptr ? paths_.to_local(*uri) : std::nullopt;
}

std::optional<std::uint64_t> Snapshot::found_bytes(const StreamHandle& handle) const {
  const StreamHandle& stream = innermost(handle);
  if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) return bytes->data.size();
  if (handle_as<EmptySegmentHandle>(stream) != nullptr) return 0;
  const std::optional<std::string> path = local_path(stream);
  const std::optional<std::uint64_t> size = path ? storage_.file_size(*path) : std::nullopt;
  const auto* segment = handle_as<SegmentHandle>(stream);
  if (!size || segment == nullptr) return size;
  return segment_bytes_in_file(*segment, *size);
}

std::unique_ptr<RandomAccessFile> Snapshot::open(const StreamHandle& handle) const {
  const StreamHandle& stream = innermost(handle);
  if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) {
    return std::make_unique<MemoryFile>(inline_name(metadata_path_, bytes->name), bytes->data);
  }
  if (handle_as<EmptySegmentHandle>(stream) != nullptr) {
    return std::make_unique<MemoryFile>(inline_name(metadata_path_, "empty segment"), Bytes{});
  }
  if (is_null(stream)) {
    throw UnsupportedError(fmt::format("{}: a state handle is null", metadata_path_));
  }
  auto file = open_file(*path_in(stream), local_path(stream));
  if (const auto* segment = handle_as<SegmentHandle>(stream)) {
    return std::make_unique<SegmentFile>(std::move(file), *segment);
  }
  return file;
}

std::unique_ptr<RandomAccessFile> Snapshot::open_file(
    const std::string& uri, const std::optional<std::string>& path) const {
  if (!path) {
    throw UnsupportedError(
        fmt::format("{}: files of this kind of URI are not read; if they are mounted or copied "
                    "here, say where: --map {}=DIR",
                    uri, uri.substr(0, uri.rfind('/'))));
  }
  if (storage_.file_size(*path)) return storage_.open(*path);
  const std::optional<std::string> rule = suggest_map_rule(*path, uri, directory_);
  if (!rule) return storage_.open(*path);  // for the system's own words
  throw IoError(IoDirection::kReading,
                fmt::format("{}: no such file; with --map {} it is found", *path, *rule));
}

}  // namespace savvy
