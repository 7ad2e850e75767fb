#include "format/sst_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/detail/little_endian.h"

namespace savvy {
namespace {

constexpr std::size_t kTrailerBytes = 8;
// Written to disk, never change: the number above all others, and the type of a range deletion.
constexpr std::uint64_t kEndOfDeletion = ((std::uint64_t{1} << 56) - 1) << 8 | 0x0F;

std::uint64_t trailer_of(Bytes internal_key) {
  return little_endian(internal_key.last(kTrailerBytes));
}

std::int32_t key_group_of(Bytes key, std::size_t prefix_bytes) {
  return prefix_bytes == 1 ? key[0] : key[0] << 8 | key[1];
}

}  // namespace

std::string sst_local_path(std::uint64_t number) { return fmt::format("{:06}.sst", number); }

ByteVector internal_key(Bytes user_key, std::uint64_t seqno, std::uint8_t type) {
  ByteWriter out;
  out.raw(user_key);
  put_little_endian(seqno << 8 | type, kTrailerBytes, out);
  return out.take();
}

Bytes user_key_of(Bytes internal_key) {
  return internal_key.first(internal_key.size() - kTrailerBytes);
}

std::string internal_key_text(Bytes internal_key) {
  constexpr std::size_t kShown = 32;
  const Bytes key = user_key_of(internal_key);
  std::string text = "0x";
  for (const std::uint8_t byte : key.first(std::min(key.size(), kShown))) {
    text += fmt::format("{:02x}", byte);
  }
  if (key.size() > kShown) text += "…";
  const std::uint64_t trailer = trailer_of(internal_key);
  return fmt::format("{} at {} of type {}", text, trailer >> 8, trailer & 0xFF);
}

bool internal_less(Bytes a, Bytes b) {
  const Bytes key_a = user_key_of(a);
  const Bytes key_b = user_key_of(b);
  if (!std::equal(key_a.begin(), key_a.end(), key_b.begin(), key_b.end())) {
    return std::lexicographical_compare(key_a.begin(), key_a.end(), key_b.begin(), key_b.end());
  }
  return trailer_of(a) > trailer_of(b);
}

bool ends_before_key(Bytes largest) { return trailer_of(largest) == kEndOfDeletion; }

std::optional<KeyGroupRange> key_groups_of(const SstFile& file, int prefix_bytes) {
  const auto prefix = static_cast<std::size_t>(prefix_bytes);
  const Bytes smallest = user_key_of(file.smallest);
  const Bytes largest = user_key_of(file.largest);
  if (smallest.size() < prefix || largest.size() < prefix) return std::nullopt;
  const std::int32_t first = key_group_of(smallest, prefix);
  std::int32_t last = key_group_of(largest, prefix);
  // A deletion up to the bare prefix of a key group leaves that group alone.
  if (largest.size() == prefix && ends_before_key(file.largest)) --last;
  return KeyGroupRange{first, last - first + 1};
}

}  // namespace savvy
