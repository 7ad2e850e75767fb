#include "cli/json_sink.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

#include "format/modified_utf8.h"

namespace savvy {
namespace {

// The first byte of every surrogate in UTF-8, and of other characters.
constexpr unsigned char kSurrogateLead = 0xED;

constexpr std::array<bool, 256> bytes_to_look_at() {
  std::array<bool, 256> result{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) result[byte] = true;
  for (const unsigned char byte :
       {static_cast<unsigned char>('"'), static_cast<unsigned char>('\\'), kSurrogateLead}) {
    result[byte] = true;
  }
  return result;
}
constexpr std::array<bool, 256> kMayNeedEscape = bytes_to_look_at();

void append_escape(unsigned unit, std::string& out) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
}

void append_control(char c, std::string& out) {
  switch (c) {
    case '\n':
      out.append("\\n");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\r':
      out.append("\\r");
      return;
    default:
      append_escape(static_cast<unsigned char>(c), out);
  }
}

void append_base64(Bytes bytes, std::string& out) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const unsigned group =
        (unsigned{bytes[i]} << 16) | (unsigned{bytes[i + 1]} << 8) | bytes[i + 2];
    for (const int shift : {18, 12, 6, 0}) out.push_back(kDigits[(group >> shift) & 63]);
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return;
  const unsigned group = (unsigned{bytes[i]} << 16) | (left == 2 ? unsigned{bytes[i + 1]} << 8 : 0);
  out.push_back(kDigits[(group >> 18) & 63]);
  out.push_back(kDigits[(group >> 12) & 63]);
  out.push_back(left == 2 ? kDigits[(group >> 6) & 63] : '=');
  out.push_back('=');
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t plain = 0;  // start of what needs no escape
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!kMayNeedEscape[byte]) [[likely]] {
      ++i;
      continue;
    }
    const unsigned surrogate = byte == kSurrogateLead ? surrogate_at(text, i) : 0U;
    if (byte == kSurrogateLead && surrogate == 0) {
      ++i;
      continue;
    }
    out.append(text, plain, i - plain);
    if (surrogate != 0) {
      append_escape(surrogate, out);
    } else if (byte < 0x20) {
      append_control(text[i], out);
    } else {
      out.push_back('\\');
      out.push_back(text[i]);
    }
    i += surrogate != 0 ? 3 : 1;
    plain = i;
  }
  out.append(text, plain);
  out.push_back('"');
}

void JsonSink::null() { token("null"); }

void JsonSink::boolean(bool value) { token(value ? "true" : "false"); }

void JsonSink::int32(std::int32_t value) {
  separate();
  const fmt::format_int digits(value);
  out_->append(digits.data(), digits.size());
}

void JsonSink::int64(std::int64_t value) {
  separate();
  const fmt::format_int digits(value);
  if (int64_style_ == Int64Style::kString) out_->push_back('"');
  out_->append(digits.data(), digits.size());
  if (int64_style_ == Int64Style::kString) out_->push_back('"');
}

template <typename Float>
void JsonSink::floating(Float value) {
  if (std::isnan(value)) return token("\"NaN\"");
  if (std::isinf(value)) return token(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  separate();
  const std::size_t start = out_->size();
  fmt::format_to(std::back_inserter(*out_), "{}", value);
  // Keeps a floating-point number apart from an integer.
  if (out_->find_first_of(".e", start) == std::string::npos) out_->append(".0");
}

void JsonSink::float32(float value) { floating(value); }
void JsonSink::float64(double value) { floating(value); }

void JsonSink::string(std::string_view text) {
  separate();
  append_json_string(text, *out_);
}

void JsonSink::bytes(Bytes value) {
  separate();
  out_->append("{\"$base64\":\"");
  append_base64(value, *out_);
  out_->append("\"}");
}

void JsonSink::opaque(Bytes value, std::string_view type, std::string_view reason) {
  if (observer_ != nullptr) observer_->opaque_value(type, reason);
  begin_object();
  out_->append("\"$base64\":\"");
  append_base64(value, *out_);
  out_->append("\",\"$type\":");
  append_json_string(type, *out_);
  out_->append(",\"$reason\":");
  append_json_string(reason, *out_);
  end_object();
}

void JsonSink::begin_object() { open('{'); }
void JsonSink::end_object() { close('}'); }
void JsonSink::begin_array() { open('['); }
void JsonSink::end_array() { close(']'); }

void JsonSink::field(std::string_view name) {
  separate();
  append_json_string(name, *out_);
  out_->push_back(':');
  separate_ = false;
}

}  // namespace savvy
