// `savvy check` as a user runs it, and snapshots to run it on.

#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "format/metadata.h"
#include "tests/cli/testdata.h"
#include "tests/support/damage.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

inline std::vector<Json> findings_of(const Run& run) {
  return Json::parse(run.out).at("findings").get<std::vector<Json>>();
}

// The codes of the findings, one a finding.
inline std::vector<std::string> codes_of(const std::vector<Json>& findings) {
  std::vector<std::string> codes;
  for (const Json& finding : findings) codes.push_back(finding.at("code"));
  return codes;
}

// A copy of a folder of testdata, to be damaged.
class CheckedCopy {
 public:
  // `snapshot` is a folder of testdata, with the folder of a checkpoint in it if there is one.
  explicit CheckedCopy(const std::string& snapshot)
      : folder_name_(*std::filesystem::path(snapshot).begin()) {
    copy_snapshot(testdata_folder(folder_name_), root());
    path_ = root().parent_path() / snapshot;
  }

  // So deep that nothing of others lies beside a folder above it, where files are searched for.
  std::filesystem::path root() const {
    return std::filesystem::path(temp_.path("copies/of")) / folder_name_;
  }
  std::filesystem::path path() const { return path_; }
  std::string metadata_path() const { return (path_ / "_metadata").string(); }

  Metadata metadata() const {
    const ByteVector bytes = read_file(metadata_path());
    ByteReader in(bytes, metadata_path());
    return decode_metadata(in);
  }
  void write(const Metadata& metadata) const { write_bytes(encode_metadata(metadata)); }
  void write_bytes(const ByteVector& bytes) const {
    std::ofstream(metadata_path(), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  // Where Flink wrote the folder, mapped to the copy.
  std::string map_rule() const {
    return "file:/tmp/savvy-testdata/" + folder_name_ + "=" + root().string();
  }
  Run check(const std::string& options = {}) const {
    return run_savvy("check --format json " + shell_word(path_) + " --map " +
                     shell_word(map_rule()) + " " + options);
  }

 private:
  TempFolder temp_;
  std::string folder_name_;
  std::filesystem::path path_;
};

}  // namespace savvy::testing
