// Cuts what `check --read-data` reads into units of work, in the order in which findings come out:
// operators as stored, each with its coordinator and its subtasks ascending; in a subtask operator
// state, raw operator state, keyed state by key group, raw keyed state, in-flight data.
//
// Lives   snapshot, registry, sample and depth outlive the queue and its units
// Errors  none: what is wrong is a finding of a unit

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "cli/snapshot_check.h"
#include "format/serializer_registry.h"
#include "readers/check/keyed_check.h"
#include "readers/check/sample.h"
#include "readers/rocksdb_source.h"
#include "readers/snapshot.h"

namespace savvy {

using CheckUnit = std::function<void(FindingSink&)>;

class CheckUnitQueue {
 public:
  CheckUnitQueue(const Snapshot& snapshot, const SerializerRegistry& registry, Sample& sample,
                 const CheckDepth& depth);

  // The next unit; nothing at the end.
  std::optional<CheckUnit> next();

 private:
  struct Where {
    const OperatorState& op;
    const Subtask& subtask;
  };

  void plan_operator(const OperatorState& op);
  void plan_subtask(const Where& where);
  void plan_keyed(const Where& where, const KeyedHandle& handle, StreamCover cover);
  // Units of what an opened stream holds.
  void open_stream(const Where& where, const KeyGroupsHandle& handle,
                   const std::shared_ptr<const KeyedCheck>& check);
  void add(CheckUnit unit) {
    planned_.push_back([unit = std::move(unit)] { return unit; });
  }

  // The whole of a handle, for those that cannot be cut before they are checked as one.
  void check_incremental(const Where& where, const KeyedHandle& handle, FindingSink& sink) const;
  void check_changelog(const Where& where, const KeyedHandle& handle, FindingSink& sink) const;
  void check_full_handle(const Where& where, const KeyedHandle& handle,
                         const FindingReport& report) const;
  void check_source(const Where& where, const KeyedHandle& handle, FindingCode damage,
                    const FindingReport& report) const;
  void check_all(const KeyedCheck& check, const Where& where, const FindingReport& report) const;

  bool takes(const Where& where, std::int32_t key_group) const;
  KeySpace key_space(const OperatorState& op) const;
  FindingPlace place_of(const Where& where, std::string_view slot) const;

  const Snapshot& snapshot_;
  const SerializerRegistry& registry_;
  Sample& sample_;
  const CheckDepth& depth_;
  RocksdbCache cache_;
  // Each makes a unit, and may put further ones into ready_.
  std::deque<std::function<CheckUnit()>> planned_;
  std::deque<CheckUnit> ready_;
};

}  // namespace savvy
