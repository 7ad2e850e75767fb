#include "cli/printable.h"

namespace savvy {
namespace {

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

// U+0080 to U+009F, of which some begin sequences as ESC does.
bool is_c1(unsigned char first, unsigned char second) {
  return first == 0xC2 && second >= 0x80 && second <= 0x9F;
}

std::string replaced(std::string_view text, bool keeps_lines) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i + 1 < text.size() && is_c1(c, static_cast<unsigned char>(text[i + 1]))) {
      result += '?';
      ++i;
    } else {
      result += is_control(c) && !(keeps_lines && c == '\n') ? '?' : text[i];
    }
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) { return replaced(text, false); }

std::string printable_lines(std::string_view text) { return replaced(text, true); }

}  // namespace savvy
