#include "cli/cell_rows.h"

namespace savvy {

const std::string& RowCells::value() const {
  for (const Column column : {Column::kMapValue, Column::kListValue}) {
    if (!(*this)[column].empty()) return (*this)[column];
  }
  return (*this)[Column::kStateValue];
}

void RowCells::clear_value() {
  for (const Column column :
       {Column::kMapValue, Column::kListValue, Column::kStateValue, Column::kTtlTimestamp}) {
    (*this)[column].clear();
  }
}

void CellRows::begin(const RowHead&) {
  cells_ = {};
  next_column_ = 0;
}

ValueSink& CellRows::column(Column column) {
  next_column_ = static_cast<std::size_t>(column) + 1;
  sink_.restart(cells_[column]);
  return sink_;
}

void CellRows::rewind(Mark mark) {
  next_column_ = mark.next_column;
  for (std::size_t i = next_column_; i < kColumnCount; ++i) cells_.text[i].clear();
}

}  // namespace savvy
