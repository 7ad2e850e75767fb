// Rows as cells of JSON text, to be compared and put together anew.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cli/json_sink.h"
#include "cli/row_buffer.h"
#include "cli/row_target.h"

namespace savvy {

// An absent cell is empty.
struct RowCells {
  std::array<std::string, kColumnCount> text;

  std::string& operator[](Column column) { return text[static_cast<std::size_t>(column)]; }
  const std::string& operator[](Column column) const {
    return text[static_cast<std::size_t>(column)];
  }
  // The cell of the row's value, whatever the state is; empty if there is none.
  const std::string& value() const;
  // Takes the cells of the value and its time out.
  void clear_value();
};

class CellRows : public RowTarget {
 public:
  void begin(const RowHead& head) override;
  ValueSink& column(Column column) override;
  void number(Column column, std::int32_t value) override { this->column(column).int32(value); }
  void number(Column column, std::int64_t value) override { this->column(column).int64(value); }
  void truth(Column column, bool value) override { this->column(column).boolean(value); }
  void end() override { rows_.push_back(cells_); }
  Mark mark() override { return {0, next_column_}; }
  void rewind(Mark mark) override;

  std::vector<RowCells> take() { return std::exchange(rows_, {}); }

 private:
  RowCells cells_;
  std::size_t next_column_ = 0;
  JsonSink sink_{cells_.text[0], Int64Style::kNumber, nullptr};
  std::vector<RowCells> rows_;
};

}  // namespace savvy
