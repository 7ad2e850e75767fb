// Offsets that 31 or 32 bits do not hold: in files with a hole, which take no space where the file
// system knows holes.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "tests/cli/testdata.h"
#include "tests/support/data_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
// Data that lies across 2 GiB, across 4 GiB, and far beyond.
constexpr std::uint64_t kPlaces[] = {2 * kGiB - 20, 4 * kGiB - 20, 9 * kGiB + 1};

// False, with a line that says so, where the file would take its space.
bool write_with_hole(const std::string& path, Bytes front, std::uint64_t at, Bytes back) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  const auto put = [&](Bytes bytes, std::uint64_t offset) {
    return pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(bytes.size());
  };
  struct stat status {};
  const bool made = file >= 0 && put(front, 0) && put(back, at) && fstat(file, &status) == 0;
  const int error = errno;
  close(file);
  constexpr std::int64_t kBlockBytes = 512;
  if (made && status.st_blocks * kBlockBytes < (1 << 20)) return true;
  std::cout << "skipped: no files with holes: " << (made ? "they take space" : std::strerror(error))
            << "\n";
  return false;
}

bool has_holes() {
  const TempFolder folder;
  const ByteVector byte = {1};
  return write_with_hole(folder.path("file"), byte, kPlaces[2], byte);
}

const std::vector<SmallEntry>& entries() {
  static const std::vector<SmallEntry> some = {value_entry("a", 1),    value_entry("b", 2),
                                               value_entry("key", 3),  list_entry("c", {"x", "y"}),
                                               map_entry("d", "m", 3), timer_entry("b", 4)};
  return some;
}

// Moves the data of a stream, all that stands at the first offset or behind it.
struct Moved {
  std::uint64_t head_bytes;
  std::int64_t by;

  Moved(std::uint64_t head, std::uint64_t at)
      : head_bytes(head), by(static_cast<std::int64_t>(at - head)) {}
  void move(std::vector<std::int64_t>& offsets) const {
    for (std::int64_t& offset : offsets) {
      if (offset >= static_cast<std::int64_t>(head_bytes)) offset += by;
    }
  }
  StreamHandle write(const TempFolder& folder, const std::string& name,
                     const ByteVector& stream) const {
    const Bytes bytes(stream);
    const auto at = head_bytes + static_cast<std::uint64_t>(by);
    REQUIRE(
        write_with_hole(folder.path(name), bytes.first(head_bytes), at, bytes.subspan(head_bytes)));
    return RelativeFileHandle{fs::path(name).filename().string(),
                              by + static_cast<std::int64_t>(stream.size())};
  }
};

OperatorState keyed_in(const KeyedBytes& built, StreamHandle stream,
                       const std::vector<std::int64_t>& offsets) {
  OperatorState op = small_operator("keyed", 1, 128);
  KeyGroupsHandle handle = built.handle;
  handle.offsets = offsets;
  handle.delegate = std::move(stream);
  if (handle.code == KeyedCode::kKeyGroupsV2) handle.handle_id = "id";
  op.subtasks[0].managed_keyed_state = Boxed<KeyGroupsHandle>(std::move(handle));
  return op;
}

OperatorState stateful() {
  return stateful_operator({{{"one", "two", "three"}, {"all"}, {{"rule", "1"}}}});
}

ByteVector inline_bytes(const StreamHandle& handle) {
  return handle_as<ByteStreamHandle>(handle)->data;
}

// The same state twice: "near" as it is, "far" with its data at `at`.
void write_pair(const TempFolder& folder, StreamForm form, std::uint64_t at) {
  const KeyedBytes built = KeyedBytesBuilder(form, Packed::kNo, 128).build(entries());
  OperatorState op = stateful();
  write_snapshot(
      folder, "near",
      {keyed_in(built, ByteStreamHandle{"keyed", built.bytes}, built.handle.offsets), op});
  fs::create_directory(folder.path("far"));
  const Moved keyed(built.head_bytes, at);
  std::vector<std::int64_t> offsets = built.handle.offsets;
  keyed.move(offsets);
  OperatorHandle& handle = *op.subtasks[0].managed_operator_state;
  const Moved elements(static_cast<std::uint64_t>(handle.states[0].offsets[0]), at);
  for (OperatorStateEntry& state : handle.states) elements.move(state.offsets);
  handle.delegate = elements.write(folder, "far/operator", inline_bytes(handle.delegate));
  write_snapshot(folder, "far",
                 {keyed_in(built, keyed.write(folder, "far/keyed", built.bytes), offsets), op});
}

// As handles to stretches of one file, which lie at `at`.
void write_segments(const TempFolder& folder, std::uint64_t at) {
  const KeyedBytes built = KeyedBytesBuilder(StreamForm::kHeap, Packed::kNo, 128).build(entries());
  OperatorState op = stateful();
  write_snapshot(
      folder, "near",
      {keyed_in(built, ByteStreamHandle{"keyed", built.bytes}, built.handle.offsets), op});
  OperatorHandle& handle = *op.subtasks[0].managed_operator_state;
  const ByteVector elements = inline_bytes(handle.delegate);
  REQUIRE(write_with_hole(folder.path("merged"), {}, at, joined({built.bytes, elements})));
  const auto segment = [&](std::size_t start, std::size_t size) {
    SegmentHandle part;
    part.start = static_cast<std::int64_t>(at + start);
    part.size_bytes = static_cast<std::int64_t>(size);
    part.path = "file:" + folder.path("merged");
    part.logical_file_id = std::to_string(start);
    return Boxed<SegmentHandle>(part);
  };
  handle.delegate = segment(built.bytes.size(), elements.size());
  write_snapshot(folder, "far",
                 {keyed_in(built, segment(0, built.bytes.size()), built.handle.offsets), op});
}

Run run_in(const TempFolder& folder, const std::string& command) {
  return run_shell("cd " + shell_word(folder.path()) + " && savvy " + command);
}

void check_readers(const TempFolder& folder) {
  const Run near = run_in(folder, "dump near");
  REQUIRE(near.exit_code == 0);
  const Run far = run_in(folder, "dump far");
  CAPTURE(far.err);
  CHECK(far.exit_code == 0);
  CHECK(far.out == near.out);
  CHECK(run_in(folder, "get far --key key").out == run_in(folder, "get near --key key").out);
  CHECK(run_in(folder, "stats far --format jsonl").out ==
        run_in(folder, "stats near --format jsonl").out);
  CHECK(run_in(folder, "diff near far").exit_code == 0);
  const Run check = run_in(folder, "check far");
  CAPTURE(check.out);
  CHECK(check.exit_code == 0);
}

// A rewrite wants as much room as what it reads seems to have, though holes take none.
bool has_room(const TempFolder& folder) {
  constexpr std::uintmax_t kRoom = std::uintmax_t{24} << 30;
  if (fs::space(folder.path()).available >= kRoom) return true;
  std::cout << "skipped: writing from beyond 4 GiB: less than 24 GiB of room\n";
  return false;
}

void check_writer(const TempFolder& folder, const std::string& command) {
  if (!has_room(folder)) return;
  const Run run = run_in(folder, command);
  CAPTURE(command, run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run_in(folder, "diff near there").exit_code == 0);
  fs::remove_all(folder.path("there"));
}

}  // namespace

TEST_CASE("data beyond 4 GiB of a file is read", "[cli][large]") {
  if (!has_holes()) return;
  for (const std::uint64_t at : kPlaces) {
    for (const StreamForm form : {StreamForm::kSavepoint, StreamForm::kHeap}) {
      CAPTURE(at, static_cast<int>(form));
      const TempFolder folder;
      write_pair(folder, form, at);
      check_readers(folder);
      // Of the operator state, which `convert` copies, it would read the hole as well.
      check_writer(folder, "rescale far there --parallelism 2");
    }
  }
}

TEST_CASE("segments beyond 4 GiB of a file are read", "[cli][large]") {
  if (!has_holes()) return;
  for (const std::uint64_t at : kPlaces) {
    CAPTURE(at);
    const TempFolder folder;
    write_segments(folder, at);
    check_readers(folder);
    CHECK(run_in(folder, "check --read-data far").exit_code == 0);
    check_writer(folder, "relocate far there");
    check_writer(folder, "convert far there --to canonical");
  }
}

TEST_CASE("damage beyond 4 GiB is told with its whole offset", "[cli][large]") {
  if (!has_holes()) return;
  const TempFolder folder;
  write_pair(folder, StreamForm::kSavepoint, kPlaces[2]);
  const int file = open(folder.path("far/keyed").c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(pwrite(file, "\x7f\x7f", 2, static_cast<off_t>(kPlaces[2])) == 2);
  close(file);
  const Run run = run_in(folder, "dump far");
  CHECK(run.exit_code == 3);
  CHECK(run.err.starts_with("savvy: far/keyed: offset 0x240000001: state id = 32639"));
}

}  // namespace savvy::testing
