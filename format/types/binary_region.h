// The bytes of one binary row or array, read by position. Private to the binary formats.

#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "format/byte_reader.h"

namespace savvy {

static_assert(std::endian::native == std::endian::little, "binary rows are read as they lie");

class BinaryRegion {
 public:
  explicit BinaryRegion(const ByteReader& in) : in_(in), bytes_(ByteReader(in).rest("region")) {}

  std::size_t size() const { return bytes_.size(); }

  // The n bytes at `pos`; the one place that compares with the end.
  Bytes at(std::size_t pos, std::size_t n, std::string_view field) const {
    if (pos > bytes_.size() || n > bytes_.size() - pos) {
      in_.fail(fmt::format("{} lies at {} to {}, but its row or array has {} bytes", field, pos,
                           pos + n, bytes_.size()));
    }
    return bytes_.subspan(pos, n);
  }

  template <typename T>
  T load(std::size_t pos, std::string_view field) const {
    T value;
    std::memcpy(&value, at(pos, sizeof(T), field).data(), sizeof(T));
    return value;
  }

  // A reader of a part of the variable area. Parts never overlap, so together they cannot be longer
  // than the whole: what keeps slots that all point at the same bytes from costing time without
  // end.
  ByteReader part(std::size_t pos, std::size_t n, std::string_view field) {
    at(pos, n, field);
    used_ += n;
    if (used_ > bytes_.size()) in_.fail(fmt::format("{} overlaps another variable part", field));
    ByteReader reader = in_;
    reader.take(pos, field);
    return reader.sub(n, field);
  }

  [[noreturn]] void fail(std::size_t pos, std::string_view message) const {
    ByteReader reader = in_;
    reader.take(pos, "position");
    reader.fail(message);
  }

 private:
  ByteReader in_;
  Bytes bytes_;
  std::size_t used_ = 0;
};

}  // namespace savvy
