// The rules of metadata_check.h, by what they look at.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/finding.h"
#include "format/metadata.h"
#include "format/metadata_slots.h"

namespace savvy::detail {

// Takes what the rules find, and knows the place they look at.
class RuleReport {
 public:
  RuleReport(const Metadata& metadata, const std::string& file, FindingSink& findings)
      : metadata_(metadata), file_(file), findings_(findings) {}

  SlotPlace at;

  struct Part {
    std::string state;
    std::optional<std::int32_t> key_group;
  };
  void add(FindingCode code, std::string expected, std::string found, Part part) const;
  void add(FindingCode code, std::string expected, std::string found) const {
    add(code, std::move(expected), std::move(found), Part());
  }

  const Metadata& metadata() const { return metadata_; }
  bool stopped() const { return findings_.stopped(); }

 private:
  const Metadata& metadata_;
  const std::string& file_;
  FindingSink& findings_;
};

enum class StateOwner { kManaged, kRaw };

// SV006, SV007, SV012, SV013, SV018, SV020 to SV022, SV024, of report.at.
void check_keyed_slot(const KeyedHandle& handle, StateOwner owner, const RuleReport& report);

// SV008, SV009, SV024.
void check_operator_slot(const OperatorHandle& handle, StateOwner owner, const RuleReport& report);

// SV014, SV015, SV023: one of the two lists of a subtask.
void check_channels(const std::vector<ChannelHandle>& handles, const RuleReport& report);

// SV010, SV011, SV019: all streams of the metadata, which share names.
void check_streams(RuleReport& report);

}  // namespace savvy::detail
