#include "format/finding.h"

#include <utility>

namespace savvy {
namespace {

constexpr std::size_t kKeptOfAKind = 5;

// The message without the file at its front, which the place has.
std::string without_file(std::string message, const std::string& file) {
  const std::string front = file + ": ";
  if (!file.empty() && message.starts_with(front)) message.erase(0, front.size());
  return message;
}

}  // namespace

void rethrow_shortage(const Error& error) {
  const auto* io = dynamic_cast<const IoError*>(&error);
  if (io != nullptr && io->is_shortage()) throw IoError(*io);
}

Finding finding_of(const Error& error, FindingCode code, FindingPlace place, std::string expected) {
  rethrow_shortage(error);
  if (const auto* damage = dynamic_cast<const FormatError*>(&error); damage != nullptr) {
    if (damage->offset()) place.offset = damage->offset();
  }
  std::string found = without_file(error.what(), place.file);
  return {code, std::move(place), std::move(expected), std::move(found)};
}

void FindingList::add(Finding finding) {
  const std::uint64_t count = 1 + finding.more;
  const bool error = text_of(finding.code).severity == Severity::kError;
  (error ? error_count_ : warning_count_) += count;
  const FindingPlace& place = finding.place;
  Kept& kept = kinds_[Kind(finding.code, place.file, place.operator_id, place.subtask, place.slot,
                           place.state)];
  if (kept.count == kKeptOfAKind) {
    findings_[kept.last].more += count;
    return;
  }
  ++kept.count;
  kept.last = findings_.size();
  findings_.push_back(std::move(finding));
}

void FindingList::add_to(FindingSink& sink) const {
  for (const Finding& finding : findings_) {
    if (sink.stopped()) return;
    sink.add(finding);
  }
}

}  // namespace savvy
