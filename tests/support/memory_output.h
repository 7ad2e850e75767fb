// A folder in memory, to look at what a writer writes.

#pragma once

#include <cerrno>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "format/errors.h"
#include "format/output.h"

namespace savvy::testing {

class MemoryFolder final : public OutputFolder {
 public:
  MemoryFolder() = default;
  // Writers see files that have this many bytes already, which are not kept.
  explicit MemoryFolder(std::uint64_t bytes_before) : bytes_before_(bytes_before) {}

  std::unique_ptr<OutputFile> create(std::string_view name) override {
    const auto [file, added] = files_.emplace(std::string(name), Content{});
    if (!added) throw IoError(IoDirection::kWriting, name, "create", EEXIST);
    return std::make_unique<File>(file->first, file->second, bytes_before_);
  }
  std::unique_ptr<RandomAccessFile> open(std::string_view name) const override {
    return std::make_unique<MemoryFile>(std::string(name), bytes(name));
  }
  void rename(std::string_view, std::string_view) override { throw std::logic_error("rename"); }
  void remove(std::string_view) override { throw std::logic_error("remove"); }

  bool empty() const { return files_.empty(); }
  // What a finished file holds.
  const ByteVector& bytes(std::string_view name) const {
    const Content& content = files_.at(std::string(name));
    if (!content.finished) throw std::logic_error(std::string(name) + " is not finished");
    return content.bytes;
  }

 private:
  struct Content {
    ByteVector bytes;
    bool finished = false;
  };
  class File final : public OutputFile {
   public:
    File(std::string name, Content& content, std::uint64_t bytes_before)
        : name_(std::move(name)), content_(content), bytes_before_(bytes_before) {}
    std::string_view name() const override { return name_; }
    std::uint64_t size() const override { return bytes_before_ + content_.bytes.size(); }
    void append(Bytes bytes) override {
      content_.bytes.insert(content_.bytes.end(), bytes.begin(), bytes.end());
    }
    void patch(std::uint64_t offset, Bytes bytes) override {
      offset -= bytes_before_;
      for (const std::uint8_t byte : bytes) content_.bytes.at(offset++) = byte;
    }
    void finish() override { content_.finished = true; }

   private:
    std::string name_;
    Content& content_;
    std::uint64_t bytes_before_;
  };

  std::uint64_t bytes_before_ = 0;
  std::map<std::string, Content> files_;
};

}  // namespace savvy::testing
