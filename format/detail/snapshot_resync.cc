#include "format/detail/snapshot_resync.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "format/modified_utf8.h"
#include "format/state_meta.h"

namespace savvy {
namespace {

constexpr std::array<std::string_view, 4> kRoles = {kValueSerializer, kNamespaceSerializer,
                                                    kKeySerializer, kUserKeySerializer};
constexpr std::array<std::string_view, 2> kOptions = {kKeyedStateType, kDistributionMode};
constexpr std::uint32_t kProxyVersion = 2;

// Takes fields off the front of `bytes`; each says whether the field has the expected form.
class Shape {
 public:
  explicit Shape(Bytes bytes) : bytes_(bytes) {}

  std::optional<std::uint32_t> number(std::size_t width) {
    if (bytes_.size() < width) return std::nullopt;
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes_.first(width)) value = (value << 8) | byte;
    bytes_ = bytes_.subspan(width);
    return value;
  }

  // The bytes of a text, not yet known to be one.
  std::optional<Bytes> name() {
    const auto size = number(2);
    if (!size || *size == 0 || *size > bytes_.size()) return std::nullopt;
    const Bytes encoded = bytes_.first(*size);
    bytes_ = bytes_.subspan(*size);
    return encoded;
  }

  template <std::size_t N>
  bool text_of(const std::array<std::string_view, N>& words) {
    const auto word = name();
    return word && std::any_of(words.begin(), words.end(), [&](std::string_view known) {
             return std::equal(known.begin(), known.end(), word->begin(), word->end());
           });
  }

 private:
  Bytes bytes_;
};

bool is_text(Bytes encoded) {
  std::string decoded;
  return decode_modified_utf8(encoded, decoded) == encoded.size();
}

// utf role | i32 proxy version
bool is_serializer(Bytes bytes) {
  Shape shape(bytes);
  return shape.text_of(kRoles) && shape.number(4) == kProxyVersion;
}

// utf name | i32 kind | i32 1 | utf option ..., or for queues utf name | i32 kind | i32 0 | i32 1 |
// utf role
bool is_state(Bytes bytes) {
  Shape shape(bytes);
  const auto name = shape.name();
  if (!name) return false;
  const auto kind = shape.number(4);
  if (!kind || *kind > static_cast<std::uint32_t>(BackendStateType::kKeyValueV2)) return false;
  const auto options = shape.number(4);
  const bool fits = options == 1U ? shape.text_of(kOptions)
                                  : options == 0U && shape.number(4) == 1U && shape.text_of(kRoles);
  return fits && is_text(*name);
}

}  // namespace

std::optional<std::size_t> find_follower(Bytes payload, SnapshotFollower follower) {
  if (follower == SnapshotFollower::kUnknown) return std::nullopt;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const Bytes rest = payload.subspan(i);
    if (follower == SnapshotFollower::kSerializer ? is_serializer(rest) : is_state(rest)) return i;
  }
  return std::nullopt;
}

}  // namespace savvy
