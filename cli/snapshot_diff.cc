#include "cli/snapshot_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cli/diff_parts.h"
#include "cli/error_place.h"
#include "cli/printable.h"
#include "format/errors.h"

namespace savvy {
namespace {

// What one snapshot holds of an operator.
struct FoundOperator {
  const OperatorState* op = nullptr;
  const OperatorCatalog* catalog = nullptr;
};
using Operators = std::map<std::string, std::array<FoundOperator, 2>>;  // by id in hex

void add_operators(const Snapshot& snapshot, const std::vector<OperatorCatalog>& catalogs,
                   Side side, Operators& operators) {
  for (const OperatorCatalog& catalog : catalogs) {
    FoundOperator& found = operators[to_hex(catalog.op->id)][static_cast<std::size_t>(side)];
    if (found.op != nullptr) {
      throw UnsupportedError(fmt::format("{}: two operators have the id {}",
                                         snapshot.metadata_path(), to_hex(catalog.op->id)));
    }
    found = {catalog.op, &catalog};
  }
}

// The label of the newer side, unless only the older one knows more than the id.
std::string label_of(const OperatorState* before, const OperatorState* after) {
  const auto has_name = [](const OperatorState* op) {
    return op != nullptr && !(op->uid.empty() && op->name.empty());
  };
  if (has_name(after) || before == nullptr) return operator_label(*after);
  return has_name(before) || after == nullptr ? operator_label(*before) : operator_label(*after);
}

bool wants(const RowFilter& filter, const OperatorState* op) {
  return op != nullptr && filter.wants_operator(*op);
}

// Entries are read again, and say of bad bytes what is wrong. A read that failed this once would
// only leave out what the catalog did not see.
void require_read(const FoundOperator& found) {
  if (found.catalog != nullptr && found.catalog->io_error != nullptr) {
    std::rethrow_exception(found.catalog->io_error);
  }
}

bool filters_rows(const RowFilter& filter) {
  const RowFilterOptions& options = filter.options();
  return filter.has_states() || filter.has_key_groups() || !options.kinds.empty();
}

bool wants_some_key_group(const RowFilter& filter, std::int32_t count) {
  for (std::int32_t key_group = 0; key_group < count; ++key_group) {
    if (filter.wants_key_group(key_group)) return true;
  }
  return false;
}

bool is_wanted(const RowFilter& filter, const OperatorState& op, const StateInfo& state) {
  const bool keyed = state.kind == "keyed" || state.kind == "timer" || state.kind == "raw_keyed";
  const bool named =
      state.kind != "raw_keyed" && state.kind != "raw_operator" && state.kind != "channel";
  if (filter.has_states() && !(named && filter.wants_state(state.name))) return false;
  if (!filter.wants_kind(state.kind)) return false;
  return !filter.has_key_groups() || (keyed && wants_some_key_group(filter, op.max_parallelism));
}

// Whether a snapshot has an operator or state that the filters want.
bool holds_wanted(const std::vector<OperatorCatalog>& catalogs, const RowFilter& filter) {
  return std::any_of(catalogs.begin(), catalogs.end(), [&](const OperatorCatalog& catalog) {
    if (!filter.wants_operator(*catalog.op)) return false;
    return !filters_rows(filter) ||
           std::any_of(catalog.states.begin(), catalog.states.end(), [&](const StateInfo& state) {
             return is_wanted(filter, *catalog.op, state);
           });
  });
}

class SnapshotDiff {
 public:
  SnapshotDiff(const Snapshot& a, const Snapshot& b, const DiffOptions& options, DiffSink& sink)
      : a_(a),
        b_(b),
        registry_a_(make_serializer_registry(kryo_release(a.metadata().version))),
        registry_b_(make_serializer_registry(
            options.kryo_of_second.value_or(kryo_release(b.metadata().version)))),
        cache_a_(options.block_cache_bytes / 2),
        cache_b_(options.block_cache_bytes / 2),
        options_(options),
        recorder_(sink) {}

  DiffResult run() {
    try {
      compare();
    } catch (const StopDiff&) {
      recorder_.result().complete = false;
    }
    return std::move(recorder_.result());
  }

 private:
  void compare() {
    const auto catalogs_a = read_catalog(a_, registry_a_, CatalogDepth::kHeads);
    const auto catalogs_b = read_catalog(b_, registry_b_, CatalogDepth::kHeads);
    recorder_.result().matched =
        holds_wanted(catalogs_a, options_.filter) || holds_wanted(catalogs_b, options_.filter);
    Operators operators;
    add_operators(a_, catalogs_a, Side::kBefore, operators);
    add_operators(b_, catalogs_b, Side::kAfter, operators);
    std::erase_if(operators, [&](const auto& entry) {
      return !wants(options_.filter, entry.second[0].op) &&
             !wants(options_.filter, entry.second[1].op);
    });
    for (const auto& [id, found] : operators) {
      for (const FoundOperator& side : found) require_read(side);
      // An operator is no row of a state or kind that was asked for.
      const bool one_sided = found[0].op == nullptr || found[1].op == nullptr;
      if (one_sided && filters_rows(options_.filter)) continue;
      diff_structure(operator_diff(id, found), found[0].catalog, found[1].catalog);
    }
    diff_master_state(OperatorDiff{{a_, registry_a_, cache_a_, nullptr},
                                   {b_, registry_b_, cache_b_, nullptr},
                                   options_,
                                   recorder_,
                                   "",
                                   ""});
    for (const auto& [id, found] : operators) {
      const OperatorDiff diff = operator_diff(id, found);
      run_at("operator " + printable(diff.label), [&] {
        diff_keyed_state(diff);
        diff_operator_state(diff);
        diff_raw_state(diff);
      });
    }
  }

  OperatorDiff operator_diff(const std::string& id, const std::array<FoundOperator, 2>& found) {
    return {{a_, registry_a_, cache_a_, found[0].op},
            {b_, registry_b_, cache_b_, found[1].op},
            options_,
            recorder_,
            label_of(found[0].op, found[1].op),
            id};
  }

  const Snapshot& a_;
  const Snapshot& b_;
  SerializerRegistry registry_a_;
  SerializerRegistry registry_b_;
  // RocksDB tells the blocks of a copied file from those of the original by nothing: of one cache
  // for both sides the second one would get what was read of the first.
  RocksdbCache cache_a_;
  RocksdbCache cache_b_;
  const DiffOptions& options_;
  DiffRecorder recorder_;
};

// At most this many bytes of a value are shown in a line of text.
constexpr std::size_t kShownBytes = 120;

std::string shortened(const std::string& text) {
  if (text.size() <= kShownBytes) return printable(text);
  std::size_t end = kShownBytes;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // inside a character
  return printable(text.substr(0, end)) + "...";
}

std::string side_text(const std::string& value, const std::string& ttl) {
  return ttl.empty() ? shortened(value) : fmt::format("{} (ttl {})", shortened(value), ttl);
}

}  // namespace

std::string_view to_string(ChangeType change) {
  switch (change) {
    case ChangeType::kInsert:
      return "insert";
    case ChangeType::kDelete:
      return "delete";
    case ChangeType::kUpdate:
      break;
  }
  return "update";
}

DiffResult diff_snapshots(const Snapshot& a, const Snapshot& b, const DiffOptions& options,
                          DiffSink& sink) {
  return SnapshotDiff(a, b, options, sink).run();
}

std::string text_of(const DiffRow& row) {
  std::string text = fmt::format("{} {}", to_string(row.change), row.head.kind);
  if (!row.head.operator_label.empty()) text += ' ' + printable(row.head.operator_label);
  if (row.head.state) text += fmt::format(" {}", printable(*row.head.state));
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (row.cells.text[i].empty()) continue;
    text +=
        fmt::format(" {}={}", column_name(static_cast<Column>(i)), shortened(row.cells.text[i]));
  }
  if (row.before.empty() && row.after.empty()) return text;
  const std::string before = side_text(row.before, row.ttl_before);
  const std::string after = side_text(row.after, row.ttl_after);
  if (row.change == ChangeType::kInsert) return fmt::format("{}: {}", text, after);
  if (row.change == ChangeType::kDelete) return fmt::format("{}: {}", text, before);
  return fmt::format("{}: {} -> {}", text, before, after);
}

}  // namespace savvy
