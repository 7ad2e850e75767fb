#include "readers/check/entry_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "format/composite_key.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "format/map_value.h"
#include "format/scalar_name.h"

namespace savvy {
namespace {

constexpr std::uint8_t kLastOfState = 0x80;
constexpr std::uint8_t kListDelimiter = ',';
constexpr std::size_t kVoidNamespaceBytes = 1;

// Numbers of which every bit pattern is one.
constexpr std::array<std::pair<std::string_view, std::size_t>, 14> kPlainTypes = {
    {{"Byte", 1},
     {"ByteValue", 1},
     {"Short", 2},
     {"ShortValue", 2},
     {"Char", 2},
     {"CharValue", 2},
     {"Int", 4},
     {"IntValue", 4},
     {"Float", 4},
     {"FloatValue", 4},
     {"Long", 8},
     {"LongValue", 8},
     {"Double", 8},
     {"DoubleValue", 8}}};

// Long.hashCode() of big-endian bytes.
std::int32_t hash_of_long(Bytes key) {
  std::uint64_t bits;
  std::memcpy(&bits, key.data(), sizeof bits);
  bits = __builtin_bswap64(bits);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits ^ bits >> 32));
}

template <typename Predicate>
bool any_type(const Type& type, const Predicate& predicate) {
  const std::span<const TypePtr> children = type.children();
  return predicate(type.describe()) ||
         std::any_of(children.begin(), children.end(), [&](const TypePtr& child) {
           return child != nullptr && any_type(*child, predicate);
         });
}

bool is_row(const TypeDescription& type) { return type.kind == "row"; }

// A Row that the job filled by names has another hashCode than one filled by positions, and both are
// stored alike.
bool is_named_row(const TypeDescription& type) {
  if (!is_row(type)) return false;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    if (type.fields[i].label != fmt::format("f{}", i)) return true;
  }
  return false;
}

// A value that ends where its bytes end. The rest may go out as bytes that nobody can walk.
void walk_delimited(const Type& type, ByteReader& in, std::string_view what) {
  NullSink nowhere;
  if (type.decode(in, Extent::kDelimited, nowhere) == End::kKnown) in.expect_end(what);
}

void walk_list(const KeyedStateSchema& state, ByteReader& in) {
  if (!state.value->walkable()) return;
  NullSink nowhere;
  while (true) {
    if (state.ttl) in.i64("last access time");
    if (state.value->decode(in, Extent::kDelimited, nowhere) == End::kRestTaken) return;
    if (in.at_end()) return;
    const std::uint64_t at = in.offset();
    const std::uint8_t delimiter = in.u8("list delimiter");
    if (delimiter != kListDelimiter) {
      in.fail_at(at, fmt::format("list delimiter = {:#04x}, expected \",\"", delimiter));
    }
  }
}

void walk_map_value(const KeyedStateSchema& state, Bytes value, ByteReader& in) {
  constexpr std::uint8_t kMostFlag = 1;
  if (state.v2) {
    const MapValue stored = split_map_value(state, value, in.file());
    in.take(value.size() - stored.value.size(), "null flag of a map value");
    if (stored.is_null) return;
  } else {
    const std::uint64_t at = in.offset();
    const std::uint8_t flag = in.u8("null flag of a map value");
    if (flag > kMostFlag) {
      in.fail_at(at, fmt::format("null flag of a map value = {}, expected 0 or 1", flag));
    }
    if (flag == kMostFlag) {
      // Readers stop here. Some writers let the serializer write its null behind the flag, which
      // those of numbers have none for.
      const bool number = !in.at_end() && !state.ttl && plain_bytes_of(*state.value);
      if (number) in.expect_end("a map value that is null");
      return;
    }
  }
  if (state.ttl) in.i64("last access time");
  walk_delimited(*state.value, in, "the map value");
}

}  // namespace

JavaHash key_hash_of(const Type& key, const KeySpace& keys) {
  // Damaged metadata may say anything.
  if (keys.max_parallelism < 1) return {};
  if (!keys.row_hash_known && any_type(key, is_row)) return {};
  if (any_type(key, is_named_row)) return {};
  return java_hash_of(key);
}

std::optional<std::size_t> plain_bytes_of(const Type& type) {
  const TypeDescription description = type.describe();
  if (description.kind == "tuple" && !type.children().empty()) {
    std::size_t sum = 0;
    for (const TypePtr& field : type.children()) {
      const std::optional<std::size_t> bytes = plain_bytes_of(*field);
      if (!bytes) return std::nullopt;
      sum += *bytes;
    }
    return sum;
  }
  const auto* found = std::find_if(kPlainTypes.begin(), kPlainTypes.end(), [&](const auto& plain) {
    return plain.first == scalar_name(description);
  });
  if (found == kPlainTypes.end()) return std::nullopt;
  return found->second;
}

EntryCheck::EntryCheck(const std::vector<KeyedStateSchema>& states, KeySpace keys)
    : states_(states), keys_(keys), prefix_bytes_(key_group_prefix_bytes(keys.max_parallelism)) {
  for (const KeyedStateSchema& state : states) {
    State check;
    check.hash = key_hash_of(*state.key, keys);
    const bool one_value = state.kind != KeyedStateKind::kTimer &&
                           state.kind != KeyedStateKind::kList &&
                           state.kind != KeyedStateKind::kMap && !state.ttl;
    const auto key = plain_bytes_of(*state.key);
    const auto value = one_value ? plain_bytes_of(*state.value) : std::nullopt;
    if (key && value && check.hash && state.name_space->shape() == Shape::kVoid) {
      check.is_long = scalar_name(state.key->describe()) == "Long";
      check.plain_key = *key + kVoidNamespaceBytes;
      check.has_plain_value = true;
      check.plain_value = *value;
    }
    checks_.push_back(std::move(check));
  }
}

std::int32_t EntryCheck::prefix_of(Bytes key) const {
  const std::int32_t first = key[0] & ~kLastOfState;
  return prefix_bytes_ == 1 ? first : (first << 8) | key[1];
}

bool EntryCheck::is_plain(const StoredEntry& entry, std::int32_t key_group) const {
  const State& check = checks_[entry.state];
  const auto prefix = static_cast<std::size_t>(prefix_bytes_);
  if (!check.has_plain_value || entry.value.size() != check.plain_value ||
      entry.key.size() != prefix + check.plain_key || entry.key.back() != 0 ||
      prefix_of(entry.key) != key_group) {
    return false;
  }
  const Bytes key = entry.key.subspan(prefix);
  if (check.is_long) {
    return key_group_of_hash(hash_of_long(key), keys_.max_parallelism) == key_group;
  }
  ByteReader in(key, {});
  return key_group_of(entry.state, in) == key_group;
}

bool EntryCheck::check_parts(const StoredEntry& entry, std::int32_t key_group,
                             std::string_view file, const FindingReport& report,
                             KeyMemo& memo) const {
  const KeyedStateSchema& state = states_[entry.state];
  bool in_place = true;
  try {
    in_place = check_key(entry, key_group, file, report, memo);
  } catch (const UnsupportedError& error) {
    report.in_state(state.name).add_unchecked(error);
  } catch (const FormatError& error) {
    report.in_state(state.name)
        .add(FindingCode::kKeyDamaged, error,
             fmt::format("a key of type {}", state.key->describe().name));
  }
  try {
    check_value(entry, file);
  } catch (const UnsupportedError& error) {
    report.in_state(state.name).add_unchecked(error);
  } catch (const FormatError& error) {
    const std::string type = state.value == nullptr ? "nothing" : state.value->describe().name;
    report.in_state(state.name)
        .add(FindingCode::kValueDamaged, error, fmt::format("a value of type {}", type));
  }
  return in_place;
}

std::int32_t EntryCheck::key_group_of(std::size_t state, ByteReader& key) const {
  return key_group_of_hash(checks_[state].hash(key), keys_.max_parallelism);
}

std::int32_t EntryCheck::key_group_of_map(std::size_t state, Bytes key, ByteReader& in,
                                          KeyMemo& memo) const {
  const bool known =
      memo.state == state && std::equal(key.begin(), key.end(), memo.key.begin(), memo.key.end());
  if (known) return memo.key_group;
  memo.state.reset();  // should the key be damaged
  memo.key_group = key_group_of(state, in);
  memo.key.assign(key.begin(), key.end());
  memo.state = state;
  return memo.key_group;
}

bool EntryCheck::check_key(const StoredEntry& entry, std::int32_t key_group, std::string_view file,
                           const FindingReport& report, KeyMemo& memo) const {
  const KeyedStateSchema& state = states_[entry.state];
  const CompositeKey parts =
      cut_composite_key(state, entry.key, prefix_bytes_, file, entry.key_offset);
  const auto offset_of = [&](Bytes part) {
    return entry.key_offset + static_cast<std::uint64_t>(part.data() - entry.key.data());
  };
  std::optional<std::int32_t> hashed;
  if (parts.cut && checks_[entry.state].hash) {
    ByteReader in(parts.key, file, offset_of(parts.key));
    hashed = state.kind == KeyedStateKind::kMap ? key_group_of_map(entry.state, parts.key, in, memo)
                                                : key_group_of(entry.state, in);
  }
  const bool in_place = check_groups(entry, hashed, key_group, report);
  if (!parts.cut) return in_place;
  if (state.name_space->shape() == Shape::kVoid && !parts.name_space.empty() &&
      parts.name_space[0] != 0) {
    report.in_state(state.name)
        .add(FindingCode::kKeyDamaged, "00, which stands for no namespace",
             fmt::format("{:02x}", parts.name_space[0]), offset_of(parts.name_space));
  }
  if (state.kind == KeyedStateKind::kMap) {
    ByteReader in(parts.user_key, file, offset_of(parts.user_key));
    const Within place(in, "map key");
    walk_delimited(*state.user_key, in, "the map key");
  }
  return in_place;
}

// The number in front of the key, the one its hash names, and the section's should be the same.
bool EntryCheck::check_groups(const StoredEntry& entry, std::optional<std::int32_t> hashed,
                              std::int32_t key_group, const FindingReport& report) const {
  const std::int32_t stored = prefix_of(entry.key);
  if (stored != key_group && (!hashed || *hashed == stored)) return false;
  if (stored == key_group && (!hashed || *hashed == key_group)) return true;
  report.in_state(states_[entry.state].name)
      .add(FindingCode::kKeyInWrongGroup, fmt::format("a key of key group {}", key_group),
           fmt::format("key group {} in front of a key whose hash names {}", stored, *hashed),
           entry.key_offset);
  return true;
}

void EntryCheck::check_value(const StoredEntry& entry, std::string_view file) const {
  const KeyedStateSchema& state = states_[entry.state];
  ByteReader in(entry.value, file, entry.value_offset);
  const Within place(in, state.name);
  if (state.kind == KeyedStateKind::kTimer) return in.expect_end("a timer, which has no value");
  if (state.kind == KeyedStateKind::kList) return walk_list(state, in);
  if (state.kind == KeyedStateKind::kMap) return walk_map_value(state, entry.value, in);
  if (state.ttl) in.i64("last access time");
  walk_delimited(*state.value, in, "the value");
}

void EntryCheck::check_key_group(std::size_t state, Bytes key, std::uint64_t offset,
                                 std::int32_t key_group, std::string_view file,
                                 const FindingReport& report) const {
  if (!checks_[state].hash) return;
  ByteReader in(key, file, offset);
  const std::int32_t hashed = key_group_of(state, in);
  if (hashed == key_group) return;
  report.in_state(states_[state].name)
      .add(FindingCode::kKeyInWrongGroup, fmt::format("a key of key group {}", key_group),
           fmt::format("a key whose hash names key group {}", hashed), offset);
}

}  // namespace savvy
