// Managed operator state of one subtask: its stream against its handle, and every element.
//
// Bytes   see format/operator_stream.h
// Values  plain elements tile the stream: each ends where the next one, of any state, begins.
//         Compressed ones are chunks of their own
// Errors  none: what is wrong is a finding
// Source  OperatorStateRestoreOperation, DefaultOperatorStateBackendSnapshotStrategy

#pragma once

#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/check/finding_report.h"
#include "readers/check/sample.h"
#include "readers/snapshot.h"

namespace savvy {

void check_operator_state(const Snapshot& snapshot, const OperatorHandle& handle,
                          const SerializerRegistry& registry, Sample& sample,
                          const FindingReport& report);

}  // namespace savvy
