#include <fmt/format.h>

#include <limits>
#include <optional>
#include <set>
#include <tuple>

#include "format/detail/metadata_rules.h"
#include "format/errors.h"

namespace savvy::detail {
namespace {

constexpr std::int64_t kVersionBytes = 4;  // ChannelStateSerializerImpl: in front of all buffers
constexpr std::int64_t kLengthBytes = 4;   // in front of each buffer

using Described = std::set<std::tuple<std::int32_t, std::int32_t, std::int32_t>>;

std::string channel_text(const ChannelOffsets& channel) {
  return fmt::format("channel {}/{}", channel.first, channel.second);
}

// The channels of one handle: those that go into one stream.
class ChannelRules {
 public:
  ChannelRules(std::int32_t subtask, const StreamHandle& delegate, Described& described,
               const RuleReport& report)
      : subtask_(subtask),
        size_(recorded_size(delegate).value_or(std::numeric_limits<std::int64_t>::max())),
        described_(described),
        report_(report) {}

  void check_subtask() const {
    if (subtask_ == report_.at.subtask->index) return;
    report_.add(FindingCode::kChannelSubtask,
                fmt::format("a channel handle of subtask {}", report_.at.subtask->index),
                fmt::format("one of subtask {}", subtask_));
  }

  void check(const ChannelOffsets& channel) const {
    // SequentialChannelStateReaderImpl.validate
    if (!described_.insert({channel.first, channel.second, subtask_}).second) {
      report_.add(FindingCode::kChannelTwice, "one description of a channel",
                  fmt::format("another one of {}", channel_text(channel)));
    }
    for (const std::int64_t offset : channel.offsets) {
      if (offset >= kVersionBytes && offset <= size_ - kLengthBytes) continue;
      report_.add(
          FindingCode::kChannelHandle,
          fmt::format("a buffer between offset {} and the end of the stream", kVersionBytes),
          fmt::format("offset {} of {}", offset, channel_text(channel)));
    }
    if (channel.size_bytes < 0) {
      report_.add(FindingCode::kChannelHandle, "a size of at least 0",
                  fmt::format("size {} of {}", channel.size_bytes, channel_text(channel)));
    }
  }

 private:
  std::int32_t subtask_;
  std::int64_t size_;
  Described& described_;
  const RuleReport& report_;
};

// AbstractMergedChannelStateHandle adds the sizes up as it merges.
void check_sum(const MergedChannelHandle& handle, const std::vector<ChannelOffsets>& channels,
               const RuleReport& report) {
  std::uint64_t sum = 0;  // Java's wraps around, too
  for (const ChannelOffsets& channel : channels) {
    sum += static_cast<std::uint64_t>(channel.size_bytes);
  }
  if (sum == static_cast<std::uint64_t>(handle.size_bytes)) return;
  report.add(FindingCode::kChannelHandle,
             fmt::format("size {}, the sum over {} channels", static_cast<std::int64_t>(sum),
                         channels.size()),
             fmt::format("size {}", handle.size_bytes));
}

std::optional<std::vector<ChannelOffsets>> unpack(const MergedChannelHandle& handle,
                                                  const RuleReport& report) {
  try {
    return decode_packed_channels(handle, "packed channels");
  } catch (const FormatError& error) {
    report.add(FindingCode::kChannelHandle, "packed channels that can be unpacked", error.what());
    return std::nullopt;
  }
}

}  // namespace

void check_channels(const std::vector<ChannelHandle>& handles, const RuleReport& report) {
  Described described;
  for (const ChannelHandle& handle : handles) {
    if (report.stopped()) return;
    if (const auto* plain = std::get_if<PlainChannelHandle>(&handle)) {
      const ChannelRules rules(plain->subtask_index, plain->delegate, described, report);
      rules.check_subtask();
      rules.check(plain->channel);
      continue;
    }
    const auto& merged = std::get<MergedChannelHandle>(handle);
    const ChannelRules rules(merged.subtask_index, merged.delegate, described, report);
    rules.check_subtask();
    const auto channels = unpack(merged, report);
    if (!channels) continue;
    check_sum(merged, *channels, report);
    for (const ChannelOffsets& channel : *channels) rules.check(channel);
  }
}

}  // namespace savvy::detail
