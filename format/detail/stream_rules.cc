#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "format/detail/metadata_rules.h"

namespace savvy::detail {
namespace {

// What is known by a name, and who named it first.
template <typename Handle>
struct Named {
  const Handle* handle = nullptr;
  SlotPlace at;
};

template <typename Handle>
using Names = std::unordered_map<std::string_view, Named<Handle>>;

bool is_same_segment(const SegmentHandle& a, const SegmentHandle& b) {
  return std::tie(a.path, a.start, a.size_bytes) == std::tie(b.path, b.start, b.size_bytes);
}

std::string segment_text(const SegmentHandle& segment) {
  return fmt::format("{} bytes at {} of {}", segment.size_bytes, segment.start, segment.path);
}

// Flink keeps state in maps by what it takes for the identity of a handle: the name of inline
// bytes, the path of a file, the logical id of a segment.
class StreamRules {
 public:
  explicit StreamRules(RuleReport& report) : report_(report) {}

  void check(const SlotPlace& at, const StreamHandle& stream) {
    if (report_.stopped()) return;
    report_.at = at;
    if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) {
      check_inline(*bytes);
    } else if (const auto* file = handle_as<FileHandle>(stream)) {
      check_size(*file, files_);
    } else if (const auto* relative = handle_as<RelativeFileHandle>(stream)) {
      check_size(*relative, relatives_);
    } else if (const auto* segment = handle_as<SegmentHandle>(stream)) {
      check_segment(*segment);
    }
  }

  void check_inline(const ByteStreamHandle& bytes) {
    const auto [known, fresh] =
        inline_.try_emplace(bytes.name, Named<ByteStreamHandle>{&bytes, report_.at});
    if (fresh || known->second.handle->data == bytes.data) return;
    report_.add(FindingCode::kInlineNameReused,
                fmt::format("the bytes that {:?} names elsewhere", bytes.name),
                fmt::format("{} bytes, but {} others in {}", bytes.data.size(),
                            known->second.handle->data.size(), describe(known->second.at)));
  }

 private:
  template <typename File>
  void check_size(const File& file, Names<File>& names) {
    if (file.size_bytes < 0) return;  // not known
    const auto [known, fresh] = names.try_emplace(file.path, Named<File>{&file, report_.at});
    if (fresh || known->second.handle->size_bytes == file.size_bytes) return;
    report_.add(FindingCode::kPathDisagrees, fmt::format("one size of {}", file.path),
                fmt::format("{} bytes, but {} bytes in {}", file.size_bytes,
                            known->second.handle->size_bytes, describe(known->second.at)));
  }

  void check_segment(const SegmentHandle& segment) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (segment.start < 0 || segment.size_bytes < 0 || segment.start > kMax - segment.size_bytes) {
      report_.add(FindingCode::kRecordedSize, "a part of a file", segment_text(segment));
    }
    const auto [known, fresh] =
        segments_.try_emplace(segment.logical_file_id, Named<SegmentHandle>{&segment, report_.at});
    if (fresh || is_same_segment(*known->second.handle, segment)) return;
    report_.add(FindingCode::kPathDisagrees,
                fmt::format("one place of logical file {}", segment.logical_file_id),
                fmt::format("{}, but {} in {}", segment_text(segment),
                            segment_text(*known->second.handle), describe(known->second.at)));
  }

  RuleReport& report_;
  Names<ByteStreamHandle> inline_;
  Names<FileHandle> files_;
  Names<RelativeFileHandle> relatives_;
  Names<SegmentHandle> segments_;
};

}  // namespace

void check_streams(RuleReport& report) {
  StreamRules rules(report);
  for (const OperatorState& op : report.metadata().operators) {
    if (report.stopped()) return;
    if (!op.coordinator_state) continue;
    report.at = {&op, nullptr, "coordinator"};
    rules.check_inline(*op.coordinator_state);
  }
  for_each_stream(report.metadata(), [&](const SlotPlace& at, const StreamUse& use) {
    rules.check(at, innermost(use.stream));
  });
}

}  // namespace savvy::detail
