// Commands that write, on disks that are too small for what they write, or cannot be written at
// all. Making such disks takes root.

#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "tests/cli/write_cases.h"
#include "tests/support/faulty_run.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// A file system in memory, as long as this lives.
class SmallDisk {
 public:
  SmallDisk(const fs::path& place, const std::string& options, const char* kind = "tmpfs")
      : place_(place.string()) {
    if (mount(kind, place_.c_str(), kind, 0, options.c_str()) != 0) error_ = errno;
  }
  ~SmallDisk() {
    if (is_there()) umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_there() const { return error_ == 0; }
  const char* reason() const { return std::strerror(error_); }
  void protect() const {
    REQUIRE(mount("tmpfs", place_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") == 0);
  }

 private:
  std::string place_;
  int error_ = 0;
};

bool can_mount(const std::string& options = "size=64k", const char* kind = "tmpfs") {
  const TempFolder folder;
  const SmallDisk disk(folder.path(), options, kind);
  if (!disk.is_there()) {
    std::cout << "skipped: a small file system cannot be mounted: " << disk.reason() << "\n";
  }
  return disk.is_there();
}

Run run_on_disk(WriteLab& lab, const std::string& options) {
  lab.clear_place();
  const SmallDisk disk(lab.place(), options);
  REQUIRE(disk.is_there());
  fs::create_directory(lab.place() / "tmp");
  const Run run = run_with_fault(lab.arguments(), {}).run;
  CAPTURE(options);
  lab.check_aftermath(run, Ending::kOrderly);
  return run;
}

// Every size up to the one that is enough. Returns how often the disk was full in the middle.
int fill_disks(WriteLab& lab, const std::string& option, int first, int step) {
  int full = 0;
  for (int size = first;; size += step) {
    const std::string value =
        option == "size" ? std::to_string(size * 4) + "k" : std::to_string(size);
    const Run run = run_on_disk(lab, option + "=" + value);
    if (run.exit_code == 0) break;
    CAPTURE(option, size, run.err);
    REQUIRE(run.exit_code == 5);
    if (run.err.find(std::strerror(ENOSPC)) != std::string::npos) ++full;
    REQUIRE(size < 200);
  }
  return full;
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("a disk becomes full at any moment", "[cli][faults]", ((int index), index),
                       0, 1, 2, 3, 4, 5, 6, 7, 8, 9) {
  if (!can_mount()) return;
  WriteLab lab(write_cases().at(index));
  const int step = std::getenv("SAVVY_LONG_FAULTS") != nullptr ? 1 : 15;
  fill_disks(lab, "size", 1, step);
  // The folder of the disk and that for temporary files need one each.
  CHECK(fill_disks(lab, "nr_inodes", 2, step) > 0);
}

TEST_CASE("a disk becomes full where only sorting needs it", "[cli][faults]") {
  if (!can_mount()) return;
  WriteLab lab(write_cases().at(6));
  lab.clear_place();
  const SmallDisk disk(lab.place() / "tmp", "size=16k");
  REQUIRE(disk.is_there());
  const Run run = run_with_fault(lab.arguments(), {}).run;
  lab.check_aftermath(run, Ending::kOrderly);
  CAPTURE(run.err);
  CHECK(run.exit_code == 5);
  CHECK(run.err.find((lab.place() / "tmp").string()) != std::string::npos);
  CHECK(run.err.find("cannot write: No space left on device") != std::string::npos);
}

TEST_CASE("a disk that does not tell its size is no full one", "[cli][faults]") {
  if (!can_mount("", "ramfs")) return;
  WriteLab lab(write_cases().at(0));
  lab.clear_place();
  const SmallDisk disk(lab.place(), "", "ramfs");
  REQUIRE(disk.is_there());
  fs::create_directory(lab.place() / "tmp");
  const Run run = run_with_fault(lab.arguments(), {}).run;
  CAPTURE(run.err);
  CHECK(run.exit_code == 0);
  CHECK(lab.is_whole());
}

TEST_CASE("a file that outgrows its limit is a write that fails", "[cli][faults]") {
  WriteLab lab(write_cases().at(9));
  lab.clear_place();
  std::string command = "ulimit -f 2; savvy";  // 1 KiB
  for (const std::string& word : lab.arguments()) command += " " + shell_word(word);
  const Run run = run_shell(command);
  lab.check_aftermath(run, Ending::kOrderly);
  CAPTURE(run.err);
  CHECK(run.exit_code == 5);
  CHECK(run.err.find("there.part: cannot write: File too large") != std::string::npos);
}

TEST_CASE("a disk that cannot be written", "[cli][faults]") {
  if (!can_mount()) return;
  for (const WriteCase& write_case : write_cases()) {
    WriteLab lab(write_case);
    lab.clear_place();
    const SmallDisk disk(lab.place(), "size=1m");
    REQUIRE(disk.is_there());
    fs::create_directory(lab.place() / "tmp");
    disk.protect();
    const Run run = run_with_fault(lab.arguments(), {}).run;
    lab.check_aftermath(run, Ending::kOrderly);
    CAPTURE(write_case.name, run.err);
    CHECK(run.exit_code == 5);
    CHECK(run.err.find("cannot create: Read-only file system") != std::string::npos);
  }
}

}  // namespace savvy::testing
