#include "readers/sst_release.h"

#include <fmt/format.h>

#include "format/errors.h"
#include "format/sst_tail.h"

namespace savvy {
namespace {

constexpr FlinkRelease kFirstWithXxh3 = {2, 0};

bool is_sst(const StreamUse& use) {
  return (use.role == StreamRole::kSharedFile || use.role == StreamRole::kPrivateFile) &&
         use.local_path.ends_with(".sst");
}

void require_known_checksum(const Snapshot& snapshot, const StreamUse& use, FlinkRelease release) {
  const auto file = snapshot.open(use.stream);
  if (read_sst_tail(*file).checksum != SstChecksum::kXxh3) return;
  throw UnsupportedError(
      fmt::format("{}: {} has XXH3 checksums, which the RocksDB 6.20 of Flink {} does not read, "
                  "and files are not written anew here",
                  file->name(), use.local_path, to_string(release)));
}

}  // namespace

std::uint64_t require_ssts_for(const Snapshot& snapshot, FlinkRelease release) {
  if (release >= kFirstWithXxh3) return 0;
  std::uint64_t missing = 0;
  const auto look_at = [&](const StreamUse& use) {
    if (!is_sst(use)) return;
    if (snapshot.found_bytes(use.stream)) {
      require_known_checksum(snapshot, use, release);
    } else {
      ++missing;
    }
  };
  for (const OperatorState& op : snapshot.metadata().operators) {
    for (const Subtask& subtask : op.subtasks)
      for_each_stream(subtask.managed_keyed_state, look_at);
  }
  return missing;
}

}  // namespace savvy
