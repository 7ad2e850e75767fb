// Rows of `dump` as text, built one after another without a tree.
//
// Values  columns in the order of design.md, section 2; a row starts with a head that is the same
//         for all rows of one state and subtask and is rendered once. jsonl and json: one object a
//         row. csv: the columns up to state_kind are plain text, the others hold JSON. protobuf:
//         messages of format/state_row.proto, each behind its length
// Lives   one buffer a thread

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "cli/json_sink.h"
#include "cli/row_target.h"
#include "format/state_row.h"

namespace savvy {

enum class RowFormat { kJsonl, kJson, kCsv, kProtobuf };

// The name of a column in every format.
std::string_view column_name(Column column);

// What all rows of one state in one subtask begin with; empty or absent fields are left out.
struct RowHeadFields {
  std::string operator_label;
  std::string operator_id;
  std::optional<std::int32_t> subtask;
  std::string kind;
  std::optional<std::string> state;
  std::string state_kind;
};

class RowHead {
 public:
  RowHead(RowHeadFields fields, RowFormat format);
  const RowHeadFields& fields() const { return fields_; }
  const std::string& text() const { return text_; }

 private:
  RowHeadFields fields_;
  std::string text_;
};

// Values printed as bytes, counted by operator, state, type and reason.
using OpaqueCounts =
    std::map<std::tuple<std::string, std::string, std::string, std::string>, std::uint64_t>;

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

class RowBuffer final : public RowTarget, private OpaqueObserver {
 public:
  // Rows beyond `limit` are dropped.
  RowBuffer(RowFormat format, Int64Style int64_style, std::uint64_t limit = kNoLimit);

  void begin(const RowHead& head) override;
  ValueSink& column(Column column) override;
  void number(Column column, std::int32_t value) override;
  void number(Column column, std::int64_t value) override;
  void truth(Column column, bool value) override;
  void end() override;
  Mark mark() override;
  void rewind(Mark mark) override;

  // The complete rows so far, each ended by a line break; in json each begun by ",\n", whose comma
  // the first row of the document must lose.
  // May be taken: the next rows begin anew.
  std::string& text() { return text_; }
  std::uint64_t row_count() const { return row_count_; }
  bool limit_reached() const { return row_count_ >= limit_; }
  const OpaqueCounts& opaque_counts() const { return opaque_counts_; }

 private:
  void opaque_value(std::string_view type, std::string_view reason) override;
  void finish_cell();

  RowFormat format_;
  std::string text_;  // complete rows
  std::string line_;  // the row at hand
  std::string cell_;  // csv: the value at hand
  bool cell_open_ = false;
  std::size_t next_column_ = 0;
  JsonSink sink_;
  StateRowValue message_;  // protobuf: the value at hand
  const RowHead* head_ = nullptr;
  std::uint64_t limit_;
  std::uint64_t row_count_ = 0;
  OpaqueCounts opaque_counts_;
};

// What stands before the first row, between rows, and behind the last one.
std::string document_start(RowFormat format);
std::string document_end(RowFormat format);

}  // namespace savvy
