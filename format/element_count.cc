#include "format/element_count.h"

#include <fmt/format.h>

#include "format/errors.h"

namespace savvy {

std::size_t element_count(ByteReader& in, std::size_t min_bytes_each, std::string_view field) {
  // More than any program keeps.
  constexpr std::size_t kMostWithoutBytes = 1000;
  if (min_bytes_each > 0) return in.count(min_bytes_each, field);
  const std::uint64_t at = in.offset();
  const std::int32_t count = in.i32(field);
  if (count < 0) in.fail_at(at, fmt::format("{} = {} is negative", field, count));
  const auto size = static_cast<std::size_t>(count);
  if (size > kMostWithoutBytes) {
    throw UnsupportedError(
        fmt::format("{} = {} of elements that take no bytes, at most {} are read\n  {}", field,
                    count, kMostWithoutBytes, in.describe_position()));
  }
  return size;
}

}  // namespace savvy
