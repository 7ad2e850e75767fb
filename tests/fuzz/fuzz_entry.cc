// Keyed entries as RocksDB and ForSt hold them: checked, and made into rows. An entry whose check
// finds nothing has rows.
//
// Bytes   u8 flags (1: key group of two bytes) | u8 key group | parts, each an entry: its kind is
//         the state, its content u8 size of the key | key | value

#include "cli/keyed_rows.h"
#include "format/finding.h"
#include "readers/check/entry_check.h"
#include "tests/fuzz/parts.h"
#include "tests/fuzz/section_fuzz.h"

namespace savvy::testing {

namespace {
constexpr std::size_t kFrontBytes = 2;
}

std::optional<std::size_t> parts_start(Bytes input) {
  if (input.size() < kFrontBytes) return std::nullopt;
  return kFrontBytes;
}

namespace {

// Those of section_fuzz.h, and each of them with a TTL, as ForSt describes it, and with a type that
// cannot be walked.
const std::vector<KeyedStateSchema>& entry_states() {
  static const std::vector<KeyedStateSchema> states = [] {
    std::vector<KeyedStateSchema> all = fuzz_states();
    for (const KeyedStateSchema& plain : fuzz_states()) {
      if (plain.kind == KeyedStateKind::kTimer) continue;
      KeyedStateSchema with_ttl = plain;
      with_ttl.ttl = !plain.ttl;
      KeyedStateSchema forst = plain;
      forst.v2 = true;
      KeyedStateSchema unknown = plain;
      unknown.value = unknown_type();
      KeyedStateSchema unknown_key = plain;
      unknown_key.key = unknown_type();
      all.insert(all.end(), {with_ttl, forst, unknown, unknown_key});
    }
    return all;
  }();
  return states;
}

const std::vector<RowHead>& heads() {
  static const std::vector<RowHead> each = [] {
    std::vector<RowHead> all;
    RowHeadFields fields;
    fields.kind = "keyed";
    for (std::size_t i = 0; i < entry_states().size(); ++i) {
      all.emplace_back(fields, RowFormat::kJsonl);
    }
    return all;
  }();
  return each;
}

std::string rows_of(const KeyedEntry& entry, int prefix_bytes) {
  static const RowFilter filter{RowFilterOptions{}};
  RowBuffer rows(RowFormat::kJsonl, Int64Style::kNumber);
  KeyedRows keyed(entry_states(), heads(), filter, RowContent::kWhole, prefix_bytes, "f", rows);
  return outcome_of([&] { keyed.add(entry); });
}

bool is_clean(const EntryCheck& check, const KeyedEntry& entry) {
  FindingList findings;
  const StoredEntry stored = {entry.state, entry.composite_key, 0, entry.value, 0};
  KeyMemo memo;
  check.check(stored, entry.key_group, "f", FindingReport(FindingPlace{}, findings), memo);
  return findings.findings().empty();
}

void check_entry(const EntryCheck& check, const Part& part, std::int32_t key_group) {
  Choices content(part.content);
  const std::size_t key_bytes = content.u8();
  KeyedEntry entry;
  entry.state = part.kind % entry_states().size();
  entry.key_group = key_group;
  entry.composite_key = content.rest().first(std::min(key_bytes, content.rest().size()));
  entry.value = content.rest().subspan(entry.composite_key.size());
  const bool clean = is_clean(check, entry);
  const std::string rows = rows_of(entry, check.prefix_bytes());
  if (clean && rows != "read") finding("an entry without a finding has no rows: " + rows);
}

}  // namespace
}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  using namespace savvy::testing;
  constexpr std::int32_t kOneByte = 128;
  constexpr std::int32_t kTwoBytes = 4096;
  Choices choices({data, size});
  const std::int32_t max_parallelism = (choices.u8() & 1) != 0 ? kTwoBytes : kOneByte;
  const std::int32_t key_group = choices.u8() & 0x7F;
  const EntryCheck check(entry_states(), {max_parallelism, true});
  for (const Part& part : split_parts(choices.rest())) check_entry(check, part, key_group);
  return 0;
}
