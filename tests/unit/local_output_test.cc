#include "writers/local_output.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <optional>

#include "cli/interrupt.h"
#include "format/byte_units.h"
#include "format/errors.h"
#include "tests/support/files.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/temp_folder.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;
using namespace testing;

const ByteVector kMetadata = from_hex("010203");

ByteVector large_bytes(std::size_t size) {
  ByteVector bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

// As long as it lives no file may become larger, and a write that would is an error, as in the
// program.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_before_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_before_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_before_)(int);
  rlimit before_;
};

}  // namespace

TEST_CASE("a snapshot appears with its last step", "[local_output]") {
  const TempFolder temp;
  const std::string destination = temp.path("sp");
  LocalSnapshotFolder folder(destination + "/");
  CHECK(folder.destination() == destination);
  const auto file = folder.create("a");
  CHECK(file->name() == "a");
  file->append(from_hex("0a0b"));
  CHECK(file->size() == 2);
  file->finish();
  const std::string metadata = folder.write_metadata(kMetadata);
  CHECK(metadata == destination + ".inprogress/_metadata.part");
  CHECK(read_file(metadata) == kMetadata);
  CHECK_FALSE(fs::exists(destination));
  CHECK_FALSE(fs::exists(destination + ".inprogress/_metadata"));
  folder.commit();
  CHECK(read_file(destination + "/_metadata") == kMetadata);
  CHECK(read_file(destination + "/a") == from_hex("0a0b"));
  CHECK_FALSE(fs::exists(destination + "/_metadata.part"));
  CHECK_FALSE(fs::exists(destination + ".inprogress"));
}

TEST_CASE("a committed snapshot outlives its writer", "[local_output]") {
  const TempFolder temp;
  {
    LocalSnapshotFolder folder(temp.path("sp"));
    folder.write_metadata(kMetadata);
    folder.commit();
  }
  CHECK(fs::exists(temp.path("sp/_metadata")));
}

TEST_CASE("appends and patches across the buffer", "[local_output]") {
  const TempFolder temp;
  LocalSnapshotFolder folder(temp.path("sp"));
  ByteVector expected;
  const auto file = folder.create("a");
  for (const std::size_t size : {kMiB - 1, std::size_t{2}, 3 * kMiB, kMiB, std::size_t{0}, kMiB / 2,
                                 kMiB / 2 + 1, std::size_t{5}}) {
    const ByteVector piece = large_bytes(size);
    file->append(piece);
    expected.insert(expected.end(), piece.begin(), piece.end());
    CHECK(file->size() == expected.size());
    // On disk, in the buffer, and over the edge between them.
    for (std::size_t at = 7; at + 9 < expected.size(); at += kMiB / 8 - 3) {
      const ByteVector patch(9, static_cast<std::uint8_t>(at));
      file->patch(at, patch);
      std::copy(patch.begin(), patch.end(), expected.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (expected.size() >= 3) {
      const ByteVector patch(3, 0xEE);
      file->patch(expected.size() - 3, patch);
      std::copy(patch.begin(), patch.end(), expected.end() - 3);
    }
  }
  file->finish();
  const auto written = folder.open("a");
  ByteVector found(static_cast<std::size_t>(written->size()));
  written->read_at(0, found);
  CHECK(found == expected);
  CHECK(first_line_of<IoError>([&] {
          written->read_at(found.size() - 1, std::span(found).first(2));
        }).find("/sp.inprogress/a: cannot read") != std::string::npos);
}

TEST_CASE("what is there is never written over", "[local_output]") {
  const TempFolder temp;
  temp.add("folder/a", "a");
  temp.add("file", "f");
  fs::create_directory(temp.path("empty"));
  fs::create_symlink("nowhere", temp.path("link"));
  for (const std::string name : {"folder", "file", "empty", "link"}) {
    CAPTURE(name);
    CHECK(message_of<UnsupportedError>([&] { LocalSnapshotFolder folder(temp.path(name)); }) ==
          temp.path(name) +
              ": exists already, and a snapshot is never written over anything; give another name, "
              "or move it out of the way");
    CHECK_FALSE(fs::exists(temp.path(name) + ".inprogress"));
  }
  CHECK(read_text(temp.path("file")) == "f");
}

TEST_CASE("a destination that appears meanwhile is kept", "[local_output]") {
  const TempFolder temp;
  {
    LocalSnapshotFolder folder(temp.path("sp"));
    folder.write_metadata(kMetadata);
    fs::create_directory(temp.path("sp"));
    CHECK_THROWS_AS(folder.commit(), UnsupportedError);
  }
  CHECK(fs::is_empty(temp.path("sp")));
  CHECK_FALSE(fs::exists(temp.path("sp.inprogress")));
}

TEST_CASE("the rest of an interrupted run is refused and kept", "[local_output]") {
  const TempFolder temp;
  temp.add("sp.inprogress/a", "a");
  CHECK(message_of<UnsupportedError>([&] { LocalSnapshotFolder folder(temp.path("sp")); }) ==
        temp.path("sp.inprogress") +
            ": exists already: another run is writing there, or one was interrupted and left it "
            "behind; in that case it holds no snapshot and can be deleted");
  CHECK(fs::exists(temp.path("sp.inprogress/a")));
}

TEST_CASE("a run that goes on is told from one that was interrupted", "[local_output]") {
  const TempFolder temp;
  const LocalSnapshotFolder writing(temp.path("sp"));
  CHECK(message_of<UnsupportedError>([&] { LocalSnapshotFolder folder(temp.path("sp")); }) ==
        temp.path("sp.inprogress") + ": another run is writing there");
  CHECK(message_of<UnsupportedError>([&] { require_free_name(temp.path("sp")); }) ==
        temp.path("sp.inprogress") + ": another run is writing there");
}

TEST_CASE("what takes the place of the work folder is neither used nor removed", "[local_output]") {
  const TempFolder temp;
  {
    LocalSnapshotFolder folder(temp.path("sp"));
    folder.write_metadata(kMetadata);
    fs::rename(temp.path("sp.inprogress"), temp.path("moved"));
    temp.add("sp.inprogress/_metadata.part", "of another run");
    const std::string message =
        temp.path("sp.inprogress") + ": somebody removed or moved it while it was written";
    CHECK(message_of<IoError>([&] { folder.create("a"); }) == message);
    CHECK(message_of<IoError>([&] { folder.commit(); }) == message);
  }
  CHECK(read_text(temp.path("sp.inprogress/_metadata.part")) == "of another run");
  CHECK_FALSE(fs::exists(temp.path("sp.inprogress/a")));
  CHECK_FALSE(fs::exists(temp.path("sp")));
  CHECK(fs::exists(temp.path("moved/_metadata.part")));
}

TEST_CASE("without a commit nothing is left", "[local_output]") {
  const TempFolder temp;
  {
    LocalSnapshotFolder folder(temp.path("sp"));
    folder.create("a")->append(from_hex("01"));
    folder.write_metadata(kMetadata);
  }
  CHECK(fs::is_empty(temp.path()));
}

TEST_CASE("names within the folder", "[local_output]") {
  const TempFolder temp;
  LocalSnapshotFolder folder(temp.path("sp"));
  folder.create("a")->finish();
  folder.create("b")->finish();
  CHECK(message_of<IoError>([&] { folder.create("a"); }) ==
        temp.path("sp.inprogress/a") + ": cannot create: File exists");
  CHECK_THROWS_AS(folder.rename("a", "b"), UnsupportedError);
  folder.rename("a", "c");
  folder.remove("b");
  CHECK(fs::exists(temp.path("sp.inprogress/c")));
  CHECK_FALSE(fs::exists(temp.path("sp.inprogress/b")));
  CHECK_THROWS_AS(folder.remove("b"), IoError);
}

TEST_CASE("a folder that is not there", "[local_output]") {
  const TempFolder temp;
  CHECK(message_of<IoError>([&] { LocalSnapshotFolder folder(temp.path("no/sp")); }) ==
        temp.path("no/sp.inprogress") + ": cannot create: No such file or directory");
  CHECK_THROWS_AS(LocalSnapshotFolder(""), UsageError);
}

TEST_CASE("a write that fails leaves nothing", "[local_output]") {
  const TempFolder temp;
  const InterruptGuard guard;  // the limit is an error, not a signal
  std::optional<IoDirection> direction;
  std::string message;
  try {
    LocalSnapshotFolder folder(temp.path("sp"));
    const FileSizeLimit limit(1000);
    const auto file = folder.create("a");
    file->append(large_bytes(2000));
    file->finish();
  } catch (const IoError& error) {
    direction = error.direction();
    message = error.what();
  }
  CHECK(direction == IoDirection::kWriting);
  CHECK(message == temp.path("sp.inprogress/a") + ": cannot write: File too large");
  CHECK(fs::is_empty(temp.path()));
}

TEST_CASE("an interrupt ends the writing and leaves nothing", "[local_output]") {
  // A shell that starts the tests in the background has them ignored.
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, SIG_DFL);
  const TempFolder temp;
  {
    const InterruptGuard guard;
    LocalSnapshotFolder folder(temp.path("sp"), &guard.flag());
    const auto file = folder.create("a");
    file->append(large_bytes(kMiB));
    CHECK(raise(SIGINT) == 0);
    CHECK(guard.flag());
    CHECK(message_of<InterruptedError>([&] { file->append(large_bytes(kMiB)); }) ==
          "interrupted: nothing was written");
    CHECK_THROWS_AS(file->finish(), InterruptedError);
    CHECK_THROWS_AS(folder.create("b"), InterruptedError);
    CHECK_THROWS_AS(folder.commit(), InterruptedError);
  }
  CHECK(fs::is_empty(temp.path()));
  // The next one starts anew, and SIGTERM counts as well.
  const InterruptGuard guard;
  CHECK_FALSE(guard.flag());
  // A call that is at work when the signal comes does not fail of it.
  struct sigaction handler = {};
  CHECK(sigaction(SIGINT, nullptr, &handler) == 0);
  CHECK((handler.sa_flags & SA_RESTART) != 0);
  CHECK(raise(SIGTERM) == 0);
  CHECK(guard.flag());
}

TEST_CASE("metadata appears beside files that are there", "[local_output]") {
  const TempFolder temp;
  temp.add("sp/file", "mine");
  {
    LocalMetadataFile file(temp.path("sp/"));
    CHECK(file.write(kMetadata) == temp.path("sp/_metadata.part"));
    CHECK(read_file(temp.path("sp/_metadata.part")) == kMetadata);
    CHECK_FALSE(fs::exists(temp.path("sp/_metadata")));
    file.commit();
  }
  CHECK(read_file(temp.path("sp/_metadata")) == kMetadata);
  CHECK_FALSE(fs::exists(temp.path("sp/_metadata.part")));
  CHECK(read_text(temp.path("sp/file")) == "mine");
}

TEST_CASE("a folder is made for metadata", "[local_output]") {
  const TempFolder temp;
  {
    LocalMetadataFile file(temp.path("sp"));
    file.write(kMetadata);
    file.commit();
  }
  CHECK(read_file(temp.path("sp/_metadata")) == kMetadata);
}

TEST_CASE("metadata without a commit leaves nothing of its own", "[local_output]") {
  const TempFolder temp;
  temp.add("there/file", "mine");
  for (const std::string name : {"there", "made"}) {
    LocalMetadataFile file(temp.path(name));
    file.write(kMetadata);
  }
  CHECK_FALSE(fs::exists(temp.path("made")));
  CHECK_FALSE(fs::exists(temp.path("there/_metadata.part")));
  CHECK(read_text(temp.path("there/file")) == "mine");
}

TEST_CASE("metadata is never written over", "[local_output]") {
  const TempFolder temp;
  temp.add("whole/_metadata", "m");
  temp.add("begun/_metadata.part", "p");
  temp.add("meanwhile/file");
  CHECK(message_of<UnsupportedError>([&] {
          LocalMetadataFile file(temp.path("whole"));
        }).starts_with(temp.path("whole/_metadata") + ": exists already"));
  CHECK(message_of<UnsupportedError>([&] {
          LocalMetadataFile file(temp.path("begun"));
        }).starts_with(temp.path("begun/_metadata.part") + ": exists already"));
  CHECK(read_text(temp.path("begun/_metadata.part")) == "p");
  {
    LocalMetadataFile file(temp.path("meanwhile"));
    file.write(kMetadata);
    temp.add("meanwhile/_metadata", "other");
    CHECK_THROWS_AS(file.commit(), UnsupportedError);
  }
  CHECK(read_text(temp.path("meanwhile/_metadata")) == "other");
  CHECK_FALSE(fs::exists(temp.path("meanwhile/_metadata.part")));
  CHECK_THROWS_AS(LocalMetadataFile(temp.path("no/sp")), IoError);
}

TEST_CASE("free space is that of the folder above", "[local_output]") {
  const TempFolder temp;
  CHECK(free_bytes(temp.path("sp")) > 0);
  CHECK(message_of<IoError>([&] { free_bytes(temp.path("no/sp")); }) ==
        temp.path("no") + ": cannot look at the free space: No such file or directory");
}

}  // namespace savvy
