// One thing that is wrong with a snapshot, and where.
//
// Lives   values; sinks own what they are given
// Threads one sink, one thread; lists of several threads are joined with append()

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "format/errors.h"
#include "format/finding_codes.h"

namespace savvy {

// As much of the place as is known. Names are those of `savvy files`.
struct FindingPlace {
  std::string file{};  // a local path, or the URI or inline name where there is none
  std::optional<std::uint64_t> offset{};
  std::string operator_label{};  // uid, name or id
  std::string operator_id{};     // 32 hex
  std::optional<std::int32_t> subtask{};
  std::string slot{};   // managed_keyed, raw_keyed, managed_operator, ...
  std::string state{};  // state name
  std::optional<std::int32_t> key_group{};

  bool operator==(const FindingPlace&) const = default;
};

struct Finding {
  FindingCode code;
  FindingPlace place;
  std::string expected;
  std::string found;
  std::uint64_t more = 0;  // findings of the same kind in the same state that are not listed

  bool operator==(const Finding&) const = default;
};

// Throws an error again by which the machine ran out of something: that is no finding.
void rethrow_shortage(const Error& error);

// What an error says, as a finding: the offset is that of the error, and what was found its text.
// A shortage is thrown again.
Finding finding_of(const Error& error, FindingCode code, FindingPlace place, std::string expected);

class FindingSink {
 public:
  virtual ~FindingSink() = default;
  virtual void add(Finding finding) = 0;
  // Nobody wants to know more (--fail-fast): what is being walked may be left.
  virtual bool stopped() const = 0;
};

enum class AfterError { kGoOn, kStop };

// Keeps what it is given, in order. A damaged stream can have a finding an entry: of those that
// share code, file, operator, subtask, slot and state the first few are kept, the others counted.
class FindingList final : public FindingSink {
 public:
  explicit FindingList(AfterError after_error = AfterError::kGoOn) : after_error_(after_error) {}

  void add(Finding finding) override;
  bool stopped() const override { return after_error_ == AfterError::kStop && error_count_ > 0; }

  // Until nobody wants more.
  void add_to(FindingSink& sink) const;

  const std::vector<Finding>& findings() const { return findings_; }
  // Those counted but not kept are among them.
  std::uint64_t error_count() const { return error_count_; }
  std::uint64_t warning_count() const { return warning_count_; }

 private:
  using Kind = std::tuple<FindingCode, std::string, std::string, std::optional<std::int32_t>,
                          std::string, std::string>;
  struct Kept {
    std::size_t count = 0;
    std::size_t last = 0;
  };

  AfterError after_error_;
  std::vector<Finding> findings_;
  std::map<Kind, Kept> kinds_;
  std::uint64_t error_count_ = 0;
  std::uint64_t warning_count_ = 0;
};

}  // namespace savvy
