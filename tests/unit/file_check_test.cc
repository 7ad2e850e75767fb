// What `check` says of files that the system does not let it see, and of snapshots that go away.

#include "readers/file_check.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <map>

#include "cli/snapshot_check.h"
#include "format/errors.h"
#include "readers/local_storage.h"
#include "tests/support/message_of.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

// The local files, but for those that the system refuses.
class RefusingStorage final : public Storage {
 public:
  std::map<std::string, int, std::less<>> refused;  // path -> errno

  std::unique_ptr<RandomAccessFile> open(std::string_view path) const override {
    const auto found = refused.find(path);
    if (found == refused.end()) return local_.open(path);
    throw IoError(IoDirection::kReading, path, "open", found->second);
  }
  std::optional<std::uint64_t> file_size(std::string_view path) const override {
    return refused.contains(path) ? std::nullopt : local_.file_size(path);
  }

 private:
  LocalStorage local_;
};

// Two subtasks with a file each.
std::string write_two_files(const TempFolder& folder) {
  OperatorState op = small_operator("op", 2, 128);
  for (Subtask& subtask : op.subtasks) {
    const std::string name = "file-" + std::to_string(subtask.index);
    folder.add("chk-1/" + name, "12345");
    OperatorHandle handle;
    handle.delegate = RelativeFileHandle{name, 5};
    subtask.managed_operator_state = handle;
  }
  return write_snapshot(folder, "chk-1", {op});
}

std::vector<Finding> findings_of(const savvy::Snapshot& snapshot) {
  FindingList findings;
  check_files(snapshot, findings);
  return findings.findings();
}

}  // namespace

TEST_CASE("a file that may not be looked at is no missing file", "[file_check][check]") {
  const TempFolder folder;
  RefusingStorage storage;
  const savvy::Snapshot snapshot(write_two_files(folder), {}, storage);
  CHECK(findings_of(snapshot).empty());
  const std::string file = folder.path("chk-1/file-1");
  storage.refused[file] = EACCES;
  auto findings = findings_of(snapshot);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].code == FindingCode::kFileNotReached);
  CHECK(findings[0].place.file == file);
  CHECK(findings[0].place.subtask == 1);
  CHECK(findings[0].found == "cannot open: Permission denied; 1 handle needs it");
  storage.refused[file] = ENOENT;
  findings = findings_of(snapshot);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].code == FindingCode::kFileMissing);
  storage.refused[file] = EIO;
  findings = findings_of(snapshot);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].code == FindingCode::kFileMissing);
  CHECK(findings[0].found.find("Input/output error") != std::string::npos);
}

TEST_CASE("files of other file systems are one finding each", "[file_check][check]") {
  const TempFolder folder;
  OperatorState op = small_operator("op", 4, 128);
  const char* uris[] = {"s3://b/x/1", "s3://b/x/y/2", "hdfs://n:1/a/3", "s3://b/xy/4"};
  for (std::size_t i = 0; i < 4; ++i) {
    OperatorHandle handle;
    handle.delegate = FileHandle{5, uris[i]};
    op.subtasks[i].managed_operator_state = handle;
  }
  const RefusingStorage storage;
  const savvy::Snapshot snapshot(write_snapshot(folder, "chk-1", {op}), {}, storage);
  const auto findings = findings_of(snapshot);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].code == FindingCode::kFileNotReached);
  CHECK(findings[0].place.file == "s3://b");
  CHECK(findings[0].found == "3 handles with files below it, not looked at; the first: s3://b/x/1");
  CHECK(findings[1].place.file == "hdfs://n:1/a");
}

TEST_CASE("a snapshot that is as it was has not changed", "[file_check][check]") {
  const TempFolder folder;
  const RefusingStorage storage;
  const savvy::Snapshot snapshot(write_two_files(folder), {}, storage);
  CHECK_FALSE(find_change(snapshot));
}

TEST_CASE("a snapshot that goes away has changed", "[file_check][check]") {
  const TempFolder folder;
  RefusingStorage storage;
  const savvy::Snapshot snapshot(write_two_files(folder), {}, storage);
  const std::string file = folder.path("chk-1/_metadata");
  SECTION("deleted") {
    storage.refused[file] = ENOENT;
    const auto change = find_change(snapshot);
    REQUIRE(change);
    CHECK(change->code == FindingCode::kSnapshotChanged);
    CHECK(change->place.file == file);
    CHECK(change->found.find("No such file or directory") != std::string::npos);
  }
  SECTION("written anew, of the same size") {
    std::filesystem::resize_file(file, snapshot.metadata_bytes() - 1);
    std::ofstream(file, std::ios::binary | std::ios::app) << '\x55';
    REQUIRE(std::filesystem::file_size(file) == snapshot.metadata_bytes());
    const auto change = find_change(snapshot);
    REQUIRE(change);
    CHECK(change->found == "other bytes");
  }
  SECTION("longer") {
    std::ofstream(file, std::ios::binary | std::ios::app) << "more";
    const auto change = find_change(snapshot);
    REQUIRE(change);
    CHECK(change->found.find(" bytes, where ") != std::string::npos);
  }
}

TEST_CASE("a snapshot that goes away while it is checked lacks no files", "[file_check][check]") {
  // Gone with all its files as soon as the metadata was read.
  class Vanishing final : public Storage {
   public:
    std::unique_ptr<RandomAccessFile> open(std::string_view path) const override {
      if (read_) throw IoError(IoDirection::kReading, path, "open", ENOENT);
      read_ = true;
      return local_.open(path);
    }
    std::optional<std::uint64_t> file_size(std::string_view) const override { return std::nullopt; }

   private:
    mutable bool read_ = false;
    LocalStorage local_;
  };
  const TempFolder folder;
  const std::string path = write_two_files(folder);
  const Vanishing storage;
  const SnapshotCheck check = check_snapshot(path, {}, storage, {});
  REQUIRE(check.findings.findings().size() == 1);
  const Finding& finding = check.findings.findings()[0];
  CHECK(finding.code == FindingCode::kSnapshotChanged);
  CHECK(finding.place.file == folder.path("chk-1/_metadata"));
  CHECK(finding.found.ends_with("; left out what was found before: 2"));
  CHECK(check.findings.error_count() == 1);
}

TEST_CASE("metadata that goes away before it is read is an error", "[file_check][check]") {
  const TempFolder folder;
  const std::string path = write_two_files(folder);
  RefusingStorage storage;
  storage.refused[folder.path("chk-1/_metadata")] = ENOENT;
  const std::string message = message_of<IoError>([&] { check_snapshot(path, {}, storage, {}); });
  CHECK(message == folder.path("chk-1/_metadata") + ": cannot open: No such file or directory");
}

}  // namespace savvy::testing
