#include "cli/rendering.h"

#include "cli/record_output.h"

namespace savvy {

std::string render(const Rendering& parts, DocumentFormat format) {
  switch (format) {
    case DocumentFormat::kText:
      return parts.text();
    case DocumentFormat::kJson:
      return pretty_text(parts.document());
    case DocumentFormat::kJsonl:
      return records_jsonl(parts.records());
    case DocumentFormat::kCsv:
      break;
  }
  return records_csv(parts.columns, parts.records());
}

}  // namespace savvy
