#include "format/byte_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "format/errors.h"
#include "format/modified_utf8.h"

namespace savvy {

std::uint32_t ByteReader::long_leb32(std::string_view field) {
  const std::uint64_t start = offset();
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t byte = u8(field);
    if (shift == 28 && (byte & 0xF0) != 0) break;
    value |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail_at(start, fmt::format("{} does not fit in 32 bits", field));
}

std::string ByteReader::utf(std::string_view field) {
  const std::uint64_t start = offset();
  const std::size_t size = u16(field);
  if (size > remaining()) {
    pos_ -= sizeof(std::uint16_t);
    fail(fmt::format("{} of {} bytes cannot fit in the {} bytes left", field, size,
                     remaining() - sizeof(std::uint16_t)),
         sizeof(std::uint16_t));
  }
  const Bytes encoded = take(size, field);
  std::string text;
  const std::size_t good = decode_modified_utf8(encoded, text);
  if (good != size) {
    fail_at(start,
            fmt::format("{} is not modified UTF-8: byte {} of {} is malformed", field, good, size));
  }
  return text;
}

Bytes ByteReader::blob(std::string_view field) { return take(count(1, field), field); }

std::size_t ByteReader::count(std::size_t min_bytes_each, std::string_view field) {
  // The cursor stays before the count until it is accepted.
  const std::int32_t value = static_cast<std::int32_t>(i32(field));
  pos_ -= sizeof value;
  const std::uint64_t left = remaining() - sizeof value;
  if (value < 0) fail(fmt::format("{} = {} is negative", field, value), sizeof value);
  if (static_cast<std::uint64_t>(value) > left / min_bytes_each) {
    fail(fmt::format("{} = {} cannot fit in the {} bytes left", field, value, left), sizeof value);
  }
  pos_ += sizeof value;
  return static_cast<std::size_t>(value);
}

void ByteReader::fail_count(std::int64_t value, std::string_view field) const {
  if (value < 0) fail(fmt::format("{} = {} is negative", field, value));
  fail(fmt::format("{} = {} cannot fit in the {} bytes left", field, value, remaining()));
}

ByteReader ByteReader::sub(std::size_t n, std::string_view field) {
  const std::uint64_t start = offset();
  ByteReader inner(take(n, field), file_, start);
  inner.within_ = within_;
  return inner;
}

void ByteReader::expect_end(std::string_view structure) {
  if (at_end()) return;
  fail(fmt::format("{} bytes left after the end of {}", remaining(), structure));
}

void ByteReader::rewind(std::uint64_t offset) {
  if (offset < base_offset_ || offset > this->offset()) {
    throw std::logic_error("ByteReader: rewind to bytes that are no longer kept");
  }
  pos_ -= this->offset() - offset;
}

bool ByteReader::at_end() {
  if (window_left() > 0) return false;
  extend_window(1);
  return window_left() == 0;
}

Bytes ByteReader::peek(std::size_t n) {
  if (n > window_left()) extend_window(n);
  return {pos_, std::min(n, window_left())};
}

void ByteReader::extend_window(std::size_t n) {
  if (source_ == nullptr) return;
  const std::uint8_t* kept = in_entry_ ? entry_ : pos_;
  const auto before_cursor = static_cast<std::size_t>(pos_ - kept);
  const std::uint64_t kept_offset = offset() - before_cursor;
  const Bytes window = source_->extend({kept, end_}, before_cursor + n);
  begin_ = window.data();
  pos_ = begin_ + before_cursor;
  end_ = begin_ + window.size();
  if (in_entry_) entry_ = begin_;
  base_offset_ = kept_offset;
}

[[gnu::cold, gnu::noinline]] void ByteReader::refill(std::size_t n, std::string_view field) {
  if (n <= remaining()) extend_window(n);
  if (n <= window_left()) return;
  fail(fmt::format("{} needs {} bytes, {} are left", field, n, remaining()),
       std::max<std::size_t>(window_left(), 1));
}

[[gnu::cold, gnu::noinline]] void ByteReader::fail(std::string_view message,
                                                   std::size_t width) const {
  throw FormatError(fmt::format("{}: offset {:#x}{}{}: {}{}\n  {}", file_, offset(),
                                source_ != nullptr && !source_->position_note().empty() ? " " : "",
                                source_ != nullptr ? source_->position_note() : "", message,
                                places(), hex_line(offset(), width)),
                    offset());
}

[[gnu::cold, gnu::noinline]] void ByteReader::fail_at(std::uint64_t offset,
                                                      std::string_view message) const {
  ByteReader at = *this;
  const std::uint64_t back =
      std::min<std::uint64_t>(this->offset() - offset, static_cast<std::uint64_t>(pos_ - begin_));
  at.pos_ -= back;
  at.fail(message, static_cast<std::size_t>(back));
}

std::string ByteReader::describe_position() const {
  return fmt::format("{}: offset {:#x}{}", file_, offset(), places());
}

std::string ByteReader::places() const {
  std::string path;
  for (const Within* w = within_; w != nullptr; w = w->outer_) {
    std::string part(w->what_);
    if (w->index_ >= 0) part += fmt::format(" {}", w->index_);
    if (!path.empty()) part += " > ";
    path.insert(0, part);
  }
  return path.empty() ? path : "\n  while reading " + path;
}

std::string ByteReader::hex_line(std::uint64_t from, std::size_t width) const {
  constexpr std::size_t kBefore = 4;
  constexpr std::size_t kShown = 24;
  const std::size_t at = static_cast<std::size_t>(from - base_offset_);
  const std::size_t size = static_cast<std::size_t>(end_ - begin_);
  const std::size_t first = at - std::min(at, kBefore);
  const std::size_t last = std::min(size, first + kShown);
  const std::size_t marked_end = std::min(at + std::min(width, kShown), last);
  std::string line = fmt::format("{:#x}:", base_offset_ + first);
  for (std::size_t i = first; i < last; ++i) {
    line += i == at ? " [" : " ";
    fmt::format_to(std::back_inserter(line), "{:02x}", begin_[i]);
    if (i + 1 == marked_end && i >= at) line += ']';
  }
  if (at >= last) line += " [end]";
  if (last < size) line += " ...";
  return line;
}

}  // namespace savvy
