#include "format/metadata_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "format/checkpoint_properties.h"
#include "format/detail/metadata_rules.h"
#include "format/errors.h"
#include "format/key_groups.h"

namespace savvy {
namespace {

using detail::RuleReport;
using detail::StateOwner;

// Checkpoints puts operators into a map as it reads them.
void check_operator_ids(RuleReport& report) {
  const std::vector<OperatorState>& operators = report.metadata().operators;
  std::vector<std::pair<OperatorId, std::size_t>> ids;  // with their place in the file
  ids.reserve(operators.size());
  for (std::size_t i = 0; i < operators.size(); ++i) ids.emplace_back(operators[i].id, i);
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 1; i < ids.size() && !report.stopped(); ++i) {
    if (ids[i].first != ids[i - 1].first) continue;
    const auto [first, second] = std::pair(ids[i - 1].second, ids[i].second);
    report.at = {&operators[second], nullptr, {}};
    report.add(FindingCode::kDuplicateOperator, "an id that no other operator has",
               fmt::format("operators {} ({}) and {} of the file have it", first,
                           operator_label(operators[first]), second));
  }
}

bool has_sound_parallelism(const OperatorState& op) {
  return op.parallelism >= 1 && op.parallelism <= op.max_parallelism &&
         op.max_parallelism <= kMostKeyGroups;
}

// The id that a snapshot has is the one that the uid gave the operator, whatever setUidHash says
// (PendingCheckpoint.updateOperatorState takes the generated one).
void check_uid(const OperatorState& op, const RuleReport& report) {
  if (op.uid.empty()) return;
  const OperatorId of_uid = operator_id_of_uid(op.uid);
  if (of_uid == op.id) return;
  report.add(FindingCode::kUidMismatch,
             fmt::format("operator id {}, that of uid {:?}", to_hex(of_uid), op.uid),
             fmt::format("operator id {}", to_hex(op.id)));
}

// OperatorState.putState overwrites.
void check_subtask_indices(const OperatorState& op, RuleReport& report) {
  std::unordered_map<std::int32_t, std::size_t> first;
  for (std::size_t i = 0; i < op.subtasks.size(); ++i) {
    const auto [known, fresh] = first.try_emplace(op.subtasks[i].index, i);
    if (fresh) continue;
    report.at = {&op, &op.subtasks[i], {}};
    report.add(FindingCode::kDuplicateSubtask, "one entry for a subtask",
               fmt::format("entries {} and {} of the operator are both of subtask {}",
                           known->second, i, op.subtasks[i].index));
  }
}

void check_subtask(const OperatorState& op, const Subtask& subtask, RuleReport& report) {
  const auto enter = [&](std::string_view slot) { report.at = {&op, &subtask, slot}; };
  enter("managed_keyed");
  check_keyed_slot(subtask.managed_keyed_state, StateOwner::kManaged, report);
  enter("raw_keyed");
  check_keyed_slot(subtask.raw_keyed_state, StateOwner::kRaw, report);
  enter("managed_operator");
  if (subtask.managed_operator_state) {
    check_operator_slot(*subtask.managed_operator_state, StateOwner::kManaged, report);
  }
  enter("raw_operator");
  if (subtask.raw_operator_state) {
    check_operator_slot(*subtask.raw_operator_state, StateOwner::kRaw, report);
  }
  enter("channel_input");
  check_channels(subtask.input_channel_state, report);
  enter("channel_result");
  check_channels(subtask.result_subpartition_state, report);
}

void check_operator(const OperatorState& op, RuleReport& report) {
  report.at = {&op, nullptr, {}};
  const bool sound = has_sound_parallelism(op);
  if (!sound) {
    report.add(
        FindingCode::kParallelismBounds,
        fmt::format("1 <= parallelism <= max parallelism <= {}", kMostKeyGroups),
        fmt::format("parallelism {}, max parallelism {}", op.parallelism, op.max_parallelism));
  }
  check_uid(op, report);
  check_subtask_indices(op, report);
  if (!sound) return;  // nobody can tell whose key groups are whose
  for (const Subtask& subtask : op.subtasks) {
    if (report.stopped()) return;
    check_subtask(op, subtask, report);
  }
}

}  // namespace

void detail::RuleReport::add(FindingCode code, std::string expected, std::string found,
                             Part part) const {
  FindingPlace place = finding_place(at, file_);
  place.state = std::move(part.state);
  place.key_group = part.key_group;
  findings_.add({code, std::move(place), std::move(expected), std::move(found)});
}

void check_metadata(const Metadata& metadata, const std::string& file, FindingSink& findings) {
  RuleReport report(metadata, file, findings);
  check_operator_ids(report);
  for (const OperatorState& op : metadata.operators) {
    if (report.stopped()) return;
    check_operator(op, report);
  }
  if (!report.stopped()) check_streams(report);
}

void check_properties(const Metadata& metadata, const std::string& file,
                      std::uint64_t metadata_bytes, FindingSink& findings) {
  if (metadata.version < kFirstVersionWithProperties) return;
  const std::string expected = "a CheckpointProperties object, or null, and the end of the file";
  try {
    ByteReader in(metadata.properties, file, metadata_bytes - metadata.properties.size());
    decode_checkpoint_properties(in);
  } catch (const FormatError& error) {
    findings.add(finding_of(error, FindingCode::kProperties, finding_place({}, file), expected));
  } catch (const UnsupportedError& error) {
    findings.add(finding_of(error, FindingCode::kProperties, finding_place({}, file), expected));
  }
}

}  // namespace savvy
