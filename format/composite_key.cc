#include "format/composite_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "format/byte_reader.h"

namespace savvy {
namespace {

// Written by VoidNamespaceSerializer, which says 0.
constexpr std::size_t kVoidNamespaceBytes = 1;

Bytes walk(ByteReader& in, const Type& type) {
  const std::uint64_t start = in.offset();
  type.skip(in);
  return in.bytes_since(start);
}

void check_part_length(ByteReader& in, std::size_t length, std::string_view part) {
  ByteVector expected;
  append_part_length(length, expected);
  const std::uint64_t at = in.offset();
  const Bytes found = in.take(expected.size(), "length of a composite key's part");
  if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end())) {
    in.fail_at(at, fmt::format("the length behind the {} is not its {} bytes", part, length));
  }
}

std::int32_t read_key_group(ByteReader& in, int prefix_bytes) {
  return prefix_bytes == 1 ? in.u8("key group") : in.u16("key group");
}

// How many bytes the namespace takes if that does not depend on its value, else 0.
std::size_t constant_namespace_bytes(const Type& name_space) {
  if (name_space.shape() == Shape::kVoid) return kVoidNamespaceBytes;
  return name_space.fixed_length() > 0 ? static_cast<std::size_t>(name_space.fixed_length()) : 0;
}

// Parts are filled in where they are returned: copying them just after they were stored takes the
// processor longer than cutting them.

// The key's type is unknown: the namespace can still be cut off the end if its size is constant.
void cut_behind_unknown_key(const KeyedStateSchema& state, ByteReader& in, CompositeKey& result) {
  const Bytes rest = in.rest("composite key");
  const std::size_t tail = constant_namespace_bytes(*state.name_space);
  result.cut = tail > 0 && tail < rest.size() && state.kind != KeyedStateKind::kMap;
  result.key = result.cut ? rest.first(rest.size() - tail) : rest;
  result.name_space = result.cut ? rest.last(tail) : Bytes{};
}

void cut_timer(const KeyedStateSchema& state, ByteReader& in, CompositeKey& result) {
  result.timestamp = in.i64("timer timestamp") ^ std::numeric_limits<std::int64_t>::min();
  if (!state.key->walkable()) return cut_behind_unknown_key(state, in, result);
  result.key = walk(in, *state.key);
  result.name_space =
      state.name_space->walkable() ? walk(in, *state.name_space) : in.rest("namespace");
  in.expect_end("a timer");
}

// The namespace ends where the composite key does, or where nobody knows.
void cut_unknown_namespace(const KeyedStateSchema& state, ByteReader& in, Bytes all_parts,
                           CompositeKey& result) {
  const Bytes rest = in.rest("namespace");
  result.cut = state.kind != KeyedStateKind::kMap && !state.key_lengths;
  if (result.cut) {
    result.name_space = rest;
  } else {
    result.key = all_parts;
  }
}

void walk_parts(const KeyedStateSchema& state, ByteReader& in, Bytes all_parts,
                CompositeKey& result) {
  if (state.kind == KeyedStateKind::kTimer) return cut_timer(state, in, result);
  if (!state.key->walkable()) return cut_behind_unknown_key(state, in, result);
  result.key = walk(in, *state.key);
  if (state.key_lengths) check_part_length(in, result.key.size(), "key");
  if (!state.name_space->walkable()) return cut_unknown_namespace(state, in, all_parts, result);
  result.name_space = walk(in, *state.name_space);
  if (state.key_lengths) check_part_length(in, result.name_space.size(), "namespace");
  if (state.kind == KeyedStateKind::kMap) {
    result.user_key = in.rest("map key");
  } else {
    in.expect_end("a composite key");
  }
}

}  // namespace

CompositeKey cut_composite_key(const KeyedStateSchema& state, Bytes composite_key, int prefix_bytes,
                               std::string_view file, std::uint64_t offset) {
  ByteReader in(composite_key, file, offset);
  const Within place(in, "composite key");
  CompositeKey result;
  result.key_group = read_key_group(in, prefix_bytes);
  walk_parts(state, in, composite_key.subspan(static_cast<std::size_t>(prefix_bytes)), result);
  return result;
}

void append_key_group(std::int32_t key_group, int prefix_bytes, ByteVector& out) {
  if (prefix_bytes == 2) out.push_back(static_cast<std::uint8_t>(key_group >> 8));
  out.push_back(static_cast<std::uint8_t>(key_group));
}

void append_part_length(std::size_t length, ByteVector& out) {
  do {
    out.push_back(static_cast<std::uint8_t>(length));
    length >>= 8;
  } while (length > 0);
}

}  // namespace savvy
