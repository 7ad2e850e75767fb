#include "cli/stream_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "format/byte_units.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::size_t kCopyBytes = kMiB;

struct StreamPlace {
  std::string identity;
  std::string path;
};

// What tells a stream from others, and the path of the file it is in.
StreamPlace place_of(const StreamHandle& stream) {
  if (const auto* file = handle_as<FileHandle>(stream)) return {"file " + file->path, file->path};
  if (const auto* relative = handle_as<RelativeFileHandle>(stream)) {
    return {"relative " + relative->path, relative->path};
  }
  const auto& segment = *handle_as<SegmentHandle>(stream);
  return {fmt::format("segment {} {} {}", segment.start, segment.size_bytes, segment.path),
          segment.path};
}

// File systems take 255 bytes, and a number may come behind the name.
constexpr std::size_t kLongestName = 240;

// Where Flink's Path would look for another file: it takes what stands before a colon for a scheme
// and a backslash for a slash, and older releases trim blanks.
bool means_itself_to_flink(std::string_view name) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  return name.find_first_of(":\\") == std::string_view::npos && !is_blank(name.front()) &&
         !is_blank(name.back());
}

// Some file systems, and who copies a snapshot to one, do not tell capitals from small letters.
std::string folded(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

// The last component; a handle must not lead out of the folder or to the metadata.
std::string file_name_of(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  const bool plain = !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
                     std::none_of(name.begin(), name.end(), is_control) &&
                     means_itself_to_flink(name) && !folded(name).starts_with("_metadata");
  return plain ? name : "stream";
}

}  // namespace

StreamHandle StreamCopies::plan(const StreamUse& use) {
  const StreamHandle& stream = use.stream;
  const bool in_a_file = handle_as<FileHandle>(stream) != nullptr ||
                         handle_as<RelativeFileHandle>(stream) != nullptr ||
                         handle_as<SegmentHandle>(stream) != nullptr;
  if (!in_a_file) return stream;
  const StreamPlace place = place_of(stream);
  const auto [known, fresh] = known_.try_emplace(place.identity, copies_.size());
  if (fresh) {
    const std::uint64_t bytes = source_.open(stream)->size();
    copies_.push_back({stream, free_name(file_name_of(place.path)), bytes});
  }
  const Copy& copy = copies_[known->second];
  // What is recorded stays so: a segment of a change log records its plain bytes without the flag in
  // front of them, which its readers rely on, and a file of another size stays one that is damaged.
  const bool log = use.role == StreamRole::kChangelogSegment;
  const auto unrecorded = log ? kUnknownSize : static_cast<std::int64_t>(copy.bytes);
  return RelativeFileHandle{copy.name, recorded_size(stream).value_or(unrecorded)};
}

std::string StreamCopies::free_name(const std::string& wanted) {
  std::string name = wanted;
  for (int number = 2; !names_.insert(folded(name)).second; ++number) {
    name = fmt::format("{}-{}", wanted, number);
  }
  return name;
}

void StreamCopies::make(std::size_t copy, OutputFolder& folder) const {
  const auto from = source_.open(copies_[copy].stream);
  if (from->size() != copies_[copy].bytes) {
    throw IoError(IoDirection::kReading,
                  fmt::format("{}: has {} bytes, and had {} a moment ago: it was changed meanwhile",
                              from->name(), from->size(), copies_[copy].bytes));
  }
  const auto to = folder.create(copies_[copy].name);
  append_all(*from, *to);
  to->finish();
}

void append_all(const RandomAccessFile& from, OutputFile& to) {
  ByteVector buffer(kCopyBytes);
  for (std::uint64_t at = 0; at < from.size();) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), from.size() - at));
    const std::span part = std::span(buffer).first(count);
    from.read_at(at, part);
    to.append(part);
    at += count;
  }
}

}  // namespace savvy
