// --ttl and --now: which entries of states with a TTL are past it. No snapshot holds the length of
// a TTL, only when each value was last used.
//
// Values  --ttl STATE=DURATION, repeatable; --now TIME, by default the current time (time_text.h)
// Errors  UsageError: text of another form, a TTL that is not positive, a state named twice
// Threads all functions may be called by several threads at the same time
// Source  TtlUtils.expired

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/keyed_schema.h"

namespace CLI {
class App;
}

namespace savvy {

// As given on the command line.
struct TtlOptions {
  std::vector<std::string> rules;  // STATE=DURATION
  std::string now;
};
void add_ttl_options(CLI::App& command, TtlOptions& options);

// Whether a value last used then is no longer there for the job. Sums beyond 64 bits count as the
// end of time.
bool ttl_expired(std::int64_t last_access_ms, std::int64_t ttl_ms, std::int64_t now_ms);

class TtlRules {
 public:
  TtlRules() = default;
  explicit TtlRules(const TtlOptions& options);

  bool empty() const { return rules_.empty(); }
  std::int64_t now_ms() const { return now_ms_; }
  // The TTL given for a state; nothing if there is none, or the state keeps no times.
  std::optional<std::int64_t> ttl_ms(const KeyedStateSchema& state) const;
  bool expired(std::int64_t last_access_ms, std::int64_t ttl_ms) const {
    return ttl_expired(last_access_ms, ttl_ms, now_ms_);
  }

  // A line for each rule that marked nothing so far: it met no state, or one without a TTL.
  std::vector<std::string> unused() const;

 private:
  struct Rule {
    Rule(std::string rule, std::string state_name, std::int64_t length_ms)
        : text(std::move(rule)), state(std::move(state_name)), ttl_ms(length_ms) {}
    std::string text;
    std::string state;
    std::int64_t ttl_ms;
    mutable std::atomic<bool> met = false;
    mutable std::atomic<bool> met_with_ttl = false;
  };

  std::deque<Rule> rules_;
  std::int64_t now_ms_ = 0;
};

}  // namespace savvy
