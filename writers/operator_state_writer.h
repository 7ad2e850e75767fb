// Writes the managed or raw operator state of one subtask.
//
// Bytes   see operator_stream.h; raw state has no head and one state, _default_. Elements are kept
//         as they are. Compressed: every element starts a chunk, where its offset points
// Values  states are begun in the order of the head; those left out are empty: a list without
//         elements, a broadcast state with a map of no entries. A broadcast state has one element,
//         its whole map
// Errors  UnsupportedError: two states of one name, which share one entry of the handle.
//         IoError (writing)
// Lives   the folder outlives the writer; without finish() the file stays unfinished
// Source  DefaultOperatorStateBackendSnapshotStrategy, CompressibleFSDataOutputStream,
//         OperatorStateCheckpointOutputStream

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/boxed.h"
#include "format/operator_stream.h"
#include "format/output.h"
#include "format/state_handles.h"

namespace savvy {

class SectionOutput;

class OperatorStateWriter {
 public:
  // Managed state. A head without states makes no file and no handle, as in Flink.
  OperatorStateWriter(OutputFolder& folder, std::string_view file_name,
                      const OperatorStreamHead& head);
  ~OperatorStateWriter();

  void begin_state(std::string_view name, DistributionMode mode);
  void add_element(Bytes element);
  // The same piece by piece.
  void begin_element();
  void append(Bytes bytes);

  // The handle; empty if there is nothing to name.
  Boxed<OperatorHandle> finish();

 private:
  struct NoHead {};
  OperatorStateWriter(OutputFolder& folder, std::string_view file_name, NoHead);
  friend OperatorStateWriter raw_operator_state_writer(OutputFolder&, std::string_view);

  void add_states(const std::vector<StateMeta>& states);
  void end_element();
  // Leaves the states before `end` behind.
  void skip_states(std::size_t end);
  std::vector<std::int64_t>& offsets() { return handle_.states[next_ - 1].offsets; }

  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<SectionOutput> out_;
  OperatorHandle handle_;
  std::map<std::string, std::size_t, std::less<>> index_of_;  // of states, by name
  std::size_t next_ = 0;  // the state behind the one that was begun last
  std::uint64_t element_start_ = 0;
  bool compressed_ = false;
  bool in_element_ = false;
};

// Raw state: its one state is begun, and its elements are the partitions. The file is made at once:
// an operator without partitions needs no writer.
OperatorStateWriter raw_operator_state_writer(OutputFolder& folder, std::string_view file_name);

}  // namespace savvy
