#include "readers/change_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "format/byte_units.h"
#include "format/errors.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

constexpr std::uint64_t kFlagBytes = 1;
constexpr std::size_t kMinGroupBytes = 8;   // two numbers
constexpr std::size_t kMinChangeBytes = 4;  // a length

// One file of a log, read forward.
class ChangeFile {
 public:
  ChangeFile(const Snapshot& snapshot, const StreamHandle& handle)
      : handle_(handle), file_(snapshot.open(handle)), name_(file_->name()) {
    if (file_->size() == 0) throw FormatError(fmt::format("{}: a change log without bytes", name_));
    SectionReader head(*file_, {0, kFlagBytes}, Compression::kNone);
    const std::uint8_t flag = head.in().u8("compression flag");
    if (flag > 1) {
      throw FormatError(
          fmt::format("{}: offset 0x0: compression flag = {}, expected 0 or 1", name_, flag));
    }
    compression_ = flag == 1 ? Compression::kSnappy : Compression::kNone;
    if (flag == 1) name_ += " (offsets count unpacked bytes)";
  }

  const StreamHandle& handle() const { return handle_; }

  void read_set(std::int64_t offset, ChangeScope scope, const ChangeVisitor& visit) {
    move_to(offset);
    ByteReader& in = section_->in();
    const Within place(in, "change set");
    in.begin_entry();
    const std::size_t groups = in.count(kMinGroupBytes, "key group count");
    for (std::size_t i = 0; i < groups; ++i) {
      if (!read_group(in, scope, visit)) break;
    }
  }

 private:
  void move_to(std::int64_t offset) {
    const std::uint64_t stored = file_->size() - kFlagBytes;
    const bool plain = compression_ == Compression::kNone;
    if (offset < 0 || (plain && static_cast<std::uint64_t>(offset) >= stored)) {
      throw FormatError(
          fmt::format("{}: a change set at offset {} does not lie in the {} bytes of the log",
                      name_, offset, stored));
    }
    const std::uint64_t target = static_cast<std::uint64_t>(offset);
    if (plain) {
      if (section_ && section_->in().offset() == kFlagBytes + target) return;
      section_.emplace(*file_, Stretch{kFlagBytes + target, stored - target}, compression_);
      return;
    }
    if (!section_ || section_->in().offset() > target) {
      section_.emplace(*file_, Stretch{kFlagBytes, stored}, compression_);
    }
    skip_to(target);
  }

  void skip_to(std::uint64_t target) {
    constexpr std::uint64_t kStep = 64 * kKiB;
    ByteReader& in = section_->in();
    while (in.offset() < target) {
      in.begin_entry();
      in.take(static_cast<std::size_t>(std::min(kStep, target - in.offset())),
              "bytes in front of a change set");
    }
  }

  // False if the rest of the set is not wanted.
  bool read_group(ByteReader& in, ChangeScope scope, const ChangeVisitor& visit) {
    const std::size_t count = in.count(kMinChangeBytes, "change count");
    const std::uint64_t at = in.offset();
    const std::int32_t key_group = in.i32("key group");
    if (key_group < kMetadataKeyGroup) {
      in.fail_at(at, fmt::format("key group = {}, expected -1 or more", key_group));
    }
    if (scope == ChangeScope::kDescriptions && key_group != kMetadataKeyGroup) return false;
    const Within place(in, "key group", key_group);
    for (std::size_t i = 0; i < count; ++i) {
      in.begin_entry();
      const Bytes bytes = in.blob("change");
      visit(key_group, {bytes, name_, in.offset() - bytes.size()});
    }
    return true;
  }

  const StreamHandle& handle_;
  std::unique_ptr<RandomAccessFile> file_;
  std::string name_;
  Compression compression_ = Compression::kNone;
  std::optional<SectionReader> section_;
};

void read_segments(const Snapshot& snapshot, const ChangelogStreamHandle& log, ChangeScope scope,
                   const ChangeVisitor& visit) {
  std::optional<ChangeFile> file;
  for (const ChangelogSegment& segment : log.segments) {
    if (!file || !(file->handle() == segment.handle)) file.emplace(snapshot, segment.handle);
    file->read_set(segment.offset, scope, visit);
  }
}

void read_inline(const Snapshot& snapshot, const InMemoryChangelogHandle& log, ChangeScope scope,
                 const ChangeVisitor& visit) {
  for (std::size_t i = 0; i < log.changes.size(); ++i) {
    const StateChange& change = log.changes[i];
    if (scope == ChangeScope::kDescriptions && change.key_group != kMetadataKeyGroup) continue;
    const std::string name =
        fmt::format("{} (change {} of those inline)", snapshot.metadata_path(), i);
    visit(change.key_group, {change.data, name, 0});
  }
}

}  // namespace

void for_each_change(const Snapshot& snapshot, const ChangelogHandle& handle, ChangeScope scope,
                     const ChangeVisitor& visit) {
  for (const KeyedHandle& part : handle.non_materialized) {
    if (const auto* log = handle_as<ChangelogStreamHandle>(part)) {
      read_segments(snapshot, *log, scope, visit);
    } else if (const auto* changes = handle_as<InMemoryChangelogHandle>(part)) {
      read_inline(snapshot, *changes, scope, visit);
    } else {
      throw FormatError(fmt::format("{}: a change log holds a handle that is no change log",
                                    snapshot.metadata_path()));
    }
  }
}

}  // namespace savvy
