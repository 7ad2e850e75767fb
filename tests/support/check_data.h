// Runs the check of the data inside the test, on snapshots of one operator with one subtask.

#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "cli/data_check.h"
#include "format/metadata.h"
#include "readers/local_storage.h"
#include "readers/snapshot.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

inline std::vector<Finding> findings_of(const savvy::Snapshot& snapshot, CheckDepth depth) {
  FindingList found(depth.after_error);
  check_data(snapshot, depth, found);
  return found.findings();
}

inline CheckDepth all_data(unsigned jobs = 1) {
  CheckDepth depth;
  depth.data_percent = 100;
  depth.jobs = jobs;
  return depth;
}

inline std::vector<Finding> findings_of(const std::string& path, CheckDepth depth = all_data(),
                                        const PathMap& paths = PathMap()) {
  const LocalStorage storage;
  return findings_of(savvy::Snapshot(path, paths, storage), depth);
}

inline std::vector<std::string> codes_of(const std::vector<Finding>& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings) codes.push_back(code_word(finding.code));
  return codes;
}

// For messages of a test.
inline std::string text_of_findings(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    const FindingPlace& place = finding.place;
    text +=
        fmt::format("{} {}+{} {} {} {} group {}: expected {}, found {}\n", code_word(finding.code),
                    place.file, place.offset.value_or(0), place.operator_label, place.slot,
                    place.state, place.key_group.value_or(-1), finding.expected, finding.found);
  }
  return text;
}

// Writes a snapshot of one operator, "op", with this subtask into the folder.
inline void write_subtask(const TempFolder& folder, Subtask subtask,
                          std::int32_t max_parallelism = 128,
                          std::optional<ByteStreamHandle> coordinator = std::nullopt) {
  OperatorState op;
  op.name = "op";
  op.parallelism = 1;
  op.max_parallelism = max_parallelism;
  op.coordinator_state = std::move(coordinator);
  op.subtasks = {std::move(subtask)};
  Metadata metadata;
  metadata.checkpoint_id = 1;
  metadata.operators = {op};
  const ByteVector bytes = encode_metadata(metadata);
  folder.add("_metadata", {bytes.begin(), bytes.end()});
}

// A file beside the metadata, and its handle.
inline StreamHandle stored_file(const TempFolder& folder, const std::string& name,
                                const ByteVector& bytes) {
  folder.add(name, {bytes.begin(), bytes.end()});
  return RelativeFileHandle{name, static_cast<std::int64_t>(bytes.size())};
}

}  // namespace savvy::testing
