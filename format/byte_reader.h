// A bounds-checked cursor over bytes: the only code that reads a snapshot.
//
// Values  integers are big-endian as java.io.DataOutputStream writes them; strings are modified
//         UTF-8
// Errors  FormatError, naming file, offset, the field, what is being read, and the bytes around it.
//         A failed read does not move the cursor.
// Lives   a view: the bytes, the file name and the source must outlive it. Spans returned point
//         into the bytes; with a ByteSource they are valid until the next begin_entry().
//
// Every read names its field; the name appears in the error.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "format/byte_source.h"
#include "format/bytes.h"

namespace savvy {

class Within;

class ByteReader {
 public:
  // `base_offset` is the absolute offset of the first byte in `file`.
  ByteReader(Bytes bytes, std::string_view file, std::uint64_t base_offset = 0)
      : begin_(bytes.data()),
        pos_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        base_offset_(base_offset),
        file_(file) {}

  // Reads a stream through a moving window; starts at the first byte of the source.
  explicit ByteReader(ByteSource& source)
      : base_offset_(source.start_offset()), file_(source.file()), source_(&source) {}

  // The next n bytes. The one place that compares with the end.
  Bytes take(std::size_t n, std::string_view field) {
    if (n > window_left()) [[unlikely]] {
      refill(n, field);
    }
    const std::uint8_t* start = pos_;
    pos_ += n;
    return {start, n};
  }

  std::uint8_t u8(std::string_view field) { return take(1, field)[0]; }
  std::int8_t i8(std::string_view field) { return static_cast<std::int8_t>(u8(field)); }
  std::uint16_t u16(std::string_view field) {
    return __builtin_bswap16(load<std::uint16_t>(field));
  }
  std::int16_t i16(std::string_view field) { return static_cast<std::int16_t>(u16(field)); }
  std::int32_t i32(std::string_view field) {
    return static_cast<std::int32_t>(__builtin_bswap32(load<std::uint32_t>(field)));
  }
  std::int64_t i64(std::string_view field) {
    return static_cast<std::int64_t>(__builtin_bswap64(load<std::uint64_t>(field)));
  }
  float f32(std::string_view field) { return std::bit_cast<float>(i32(field)); }
  double f64(std::string_view field) { return std::bit_cast<double>(i64(field)); }

  // Java accepts any non-zero byte as true.
  bool boolean(std::string_view field) { return u8(field) != 0; }

  // Unsigned LEB128 of at most 32 bits (Flink's StringValue lengths and Kryo's varints).
  std::uint32_t leb32(std::string_view field) {
    // Nearly all are short lengths.
    if (window_left() > 0 && *pos_ < 0x80) [[likely]]
      return *pos_++;
    return long_leb32(field);
  }

  // u16 byte count + modified UTF-8 (DataOutput.writeUTF), as UTF-8; a lone surrogate keeps its
  // three bytes. Refuses what Java's writer never produces (overlong forms, a raw zero byte).
  std::string utf(std::string_view field);

  // i32 byte count + that many bytes.
  Bytes blob(std::string_view field);

  // An i32 count of elements that take at least min_bytes_each: refused if negative or if they
  // cannot fit in what is left. min_bytes_each is at least 1.
  std::size_t count(std::size_t min_bytes_each, std::string_view field);
  // The same check for a count that was read in another width.
  std::size_t checked_count(std::int64_t value, std::size_t min_bytes_each,
                            std::string_view field) const {
    const bool fits =
        value >= 0 && static_cast<std::uint64_t>(value) <= remaining() / min_bytes_each;
    if (!fits) [[unlikely]]
      fail_count(value, field);
    return static_cast<std::size_t>(value);
  }

  // A reader of the next n bytes, which knows the same file and place.
  ByteReader sub(std::size_t n, std::string_view field);

  void expect_end(std::string_view structure);

  // Where the next byte lies, absolute in the file (for a compressed stream: in its plain bytes).
  std::uint64_t offset() const { return base_offset_ + static_cast<std::uint64_t>(pos_ - begin_); }
  // Bytes left before the end; an upper bound for a compressed stream.
  std::uint64_t remaining() const {
    return window_left() + (source_ != nullptr ? source_->unread_bytes() : 0);
  }
  // True at the true end of the bytes; looks ahead in a stream.
  bool at_end();
  // The next n bytes without moving, fewer where the bytes end.
  Bytes peek(std::size_t n);
  // Everything left. Only for readers without a source, or where the rest is known to be small.
  Bytes rest(std::string_view field) { return take(static_cast<std::size_t>(remaining()), field); }

  // Starts an entry here: what was taken before is no longer needed (its memory is reused), and
  // from here on all bytes stay together, for bytes_since().
  void begin_entry() {
    if (source_ != nullptr) source_->release();
    entry_ = pos_;
    in_entry_ = true;
  }
  // The bytes from `offset` to the cursor; they belong to the entry that was begun last, or the
  // reader has no source.
  Bytes bytes_since(std::uint64_t offset) const {
    const auto size = static_cast<std::size_t>(this->offset() - offset);
    return {pos_ - size, size};
  }

  // Back to a byte that was read before: of the entry that was begun last, if the reader has a
  // source.
  void rewind(std::uint64_t offset);

  std::string_view file() const { return file_; }

  // Throws FormatError that points at the `width` bytes at the cursor.
  [[noreturn]] void fail(std::string_view message, std::size_t width = 1) const;
  // Throws FormatError that points at bytes already read: [offset, cursor).
  [[noreturn]] void fail_at(std::uint64_t offset, std::string_view message) const;
  // "file: offset 0x12" and the chain of places, for errors of other kinds.
  std::string describe_position() const;

 private:
  friend class Within;

  template <typename T>
  T load(std::string_view field) {
    T value;
    std::memcpy(&value, take(sizeof(T), field).data(), sizeof(T));
    return value;
  }
  std::size_t window_left() const { return static_cast<std::size_t>(end_ - pos_); }

  std::uint32_t long_leb32(std::string_view field);
  [[noreturn]] void fail_count(std::int64_t value, std::string_view field) const;

  // Leaves at least n bytes in the window or fails.
  void refill(std::size_t n, std::string_view field);
  // Tries to have n bytes in the window.
  void extend_window(std::size_t n);
  std::string places() const;
  std::string hex_line(std::uint64_t from, std::size_t width) const;

  const std::uint8_t* begin_ = nullptr;
  const std::uint8_t* pos_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  const std::uint8_t* entry_ = nullptr;  // where the entry begins, if in_entry_
  bool in_entry_ = false;
  std::uint64_t base_offset_ = 0;
  std::string_view file_;
  ByteSource* source_ = nullptr;
  const Within* within_ = nullptr;
};

// Names what a reader is in the middle of, for the errors of everything read while it lives:
//   Within operator_place(in, "operator", 2);
class Within {
 public:
  Within(ByteReader& in, std::string_view what, std::int64_t index = -1)
      : reader_(in), outer_(in.within_), what_(what), index_(index) {
    in.within_ = this;
  }
  ~Within() { reader_.within_ = outer_; }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  friend class ByteReader;
  ByteReader& reader_;
  const Within* outer_;
  std::string_view what_;
  std::int64_t index_;
};

}  // namespace savvy
