#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "cli/diff_parts.h"
#include "format/same_type.h"

namespace savvy {
namespace {

// All that a description says, on one line.
std::string whole_text(const TypeDescription& type) {
  std::string text = fmt::format("{} ({} {}", type.name, type.serializer, type.version);
  for (const auto& [name, value] : type.attributes) text += fmt::format(", {}={}", name, value);
  text += ')';
  const auto parts = own_parts(type);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += i == 0 ? " {" : ", ";
    text += fmt::format("{}: {}", parts[i]->label, whole_text(parts[i]->type));
  }
  return parts.empty() ? text : text + "}";
}

std::string json_text(std::string_view text) {
  std::string json;
  append_json_string(text, json);
  return json;
}

using StatePlace = std::pair<std::string, std::string>;  // kind, name

bool is_structured(const StateInfo& state) {
  constexpr std::array<std::string_view, 5> kKinds = {"keyed", "timer", "list", "union",
                                                      "broadcast"};
  return std::find(kKinds.begin(), kKinds.end(), state.kind) != kKinds.end();
}

// A state before and after; null where it is not.
using StatePair = std::array<const StateInfo*, 2>;

// Timer queues are registered whether or not a timer was ever set, and a list without elements may
// be stored or not.
bool may_be_absent(const StateInfo& state) {
  return state.kind == "timer" || (state.element_count && *state.element_count == 0);
}

// A change log names neither the key's type nor what kind of state it is.
bool is_described(const StateInfo& state) {
  const bool keyed = state.kind == "keyed" || state.kind == "timer";
  return !keyed || state.key != nullptr;
}

std::string_view name_of(const TypePtr& type, const TypeDescription& description) {
  if (type == nullptr) return "none";
  return description.name;
}

class StructureDiff {
 public:
  explicit StructureDiff(const OperatorDiff& diff) : diff_(diff) {}

  void compare(const OperatorCatalog& before, const OperatorCatalog& after) {
    std::map<StatePlace, StatePair> pairs;
    for (std::size_t side = 0; side < 2; ++side) {
      for (const StateInfo& state : (side == 0 ? before : after).states) {
        if (is_structured(state) && diff_.options.filter.wants_state(state.name) &&
            diff_.options.filter.wants_kind(state.kind)) {
          const StateInfo*& found = pairs[{state.kind, state.name}][side];
          if (found == nullptr) found = &state;
        }
      }
    }
    for (const auto& [place, pair] : pairs) compare(place.second, pair[0], pair[1]);
  }

  void operator_row(ChangeType change) const {
    const std::string text = json_text(diff_.label);
    row(change, "operator", std::nullopt, change == ChangeType::kInsert ? "null" : text,
        change == ChangeType::kDelete ? "null" : text);
  }

 private:
  static std::string state_text(const StateInfo& state) {
    std::string text = state.kind;
    if (!state.state_kind.empty()) text += ' ' + state.state_kind;
    if (state.ttl) text += " with TTL";
    return json_text(text);
  }

  void compare(const std::string& name, const StateInfo* a, const StateInfo* b) const {
    if (a == nullptr || b == nullptr) {
      const StateInfo& state = a != nullptr ? *a : *b;
      if (may_be_absent(state)) return;
      return row(a != nullptr ? ChangeType::kDelete : ChangeType::kInsert, "state", name,
                 a != nullptr ? state_text(*a) : "null", b != nullptr ? state_text(*b) : "null");
    }
    if (!is_described(*a) || !is_described(*b)) return;
    if (state_text(*a) != state_text(*b)) {
      row(ChangeType::kUpdate, "state", name, state_text(*a), state_text(*b));
    }
    compare_type(name, "key", a->key, b->key);
    compare_type(name, "namespace", a->name_space, b->name_space);
    compare_type(name, "map key", a->user_key, b->user_key);
    compare_type(name, "value", a->value, b->value);
  }

  void compare_type(const std::string& state, std::string_view part, const TypePtr& a,
                    const TypePtr& b) const {
    const TypeDescription before = a != nullptr ? a->describe() : TypeDescription{};
    const TypeDescription after = b != nullptr ? b->describe() : TypeDescription{};
    if ((a == nullptr) == (b == nullptr) && same_type(before, after)) return;
    const bool names_tell = name_of(a, before) != name_of(b, after);
    const auto text = [&](const TypePtr& type, const TypeDescription& description) {
      return json_text(names_tell ? fmt::format("{}: {}", part, name_of(type, description))
                                  : fmt::format("{}: {}", part, whole_text(description)));
    };
    row(ChangeType::kUpdate, "serializer", state, text(a, before), text(b, after));
  }

  void row(ChangeType change, std::string kind, std::optional<std::string> state,
           std::string before, std::string after) const {
    DiffRow row = make_row(change, diff_.head(std::move(kind), std::move(state)), {});
    row.before = std::move(before);
    row.after = std::move(after);
    diff_.recorder.add_structure(row);
  }

  const OperatorDiff& diff_;
};

}  // namespace

void diff_structure(const OperatorDiff& diff, const OperatorCatalog* before,
                    const OperatorCatalog* after) {
  const StructureDiff structure(diff);
  if (before == nullptr) return structure.operator_row(ChangeType::kInsert);
  if (after == nullptr) return structure.operator_row(ChangeType::kDelete);
  // What cannot be read ends the comparison of the entries, with a full message.
  if (!before->problems.empty() || !after->problems.empty()) return;
  StructureDiff(diff).compare(*before, *after);
}

}  // namespace savvy
