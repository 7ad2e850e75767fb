// Whether a stretch of a state stream is framed snappy: the flag in the stream's head says it.

#pragma once

namespace savvy {

enum class Compression { kNone, kSnappy };

}  // namespace savvy
