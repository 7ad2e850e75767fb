// Findings of one stream: puts the place of each together.
//
// Values  offsets given and in errors count from the start of the stream; for a segment of a merged
//         file, and inside a compressed stretch, they become those of the file
// Lives   the sink outlives the report

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "format/finding.h"
#include "format/state_handles.h"
#include "format/storage.h"
#include "readers/snapshot.h"

namespace savvy {

// The file of a stream as `savvy files` calls it, and where the stream begins in it.
std::string file_of(const Snapshot& snapshot, const StreamHandle& handle);
std::uint64_t start_of(const StreamHandle& handle);

class FindingReport {
 public:
  FindingReport(FindingPlace place, FindingSink& sink) : place_(std::move(place)), sink_(&sink) {}

  bool stopped() const { return sink_->stopped(); }
  FindingSink& sink() const { return *sink_; }
  const FindingPlace& place() const { return place_; }

  // The same for what lies closer by.
  FindingReport into(FindingSink& sink) const;
  FindingReport in_stream(const Snapshot& snapshot, const StreamHandle& handle,
                          std::string_view stream_name) const;
  FindingReport in_key_group(std::int32_t key_group) const;
  FindingReport in_state(std::string_view state) const;
  // For what is unpacked: offsets of errors are those of plain bytes, and the place is where the
  // packed stretch begins.
  FindingReport in_packed(std::uint64_t offset) const;

  // For entries that a source puts together: their offsets are no places in a file.
  FindingReport without_offsets() const;

  void add(FindingCode code, std::string expected, std::string found,
           std::optional<std::uint64_t> offset = std::nullopt) const;
  // That the machine ran out of something is no finding: such an IoError is thrown again.
  void add(FindingCode code, const Error& error, std::string expected) const;
  // For data that savvy does not read.
  void add_unchecked(const Error& error) const;

  // Does `work`, and tells what it throws: damage by this code. False if it threw.
  bool guard(FindingCode damage, std::string_view expected,
             const std::function<void()>& work) const;

 private:
  // `stored_at` is where the bytes lie, packed or not.
  void put(FindingCode code, std::string expected, std::string found,
           std::optional<std::uint64_t> stored_at) const;

  FindingPlace place_;
  FindingSink* sink_;
  std::string stream_name_;  // as it stands in front of errors
  std::uint64_t stream_start_ = 0;
  std::optional<std::uint64_t> packed_at_;
  bool has_offsets_ = true;
};

// Opens a stream. Null if it is not there, or not all of it, as the check of the files says too;
// what else goes wrong is a finding, or an IoError because the machine ran out of something.
std::unique_ptr<RandomAccessFile> open_for_check(const Snapshot& snapshot,
                                                 const StreamHandle& handle,
                                                 const FindingReport& report);

}  // namespace savvy
