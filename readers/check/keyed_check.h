// The key groups behind one keyed handle, checked one by one.
//
// Values  a stream of key groups: where its sections lie, all bytes of them, and that nothing lies
//         between. Entries of a source (a RocksDB database, a change log that is replayed): what
//         the schema says of them, since the layout is the source's
// Errors  none: what is wrong is a finding
// Threads key groups may be checked by several threads at the same time
// Lives   snapshot, handle and registry outlive what is opened

#pragma once

#include <memory>
#include <vector>

#include "format/section_bounds.h"
#include "format/serializer_registry.h"
#include "format/state_handles.h"
#include "readers/check/entry_check.h"
#include "readers/keyed_source.h"
#include "readers/snapshot.h"

namespace savvy {

class KeyedCheck {
 public:
  virtual ~KeyedCheck() = default;
  virtual const std::vector<KeyGroupSection>& sections() const = 0;
  // What messages call the stream.
  virtual std::string_view name() const = 0;
  virtual void check(const KeyGroupSection& section, const FindingReport& report) const = 0;
};

// Whether the key groups of the handle are all that its stream holds. Those of a change log's
// materialized handles may be a part: Flink cuts the handle and not the stream when a job is
// rescaled.
enum class StreamCover { kWhole, kPart };

// Checks the head of a stream and where its sections lie. Null if nothing more can be checked.
std::unique_ptr<KeyedCheck> open_stream_check(const Snapshot& snapshot,
                                              const KeyGroupsHandle& handle, StreamCover cover,
                                              KeySpace keys, const SerializerRegistry& registry,
                                              const FindingReport& report);

// Checks the stream that describes the states of an incremental handle: a meta block, and nothing
// behind it.
void check_state_meta(const Snapshot& snapshot, const StreamHandle& meta,
                      const SerializerRegistry& registry, const FindingReport& report);

// `damage` is what a FormatError of the source is called, `part` what is being read.
std::unique_ptr<KeyedCheck> make_source_check(std::unique_ptr<const KeyedSource> source,
                                              KeySpace keys, FindingCode damage,
                                              std::string_view part);

}  // namespace savvy
