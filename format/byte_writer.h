// Appends fields to a buffer in the encoding that ByteReader reads; the method names mirror it.
//
// Lives   owns its buffer; bytes() is valid until the next write
// Errors  UnsupportedError if a string is too long for writeUTF, or a block for an i32 length

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "format/bytes.h"

namespace savvy {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { buffer_.push_back(value); }
  void i8(std::int8_t value) { u8(static_cast<std::uint8_t>(value)); }
  void boolean(bool value) { u8(value ? 1 : 0); }
  void u16(std::uint16_t value);
  void i16(std::int16_t value) { u16(static_cast<std::uint16_t>(value)); }
  void i32(std::int32_t value);
  void i64(std::int64_t value);
  void utf(std::string_view text);
  void blob(Bytes bytes);
  void raw(Bytes bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }
  // An i32 element count.
  void count(std::size_t value);

  Bytes bytes() const { return buffer_; }
  std::size_t size() const { return buffer_.size(); }
  ByteVector take() { return std::move(buffer_); }
  void clear() { buffer_.clear(); }

 private:
  // Appends the bytes of `value` as they are in memory.
  template <typename T>
  void store(T value) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + sizeof value);
    std::memcpy(buffer_.data() + at, &value, sizeof value);
  }

  ByteVector buffer_;
};

}  // namespace savvy
