#include "writers/detail/sst_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "format/byte_units.h"
#include "format/errors.h"
#include "format/sst_tail.h"

namespace savvy {
namespace {

// The properties, the meta index and the footer take about a KiB.
constexpr std::size_t kRecentBytes = 64 * kKiB;
constexpr std::size_t kSessionIdDigits = 20;

std::string session_id(const Hash128& hash) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  // 8 digits hold 41 bits, 12 digits 62.
  std::uint64_t high = hash.high >> 23;
  std::uint64_t low = hash.low >> 2;
  std::string id(kSessionIdDigits, '0');
  for (std::size_t i = kSessionIdDigits; i > 0; --i) {
    std::uint64_t& rest = i > 8 ? low : high;
    id[i - 1] = kDigits[static_cast<std::size_t>(rest % kDigits.size())];
    rest /= kDigits.size();
  }
  return id;
}

}  // namespace

SstBytes::Outcome SstBytes::append(Bytes bytes) {
  if (error_ != nullptr) return Outcome::kFailed;
  try {
    out_.append(bytes);
  } catch (const Error&) {
    error_ = std::current_exception();
    return Outcome::kFailed;
  }
  size_ += bytes.size();
  recent_.insert(recent_.end(), bytes.begin(), bytes.end());
  if (recent_.size() >= 2 * kRecentBytes) {
    const std::size_t old = recent_.size() - kRecentBytes;
    hash_.add(Bytes(recent_).first(old));
    recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(old));
  }
  return Outcome::kDone;
}

void SstBytes::rethrow_error() const {
  if (error_ != nullptr) std::rethrow_exception(error_);
}

std::span<std::uint8_t> SstBytes::recent(std::uint64_t offset, std::uint64_t size) {
  const std::uint64_t start = size_ - recent_.size();
  return std::span(recent_).subspan(static_cast<std::size_t>(offset - start),
                                    static_cast<std::size_t>(size));
}

void SstBytes::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  const std::uint64_t start = size_ - recent_.size();
  if (offset < start || out.size() > size_ - offset) {
    throw UnsupportedError(fmt::format("{}: properties far from the end of the file", name()));
  }
  std::copy_n(recent_.begin() + static_cast<std::ptrdiff_t>(offset - start), out.size(),
              out.begin());
}

Hash128 SstBytes::seal() {
  const SstTail tail = read_sst_tail(*this);
  if (tail.session_id.size() != kSessionIdDigits || tail.checksum != SstChecksum::kCrc32c) {
    throw UnsupportedError(
        fmt::format("{}: RocksDB gave it the session id \"{}\"", name(), tail.session_id));
  }
  const std::span<std::uint8_t> block = recent(tail.properties_offset, tail.properties_bytes);
  const std::span<std::uint8_t> checksum = block.last(kSstChecksumBytes);
  const std::span<std::uint8_t> id = recent(tail.session_id_offset, kSessionIdDigits);
  std::fill(id.begin(), id.end(), std::uint8_t{0});
  std::fill(checksum.begin(), checksum.end(), std::uint8_t{0});
  hash_.add(recent_);
  const Hash128 hash = hash_.finish();

  const std::string text = session_id(hash);
  std::copy(text.begin(), text.end(), id.begin());
  const ByteVector sum = sst_block_checksum(block.first(block.size() - kSstChecksumBytes));
  out_.patch(tail.session_id_offset, id);
  out_.patch(tail.properties_offset + tail.properties_bytes - kSstChecksumBytes, sum);
  return hash;
}

}  // namespace savvy
