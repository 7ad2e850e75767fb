// What the tests of _metadata share: decoding hand-written hex, and a value that holds every
// handle.

#pragma once

#include <string>

#include "format/errors.h"
#include "format/metadata.h"
#include "tests/support/hex.h"

namespace savvy::testing {

inline const std::string kNoProperties = "aced0005 70";

// Version 6, checkpoint 1, no master states, one operator that is still to come.
inline const std::string kOneOperator6 = "4960672d 00000006 0000000000000001 00000000 00000001";

inline const std::string kSmallest6 =
    "4960672d 00000006 0000000000000001 00000000 00000001"
    "0000 0000 11111111111111111111111111111111"
    "00000002 00000080 00 00000001"
    "00000000 00000000 00000000 00 00 00000000 00000000"
    "aced0005 70";

inline Metadata decode_hex(const std::string& hex) {
  const ByteVector bytes = from_hex(hex);
  ByteReader in(bytes, "m");
  return decode_metadata(in);
}

// The message of the error, or "read".
inline std::string error_of(const std::string& hex) {
  try {
    decode_hex(hex);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

inline std::string first_line_of_error(const std::string& hex) {
  const std::string error = error_of(hex);
  return error.substr(0, error.find('\n'));
}

inline bool round_trips(const std::string& hex) {
  return encode_metadata(decode_hex(hex)) == from_hex(hex);
}

inline StreamHandle small_stream() { return ByteStreamHandle{"n", {1, 2}}; }

inline std::vector<KeyedHandle> all_keyed_handles() {
  const KeyGroupRange range = {1, 2};
  const StreamHandle segment = Boxed<SegmentHandle>({3, 4, SegmentScope::kShared, "/seg", "id"});
  const StreamHandle nested = Boxed<NestedKeyGroupsHandle>({range, {7, 8}, small_stream()});
  const std::vector<LocalFile> files = {{"1.sst", FileHandle{5, "file:/a"}}, {"2.sst", segment}};
  const KeyedHandle groups =
      Boxed<KeyGroupsHandle>({KeyedCode::kKeyGroupsV2, range, {0, -1}, nested, "h"});
  const KeyedHandle memory =
      Boxed<InMemoryChangelogHandle>({range, 1, 2, {{-1, {9}}, {1, {}}}, "h"});
  const KeyedHandle stream = Boxed<ChangelogStreamHandle>(
      {KeyedCode::kChangelogStreamV2, range, {{6, small_stream()}}, 2, 1, "h", "memory"});
  return {
      std::monostate(),
      Boxed<KeyGroupsHandle>({KeyedCode::kKeyGroups, range, {1, 2}, small_stream(), ""}),
      Boxed<KeyGroupsHandle>({KeyedCode::kSavepointKeyGroups, {}, {}, EmptySegmentHandle(), ""}),
      groups,
      Boxed<IncrementalHandle>(
          {KeyedCode::kIncremental, range, 3, "b", kUnknownSize, std::monostate(), files, {}, ""}),
      Boxed<IncrementalHandle>({KeyedCode::kIncrementalV2,
                                range,
                                3,
                                "b",
                                12,
                                RelativeFileHandle{"r", 1},
                                {},
                                files,
                                "h"}),
      memory,
      Boxed<ChangelogStreamHandle>(
          {KeyedCode::kChangelogStream, range, {{6, small_stream()}}, 2, 1, "h", "filesystem"}),
      stream,
      Boxed<ChangelogHandle>(
          {KeyedCode::kChangelog, range, 1, 4, 4, {groups, std::monostate()}, {memory}, "h"}),
      Boxed<ChangelogHandle>({KeyedCode::kChangelogV2, range, 1, 4, 5, {}, {stream, memory}, "h"}),
  };
}

inline OperatorHandle operator_handle(bool file_merging) {
  OperatorHandle handle;
  handle.states = {{"s", DistributionMode::kSplit, {1, 2}},
                   {"u", DistributionMode::kUnion, {}},
                   {"b", DistributionMode::kBroadcast, {3}}};
  handle.delegate = small_stream();
  if (file_merging) {
    handle.directories = FileMergingDirectories{"/t", "/s", 1};
    handle.delegate = EmptySegmentHandle();
  }
  return handle;
}

// Every handle that the version can hold, each at least once.
inline Metadata metadata_with_all_handles(std::int32_t version) {
  Metadata metadata;
  metadata.version = version;
  metadata.checkpoint_id = 7;
  metadata.master_states = {{1, "hook", {0xAA}}};
  OperatorState state;
  if (version >= 5) state.name = "nämé", state.uid = "u";
  state.id.bytes[0] = 0x42;
  state.parallelism = state.max_parallelism = 64;
  if (version >= 3) state.coordinator_state = ByteStreamHandle{"c", {1}};
  for (const KeyedHandle& keyed : all_keyed_handles()) {
    Subtask subtask;
    subtask.index = static_cast<std::int32_t>(state.subtasks.size());
    subtask.managed_keyed_state = keyed;
    state.subtasks.push_back(subtask);
  }
  Subtask& first = state.subtasks.front();
  first.managed_operator_state = operator_handle(true);
  first.raw_operator_state = operator_handle(false);
  first.raw_keyed_state = all_keyed_handles()[1];
  const PlainChannelHandle plain = {0, {1, 2, {4, 9}, 13}, small_stream()};
  if (version >= 3) first.input_channel_state = {plain, plain};
  if (version >= 6) {
    first.result_subpartition_state = {
        plain, MergedChannelHandle{0, 13, small_stream(), encode_packed_channels({plain.channel})}};
  }
  if (version >= 3) {
    state.subtasks.push_back({});
    state.subtasks.back().index = 63;
    state.subtasks.back().finished = true;
  }
  metadata.operators.push_back(state);
  if (version >= 4) metadata.properties = from_hex(kNoProperties);
  return metadata;
}

}  // namespace savvy::testing
