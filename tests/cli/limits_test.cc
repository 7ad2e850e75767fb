// What a snapshot costs is in proportion to its bytes: memory and time are measured against those of
// a smaller one, with margins for sanitizers and busy machines. What grows with the square of the
// size takes 64 times as long for eight times as much.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <limits>
#include <set>

#include "tests/cli/write_cases.h"
#include "tests/support/cpu_time.h"
#include "tests/support/faulty_run.h"
#include "tests/support/small_snapshot.h"
#include "tests/support/snappy_frames.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1 << 20;
// What a byte of metadata may take, with what a sanitizer adds.
constexpr std::uint64_t kBytesPerByte = 600;
constexpr std::uint64_t kSpareBytes = 64 * kMiB;

using Words = std::vector<std::string>;

// The commands that read, and those that write all of it.
std::vector<Words> commands_on(const std::string& snapshot, const std::string& there) {
  return {{"inspect", snapshot},
          {"schema", snapshot},
          {"dump", snapshot},
          {"get", snapshot, "--key", "a"},
          {"stats", snapshot},
          {"files", snapshot},
          {"check", snapshot, "--read-data"},
          {"check", "--chain", snapshot},
          {"ls", snapshot},
          {"orphans", snapshot},
          {"diff", snapshot, snapshot},
          {"convert", snapshot, there, "--to", "hashmap"},
          {"rescale", snapshot, there, "--parallelism", "2"},
          {"relocate", snapshot, there}};
}

// Writes snapshots of a kind and measures commands on them.
class Lab {
 public:
  using Make = std::function<std::vector<OperatorState>(std::size_t size)>;

  explicit Lab(Make make) : make_(std::move(make)) {}
  // Of the commands only these.
  Lab(Make make, std::set<std::string> commands)
      : make_(std::move(make)), commands_(std::move(commands)) {}

  struct Cost {
    std::uint64_t stored_bytes = 0;
    std::vector<Words> commands;
    std::vector<MeasuredRun> runs;
  };
  Cost measure(std::size_t size) const {
    const std::string snapshot = write_snapshot(folder_, "source", make_(size));
    Cost cost;
    cost.stored_bytes = fs::file_size(snapshot + "/_metadata");
    for (const Words& command : commands_on(snapshot, folder_.path("there"))) {
      if (!commands_.empty() && !commands_.contains(command[0])) continue;
      cost.commands.push_back(command);
      cost.runs.push_back(run_measured(command));
      // Killed, or out of memory.
      CAPTURE(command, cost.runs.back().run.err);
      CHECK(cost.runs.back().run.exit_code < 5);
      CHECK(cost.runs.back().run.err.find("ended by an error") == std::string::npos);
      fs::remove_all(folder_.path("there"));
    }
    return cost;
  }

  // Eight times the size takes about eight times as much, beyond what the program takes to start.
  void check_proportion(std::size_t size) const {
    constexpr double kSpareSeconds = 0.5;
    const Cost base = measure(1);
    const Cost small = measure(size / 8);
    const Cost large = measure(size);
    for (std::size_t i = 0; i < small.runs.size(); ++i) {
      const double start = base.runs[i].cpu_seconds;
      CAPTURE(small.commands[i], large.stored_bytes, start, small.runs[i].cpu_seconds,
              large.runs[i].cpu_seconds, base.runs[i].peak_bytes, large.runs[i].peak_bytes);
      if (!kCostIsOurs) continue;
      CHECK(large.runs[i].cpu_seconds - start <
            15 * std::max(small.runs[i].cpu_seconds - start, 0.0) + kSpareSeconds);
      CHECK(large.runs[i].peak_bytes <
            base.runs[i].peak_bytes + kSpareBytes + kBytesPerByte * large.stored_bytes);
    }
  }

 private:
  TempFolder folder_;
  Make make_;
  std::set<std::string> commands_;
};

std::string numbered(const std::string& name, std::size_t number) {
  return name + std::to_string(number);
}

OperatorHandle raw_handle(const std::vector<std::string>& states, const StreamHandle& stream) {
  OperatorHandle handle;
  for (const std::string& state : states) {
    handle.states.push_back({state, DistributionMode::kSplit, {0}});
  }
  handle.delegate = stream;
  return handle;
}

}  // namespace

TEST_CASE("many operators cost in proportion", "[cli][limits]") {
  // A million with SAVVY_LONG_FAULTS=1.
  const std::size_t size = std::getenv("SAVVY_LONG_FAULTS") != nullptr ? 1'000'000 : 20'000;
  const Lab lab([](std::size_t count) {
    std::vector<OperatorState> operators;
    for (std::size_t i = 0; i < count; ++i) {
      operators.push_back(small_operator(numbered("uid-", i), 0, 128));
      operators.back().parallelism = 1;
    }
    return operators;
  });
  lab.check_proportion(size);
}

TEST_CASE("many states of one handle cost in proportion", "[cli][limits]") {
  for (const bool alike : {false, true}) {
    const Lab lab(
        [alike](std::size_t size) {
          OperatorState op = small_operator("uid", 1, 128);
          std::vector<std::string> names;
          for (std::size_t i = 0; i < size; ++i) names.push_back(numbered("state ", alike ? 0 : i));
          op.subtasks[0].raw_operator_state = raw_handle(names, ByteStreamHandle{"raw", {1}});
          return std::vector{op};
        },
        {"inspect", "check", "relocate"});
    lab.check_proportion(30'000);
  }
}

TEST_CASE("many managed states of one handle cost in proportion", "[cli][limits]") {
  const std::string mode = GENERATE("SPLIT_DISTRIBUTE", "BROADCAST");
  const Lab lab([mode](std::size_t size) {
    OperatorStreamHead head;
    std::vector<StateMeta>& states = mode == "BROADCAST" ? head.broadcast_states : head.list_states;
    for (std::size_t i = 0; i < size; ++i) {
      states.push_back(small_operator_meta(numbered("state ", i), mode));
    }
    ByteWriter out;
    encode_operator_stream_head(head, out);
    OperatorHandle handle;
    for (const StateMeta& state : states) {
      handle.states.push_back({state.name, DistributionMode::kSplit, {}});
      if (mode != "BROADCAST") continue;
      handle.states.back().mode = DistributionMode::kBroadcast;
      handle.states.back().offsets.push_back(static_cast<std::int64_t>(out.size()));
      out.i32(0);
    }
    handle.delegate = ByteStreamHandle{"operator", out.take()};
    OperatorState op = small_operator("uid", 1, 128);
    op.subtasks[0].managed_operator_state = handle;
    return std::vector{op};
  });
  lab.check_proportion(16'000);
}

TEST_CASE("many handles of one file cost in proportion", "[cli][limits]") {
  const TempFolder folder;
  const std::string file = "file:" + folder.add("file", "x");
  const Lab lab([&](std::size_t size) {
    OperatorState op = small_operator("uid", static_cast<std::int32_t>(size), 32768);
    for (Subtask& subtask : op.subtasks) {
      subtask.raw_operator_state = raw_handle({"s"}, FileHandle{1, file});
    }
    return std::vector{op};
  });
  lab.check_proportion(8'000);
}

// inventory.cc multiplies start and size by 0x9E37... and 0xC2B2... and combines both by exclusive or;
// with these factors every part of the file gets the same hash.
TEST_CASE("parts of a file with equal hashes cost in proportion", "[cli][limits]") {
  constexpr std::uint64_t kUndoesStart = 0xF1DE83E19937733D;
  constexpr std::uint64_t kUndoesSize = 0xBA79078168D4BAF;
  STATIC_REQUIRE(kUndoesStart * 0x9E3779B97F4A7C15 == 1);
  STATIC_REQUIRE(kUndoesSize * 0xC2B2AE3D27D4EB4F == 1);
  const Lab lab(
      [](std::size_t size) {
        OperatorState op = small_operator("uid", static_cast<std::int32_t>(size), 32768);
        for (std::size_t i = 0; i < size; ++i) {
          SegmentHandle segment;
          segment.start = static_cast<std::int64_t>(i * kUndoesStart);
          segment.size_bytes = static_cast<std::int64_t>(i * kUndoesSize);
          segment.path = "s3://bucket/merged";
          op.subtasks[i].raw_operator_state = raw_handle({"s"}, Boxed<SegmentHandle>(segment));
        }
        return std::vector{op};
      },
      {"inspect", "files"});
  lab.check_proportion(32'000);
}

TEST_CASE("long names cost in proportion", "[cli][limits]") {
  const Lab lab(
      [](std::size_t size) {
        OperatorState op = small_operator("uid", 1, 128);
        op.name = std::string(size, 'n');
        op.subtasks[0].raw_operator_state =
            raw_handle({std::string(size, 's')}, ByteStreamHandle{std::string(size, 'f'), {1}});
        return std::vector(4, op);
      },
      {"inspect", "files", "check", "diff"});
  lab.check_proportion(30'000);
}

TEST_CASE("numbers that are only claimed cost nothing", "[cli][limits]") {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  const Lab lab([](std::size_t size) {
    OperatorState op = stateful_operator({{{"one"}, {}, {}}});
    OperatorState keyed = keyed_operator({value_entry("a", 1)}, 1);
    IncrementalHandle database;
    database.range = {0, size == 1 ? 1 : kMost};
    database.meta = ByteStreamHandle{"meta", {1}};
    OperatorState other = small_operator("other", 1, 128);
    other.subtasks[0].managed_keyed_state = Boxed<IncrementalHandle>(database);
    ChangelogHandle log;
    log.range = database.range;
    log.code = KeyedCode::kChangelog;
    OperatorState logged = small_operator("logged", 1, 128);
    logged.subtasks[0].managed_keyed_state = Boxed<ChangelogHandle>(log);
    std::vector<OperatorState> operators = {op, keyed, other, logged};
    if (size == 1) return operators;
    for (OperatorState& claimed : operators) claimed.parallelism = claimed.max_parallelism = kMost;
    return operators;
  });
  const Lab::Cost base = lab.measure(1);
  const Lab::Cost claimed = lab.measure(2);
  for (std::size_t i = 0; i < base.runs.size(); ++i) {
    CAPTURE(base.commands[i], claimed.runs[i].cpu_seconds, claimed.runs[i].peak_bytes);
    CHECK(claimed.runs[i].cpu_seconds < base.runs[i].cpu_seconds + 3);
    CHECK(claimed.runs[i].peak_bytes < base.runs[i].peak_bytes + kSpareBytes);
  }
}

TEST_CASE("a large file that is no metadata is not read", "[cli][limits]") {
  const TempFolder folder;
  const std::string file = folder.add("_metadata", "no metadata");
  fs::resize_file(file, std::uint64_t{20} << 30);
  const MeasuredRun measured = run_measured({"inspect", folder.path()});
  CHECK(measured.run.exit_code == 3);
  CHECK(measured.run.err.starts_with("savvy: " + file + ": offset 0x0: magic number is "));
  CHECK(measured.peak_bytes < 1024 * kMiB);
}

// Half a megabyte of one letter packs into a twentieth; memory is that of the largest entry.
TEST_CASE("packed key groups are unpacked entry by entry", "[cli][limits]") {
  constexpr std::size_t kEntries = 600;
  const auto measure = [](std::size_t entry_count) {
    // Packed once: the test must not need the memory that it measures.
    const SmallEntry entry = list_entry("k", std::vector<std::string>(5000, std::string(100, 'x')));
    const auto pack = [&entry](bool first, bool last) {
      ByteWriter plain;
      if (first) plain.u16(kNames);
      ByteVector key = composite_bytes(entry, 1);
      if (last) key[0] |= 0x80;
      plain.blob(key);
      plain.blob(entry.value);
      if (last) plain.u16(0xFFFF);
      return framed(plain.take());
    };
    ByteVector packed = pack(true, false);
    const ByteVector inner = pack(false, false);
    for (std::size_t i = 2; i < entry_count; ++i) {
      packed.insert(packed.end(), inner.begin(), inner.end());
    }
    const ByteVector last = pack(false, true);
    packed.insert(packed.end(), last.begin(), last.end());
    OperatorState op = keyed_operator({}, 1, 1);
    ByteWriter out;
    KeyedMetaBlock meta = small_meta();
    meta.compressed = true;
    encode_keyed_meta_block(meta, out);
    const std::size_t head = out.size();
    out.raw(packed);
    KeyGroupsHandle handle;
    handle.code = KeyedCode::kSavepointKeyGroups;
    handle.range = {0, 1};
    handle.offsets = {static_cast<std::int64_t>(head)};
    const TempFolder folder;
    const ByteVector stream = out.take();
    folder.add("source/keyed", {stream.begin(), stream.end()});
    handle.delegate = RelativeFileHandle{"keyed", static_cast<std::int64_t>(stream.size())};
    op.subtasks[0].managed_keyed_state = Boxed<KeyGroupsHandle>(std::move(handle));
    return run_measured({"stats", write_snapshot(folder, "source", {op})});
  };
  const MeasuredRun few = measure(4);
  const MeasuredRun many = measure(kEntries);
  CAPTURE(few.run.err, many.run.err, few.peak_bytes, many.peak_bytes);
  CHECK(many.run.out.find("\"entries\": 600") != std::string::npos);
  // 300 MiB, if all were unpacked at once.
  CHECK(many.peak_bytes < few.peak_bytes + 128 * kMiB);
}

}  // namespace savvy::testing
