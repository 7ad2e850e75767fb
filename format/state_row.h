// Rows of `dump` as messages of state_row.proto, written part by part.
//
// Bytes   a row is its parts one after another, as Protocol Buffers allows: the head (fields 1 to
//         6), then values and numbers; varint length in front
// Lives   one writer a thread; the sink of value() is good until the next value()

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "format/value_sink.h"

namespace savvy {

// Field numbers of StateRow.
enum class StateRowField {
  kKeyGroup = 7,
  kStateKey = 8,
  kStateNamespace = 9,
  kMapKey = 10,
  kMapValue = 11,
  kListIndex = 12,
  kListValue = 13,
  kStateValue = 14,
  kTtlTimestamp = 15,
  kTimerTimestamp = 16,
  kTtlExpired = 17,
};

// What the rows of one state in one subtask begin with; empty or absent fields are not set.
struct StateRowHead {
  std::string_view operator_label;
  std::string_view operator_id;
  std::optional<std::int32_t> subtask;
  std::string_view kind;
  std::optional<std::string_view> state;
  std::string_view state_kind;
};

std::string encode_state_row_head(const StateRowHead& head);

// Appends a number or a truth value (1 or 0): one of the fields that are not a Value.
void append_state_row_number(StateRowField field, std::int64_t value, std::string& row);

// Appends the length of a row and the row.
void append_delimited(std::string_view row, std::string& out);

// Builds one Value after another in the same message, whose memory is used again.
class StateRowValue {
 public:
  // `observer` is told of values that could not be decoded; may be null.
  explicit StateRowValue(OpaqueObserver* observer);
  StateRowValue(const StateRowValue&) = delete;
  StateRowValue& operator=(const StateRowValue&) = delete;
  ~StateRowValue();

  // The sink for a new value.
  ValueSink& start();
  // Appends the value as this field.
  void append_to(StateRowField field, std::string& row) const;

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace savvy
