// Decoded values as JSON text, appended to a string: the form of every value in savvy's output.
//
// Values  64-bit integers as numbers or, on request, strings; NaN and infinities as strings; bytes
//         as {"$base64": ...}; a lone surrogate as its \uXXXX escape (design.md, section 2)

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/value_sink.h"

namespace savvy {

enum class Int64Style { kNumber, kString };

// Appends `text` as a JSON string with its quotes.
void append_json_string(std::string_view text, std::string& out);

class JsonSink final : public ValueSink {
 public:
  // Appends to `out`. Both arguments outlive the sink; `observer` may be null.
  JsonSink(std::string& out, Int64Style int64_style, OpaqueObserver* observer)
      : out_(&out), int64_style_(int64_style), observer_(observer) {}

  // Starts a new value, which may go to another string.
  void restart(std::string& out) {
    out_ = &out;
    separate_ = false;
  }

  void null() override;
  void boolean(bool value) override;
  void int32(std::int32_t value) override;
  void int64(std::int64_t value) override;
  void float32(float value) override;
  void float64(double value) override;
  void string(std::string_view text) override;
  void bytes(Bytes value) override;
  void opaque(Bytes value, std::string_view type, std::string_view reason) override;
  void begin_object() override;
  void field(std::string_view name) override;
  void end_object() override;
  void begin_array() override;
  void end_array() override;

 private:
  void separate() {
    if (separate_) out_->push_back(',');
    separate_ = true;
  }
  void token(std::string_view text) {
    separate();
    out_->append(text);
  }
  void open(char bracket) {
    separate();
    out_->push_back(bracket);
    separate_ = false;
  }
  void close(char bracket) {
    out_->push_back(bracket);
    separate_ = true;
  }
  template <typename Float>
  void floating(Float value);

  std::string* out_;
  Int64Style int64_style_;
  OpaqueObserver* observer_;
  bool separate_ = false;  // the next value or field comes behind another one
};

}  // namespace savvy
