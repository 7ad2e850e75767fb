// A folder that counts what is written into it, and shows it as progress.
//
// Lives   folder and progress outlive this object

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "cli/progress.h"
#include "format/output.h"

namespace savvy {

class CountingFolder final : public OutputFolder {
 public:
  CountingFolder(OutputFolder& folder, Progress& progress) : folder_(folder), progress_(progress) {}

  std::unique_ptr<OutputFile> create(std::string_view name) override;
  std::unique_ptr<RandomAccessFile> open(std::string_view name) const override {
    return folder_.open(name);
  }
  void rename(std::string_view from, std::string_view to) override { folder_.rename(from, to); }
  void remove(std::string_view name) override { folder_.remove(name); }

  void add(std::uint64_t bytes);
  std::uint64_t file_count() const { return file_count_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  OutputFolder& folder_;
  Progress& progress_;
  std::mutex mutex_;
  std::uint64_t file_count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace savvy
