#include "readers/check/changelog_check.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "format/changelog.h"
#include "format/errors.h"
#include "format/snappy_source.h"
#include "readers/change_log.h"

namespace savvy {
namespace {

class LogCheck {
 public:
  LogCheck(const Snapshot& snapshot, const SerializerRegistry& registry,
           const FindingReport& report)
      : snapshot_(snapshot), registry_(registry), report_(report) {}

  LogState run(const ChangelogHandle& handle) {
    for (const KeyedHandle& part : handle.non_materialized) {
      if (const auto* log = handle_as<ChangelogStreamHandle>(part)) {
        check_files(*log);
      } else if (const auto* changes = handle_as<InMemoryChangelogHandle>(part)) {
        check_inline(*changes);
      } else {
        found(report_, FindingCode::kChangeLogDamaged, "a change log", "a handle of another kind");
      }
    }
    return state_;
  }

 private:
  void found(const FindingReport& report, FindingCode code, std::string expected,
             std::string what) {
    state_ = LogState::kIncomplete;
    report.add(code, std::move(expected), std::move(what));
  }

  // What the sets hold of changes, file by file; nothing if one of them cannot be read.
  void check_files(const ChangelogStreamHandle& log) {
    std::uint64_t bytes = 0;
    bool complete = true;
    ChangelogStreamHandle part = log;
    for (std::size_t begin = 0; begin < log.segments.size();) {
      std::size_t end = begin + 1;
      while (end < log.segments.size() && log.segments[end].handle == log.segments[begin].handle) {
        ++end;
      }
      part.segments.assign(log.segments.begin() + static_cast<std::ptrdiff_t>(begin),
                           log.segments.begin() + static_cast<std::ptrdiff_t>(end));
      complete &= check_file(part, bytes);
      begin = end;
    }
    const bool recorded = log.size_bytes > 0 && !log.handle_id.empty();
    if (!complete || !recorded || bytes == static_cast<std::uint64_t>(log.size_bytes)) return;
    found(report_, FindingCode::kChangeLogGap,
          fmt::format("changes of {} bytes, as recorded", log.size_bytes),
          fmt::format("changes of {} bytes in {} sets", bytes, log.segments.size()));
  }

  // All segments of the part lie in one file. False if they cannot be read.
  bool check_file(const ChangelogStreamHandle& part, std::uint64_t& bytes) {
    const StreamHandle& stream = part.segments.front().handle;
    const auto file = open_for_check(snapshot_, stream, report_);
    if (file == nullptr) {
      state_ = LogState::kIncomplete;
      return false;
    }
    const FindingReport here = report_.in_stream(snapshot_, stream, file->name());
    return read(Boxed<ChangelogStreamHandle>(part), here,
                [&](std::int32_t, const LoggedChange& change) { bytes += change.bytes.size(); });
  }

  void check_inline(const InMemoryChangelogHandle& log) {
    const bool counted = !log.handle_id.empty();
    const std::int64_t count = static_cast<std::int64_t>(log.changes.size());
    if (counted && (log.from > log.to || log.to - log.from != count)) {
      found(report_, FindingCode::kChangeLogGap,
            fmt::format("the changes from {} up to {}", log.from, log.to),
            fmt::format("{} changes", count));
    }
    read(Boxed<InMemoryChangelogHandle>(log), report_, [&](std::int32_t group, const auto&) {
      if (group == kMetadataKeyGroup || log.range.contains(group)) return;
      found(report_.in_key_group(group), FindingCode::kChangeLogDamaged,
            fmt::format("changes of key groups {} to {}", log.range.first, log.range.end() - 1),
            fmt::format("a change of key group {}", group));
    });
  }

  bool read(KeyedHandle part, const FindingReport& report, const ChangeVisitor& visit) {
    ChangelogHandle one;
    one.non_materialized.push_back(std::move(part));
    try {
      for_each_change(snapshot_, one, ChangeScope::kAll,
                      [&](std::int32_t key_group, const LoggedChange& change) {
                        check_change(change);
                        visit(key_group, change);
                      });
      return true;
    } catch (const CompressionError& error) {
      report.add(FindingCode::kCompressedBlock, error, "a whole snappy stream");
    } catch (const FormatError& error) {
      report.add(FindingCode::kChangeLogDamaged, error, "changes as Flink logs them");
    } catch (const IoError& error) {
      report.add(FindingCode::kChangeLogDamaged, error, "bytes that can be read");
    }
    state_ = LogState::kIncomplete;
    return false;
  }

  // What a change says of itself; what it does is seen when the log is replayed.
  void check_change(const LoggedChange& change) {
    ByteReader in(change.bytes, change.file, change.offset);
    if (peek_change_operation(in) == ChangeOperation::kMetadata) {
      announced_.insert(decode_announcement_outline(in).state_id);
      try {
        decode_state_announcement(in, registry_);
      } catch (const UnsupportedError&) {
        // Of a state that a full handle describes too, this is no loss; of others the replay tells.
      }
      return;
    }
    const DataChangeHead head = decode_data_change_head(in);
    if (announced_.contains(head.state_id)) return;
    in.fail_at(change.offset, fmt::format("a change of state id {}, which nothing in front of it "
                                          "describes",
                                          head.state_id));
  }

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  const FindingReport& report_;
  LogState state_ = LogState::kWhole;
  std::set<std::int16_t> announced_;
};

}  // namespace

LogState check_change_logs(const Snapshot& snapshot, const ChangelogHandle& handle,
                           const SerializerRegistry& registry, const FindingReport& report) {
  return LogCheck(snapshot, registry, report).run(handle);
}

}  // namespace savvy
