#include "cli/json_document.h"

#include "cli/json_sink.h"

namespace savvy {
namespace {

constexpr std::size_t kIndent = 2;

void append_break(int depth, std::string& out) {
  if (depth < 0) return;  // all on one line
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * kIndent, ' ');
}

// `depth` is negative for text on one line.
void append(const Json& json, int depth, std::string& out) {
  if (json.is_string()) return append_json_string(json.get_ref<const std::string&>(), out);
  if (!json.is_structured() || json.empty()) {
    out += json.dump();
    return;
  }
  const int inner = depth < 0 ? depth : depth + 1;
  out += json.is_object() ? '{' : '[';
  bool first = true;
  for (const auto& item : json.items()) {
    if (!first) out += ',';
    first = false;
    append_break(inner, out);
    if (json.is_object()) {
      append_json_string(item.key(), out);
      out += depth < 0 ? ":" : ": ";
    }
    append(item.value(), inner, out);
  }
  append_break(depth, out);
  out += json.is_object() ? '}' : ']';
}

}  // namespace

Json json_document() { return Json{{"schema", "savvy/v1"}}; }

std::string pretty_text(const Json& json) {
  std::string out;
  append(json, 0, out);
  return out + '\n';
}

std::string line_text(const Json& json) {
  std::string out;
  append(json, -1, out);
  return out + '\n';
}

}  // namespace savvy
