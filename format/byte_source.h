// What feeds a ByteReader that walks more bytes than should be in memory at once.
//
// The reader holds a window of contiguous bytes. When a field runs over the end of the window, it
// asks its source for a longer one. Spans handed out before stay valid until release(), so a parser
// may keep pieces of the entry it is in the middle of; between entries the reader calls release()
// and the memory of earlier windows is reused. Memory is thus bounded by the window and the largest
// entry.
//
// Errors  extend() throws IoError (reading) or FormatError (a damaged compressed block)
// Lives   the source outlives every reader on it

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "format/bytes.h"

namespace savvy {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Returns a window that starts with the bytes of `kept` and goes on with what follows them in the
  // stream. It holds at least `wanted` bytes, fewer only where the stream ends.
  virtual Bytes extend(Bytes kept, std::size_t wanted) = 0;

  // Bytes not handed out yet: exact for plain streams, an upper bound for compressed ones.
  virtual std::uint64_t unread_bytes() const = 0;

  // From here on, only the last window must stay valid.
  virtual void release() = 0;

  // For messages: the file, and where the stream lies in it if offsets are not file offsets.
  virtual std::string_view file() const = 0;
  virtual std::string_view position_note() const { return {}; }

  // Absolute offset of the first byte of the stream.
  virtual std::uint64_t start_offset() const = 0;
};

}  // namespace savvy
