// What the head of a stream says beyond what is needed to read it.
//
// Values  a state kind that Flink knows, a flag that is 0 or 1, serializers of a version that their
//         class is known to write. Classes unknown here may be the job's own
// Errors  none: what is wrong is a finding (SV201), what savvy does not read SV222
// Source  RegisteredKeyValueStateBackendMetaInfo, HeapMetaInfoRestoreOperation,
//         SimpleTypeSerializerSnapshot

#pragma once

#include <vector>

#include "format/serializer_registry.h"
#include "format/state_meta.h"
#include "format/storage.h"
#include "readers/check/finding_report.h"

namespace savvy {

// Where the states are stored: KEY_VALUE_V2 is for files of ForSt alone.
enum class StateKinds { kOfKeyGroups, kOfFiles };

void check_keyed_states(const std::vector<StateMeta>& states, StateKinds kinds,
                        const FindingReport& report);

void check_serializers(const std::vector<StateMeta>& states, const SerializerRegistry& registry,
                       const FindingReport& report);

// Behind the i32 version.
inline constexpr std::uint64_t kCompressionFlagOffset = 4;

// The compression flag of keyed and operator streams, which stands behind the i32 version: whether it
// is 0 or 1.
bool check_compression_flag(const RandomAccessFile& file, const FindingReport& report);

}  // namespace savvy
