// Replaying steps on entries: rules by hand, and random logs against a simple model.

#include "format/change_replay.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "format/byte_units.h"
#include "readers/entry_sorter.h"
#include "tests/support/entries.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;

struct OwnedEntry {
  std::size_t state;
  ByteVector key;
  ByteVector value;
};

class VectorSource final : public KeyedEntrySource {
 public:
  explicit VectorSource(std::vector<OwnedEntry> entries) : entries_(std::move(entries)) {}
  bool next(KeyedEntry& entry) override {
    if (next_ == entries_.size()) return false;
    const OwnedEntry& own = entries_[next_++];
    entry = {own.state, 5, own.key, own.value};
    return true;
  }

 private:
  std::vector<OwnedEntry> entries_;
  std::size_t next_ = 0;
};

constexpr std::size_t kValue = 0;
constexpr std::size_t kList = 1;
constexpr std::size_t kMap = 2;
constexpr std::size_t kReducing = 3;

std::vector<KeyedStateSchema> schemas() {
  std::vector<KeyedStateSchema> states(4);
  states[kValue].kind = KeyedStateKind::kValue;
  states[kList].kind = KeyedStateKind::kList;
  states[kMap].kind = KeyedStateKind::kMap;
  states[kReducing].kind = KeyedStateKind::kReducing;
  return states;
}

struct Log {
  std::vector<OwnedEntry> steps;
  std::uint64_t sequence = 0;

  void add(std::size_t state, StepKind kind, const std::string& key, const std::string& value = {},
           EntryIssue issue = EntryIssue::kNone) {
    const ChangeStep step = {kind, issue, {}, {value.begin(), value.end()}};
    steps.push_back({state, {key.begin(), key.end()}, encode_step(step, ++sequence)});
  }
  void merge(std::size_t state, const std::string& key, const std::string& target,
             const std::vector<std::string>& sources) {
    NamespaceMerge merge;
    merge.target = {target.begin(), target.end()};
    for (const std::string& source : sources)
      merge.sources.emplace_back(source.begin(), source.end());
    const ByteVector value = encode_namespace_merge(merge);
    add(state, StepKind::kMerge, key, {value.begin(), value.end()});
  }
};

std::string as_text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// "state key=value" and "!issue" where there is one. A budget of nothing spills at every entry.
std::vector<std::string> replay(const std::vector<OwnedEntry>& base, const Log& log,
                                std::size_t budget = kMiB) {
  const std::vector<KeyedStateSchema> states = schemas();
  const std::vector<std::size_t> ranks = {0, 1, 2, 3};
  VectorSource base_source(base);
  VectorSource step_source(log.steps);
  EntrySorter sorted_base(base_source, ranks, {budget, {}});
  EntrySorter sorted_steps(step_source, ranks, {budget, {}});
  ChangeReplay result(sorted_base, sorted_steps, states, ranks);
  std::vector<std::string> entries;
  KeyedEntry entry;
  while (result.next(entry)) {
    entries.push_back(std::to_string(entry.state) + " " + as_text(entry.composite_key) + "=" +
                      as_text(entry.value));
    if (entry.issue != EntryIssue::kNone) {
      entries.back() += "!" + std::to_string(static_cast<int>(entry.issue));
    }
  }
  return entries;
}

OwnedEntry base_entry(std::size_t state, const std::string& key, const std::string& value) {
  return {state, {key.begin(), key.end()}, {value.begin(), value.end()}};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("values are replaced, removed and added", "[change_replay]") {
  Log log;
  log.add(kValue, StepKind::kPut, "b", "2");
  log.add(kValue, StepKind::kPut, "b", "3");
  log.add(kValue, StepKind::kRemove, "c");
  log.add(kValue, StepKind::kPut, "d", "4");
  log.add(kValue, StepKind::kRemove, "d");
  log.add(kValue, StepKind::kPut, "e", "5");
  CHECK(replay({base_entry(kValue, "a", "0"), base_entry(kValue, "b", "1"),
                base_entry(kValue, "c", "1")},
               log) == Texts{"0 a=0", "0 b=3", "0 e=5"});
}

TEST_CASE("a cleared map loses what was in it before", "[change_replay]") {
  Log log;
  log.add(kMap, StepKind::kPut, "kx", "1");
  log.add(kMap, StepKind::kClearMap, "k");
  log.add(kMap, StepKind::kPut, "ky", "2");
  log.add(kMap, StepKind::kPut, "k", "3");  // the map key without bytes
  log.add(kMap, StepKind::kRemove, "la");
  const std::vector<OwnedEntry> base = {base_entry(kMap, "k", "0"), base_entry(kMap, "kx", "0"),
                                        base_entry(kMap, "kz", "0"), base_entry(kMap, "la", "0"),
                                        base_entry(kMap, "lb", "0")};
  CHECK(replay(base, log) == Texts{"2 k=3", "2 ky=2", "2 lb=0"});
  log.add(kMap, StepKind::kClearMap, "k");
  CHECK(replay(base, log) == Texts{"2 lb=0"});
}

TEST_CASE("merged lists: the target's elements, then those of the sources", "[change_replay]") {
  Log log;
  log.add(kList, StepKind::kAppend, "k2", "c");
  log.merge(kList, "k", "k1", {"k3", "k2", "k4"});
  log.add(kList, StepKind::kAppend, "k2", "later");
  CHECK(replay({base_entry(kList, "k1", "a"), base_entry(kList, "k2", "b"),
                base_entry(kList, "k3", "d"), base_entry(kList, "l1", "x")},
               log) == Texts{"1 k1=a,d,b,c", "1 k2=later", "1 l1=x"});
}

TEST_CASE("what only the job's function merges is left open until it is set", "[change_replay]") {
  Log log;
  log.merge(kReducing, "k", "k1", {"k2"});
  const std::vector<OwnedEntry> base = {base_entry(kReducing, "k1", "10"),
                                        base_entry(kReducing, "k2", "20")};
  CHECK(replay(base, log) == Texts{"3 k1=1020!1"});
  // One value alone is not merged but moved.
  CHECK(replay({base[1]}, log) == Texts{"3 k1=20"});
  CHECK(replay({base[0]}, log) == Texts{"3 k1=10"});
  log.add(kReducing, StepKind::kPut, "k1", "30");
  CHECK(replay(base, log) == Texts{"3 k1=30"});
}

TEST_CASE("changes that are not applied come out beside the entries", "[change_replay]") {
  Log log;
  log.add(kMap, StepKind::kKeep, "", "first", EntryIssue::kUnappliedChange);
  log.add(kMap, StepKind::kKeep, "k", "second", EntryIssue::kUnappliedChange);
  log.add(kMap, StepKind::kKeep, "", "third", EntryIssue::kUnappliedChange);
  CHECK(replay({base_entry(kMap, "ka", "0")}, log) ==
        Texts{"2 =first!3", "2 =third!3", "2 k=second!3", "2 ka=0"});
}

TEST_CASE("a list of parts stays so until it is set", "[change_replay]") {
  Log log;
  log.add(kList, StepKind::kAppend, "k1", "bc", EntryIssue::kUncutList);
  CHECK(replay({base_entry(kList, "k1", "a")}, log) == Texts{"1 k1=a,bc!2"});
  log.add(kList, StepKind::kPut, "k1", "z");
  CHECK(replay({base_entry(kList, "k1", "a")}, log) == Texts{"1 k1=z"});
}

namespace {

// The state as a program would hold it: by state, key and namespace or map key.
using Model = std::map<std::pair<std::size_t, std::string>, std::string>;

// One random change, made to the log and to the model.
class RandomChanges {
 public:
  explicit RandomChanges(unsigned seed) : random_(seed) {}

  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  std::string key() { return std::string(1, static_cast<char>('a' + pick(4))); }
  std::string part() { return std::string(1, static_cast<char>('0' + pick(4))); }
  std::string value() { return std::to_string(pick(1000)); }

  void change_value(Log& log, Model& model) {
    const std::string place = key() + part();
    if (pick(3) == 0) {
      log.add(kValue, StepKind::kRemove, place);
      model.erase({kValue, place});
    } else {
      const std::string text = value();
      log.add(kValue, StepKind::kPut, place, text);
      model[{kValue, place}] = text;
    }
  }

  void change_list(Log& log, Model& model) {
    const std::string owner = key();
    const std::string place = owner + part();
    switch (pick(5)) {
      case 0:
        log.add(kList, StepKind::kRemove, place);
        model.erase({kList, place});
        break;
      case 1:
        merge(owner, log, model);
        break;
      case 2:
        log.add(kList, StepKind::kPut, place, "x,y");
        model[{kList, place}] = "x,y";
        break;
      default: {
        const std::string text = value();
        log.add(kList, StepKind::kAppend, place, text);
        std::string& list = model[{kList, place}];
        list += list.empty() ? text : "," + text;
      }
    }
  }

  void merge(const std::string& owner, Log& log, Model& model) {
    const std::size_t target = pick(4);
    std::vector<std::string> sources;
    for (std::size_t i = 1 + pick(3); i > 0; --i) {
      sources.push_back(owner + std::to_string((target + i) % 4));
    }
    log.merge(kList, owner, owner + std::to_string(target), sources);
    std::string all;
    const auto take = [&](const std::string& place) {
      const auto found = model.find({kList, place});
      if (found == model.end()) return;
      all += all.empty() ? found->second : "," + found->second;
      model.erase(found);
    };
    take(owner + std::to_string(target));
    for (const std::string& source : sources) take(source);
    if (!all.empty()) model[{kList, owner + std::to_string(target)}] = all;
  }

  void change_map(Log& log, Model& model) {
    const std::string owner = key();
    const std::string place = owner + part();
    if (pick(8) == 0) {
      log.add(kMap, StepKind::kClearMap, owner);
      std::erase_if(model, [&](const auto& entry) {
        return entry.first.first == kMap && entry.first.second.starts_with(owner);
      });
    } else if (pick(4) == 0) {
      log.add(kMap, StepKind::kRemove, place);
      model.erase({kMap, place});
    } else {
      const std::string text = value();
      log.add(kMap, StepKind::kPut, place, text);
      model[{kMap, place}] = text;
    }
  }

  void change(Log& log, Model& model) {
    switch (pick(3)) {
      case 0:
        return change_value(log, model);
      case 1:
        return change_list(log, model);
      default:
        return change_map(log, model);
    }
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("replaying random changes gives what a simple model gives", "[change_replay]") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    RandomChanges random(seed);
    Model model;
    Log before;
    for (std::size_t i = random.pick(40); i > 0; --i) random.change(before, model);
    std::vector<OwnedEntry> base;
    for (const auto& [place, value] : model) {
      base.push_back(base_entry(place.first, place.second, value));
    }
    Log log;
    for (std::size_t i = random.pick(60); i > 0; --i) random.change(log, model);
    Texts expected;
    for (const auto& [place, value] : model) {
      expected.push_back(std::to_string(place.first) + " " + place.second + "=" + value);
    }
    CHECK(replay(base, log) == expected);
    CHECK(replay(base, log, 100) == expected);
  }
}

}  // namespace savvy
