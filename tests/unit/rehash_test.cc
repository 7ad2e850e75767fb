#include "redistribute/rehash.h"

#include <catch2/catch.hpp>

#include "format/composite_key.h"
#include "format/errors.h"
#include "format/key_groups.h"
#include "tests/support/entries.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

struct StoredEntry {
  std::size_t state;
  std::int32_t key_group;
  std::string composite_key;
  std::string value;
  bool undivided = false;
};

class StoredEntries final : public KeyedEntrySource {
 public:
  explicit StoredEntries(std::vector<StoredEntry> entries) : entries_(std::move(entries)) {}
  bool next(KeyedEntry& entry) override {
    if (position_ == entries_.size()) return false;
    const StoredEntry& stored = entries_[position_++];
    key_ = from_hex(stored.composite_key);
    value_ = from_hex(stored.value);
    entry = {stored.state, stored.key_group, key_, value_, stored.undivided};
    return true;
  }

 private:
  std::vector<StoredEntry> entries_;
  std::size_t position_ = 0;
  ByteVector key_;
  ByteVector value_;
};

KeyedStateSchema state_of(const std::string& name, KeyedStateKind kind, TypePtr key = int_type()) {
  KeyedStateSchema state;
  state.name = name;
  state.kind = kind;
  state.key = std::move(key);
  state.name_space = void_type();
  state.value = int_type();
  state.user_key = int_type();
  return state;
}

// States 0 to 2: a value, a map and timers, all keyed by Int.
std::vector<KeyedStateSchema> states() {
  return {state_of("v", KeyedStateKind::kValue), state_of("m", KeyedStateKind::kMap),
          state_of("t", KeyedStateKind::kTimer)};
}

std::vector<std::string> rehash(std::vector<StoredEntry> entries, MaxParallelismChange change,
                                std::vector<KeyedStateSchema> schemas = states()) {
  StoredEntries source(std::move(entries));
  RehashedSource rehashed(source, std::move(schemas), change, "operator \"a\"");
  return all_entries(rehashed);
}

std::string error_of(std::vector<StoredEntry> entries, MaxParallelismChange change = {128, 1024}) {
  return message_of<UnsupportedError>([&] { rehash(std::move(entries), change); });
}

std::string prefix(std::int32_t key_group, std::int32_t max_parallelism) {
  ByteVector out;
  append_key_group(key_group, key_group_prefix_bytes(max_parallelism), out);
  return to_hex_text(out);
}

}  // namespace

// Key groups of keyed-state.md, section 6: hash 1 is in 86 of 128 and 16342 of 32768, hash -5 in 80
// and 12112.
TEST_CASE("keys get the key groups that Flink gives them", "[rehash]") {
  CHECK(rehash({{0, 86, "56 00000001 00", "aa"}, {0, 80, "50 fffffffb 00", "bb"}}, {128, 32768}) ==
        std::vector<std::string>{"0|16342|3fd60000000100|aa", "0|12112|2f50fffffffb00|bb"});
  CHECK(rehash({{0, 16342, "3fd6 00000001 00", "aa"}}, {32768, 128}) ==
        std::vector<std::string>{"0|86|560000000100|aa"});
}

TEST_CASE("map entries and timers keep what stands around the key", "[rehash]") {
  CHECK(rehash({{1, 86, "56 00000001 00 00000007", "00cc"},
                {2, 86, "56 8000000000000005 00000001 00", ""}},
               {128, 32768}) ==
        std::vector<std::string>{"1|16342|3fd6000000010000000007|00cc",
                                 "2|16342|3fd680000000000000050000000100|"});
}

TEST_CASE("the width of the prefix follows the max parallelism", "[rehash]") {
  for (const std::int32_t old_max : {1, 127, 128, 129, 1024, 32768}) {
    for (const std::int32_t new_max : {1, 127, 128, 129, 1024, 32768}) {
      CAPTURE(old_max, new_max);
      const std::int32_t found = key_group_of_hash(7, old_max);
      const std::int32_t expected = key_group_of_hash(7, new_max);
      CHECK(rehash({{0, found, prefix(found, old_max) + "0000000700", "aa"}}, {old_max, new_max}) ==
            std::vector<std::string>{"0|" + std::to_string(expected) + "|" +
                                     prefix(expected, new_max) + "0000000700|aa"});
    }
  }
}

TEST_CASE("an entry in a key group that its hash does not say is refused", "[rehash]") {
  CHECK(error_of({{0, 85, "55 00000001 00", "aa"}}) ==
        "operator \"a\": state \"v\": a key of type Int is in key group 85, its hashCode 1 says 86 "
        "of 128: the max parallelism cannot change, because the rule that placed the keys is not "
        "known");
  // In the stream's key group, but not in the one its own bytes say.
  CHECK(error_of({{1, 86, "55 00000001 00 00000007", "00"}}).find("is in key group 85") !=
        std::string::npos);
  CHECK(error_of({{2, 85, "56 8000000000000005 00000001 00", ""}}).find("is in key group 85") !=
        std::string::npos);
}

TEST_CASE("an undivided entry is refused", "[rehash]") {
  CHECK(error_of({{0, 86, "", "aa", true}}) ==
        "operator \"a\": state \"v\": the max parallelism cannot change: the entries of key group "
        "86 cannot be told apart");
}

TEST_CASE("a key type without a hash is refused before anything is read", "[rehash]") {
  const std::vector<KeyedStateSchema> schemas = {
      state_of("v", KeyedStateKind::kValue), state_of("u", KeyedStateKind::kValue, unknown_type())};
  const std::string expected =
      "operator \"a\": state \"u\": the max parallelism cannot change: the hashCode of its keys "
      "(Unknown) cannot be computed from their bytes";
  CHECK(message_of<UnsupportedError>([&] { require_hashable(schemas, "operator \"a\""); }) ==
        expected);
  CHECK(message_of<UnsupportedError>([&] { rehash({}, {128, 256}, schemas); }) == expected);
  CHECK_NOTHROW(require_hashable(states(), "operator \"a\""));
  // A type that can be walked, and whose class alone knows its hash.
  CHECK(message_of<UnsupportedError>([&] {
          require_hashable({state_of("w", KeyedStateKind::kValue, empty_type())}, "b");
        }).find("(Empty)") != std::string::npos);
}

// The lengths behind key and namespace, where both are of variable length, stay too.
TEST_CASE("a damaged composite key is a format error", "[rehash]") {
  CHECK(first_line_of<FormatError>([] {
          rehash({{0, 86, "56 000001", "aa"}}, {128, 1024});
        }) == "operator \"a\": offset 0x1: int needs 4 bytes, 3 are left");
}

}  // namespace savvy
