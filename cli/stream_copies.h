// Copies whole streams of a snapshot into the folder of a new one.
//
// Values  a stream that several handles name is copied once. The copy has the file name of its
//         source, with a number behind it where two would have the same,
//         or "stream" where that name could not be used, here or by Flink; inline bytes stay inline.
//         Names depend on the order of calls alone
// Errors  IoError: a source that is missing (reading), a copy that fails (writing)
// Lives   snapshot and folder outlive this object
// Threads handles are planned by one thread; copies may then be made by several

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "format/handle_mapping.h"
#include "format/output.h"
#include "readers/snapshot.h"

namespace savvy {

class StreamCopies {
 public:
  explicit StreamCopies(const Snapshot& source) : source_(source) {}

  // The handle of a stream in the new snapshot.
  StreamHandle plan(const StreamUse& use);
  // The same for all streams of a handle.
  template <typename Handle>
  Handle plan_all(const Handle& handle) {
    return map_streams(handle, [this](const StreamUse& use) { return plan(use); });
  }

  struct Copy {
    StreamHandle stream;  // of the source
    std::string name;     // in the new folder
    std::uint64_t bytes;
  };
  // In the order in which they were planned.
  const std::vector<Copy>& copies() const { return copies_; }

  std::size_t size() const { return copies_.size(); }
  void make(std::size_t copy, OutputFolder& folder) const;

 private:
  std::string free_name(const std::string& wanted);

  const Snapshot& source_;
  std::vector<Copy> copies_;
  std::map<std::string, std::size_t> known_;  // by what identifies a stream
  std::set<std::string> names_;               // in small letters
};

// Appends all bytes of a file.
void append_all(const RandomAccessFile& from, OutputFile& to);

}  // namespace savvy
