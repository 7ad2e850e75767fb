#include "cli/key_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/java_hash.h"
#include "format/key_groups.h"

namespace savvy {
namespace {

bool holds_row(const Type& type) {
  const std::span<const TypePtr> children = type.children();
  return type.describe().kind == "row" ||
         std::any_of(children.begin(), children.end(),
                     [](const TypePtr& child) { return child != nullptr && holds_row(*child); });
}

JavaHash hash_of(const Type& type, RowHash row_hash) {
  if (row_hash == RowHash::kUnknown && holds_row(type)) return {};
  return java_hash_of(type);
}

}  // namespace

RowHash row_hash_of(std::int32_t metadata_version) {
  constexpr std::int32_t kFirstWithKnownHash = 4;  // Flink 1.15
  return metadata_version < kFirstWithKnownHash ? RowHash::kUnknown : RowHash::kKnown;
}

KeyTargets::KeyTargets(const std::vector<KeyedStateSchema>& states, const RowFilter& filter,
                       std::int32_t max_parallelism, RowHash row_hash)
    : known_(states.size(), true) {
  for (std::size_t state = 0; state < states.size(); ++state) {
    for (std::size_t key = 0; key < filter.keys().size(); ++key) {
      add(states[state], state, key, filter.keys()[key], max_parallelism, row_hash);
    }
  }
}

void KeyTargets::add(const KeyedStateSchema& schema, std::size_t state, std::size_t key,
                     const std::string& json, std::int32_t max_parallelism, RowHash row_hash) {
  EncodedKey encoded = encode_key(*schema.key, json);
  if (encoded.fit == KeyFit::kMismatch) return;
  Target target{state, key, {}, {}, {}};
  const std::string type = schema.key->describe().name;
  if (const JavaHash hash = hash_of(*schema.key, row_hash); !hash) {
    target.why_anywhere = fmt::format("the hashCode of {} is not known here", type);
  } else if (encoded.fit == KeyFit::kUnknown) {
    target.why_anywhere = fmt::format("the bytes of this {} cannot be told from its JSON", type);
  } else {
    ByteReader in(encoded.bytes, "--key");
    target.key_group = key_group_of_hash(hash(in), max_parallelism);
  }
  if (encoded.fit == KeyFit::kExact) target.bytes = std::move(encoded.bytes);
  if (!target.bytes) known_[state] = false;
  targets_.push_back(std::move(target));
}

bool KeyTargets::may_hold(std::int32_t key_group) const {
  return std::any_of(targets_.begin(), targets_.end(), [key_group](const Target& target) {
    return target.key_group.value_or(key_group) == key_group;
  });
}

std::optional<std::vector<ByteVector>> KeyTargets::bytes_in(std::int32_t key_group) const {
  std::vector<ByteVector> bytes;
  for (const Target& target : targets_) {
    if (target.key_group.value_or(key_group) != key_group) continue;
    if (!target.bytes) return std::nullopt;
    bytes.push_back(*target.bytes);
  }
  std::sort(bytes.begin(), bytes.end());
  bytes.erase(std::unique(bytes.begin(), bytes.end()), bytes.end());
  return bytes;
}

std::optional<std::size_t> KeyTargets::find(std::size_t state, Bytes key) const {
  for (const Target& target : targets_) {
    if (target.state != state || !target.bytes) continue;
    if (std::equal(key.begin(), key.end(), target.bytes->begin(), target.bytes->end())) {
      return target.key;
    }
  }
  return std::nullopt;
}

bool KeyTargets::fits(std::size_t key) const {
  return std::any_of(targets_.begin(), targets_.end(),
                     [key](const Target& target) { return target.key == key; });
}

std::string KeyTargets::why_anywhere(std::size_t key) const {
  for (const Target& target : targets_) {
    if (target.key == key && !target.why_anywhere.empty()) return target.why_anywhere;
  }
  return {};
}

}  // namespace savvy
