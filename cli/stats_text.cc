// Figures for a terminal.

#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/stats_report.h"
#include "cli/table.h"
#include "format/iso_time.h"

namespace savvy {
namespace {

constexpr std::size_t kShownSubtasks = 16;
constexpr std::size_t kShownKeyChars = 72;

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string_view estimate_mark(bool exact) { return exact ? "" : "~"; }

std::string line(std::string_view name, const std::string& text) {
  return fmt::format("    {:<13}{}\n", name, text);
}

std::string sizes_line(std::string_view name, const SizeFigures& sizes) {
  if (sizes.count() == 0) return {};
  const SizeFigures::Quantile p99 = sizes.p99();
  return line(name, fmt::format("total {}  min {}  mean {:.1f}  p99 {}{}  max {}", sizes.total(),
                                sizes.min(), sizes.mean(), estimate_mark(p99.exact), p99.value,
                                sizes.max()));
}

// A bar for each stretch of key groups, as high as its entries; anything at all shows.
std::string bars_text(const KeyGroupFigures& groups, std::int32_t max_parallelism) {
  constexpr std::array<std::string_view, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t count = KeyGroupFigures::bar_count(max_parallelism);
  const std::uint64_t highest = *std::max_element(groups.bars().begin(), groups.bars().end());
  std::string text = "|";
  for (std::size_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(groups.bars()[i]) /
                         static_cast<double>(std::max<std::uint64_t>(highest, 1));
    const auto level = static_cast<std::size_t>(share * 8);
    text += kBlocks[groups.bars()[i] == 0 ? 0 : std::max<std::size_t>(level, 1)];
  }
  return text + fmt::format("| entries of key groups 0 to {}", max_parallelism - 1);
}

std::string key_groups_text(const StateStats& stats, const OperatorStats& of) {
  const KeyGroupFigures& groups = stats.key_groups;
  if (groups.used() == 0) return {};
  const KeyGroupFigures::Peak& entries = groups.entries_peak();
  const KeyGroupFigures::Peak& bytes = groups.bytes_peak();
  return line("key groups",
              fmt::format("{} of {} used; most entries: {} in {} ({:.1f} x mean); most bytes: {} "
                          "in {} ({:.1f} x mean)",
                          groups.used(), of.key_group_count, entries.size, entries.key_group,
                          skew(entries.size, stats.entries(), of.key_group_count),
                          human_bytes(bytes.size), bytes.key_group,
                          skew(bytes.size, stats.bytes(), of.key_group_count))) +
         line("", bars_text(groups, of.op->max_parallelism));
}

std::string range_text(const TimeRange& range) {
  const auto time = [](std::int64_t ms) {
    return fmt::format("{} ({})", iso_date_time_of_millis(ms, Zone::kUtc), ms);
  };
  return time(*range.min_ms) + " to " + time(*range.max_ms);
}

std::string times_text(const StateStats& stats) {
  std::string text;
  if (stats.timers.min_ms) text += line("timers", range_text(stats.timers));
  if (!stats.ttl || stats.ttl->values == 0) return text;
  const TtlFigures& ttl = *stats.ttl;
  text += line("last access", range_text(ttl.last_access));
  if (!ttl.ttl_ms) return text;
  return text + line("past its TTL",
                     fmt::format(
                         "{} of {} values ({:.1f} %)", ttl.expired, ttl.values,
                         100 * static_cast<double>(ttl.expired) / static_cast<double>(ttl.values)));
}

// The front of a text that is too long for a line; no code point is cut.
std::string shortened(const std::string& text) {
  if (text.size() <= kShownKeyChars) return text;
  std::size_t end = kShownKeyChars;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string largest_keys_text(const StateStats& stats) {
  Table table({{stats.largest_keys_exact ? "LARGEST KEYS" : "LARGEST KEYS ~", Align::kRight},
               {"ENTRIES", Align::kRight},
               {"KEY GROUP", Align::kRight},
               {"KEY"}});
  for (const LargestKey& key : stats.largest_keys.sorted()) {
    table.add({human_bytes(key.bytes), fmt::format("{}", key.entries),
               fmt::format("{}", key.key_group), shortened(key.key_json)});
  }
  return table.empty() ? "" : table.text("    ");
}

std::string largest_values_text(const StateStats& stats) {
  Table table({{"LARGEST VALUES", Align::kRight}, {"KEY GROUP", Align::kRight}, {"KEY"}});
  for (const LargestValue& value : stats.largest_values.sorted()) {
    std::string key = shortened(value.key_json);
    if (!value.namespace_json.empty()) key += " @ " + shortened(value.namespace_json);
    if (!value.map_key_json.empty()) key += " [" + shortened(value.map_key_json) + "]";
    table.add({human_bytes(value.bytes), fmt::format("{}", value.key_group), key});
  }
  return table.empty() ? "" : table.text("    ");
}

std::string undecoded_text(const StateStats& stats) {
  std::string text;
  for (const auto& [what, found] : stats.undecoded) {
    text += line(
        "not counted",
        fmt::format("{} of {} ({}), {}: {}", what.part, count_text(found.count, "place", "places"),
                    human_bytes(found.bytes), printable(what.type), printable(what.reason)));
  }
  return text;
}

std::string state_text(const StatsPlace& place, const StateStats& stats, const OperatorStats& of) {
  std::string text =
      fmt::format("\n  {}", stats.state_kind.empty() ? place.kind : stats.state_kind);
  if (!place.state.empty()) text += " " + printable(place.state);
  text += "  " + count_text(stats.entries(), "entry", "entries");
  if (stats.keys) {
    text += fmt::format(", {}{}", estimate_mark(stats.keys->exact),
                        count_text(stats.keys->value, "key", "keys"));
  }
  text += ", " + human_bytes(stats.bytes()) + '\n';
  if (stats.key_bytes.total() > 0) text += sizes_line("key bytes", stats.key_bytes);
  if (place.kind != "timer") text += sizes_line("value bytes", stats.value_bytes);
  if (stats.elements) text += sizes_line("elements", *stats.elements);
  if (of.op != nullptr) text += key_groups_text(stats, of);
  text += times_text(stats);
  if (stats.empty_collections > 0) {
    text += line("empty", count_text(stats.empty_collections, "list or map", "lists or maps") +
                              " without entries");
  }
  return text + undecoded_text(stats) + largest_keys_text(stats) + largest_values_text(stats);
}

std::string subtasks_text(const OperatorStats& of) {
  Table table({{"SUBTASK", Align::kRight}, {"ENTRIES", Align::kRight}, {"BYTES", Align::kRight}});
  std::size_t shown = 0;
  for (const auto& [index, figures] : of.subtasks) {
    if (++shown > kShownSubtasks) break;
    table.add(
        {fmt::format("{}", index), fmt::format("{}", figures.entries), human_bytes(figures.bytes)});
  }
  if (table.empty()) return {};
  std::string text = table.text("  ");
  if (of.subtasks.size() > kShownSubtasks) {
    text += fmt::format("  ... {} more; --format json lists all\n",
                        of.subtasks.size() - kShownSubtasks);
  }
  return text;
}

std::string heading(const OperatorStats& of) {
  if (of.op == nullptr) return "master state";
  const OperatorState& op = *of.op;
  std::string text = "operator " + printable(operator_label(op));
  if (operator_label(op) != to_hex(op.id)) text += "  " + to_hex(op.id);
  return text + fmt::format("  parallelism {} of {}", op.parallelism, op.max_parallelism);
}

}  // namespace

std::string stats_text(const StatsReport& report) {
  std::string text;
  for (const OperatorStats& of : by_operator(report)) {
    if (!text.empty()) text += '\n';
    text += heading(of) + fmt::format("  {}, {}\n", count_text(of.entries, "entry", "entries"),
                                      human_bytes(of.bytes));
    text += subtasks_text(of);
    for (const auto& [place, stats] : of.states) text += state_text(*place, *stats, of);
  }
  return text.empty() ? "no state\n" : text;
}

}  // namespace savvy
