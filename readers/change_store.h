// Changes of a log by key group, each group in the order of the log: a log is read once, and its
// key groups then one by one.
//
// Values  up to a budget in memory, the rest in a temporary file
// Errors  IoError if the temporary file cannot be written
// Threads after the last add() several threads may read
// Lives   readers point into the store

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "format/byte_writer.h"
#include "format/changelog.h"
#include "format/key_group_range.h"
#include "readers/entry_sorter.h"
#include "readers/section_reader.h"
#include "readers/temp_file.h"

namespace savvy {

struct StoredChange {
  std::size_t state = 0;
  LoggedChange change;
};

class ChangeStore {
 public:
  ChangeStore(KeyGroupRange range, SortMemory memory);

  // A change of a key group of the range.
  void add(std::int32_t key_group, std::size_t state, const LoggedChange& change);

  // 0: there is none.
  std::uint64_t stored_bytes(std::int32_t key_group) const;

  class Reader {
   public:
    Reader(const ChangeStore& store, std::int32_t key_group);
    // The change is valid until the next call.
    bool next(StoredChange& change);

   private:
    bool open_next();

    const ChangeStore& store_;
    std::size_t group_;
    std::size_t next_stretch_ = 0;
    std::unique_ptr<MemoryFile> memory_;
    std::unique_ptr<SectionReader> section_;
  };

 private:
  struct Group {
    std::vector<Stretch> spilled;
    ByteWriter last;  // behind what is spilled
  };

  std::size_t index(std::int32_t key_group) const {
    return static_cast<std::size_t>(key_group - first_);
  }
  void spill();

  std::int32_t first_;
  SortMemory memory_;
  std::vector<Group> groups_;
  std::size_t in_memory_ = 0;
  std::unique_ptr<TempFile> file_;
  std::vector<std::string> names_;  // of the files that changes come from
};

}  // namespace savvy
