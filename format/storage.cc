#include "format/storage.h"

#include <algorithm>
#include <cerrno>

#include "format/errors.h"

namespace savvy {

void MemoryFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
    throw IoError(IoDirection::kReading, name_, "read past the end", EINVAL);
  }
  const Bytes part = bytes_.subspan(static_cast<std::size_t>(offset), out.size());
  std::copy(part.begin(), part.end(), out.begin());
}

}  // namespace savvy
