// The 16 bytes that name an operator in a snapshot.
//
// Bytes   16, in the order in which Flink prints them as 32 hex digits
// Values  for an operator with a user uid: murmur3 x64 128, seed 0, of the uid's UTF-8 bytes, each
//         half little-endian; otherwise a hash of the job graph, which a snapshot cannot tell
// Source  StreamGraphHasherV2, AbstractID

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace savvy {

struct OperatorId {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const OperatorId&) const = default;
};

// 32 lower-case hex digits.
std::string to_hex(const OperatorId& id);

// From 32 hex digits of either case; empty if `text` is anything else.
std::optional<OperatorId> parse_operator_id(std::string_view text);

// The id that Flink gives to an operator with this uid. `uid` is UTF-8 as modified_utf8.h keeps it:
// a lone surrogate counts as `?`, as Java encodes it.
OperatorId operator_id_of_uid(std::string_view uid);

}  // namespace savvy
