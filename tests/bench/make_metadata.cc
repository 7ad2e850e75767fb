#include "tests/bench/make_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "format/key_groups.h"
#include "format/metadata.h"
#include "tests/bench/checkpoint_folder.h"

namespace savvy::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHandlesPerSubtask = 100;
constexpr std::int32_t kParallelism = 100;
constexpr std::int32_t kMaxParallelism = 128;
constexpr std::size_t kFilesPerFolder = 1000;

OperatorState make_operator(std::size_t index, std::int32_t parallelism) {
  OperatorState op;
  op.uid = fmt::format("operator-{}", index);
  op.id = operator_id_of_uid(op.uid);
  op.parallelism = parallelism;
  op.max_parallelism = kMaxParallelism;
  for (std::int32_t i = 0; i < parallelism; ++i) {
    op.subtasks.emplace_back();
    op.subtasks.back().index = i;
  }
  return op;
}

// Writes files, each with its number in it.
class Files {
 public:
  explicit Files(fs::path folder) : folder_(std::move(folder)) {}

  RelativeFileHandle next() {
    const std::string parent = fmt::format("files-{}", count_ / kFilesPerFolder);
    if (count_ % kFilesPerFolder == 0) fs::create_directories(folder_ / parent);
    const std::string text = fmt::format("file {}", count_);
    const std::string path = fmt::format("{}/{}", parent, count_++);
    std::ofstream(folder_ / path, std::ios::binary) << text;
    return {path, static_cast<std::int64_t>(text.size())};
  }

 private:
  fs::path folder_;
  std::size_t count_ = 0;
};

// `next_file` names a file, time after time.
template <typename NextFile>
IncrementalHandle make_incremental(NextFile next_file, std::int32_t subtask, const std::string& id,
                                   std::size_t handles) {
  IncrementalHandle handle;
  handle.range = key_group_range(subtask, kParallelism, kMaxParallelism);
  handle.checkpoint_id = 1;
  handle.backend_id = id;
  handle.handle_id = id;
  handle.meta = next_file();
  for (std::size_t i = 1; i < handles; ++i) {
    handle.shared_files.push_back({fmt::format("{:06}.sst", i), next_file()});
  }
  return handle;
}

// A checkpoint of so many handles.
template <typename NextFile>
void write_checkpoint(const fs::path& folder, std::size_t count, NextFile next_file) {
  std::vector<OperatorState> operators;
  while (count > 0) {
    OperatorState op = make_operator(operators.size(), kParallelism);
    for (Subtask& subtask : op.subtasks) {
      const std::size_t handles = std::min(count, kHandlesPerSubtask);
      if (handles == 0) break;
      count -= handles;
      const std::string id =
          fmt::format("00000000-0000-0000-{:04}-{:012}", operators.size(), subtask.index);
      subtask.managed_keyed_state = Boxed(make_incremental(next_file, subtask.index, id, handles));
    }
    operators.push_back(std::move(op));
  }
  write_metadata(folder, std::move(operators));
}

}  // namespace

void make_handles(const fs::path& folder, std::size_t count) {
  fs::create_directories(folder);
  Files files(folder);
  write_checkpoint(folder, count, [&files] { return files.next(); });
}

void make_references(const fs::path& folder, std::size_t count) {
  fs::create_directories(folder);
  const std::string shared = fmt::format(
      "s3://checkpoints-of-production-eu-central-1/stream-processing/flink/payments/"
      "enriched-orders/"
      "incremental-checkpoints/{0:032x}/attempts-since-the-last-savepoint/{0:032x}/shared",
      count);
  std::size_t number = 0;
  write_checkpoint(folder, count, [&] {
    ++number;
    return FileHandle{static_cast<std::int64_t>(number),
                      fmt::format("{}/{:08x}-0000-0000-0000-{:012x}", shared, number, number * 7)};
  });
}

void make_operators(const fs::path& folder, std::size_t count) {
  fs::create_directories(folder);
  std::vector<OperatorState> operators;
  for (std::size_t i = 0; i < count; ++i) {
    operators.push_back(make_operator(i, 1));
    OperatorHandle handle;
    handle.states = {{"offsets", DistributionMode::kSplit, {0, 4}}};
    handle.delegate = ByteStreamHandle{fmt::format("inline-{}", i), ByteVector(8)};
    operators.back().subtasks[0].managed_operator_state = std::move(handle);
  }
  write_metadata(folder, std::move(operators));
}

}  // namespace savvy::bench
