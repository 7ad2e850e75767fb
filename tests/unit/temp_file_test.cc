#include "readers/temp_file.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/temp_folder.h"

namespace savvy {
namespace {

namespace fs = std::filesystem;
using namespace testing;

// TMPDIR is this as long as it lives.
class TempDirectory {
 public:
  explicit TempDirectory(const std::string& path) {
    const char* before = std::getenv("TMPDIR");
    if (before != nullptr) before_ = before;
    setenv("TMPDIR", path.c_str(), 1);
  }
  ~TempDirectory() {
    if (before_) {
      setenv("TMPDIR", before_->c_str(), 1);
    } else {
      unsetenv("TMPDIR");
    }
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("a temporary file has no name", "[temp_file]") {
  const TempFolder folder;
  TempFile file(folder.path());
  file.append(from_hex("010203"));
  CHECK(fs::is_empty(folder.path()));
  ByteVector found(2);
  file.read_at(1, found);
  CHECK(found == from_hex("0203"));
}

TEST_CASE("a temporary file that cannot be made or read back is no fault of the input",
          "[temp_file]") {
  const TempFolder folder;
  const std::string none = folder.path("none");
  CHECK(message_of<IoError>([&] { TempFile file(none); }) ==
        none + ": cannot create a temporary file there: No such file or directory");
  TempFile file(folder.path());
  ByteVector out(1);
  try {
    file.read_at(0, out);
    FAIL("read past the end");
  } catch (const IoError& error) {
    CHECK(error.direction() == IoDirection::kWriting);
  }
}

TEST_CASE("without a directory for temporary files none is made elsewhere", "[temp_file]") {
  const TempFolder folder;
  const TempDirectory nowhere(folder.path("none"));
  CHECK(message_of<IoError>([&] {
          TempFile file("");
        }).find("no directory for temporary files: ") == 0);
}

}  // namespace savvy
