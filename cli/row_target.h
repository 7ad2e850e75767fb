// Where the makers of rows put them, column by column: the text of a dump, or cells to compare.

#pragma once

#include <cstddef>
#include <cstdint>

#include "format/value_sink.h"

namespace savvy {

class RowHead;

// The columns behind the head, in output order.
enum class Column {
  kKeyGroup,
  kStateKey,
  kStateNamespace,
  kMapKey,
  kMapValue,
  kListIndex,
  kListValue,
  kStateValue,
  kTtlTimestamp,
  kTimerTimestamp,
  kTtlExpired,
};

inline constexpr std::size_t kColumnCount = 11;

class RowTarget {
 public:
  virtual ~RowTarget() = default;

  // Starts a row. `head` outlives it.
  virtual void begin(const RowHead& head) = 0;
  // The sink for the one value of a column; columns come in order.
  virtual ValueSink& column(Column column) = 0;
  // A position (key group, list index) is a JSON number in every style; a time is a 64-bit integer.
  virtual void number(Column column, std::int32_t value) = 0;
  virtual void number(Column column, std::int64_t value) = 0;
  // A yes or no that is no value of the user's: true or false in every format.
  virtual void truth(Column column, bool value) = 0;
  // Completes the row; it can be gone back to with rewind() until the next begin().
  virtual void end() = 0;

  // A place in the current row, to complete it several times with different ends.
  struct Mark {
    std::size_t size;
    std::size_t next_column;
  };
  virtual Mark mark() = 0;
  virtual void rewind(Mark mark) = 0;
};

}  // namespace savvy
