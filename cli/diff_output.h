// Differences and their counts as text, JSON Lines, JSON or CSV.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/snapshot_diff.h"

namespace savvy {

// Rows go out as they are found.
class DiffWriter final : public DiffSink {
 public:
  // At most `limit` rows; as text they are few, and all differences are counted all the same.
  DiffWriter(DocumentFormat format, std::uint64_t limit, Output& output);

  bool add(const DiffRow& row) override;
  void finish();

 private:
  void write(const std::string& text);

  DocumentFormat format_;
  std::uint64_t limit_;
  std::uint64_t row_count_ = 0;
  Output& output_;
  std::string text_;
};

// The counts a state, whole.
void write_diff_summary(const DiffResult& result, DocumentFormat format, Output& output);

// A table of the states that differ and a line for the others.
std::string diff_summary_text(const DiffResult& result);

}  // namespace savvy
