// Raw state and in-flight data of a subtask, and the state of an operator's coordinator.
//
// Values  what an operator keeps in raw state is its own: timers are walked, of other bytes only the
//         bounds can be checked. Buffers of channels must lie in their file and add up to the size
//         that is recorded. A source's coordinator has a frame
// Errors  none: what is wrong is a finding (SV221)
// Source  InternalTimersSnapshotReaderWriters, KeyedStateCheckpointOutputStream,
//         OperatorStateCheckpointOutputStream, ChannelStateSerializerImpl,
//         SourceCoordinatorSerdeUtils

#pragma once

#include "format/metadata.h"
#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/check/entry_check.h"
#include "readers/check/finding_report.h"
#include "readers/check/sample.h"
#include "readers/snapshot.h"

namespace savvy {

void check_raw_keyed_state(const Snapshot& snapshot, const KeyedHandle& handle, KeySpace keys,
                           const SerializerRegistry& registry, Sample& sample,
                           const FindingReport& report);

void check_raw_operator_state(const Snapshot& snapshot, const OperatorHandle& handle,
                              const FindingReport& report);

void check_channel_state(const Snapshot& snapshot, const ChannelHandle& handle,
                         const FindingReport& report);

void check_coordinator_state(const OperatorState& op, const FindingReport& report);

}  // namespace savvy
