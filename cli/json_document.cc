#include "cli/json_document.h"

#include <algorithm>
#include <utility>

#include "cli/json_sink.h"
#include "format/modified_utf8.h"

namespace savvy {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kWrittenAtOnce = 1 << 16;  // bytes

void append_break(int depth, std::string& out) {
  if (depth < 0) return;  // all on one line
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * kIndent, ' ');
}

// How many bytes the character there takes; 0 if it is none.
std::size_t character_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t size = 1; size <= std::min(kLongest, text.size() - at); ++size) {
    if (is_utf8(text.substr(at, size))) return size;
  }
  return surrogate_at(text, at) != 0 ? 3 : 0;
}

// Names of files may be any bytes, and JSON cannot hold them all.
std::string valid_text(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_at(text, at);
    valid += size > 0 ? text.substr(at, size) : kReplacement;
    at += std::max<std::size_t>(size, 1);
  }
  return valid;
}

void append_text(std::string_view text, std::string& out) {
  is_utf8(text) ? append_json_string(text, out) : append_json_string(valid_text(text), out);
}

void append_name(std::string_view name, int depth, std::string& out) {
  append_text(name, out);
  out += depth < 0 ? ":" : ": ";
}

// `depth` is negative for text on one line.
void append(const Json& json, int depth, std::string& out) {
  if (json.is_string()) return append_text(json.get_ref<const std::string&>(), out);
  if (!json.is_structured() || json.empty()) {
    out += json.dump();
    return;
  }
  const int inner = depth < 0 ? depth : depth + 1;
  out += json.is_object() ? '{' : '[';
  bool first = true;
  for (auto item = json.begin(); item != json.end(); ++item) {
    if (!std::exchange(first, false)) out += ',';
    append_break(inner, out);
    if (json.is_object()) append_name(item.key(), depth, out);
    append(*item, inner, out);
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

DocumentWriter::DocumentWriter(Output& output) : output_(output), pending_("{") {
  fields(json_document());
}

void DocumentWriter::begin_field(std::string_view name) {
  if (!std::exchange(first_, false)) pending_ += ',';
  append_break(1, pending_);
  append_name(name, 0, pending_);
}

void DocumentWriter::fields(const Json& object) {
  for (auto field = object.begin(); field != object.end(); ++field) {
    begin_field(field.key());
    append(*field, 1, pending_);
  }
}

void DocumentWriter::begin_texts(std::string_view name) {
  begin_field(name);
  pending_ += '[';
  first_ = true;
}

void DocumentWriter::text(std::string_view element) {
  if (!std::exchange(first_, false)) pending_ += ',';
  append_break(2, pending_);
  append_text(element, pending_);
  write_what_is_long();
}

void DocumentWriter::end_texts() {
  if (!std::exchange(first_, false)) append_break(1, pending_);
  pending_ += ']';
}

void DocumentWriter::finish() {
  pending_ += "\n}\n";
  output_.write(pending_);
  pending_.clear();
}

void DocumentWriter::write_what_is_long() {
  if (pending_.size() < kWrittenAtOnce) return;
  output_.write(pending_);
  pending_.clear();
}

}  // namespace savvy
