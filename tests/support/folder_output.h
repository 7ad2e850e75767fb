// A folder on disk as an OutputFolder, without any care for crashes.

#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "format/errors.h"
#include "format/output.h"
#include "readers/local_storage.h"

namespace savvy::testing {

class PlainOutputFile final : public OutputFile {
 public:
  PlainOutputFile(std::string name, const std::filesystem::path& path)
      : name_(std::move(name)), out_(path, std::ios::binary | std::ios::trunc) {}
  std::string_view name() const override { return name_; }
  std::uint64_t size() const override { return size_; }
  void append(Bytes bytes) override {
    write(bytes);
    size_ += bytes.size();
  }
  void patch(std::uint64_t offset, Bytes bytes) override {
    out_.seekp(static_cast<std::streamoff>(offset));
    write(bytes);
    out_.seekp(0, std::ios::end);
  }
  void finish() override { out_.close(); }

 private:
  void write(Bytes bytes) {
    out_.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    if (!out_) throw IoError(IoDirection::kWriting, name_ + ": cannot be written");
  }

  std::string name_;
  std::ofstream out_;
  std::uint64_t size_ = 0;
};

class PlainOutputFolder final : public OutputFolder {
 public:
  explicit PlainOutputFolder(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
  }
  std::unique_ptr<OutputFile> create(std::string_view name) override {
    if (std::filesystem::exists(path_ / name)) {
      throw IoError(IoDirection::kWriting, std::string(name) + ": is there already");
    }
    return std::make_unique<PlainOutputFile>(std::string(name), path_ / name);
  }
  std::unique_ptr<RandomAccessFile> open(std::string_view name) const override {
    return LocalStorage().open((path_ / name).string());
  }
  void rename(std::string_view from, std::string_view to) override {
    std::filesystem::rename(path_ / from, path_ / to);
  }
  void remove(std::string_view name) override { std::filesystem::remove(path_ / name); }

 private:
  std::filesystem::path path_;
};

}  // namespace savvy::testing
