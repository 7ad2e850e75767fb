// What writing needs of a place that takes a snapshot's files. The local file system stands behind it
// (writers/local_output.h); an object store would be another implementation.
//
// Errors  IoError (writing), naming the file and the operation
// Threads different files of one folder may be written by several threads at once

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "format/bytes.h"
#include "format/storage.h"

namespace savvy {

class OutputFile {
 public:
  virtual ~OutputFile() = default;
  // The name within its folder.
  virtual std::string_view name() const = 0;
  // Bytes appended so far.
  virtual std::uint64_t size() const = 0;
  virtual void append(Bytes bytes) = 0;
  // Replaces bytes that were appended before.
  virtual void patch(std::uint64_t offset, Bytes bytes) = 0;
  // The file is complete and must outlive a crash from here on. A file that goes away unfinished is
  // left for the folder to clean up.
  virtual void finish() = 0;
};

class OutputFolder {
 public:
  virtual ~OutputFolder() = default;
  // A new file; an error if the name is taken.
  virtual std::unique_ptr<OutputFile> create(std::string_view name) = 0;
  // Reads a finished file back.
  virtual std::unique_ptr<RandomAccessFile> open(std::string_view name) const = 0;
  virtual void rename(std::string_view from, std::string_view to) = 0;
  virtual void remove(std::string_view name) = 0;
};

}  // namespace savvy
