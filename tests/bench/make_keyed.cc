#include "tests/bench/make_keyed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "format/composite_key.h"
#include "format/key_groups.h"
#include "format/metadata.h"
#include "tests/bench/checkpoint_folder.h"
#include "tests/bench/database_maker.h"
#include "tests/support/folder_output.h"
#include "tests/support/small_snapshot.h"
#include "writers/canonical_writer.h"

namespace savvy::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kFewestKeyGroups = 128;

// The numbers of the entries of each key group.
using Numbers = std::vector<std::vector<std::uint32_t>>;

Numbers by_key_group(const EntryKind& kind, std::uint64_t entries, std::int32_t key_groups) {
  Numbers numbers(static_cast<std::size_t>(key_groups));
  for (std::uint64_t i = 0; i < entries; ++i) {
    const auto group = static_cast<std::size_t>(key_group_of_hash(kind.hash(i), key_groups));
    numbers[group].push_back(static_cast<std::uint32_t>(i));
  }
  return numbers;
}

// With the namespace of jobs without windows.
ByteVector composite(const EntryKind& kind, std::uint64_t number, std::int32_t key_group,
                     std::int32_t key_groups) {
  ByteVector bytes;
  append_key_group(key_group, key_group_prefix_bytes(key_groups), bytes);
  const ByteVector key = kind.key(number);
  bytes.insert(bytes.end(), key.begin(), key.end());
  bytes.push_back(0);
  return bytes;
}

KeyedHandle write_subtask(OutputFolder& out, const std::string& file, const EntryKind& kind,
                          const Numbers& numbers, KeyGroupRange range) {
  const auto key_groups = static_cast<std::int32_t>(numbers.size());
  CanonicalWriter writer(out, file, kind.meta(), range, KeyedCode::kSavepointKeyGroups);
  for (std::int32_t group = range.first; group < range.end(); ++group) {
    writer.begin_key_group(group);
    for (const std::uint32_t number : numbers[static_cast<std::size_t>(group)]) {
      const ByteVector key = composite(kind, number, group, key_groups);
      const ByteVector value = kind.value(number);
      writer.add({0, group, key, value});
    }
  }
  return writer.finish();
}

}  // namespace

void make_keyed(const fs::path& folder, const EntryKind& kind, const KeyedShape& shape) {
  testing::PlainOutputFolder out(folder);
  std::vector<OperatorState> operators;
  const auto count = static_cast<std::uint64_t>(shape.operators);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t entries = shape.entries / count + (i < shape.entries % count ? 1 : 0);
    const Numbers numbers = by_key_group(kind, entries, shape.key_groups);
    operators.push_back(
        testing::small_operator(fmt::format("operator-{}", i), shape.subtasks, shape.key_groups));
    for (Subtask& subtask : operators.back().subtasks) {
      subtask.managed_keyed_state =
          write_subtask(out, fmt::format("{}-{}", i, subtask.index), kind, numbers,
                        key_group_range(subtask.index, shape.subtasks, shape.key_groups));
    }
  }
  write_metadata(folder, std::move(operators));
}

void make_sst_files(const fs::path& folder, const EntryKind& kind, std::uint64_t entries,
                    std::size_t files) {
  fs::create_directories(folder);
  std::vector<std::pair<ByteVector, ByteVector>> sorted;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::int32_t group = key_group_of_hash(kind.hash(i), kFewestKeyGroups);
    sorted.emplace_back(composite(kind, i, group, kFewestKeyGroups), kind.value(i));
  }
  std::sort(sorted.begin(), sorted.end());
  DatabaseMaker database(folder / "making", {kind.meta().states.front().name});
  database.ingest(0, sorted, files);
  OperatorState op = testing::small_operator("operator-0", 1, kFewestKeyGroups);
  database.finish(folder / "database");
  op.subtasks[0].managed_keyed_state = Boxed<IncrementalHandle>(
      checkpoint_handle(folder, "database", kind.meta(), {0, kFewestKeyGroups}));
  write_metadata(folder, {std::move(op)});
}

}  // namespace savvy::bench
