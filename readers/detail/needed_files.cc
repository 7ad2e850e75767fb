#include "readers/detail/needed_files.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace savvy::detail {
namespace {

// "s3://bucket" of "s3://bucket/a/b"; "viewfs:" of "viewfs:/a".
std::string_view file_system_of(std::string_view uri) {
  const std::size_t scheme = uri.find(':') + 1;
  if (uri.substr(scheme, 2) != "//") return uri.substr(0, scheme);
  return uri.substr(0, uri.find('/', scheme + 2));
}

// The longest folder that both are in; `folder` is one already.
void narrow(std::string& folder, std::string_view uri) {
  std::size_t kept = 0;
  while (kept < folder.size() && kept < uri.size() && folder[kept] == uri[kept]) ++kept;
  if (kept == folder.size() && kept < uri.size() && uri[kept] == '/') return;
  const std::size_t slash = folder.rfind('/', kept);
  folder.resize(slash == std::string::npos ? 0 : slash);
}

// Negative positions are for the rules of the metadata to judge.
std::uint64_t end_of(const SegmentHandle& segment) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(segment.start, 0)) +
         static_cast<std::uint64_t>(std::max<std::int64_t>(segment.size_bytes, 0));
}

class Collector {
 public:
  explicit Collector(const Snapshot& snapshot) : snapshot_(snapshot) {}

  void add(const SlotPlace& at, const StreamUse& use) {
    const StreamHandle& stream = innermost(use.stream);
    const auto* file = handle_as<FileHandle>(stream);
    const auto* relative = handle_as<RelativeFileHandle>(stream);
    const auto* segment = handle_as<SegmentHandle>(stream);
    const std::string* uri = path_in(stream);
    if (uri == nullptr) return;
    const auto path = snapshot_.local_path(stream);
    if (!path) return add_unreached(at, *uri);
    NeededFile& needed = entry(*path, *uri, at);
    ++needed.handle_count;
    needed.absolute |= file != nullptr;
    needed.relative |= relative != nullptr;
    needed.shared_relative |= relative != nullptr && use.role == StreamRole::kSharedFile;
    needed.change_log |= use.role == StreamRole::kChangelogSegment;
    if (segment != nullptr) {
      add_segment(needed, *segment, at);
    } else if (!needed.recorded_bytes) {
      needed.recorded_bytes = recorded_size(stream);
    }
  }

  NeededFiles take() {
    for (auto& group : unreached_) {
      if (group.prefix.empty()) group.prefix = file_system_of(group.first_uri);
    }
    return {std::move(files_), std::move(unreached_)};
  }

 private:
  NeededFile& entry(const std::string& path, const std::string& uri, const SlotPlace& at) {
    const auto [known, fresh] = by_path_.try_emplace(path, files_.size());
    if (fresh) {
      files_.emplace_back();
      files_.back().path = path;
      files_.back().uri = uri;
      files_.back().first = at;
    }
    return files_[known->second];
  }

  static void add_segment(NeededFile& needed, const SegmentHandle& segment, const SlotPlace& at) {
    if (needed.last_segment != nullptr && end_of(*needed.last_segment) >= end_of(segment)) return;
    needed.last_segment = &segment;
    needed.segment_at = at;
  }

  void add_unreached(const SlotPlace& at, const std::string& uri) {
    const auto [known, fresh] =
        by_file_system_.try_emplace(std::string(file_system_of(uri)), unreached_.size());
    if (fresh) unreached_.push_back({uri.substr(0, uri.rfind('/')), uri, at, 0});
    UnreachedFiles& group = unreached_[known->second];
    ++group.handle_count;
    narrow(group.prefix, uri);
  }

  const Snapshot& snapshot_;
  std::vector<NeededFile> files_;
  std::vector<UnreachedFiles> unreached_;
  std::unordered_map<std::string, std::size_t> by_path_;
  std::unordered_map<std::string, std::size_t> by_file_system_;
};

}  // namespace

NeededFiles collect_files(const Snapshot& snapshot) {
  Collector collector(snapshot);
  for_each_stream(snapshot.metadata(),
                  [&](const SlotPlace& at, const StreamUse& use) { collector.add(at, use); });
  return collector.take();
}

}  // namespace savvy::detail
