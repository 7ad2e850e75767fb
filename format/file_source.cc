#include "format/file_source.h"

#include <algorithm>

namespace savvy {

Bytes FileSource::extend(Bytes kept, std::size_t wanted) {
  // Doubling keeps the copying linear when one entry spans many windows.
  const std::size_t aim = std::max({wanted, kept.size() * 2, kept.size() + window_bytes_});
  const auto fresh =
      static_cast<std::size_t>(std::min<std::uint64_t>(aim - kept.size(), unread_bytes()));
  const std::span<std::uint8_t> window = buffers_.next(kept, kept.size() + fresh);
  file_.read_at(position_, window.subspan(kept.size(), fresh));
  position_ += fresh;
  return window;
}

}  // namespace savvy
