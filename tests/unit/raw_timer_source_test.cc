// Timers in raw keyed state, from hand-written bytes.

#include "readers/raw_timer_source.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/cpu_time.h"
#include "tests/support/entries.h"
#include "tests/support/message_of.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/stored_snapshot.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Entries = std::vector<std::string>;

const std::string kHead = "f1cd859f 00000002";

std::string service(const std::string& name, const std::string& event,
                    const std::string& processing, const std::string& key = "Text") {
  return utf_hex(name) + snapshot_hex(key) + snapshot_hex("Int") + event + processing;
}

const std::string kOneGroup = kHead + "00000002" +
                              service("a",
                                      "00000002 0141 00000007 00000000000003e8"
                                      "         0142 00000008 ffffffffffffffff",
                                      "00000000") +
                              service("b", "00000000", "00000001 0143 00000009 8000000000000000");

// The raw handle of key groups 5, 6, ...; an empty text is a group that was never started.
KeyedHandle handle_of(const std::vector<std::string>& groups) {
  KeyGroupsHandle handle;
  handle.range = {5, static_cast<std::int32_t>(groups.size())};
  ByteVector bytes;
  for (const std::string& group : groups) {
    handle.offsets.push_back(group.empty() ? -1 : static_cast<std::int64_t>(bytes.size()));
    const ByteVector own = from_hex(group);
    bytes.insert(bytes.end(), own.begin(), own.end());
  }
  handle.delegate = ByteStreamHandle{"raw", bytes};
  return Boxed<KeyGroupsHandle>(handle);
}

// The names of the states and the entries; "bytes" if the handle holds no timers.
Entries read(const std::vector<std::string>& groups, int prefix_bytes = 1) {
  StoredSnapshot files;
  files.write({}, handle_of(groups));
  const auto snapshot = files.open();
  const SerializerRegistry registry = test_registry();
  const auto source = open_raw_timer_source(
      *snapshot, snapshot->metadata().operators[0].subtasks[0].raw_keyed_state, prefix_bytes,
      registry);
  if (source == nullptr) return {"bytes"};
  Entries all;
  for (const KeyedStateSchema& state : source->states()) all.push_back(state.name);
  for (const KeyGroupSection& section : source->sections()) {
    if (section.size_bytes == 0) continue;
    const auto reader = source->open(section);
    for (std::string& entry : all_entries(*reader)) all.push_back(std::move(entry));
  }
  return all;
}

const Entries kNames = {"_timer_state/event_a", "_timer_state/processing_a", "_timer_state/event_b",
                        "_timer_state/processing_b"};

}  // namespace

TEST_CASE("timers of raw keyed state become those of queues", "[raw_timers]") {
  Entries expected = kNames;
  expected.insert(expected.end(),
                  {"0|5|0580000000000003e8014100000007|", "0|5|057fffffffffffffff014200000008|",
                   "3|5|050000000000000000014300000009|", "0|8|0880000000000003e8014100000007|",
                   "0|8|087fffffffffffffff014200000008|", "3|8|080000000000000000014300000009|"});
  CHECK(read({kOneGroup, "", kHead + "00000000", kOneGroup}) == expected);
  CHECK(read({kOneGroup}, 2)[4] == "0|5|000580000000000003e8014100000007|");
}

TEST_CASE("many timer services cost in proportion", "[raw_timers][limits]") {
  const auto seconds_with = [](std::size_t count) {
    std::string group = fmt::format("{} {:08x}", kHead, count);
    for (std::size_t i = 0; i < count; ++i) {
      group += service(fmt::format("service {}", i), "00000001 0141 00000007 00000000000003e8",
                       "00000000");
    }
    const double start = cpu_seconds();
    CHECK(read({group}).size() == 3 * count);
    return cpu_seconds() - start;
  };
  CHECK(seconds_with(24'000) < 20 * seconds_with(3'000) + 0.5);
}

TEST_CASE("other raw keyed state is no timers", "[raw_timers]") {
  CHECK(read({"", ""}) == Entries{"bytes"});
  CHECK(read({"f1cd85"}) == Entries{"bytes"});
  CHECK(read({kOneGroup, "00"}) == Entries{"bytes"});
  // A serializer that is not understood leaves the bytes as they are.
  CHECK(read({kHead + "00000001" + service("a", "00000000", "00000000", "Strange")}) ==
        Entries{"bytes"});
}

TEST_CASE("behind a timer that cannot be walked nothing is told apart", "[raw_timers]") {
  const Entries entries =
      read({kHead + "00000001" +
            service("a", "00000001 0141 00000007 00000000000003e8", "00000000", "Unknown")});
  CHECK(entries == Entries{kNames[0], kNames[1],
                           "0|5||0141"
                           "0000000700000000000003e800000000 undivided"});
}

TEST_CASE("damaged timers name the place", "[raw_timers]") {
  CHECK(first_line_of([] {
          read({"f1cd859f 00000003 00000000"});
        }).find("offset 0x4: version of the timers = 3, expected 2") != std::string::npos);
  CHECK(first_line_of([] { read({kHead + "7fffffff"}); }).find("offset 0x8: timer service count") !=
        std::string::npos);
  CHECK(first_line_of([] { read({kOneGroup + "00", kOneGroup}); }) != "no error");
  const ByteVector bytes = from_hex(kOneGroup);
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(first_line_of([&] { read({to_hex_text(Bytes(bytes).first(size))}); }).find("offset 0x") !=
          std::string::npos);
  }
}

}  // namespace savvy
