#include "format/section_bounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/errors.h"

namespace savvy {
namespace {

std::uint64_t checked_offset(std::int64_t offset, std::uint64_t data_start, std::uint64_t last,
                             std::string_view file, std::string_view what) {
  if (offset < 0 || static_cast<std::uint64_t>(offset) < data_start ||
      static_cast<std::uint64_t>(offset) > last) {
    throw FormatError(
        fmt::format("{}: the handle's offset {} of {} does not lie in the data, expected {} to {}",
                    file, offset, what, data_start, last));
  }
  return static_cast<std::uint64_t>(offset);
}

std::int32_t key_group_at(const KeyGroupsHandle& handle, std::size_t index) {
  return handle.range.first + static_cast<std::int32_t>(index);
}

std::vector<std::uint64_t> sorted_distinct(std::vector<std::uint64_t> starts) {
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

}  // namespace

std::vector<KeyGroupSection> key_group_sections(const KeyGroupsHandle& handle,
                                                std::uint64_t data_start,
                                                std::uint64_t stream_bytes, std::string_view file) {
  // A managed stream has a head, so 0 is free to mean "nothing"; raw state has none and uses -1.
  const std::int64_t first_real_offset = data_start > 0 ? 1 : 0;
  // Nor does a managed stream hold a key group without bytes: one at the end was cut off.
  const std::uint64_t end_of_starts = data_start > 0 ? stream_bytes - 1 : stream_bytes;
  std::vector<std::uint64_t> starts = {stream_bytes};
  for (std::size_t i = 0; i < handle.offsets.size(); ++i) {
    const std::int64_t offset = handle.offsets[i];
    if (offset >= -1 && offset < first_real_offset) continue;
    starts.push_back(checked_offset(offset, data_start, end_of_starts, file,
                                    fmt::format("key group {}", key_group_at(handle, i))));
  }
  starts = sorted_distinct(std::move(starts));
  std::vector<KeyGroupSection> sections;
  sections.reserve(handle.offsets.size());
  for (std::size_t i = 0; i < handle.offsets.size(); ++i) {
    KeyGroupSection section;
    section.key_group = key_group_at(handle, i);
    if (handle.offsets[i] >= first_real_offset) {
      section.offset = static_cast<std::uint64_t>(handle.offsets[i]);
      const auto end = std::upper_bound(starts.begin(), starts.end(), section.offset);
      section.size_bytes = (end == starts.end() ? stream_bytes : *end) - section.offset;
      const bool last = end == starts.end() || end + 1 == starts.end();
      section.end = last ? SectionEnd::kAtMost : SectionEnd::kExact;
    }
    sections.push_back(section);
  }
  return sections;
}

ElementBounds::ElementBounds(const std::vector<OperatorStateEntry>& states,
                             std::uint64_t data_start, std::uint64_t stream_bytes,
                             std::string_view file) {
  starts_.push_back(stream_bytes);
  for (const OperatorStateEntry& state : states) {
    for (const std::int64_t offset : state.offsets) {
      starts_.push_back(checked_offset(offset, data_start, stream_bytes, file,
                                       fmt::format("state \"{}\"", state.name)));
    }
  }
  starts_ = sorted_distinct(std::move(starts_));
}

Stretch ElementBounds::at(std::int64_t offset) const {
  const auto start = static_cast<std::uint64_t>(offset);
  const auto end = std::upper_bound(starts_.begin(), starts_.end(), start);
  return {start, (end == starts_.end() ? starts_.back() : *end) - start};
}

}  // namespace savvy
