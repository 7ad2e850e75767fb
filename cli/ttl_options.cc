#include "cli/ttl_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>

#include "cli/time_text.h"
#include "format/errors.h"

namespace savvy {
namespace {

std::int64_t clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t parse_now(const std::string& text) {
  if (text.empty()) return clock_ms();
  const std::optional<std::int64_t> now = parse_time_ms(text);
  if (now) return *now;
  throw UsageError(fmt::format(
      "--now {}: expected a time, for example 2026-01-31T12:00:00Z or 1769860800000", text));
}

}  // namespace

void add_ttl_options(CLI::App& command, TtlOptions& options) {
  command
      .add_option("--ttl", options.rules,
                  "How long values of this state live, which no snapshot holds: tells which are "
                  "past it; repeatable, e.g. --ttl session=12h (90s, 15m, 7d, PT15M)")
      ->type_name("STATE=DURATION")
      ->allow_extra_args(false)
      ->group("Time to live");
  command
      .add_option("--now", options.now,
                  "The time --ttl asks about, ISO-8601 or epoch ms; without it the current time, "
                  "e.g. --now 2026-01-31T12:00:00Z")
      ->type_name("TIME")
      ->group("Time to live");
}

bool ttl_expired(std::int64_t last_access_ms, std::int64_t ttl_ms, std::int64_t now_ms) {
  std::int64_t end_ms = 0;
  if (__builtin_add_overflow(last_access_ms, ttl_ms, &end_ms)) {
    end_ms = std::numeric_limits<std::int64_t>::max();
  }
  return end_ms <= now_ms;
}

TtlRules::TtlRules(const TtlOptions& options) : now_ms_(parse_now(options.now)) {
  if (!options.now.empty() && options.rules.empty()) throw UsageError("--now needs --ttl");
  for (const std::string& text : options.rules) {
    // A state's name may hold '=', a duration cannot.
    const std::size_t equals = text.rfind('=');
    const std::optional<std::int64_t> ttl_ms =
        equals == std::string::npos ? std::nullopt : parse_duration_ms(text.substr(equals + 1));
    if (!ttl_ms || *ttl_ms <= 0) {
      throw UsageError(fmt::format(
          "--ttl {}: expected STATE=DURATION, for example session=12h, 90s, 7d or PT15M", text));
    }
    const std::string state = text.substr(0, equals);
    const bool twice = std::any_of(rules_.begin(), rules_.end(),
                                   [&](const Rule& rule) { return rule.state == state; });
    if (twice) throw UsageError(fmt::format("--ttl {}: state \"{}\" is named twice", text, state));
    rules_.emplace_back(text, state, *ttl_ms);
  }
}

std::optional<std::int64_t> TtlRules::ttl_ms(const KeyedStateSchema& state) const {
  for (const Rule& rule : rules_) {
    if (rule.state != state.name || state.kind == KeyedStateKind::kTimer) continue;
    rule.met = true;
    if (!state.ttl) return std::nullopt;
    rule.met_with_ttl = true;
    return rule.ttl_ms;
  }
  return std::nullopt;
}

std::vector<std::string> TtlRules::unused() const {
  std::vector<std::string> notes;
  for (const Rule& rule : rules_) {
    if (rule.met_with_ttl) continue;
    notes.push_back(rule.met ? fmt::format("--ttl {} met only state without a TTL", rule.text)
                             : fmt::format("--ttl {} met no state", rule.text));
  }
  return notes;
}

}  // namespace savvy
