#include "cli/stream_problems.h"

#include "cli/printable.h"
#include "cli/say.h"
#include "format/metadata.h"

namespace savvy {

int tell_problems(const std::vector<OperatorCatalog>& operators, DocumentFormat format) {
  constexpr int kUnreadable = 3;
  if (format == DocumentFormat::kText || format == DocumentFormat::kJson) return 0;
  int exit_code = 0;
  for (const OperatorCatalog& catalog : operators) {
    for (const std::string& problem : catalog.problems) {
      say("savvy: operator \"{}\": {}\n", printable(operator_label(*catalog.op)),
          printable(problem));
      exit_code = kUnreadable;
    }
  }
  return exit_code;
}

}  // namespace savvy
