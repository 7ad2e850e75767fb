// A folder that is written in, held open: to make the names in it outlive a crash, and to know it
// again.

#pragma once

#include <string>

#include "writers/detail/descriptor.h"

namespace savvy {

class OpenFolder {
 public:
  // IoError (writing) if it cannot be opened.
  explicit OpenFolder(std::string path);

  void sync() const;
  // After something got its last name, which cannot be taken back: the error says that it is there.
  void sync_last(const std::string& named) const;

  // Whether the path still leads to this folder: nobody removed or moved it. IoError (writing) if
  // that cannot be told.
  bool is_in_place() const;

  // Until this ends, for who asks is_locked(). A file system without locks does without.
  void lock() const;

 private:
  bool try_sync() const;

  std::string path_;
  Descriptor folder_;
};

// Whether a running program holds the folder locked, as far as that can be told.
bool is_locked(const std::string& folder);

}  // namespace savvy
