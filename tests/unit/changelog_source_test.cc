// Changelog handles: full handles and logs, inline and in files.

#include "readers/changelog_source.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "readers/change_log.h"
#include "readers/open_keyed.h"
#include "tests/support/changelog_bytes.h"
#include "tests/support/entries.h"
#include "tests/support/keyed_streams.h"
#include "tests/support/message_of.h"
#include "tests/support/stored_snapshot.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

const std::string kAnnounceValue = announce_value_hex(0, "value", "VALUE", "Int");
const std::string kTimers = announce_timers_hex(7, "_timer_state/event_t", "Timer Text Void");

std::string put(const std::string& key, const std::string& value) {
  return "01 0000" + key + "00" + value;
}

ByteVector plain_log(const std::string& sets) { return from_hex("00" + sets); }
ByteVector packed_log(const std::string& sets) {
  return from_hex("01") + framed(from_hex(sets), ChunkKind::kPlain, 7);
}

KeyedHandle in_memory(const std::vector<GroupChanges>& groups, KeyGroupRange range = {5, 2}) {
  InMemoryChangelogHandle handle;
  handle.range = range;
  for (const GroupChanges& group : groups) {
    for (const std::string& change : group.changes) {
      handle.changes.push_back({group.key_group, from_hex(change)});
    }
  }
  return Boxed<InMemoryChangelogHandle>(handle);
}

// The handle of key groups 5 and 6 of canonical_stream().
KeyedHandle canonical_base() {
  const StreamBytes stream = canonical_stream(Packing::kPlain);
  KeyGroupsHandle groups;
  groups.code = KeyedCode::kSavepointKeyGroups;
  groups.range = {5, 2};
  groups.offsets = stream.offsets;
  groups.delegate = ByteStreamHandle{"base", stream.bytes};
  return Boxed<KeyGroupsHandle>(groups);
}

ChangelogHandle changelog(std::vector<KeyedHandle> materialized, std::vector<KeyedHandle> logs,
                          KeyGroupRange range = {5, 2}) {
  ChangelogHandle handle;
  handle.range = range;
  handle.materialized = std::move(materialized);
  handle.non_materialized = std::move(logs);
  return handle;
}

struct Read {
  Entries entries;
  std::vector<std::string> states;
  std::vector<bool> key_is_known;
};

Read read(StoredSnapshot& files, const ChangelogHandle& handle,
          const SortMemory& memory = kChangelogMemory) {
  files.write(Boxed<ChangelogHandle>(handle));
  const auto snapshot = files.open();
  const SerializerRegistry registry = test_registry();
  const RocksdbCache cache(1024);
  const auto source = open_keyed_source(
      *snapshot, snapshot->metadata().operators[0].subtasks[0].managed_keyed_state, 128, registry,
      cache, memory);
  Read result;
  for (const KeyedStateSchema& state : source->states()) {
    result.states.push_back(state.name);
    result.key_is_known.push_back(state.key->walkable());
  }
  for (const KeyGroupSection& section : source->sections()) {
    if (section.size_bytes == 0) continue;
    const auto reader = source->open(section);
    for (std::string& entry : all_entries(*reader)) result.entries.push_back(std::move(entry));
  }
  return result;
}

std::string error(StoredSnapshot& files, const ChangelogHandle& handle) {
  return first_line_of([&] { read(files, handle); });
}

std::string refusal(StoredSnapshot& files, const ChangelogHandle& handle) {
  return message_of<UnsupportedError>([&] { read(files, handle); });
}

KeyedHandle in_files(const StoredSnapshot& files, const std::vector<std::int64_t>& offsets,
                     const std::string& name = "log") {
  ChangelogStreamHandle handle;
  handle.range = {5, 2};
  for (const std::int64_t offset : offsets) {
    handle.segments.push_back({offset, FileHandle{1, files.path(name)}});
  }
  return Boxed<ChangelogStreamHandle>(handle);
}

std::int64_t bytes_of(const std::string& hex) {
  return static_cast<std::int64_t>(from_hex(hex).size());
}

}  // namespace

TEST_CASE("a log without a full handle: timers reveal the key's type", "[changelog_source]") {
  StoredSnapshot files;
  const Read result =
      read(files, changelog({}, {in_memory({{-1, {kAnnounceValue, kTimers}},
                                            {5, {put("0141", "0000000a"), put("0142", "0000000b")}},
                                            {6, {put("0143", "0000000c")}},
                                            {5, {put("0141", "0000000d")}},
                                            {9, {put("0144", "0000000e")}}})}));
  CHECK(result.states == Entries{"value", "_timer_state/event_t"});
  CHECK(result.key_is_known == std::vector<bool>{true, true});
  CHECK(result.entries ==
        Entries{"0|5|05014100|0000000d", "0|5|05014200|0000000b", "0|6|06014300|0000000c"});
}

TEST_CASE("without a key's type each change is an entry", "[changelog_source]") {
  StoredSnapshot files;
  const Read result = read(
      files, changelog({}, {in_memory({{-1, {kAnnounceValue}},
                                       {5, {put("0141", "0000000a"), put("0141", "0000000b")}}})}));
  CHECK(result.key_is_known == std::vector<bool>{false});
  CHECK(result.entries == Entries{"0|5||010000014100"
                                  "0000000a",
                                  "0|5||0100000141000000000b"});
}

TEST_CASE("changes apply to a full handle, whose states have the same names",
          "[changelog_source]") {
  StoredSnapshot files;
  // Value is state 0 of the stream, and 4 of the log, which has a state of its own.
  const std::string value = announce_value_hex(4, "value", "VALUE", "Int");
  const std::string added = announce_value_hex(1, "added", "VALUE", "Text");
  const std::string map = announce_value_hex(2, "map", "MAP", "Map Text Int");
  const std::string list = announce_value_hex(3, "list", "LIST", "List Ttl Text");
  const Read result = read(
      files,
      changelog(
          {canonical_base(), KeyedHandle()},
          {in_memory({{-1, {value, added, map, list, kTimers}}}),
           in_memory({{5,
                       {"00 0004 0142 00", "01 0004 0141 00 00000001", "01 0001 0141 00 0178",
                        "00 0002 0141 00", "06 0002 0141 00 017a 00000002",
                        "05 0003 0141 00 0000000000000003 017a", "07 0007 80000000000003e8 0141 00",
                        "05 0007 00000001 80000000000003e9 0141 00"}}})}));
  CHECK(result.states == Entries{"value", "list", "map", "_timer_state/event_t", "added"});
  CHECK(result.entries ==
        Entries{"3|5|0580000000000003e9014100|", "4|5|05014100|0178",
                "1|5|05014100|000000000000000101782c000000000000000201792c0000000000000003017a",
                "2|5|050141"
                "00017a|0000000002",
                "0|5|05014100|00000001",
                // Key group 6 has no change: it comes as it is stored.
                "2|6|060141000178|0000000001", "2|6|060141000179|01", "0|6|06014100|0000000a",
                "0|6|06014200|0000000b", "3|6|0680000000000003e8014100|",
                "1|6|06014100|000000000000000101782c00000000000000020179"});
}

TEST_CASE("a state that the log describes anew is refused", "[changelog_source]") {
  StoredSnapshot files;
  const auto described_as = [&](const std::string& announcement) {
    return changelog({canonical_base()}, {in_memory({{-1, {announcement}}})});
  };
  // As a job does that was restored with another serializer and did not materialize since.
  const std::string text =
      refusal(files, described_as(announce_value_hex(0, "value", "VALUE", "Text")));
  CHECK(text.find("state \"value\" is described in two ways") != std::string::npos);
  CHECK(refusal(files, described_as(announce_value_hex(0, "value", "LIST", "List Int")))
            .find("state \"value\" is described in two ways") != std::string::npos);
  CHECK_NOTHROW(read(files, described_as(kAnnounceValue)));
}

TEST_CASE("key groups of two full handles are refused", "[changelog_source]") {
  StoredSnapshot files;
  CHECK(refusal(files, changelog({canonical_base(), canonical_base()}, {}))
            .find("two materialized handles hold key group 5") != std::string::npos);
}

TEST_CASE("key groups outside the handle's range are left out, descriptions are not",
          "[changelog_source]") {
  StoredSnapshot files;
  const Read result = read(files, changelog({canonical_base()},
                                            {in_memory({{-1, {kAnnounceValue}},
                                                        {5, {put("0141", "00000001"), "01 0063"}},
                                                        {6, {put("0141", "00000002")}}})},
                                            {6, 1}));
  REQUIRE(result.entries.size() == 6);
  CHECK(result.entries[4] == "0|6|06014100|00000002");
  for (const std::string& entry : result.entries) CHECK(entry.find("|6|") == 1);
}

TEST_CASE("one change set is read at each offset, of plain and of packed files",
          "[changelog_source]") {
  const std::string first =
      change_set_hex({{-1, {kAnnounceValue, kTimers}}, {5, {put("0141", "00000001")}}});
  const std::string foreign = change_set_hex({{5, {put("0141", "00000099"), "ff"}}});
  const std::string second =
      change_set_hex({{5, {put("0142", "00000002")}}, {6, {put("0143", "00000003")}}});
  const std::int64_t at = bytes_of(first + foreign);
  for (const bool packed_file : {false, true}) {
    CAPTURE(packed_file);
    StoredSnapshot files;
    const std::string sets = first + foreign + second;
    files.add_file("log", packed_file ? packed_log(sets) : plain_log(sets));
    const Entries expected = {"0|5|05014100|00000001", "0|5|05014200|00000002",
                              "0|6|06014300|00000003"};
    CHECK(read(files, changelog({}, {in_files(files, {0, at})})).entries == expected);
    // A second part of the same file, and one that goes back.
    CHECK(read(files, changelog({}, {in_files(files, {0}), in_files(files, {at})})).entries ==
          expected);
    CHECK(read(files, changelog({}, {in_files(files, {0, at, 0})})).entries == expected);
  }
}

TEST_CASE("a log that exceeds the memory is the same", "[changelog_source]") {
  StoredSnapshot files;
  std::vector<GroupChanges> groups = {{-1, {kAnnounceValue, kTimers}}};
  for (int i = 0; i < 500; ++i) {
    groups.push_back({5 + i % 2, {put(fmt::format("02{:04x}", i % 50), fmt::format("{:08x}", i))}});
  }
  const ChangelogHandle handle = changelog({canonical_base()}, {in_memory(groups)});
  const Read whole = read(files, handle);
  CHECK(whole.entries.size() == 2 * 6 + 50);
  for (const std::size_t budget : {0U, 100U, 5000U}) {
    CHECK(read(files, handle, {budget, {}}).entries == whole.entries);
  }
}

TEST_CASE("the announced states are found without the data", "[changelog_source]") {
  StoredSnapshot files;
  const std::string first = change_set_hex({{-1, {kAnnounceValue}}, {5, {"ff ff"}}});
  const std::string second = change_set_hex({{-1, {kTimers}}});
  files.add_file("log", packed_log(first + second));
  files.write({});
  const auto snapshot = files.open();
  const ChangelogHandle handle = changelog({}, {in_files(files, {0, bytes_of(first)})});
  const auto states = announced_states(*snapshot, handle, test_registry(), nullptr);
  REQUIRE(states.size() == 2);
  CHECK(states[0].name == "value");
  CHECK(states[0].key->describe().name == "Text");
  CHECK(states[1].kind == KeyedStateKind::kTimer);
}

TEST_CASE("damaged logs name file and offset", "[changelog_source]") {
  StoredSnapshot files;
  const auto with_file = [&](const ByteVector& bytes, std::int64_t offset = 0) {
    files.add_file("log", bytes);
    return error(files, changelog({}, {in_files(files, {offset})}));
  };
  const std::string log = files.path("log");
  CHECK(with_file({}) == log + ": a change log without bytes");
  CHECK(with_file(from_hex("02")) == log + ": offset 0x0: compression flag = 2, expected 0 or 1");
  const ByteVector empty_set = from_hex("00 00000000");
  CHECK(with_file(empty_set) == "no error");
  CHECK(with_file(empty_set, 4) ==
        log + ": a change set at offset 4 does not lie in the 4 bytes of the log");
  CHECK(with_file(empty_set, -1) ==
        log + ": a change set at offset -1 does not lie in the 4 bytes of the log");
  CHECK(with_file(from_hex("00 7fffffff")).starts_with(log + ": offset 0x1: key group count"));
  CHECK(with_file(from_hex("00 00000001 7fffffff 00000005"))
            .starts_with(log + ": offset 0x5: change count"));
  CHECK(with_file(from_hex("00 00000001 00000000 fffffffe"))
            .starts_with(log + ": offset 0x9: key group = -2"));
  CHECK(with_file(plain_log(change_set_hex({{5, {"01 0063 0141 00 00000001"}}})))
            .starts_with(log + ": offset 0x11: a change of state id 99, which nothing in front"));
  CHECK(with_file(plain_log(change_set_hex({{5, {""}}})))
            .starts_with(log + ": offset 0x11: a change without bytes"));
  // The metadata itself is refused: a change log is no handle of key groups.
  CHECK(
      error(files, changelog({}, {canonical_base()}))
          .ends_with("a non-materialized part of a changelog holds no changes (code 9, 10 or 13)"));
  CHECK(error(files, changelog({}, {}, {32768, 1}))
            .ends_with("1 key groups from 32768 on, more than the 32768 there can be"));
}

TEST_CASE("every shorter prefix of a change file is refused", "[changelog_source]") {
  StoredSnapshot files;
  const std::string set =
      change_set_hex({{-1, {kAnnounceValue, kTimers}}, {5, {put("0141", "00000001")}}});
  for (const ByteVector& whole : {plain_log(set), packed_log(set)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      files.add_file("log", ByteVector(whole.begin(), whole.begin() + static_cast<int>(size)));
      CAPTURE(size);
      CHECK(error(files, changelog({}, {in_files(files, {0})})).starts_with(files.path("log")));
    }
  }
}

TEST_CASE("changes are not applied to what could not be told apart", "[changelog_source]") {
  // A heap stream whose value cannot be walked: no entry of it has an end.
  const std::string head =
      "00000006 00" + proxied_hex("Text") + "0001" + value_state_hex("value", "VALUE", "Unknown");
  KeyGroupsHandle groups;
  groups.range = {5, 1};
  groups.offsets = {bytes_of(head)};
  groups.delegate =
      ByteStreamHandle{"base", from_hex(head + "00000005 0000 00000001 00 0141 beef")};
  StoredSnapshot files;
  const Read result =
      read(files, changelog({Boxed<KeyGroupsHandle>(groups)},
                            {in_memory({{-1, {announce_value_hex(0, "value", "VALUE", "Unknown")}},
                                        {5, {put("0142", "cafe")}}})}));
  CHECK(result.entries == Entries{"0|5||000141beef undivided", "0|5||010000014200cafe"});
}

}  // namespace savvy
