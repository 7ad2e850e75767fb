// Writes the raw keyed state of one subtask: the bytes of its key groups one after the other.
//
// Bytes   see operator state's description of KeyedStateCheckpointOutputStream: no head, never
//         compressed; a key group that was never started has offset -1
// Values  the bytes mean nothing here. A key group that was started without bytes keeps its offset
// Errors  IoError (writing)
// Lives   the folder outlives the writer; without finish() the file stays unfinished
// Source  KeyedStateCheckpointOutputStream

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/output.h"
#include "format/section_bounds.h"
#include "format/state_handles.h"

namespace savvy {

class RawKeyedWriter {
 public:
  // `code` is that of the handle, 3 or 12. The file is made with the first key group.
  RawKeyedWriter(OutputFolder& folder, std::string_view file_name, KeyGroupRange range,
                 KeyedCode code);

  // Each key group of the range at most once, in any order.
  void begin_key_group(std::int32_t key_group);
  void append(Bytes bytes);
  void copy_stored(const RandomAccessFile& from, Stretch stretch);

  // The handle; null if no key group was started.
  KeyedHandle finish();

 private:
  OutputFolder& folder_;
  std::string file_name_;
  KeyGroupRange range_;
  KeyedCode code_;
  std::unique_ptr<OutputFile> file_;
  std::vector<std::int64_t> offsets_;
};

}  // namespace savvy
