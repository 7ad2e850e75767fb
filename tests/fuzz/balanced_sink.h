// Takes values as an output does, and ends the program where events do not nest.

#pragma once

#include <vector>

#include "format/value_sink.h"
#include "tests/fuzz/fuzz.h"

namespace savvy::testing {

class BalancedSink final : public ValueSink {
 public:
  void null() override { value(); }
  void boolean(bool) override { value(); }
  void int32(std::int32_t) override { value(); }
  void int64(std::int64_t) override { value(); }
  void float32(float) override { value(); }
  void float64(double) override { value(); }
  void string(std::string_view) override { value(); }
  void bytes(Bytes) override { value(); }
  void opaque(Bytes, std::string_view, std::string_view) override { value(); }
  void begin_object() override {
    value();
    open_.push_back(Open::kObject);
  }
  void field(std::string_view) override {
    if (open_.empty() || open_.back() != Open::kObject) finding("a field outside an object");
    open_.back() = Open::kField;
  }
  void end_object() override { end(Open::kObject); }
  void begin_array() override {
    value();
    open_.push_back(Open::kArray);
  }
  void end_array() override { end(Open::kArray); }

  // After a value that was not refused.
  void expect_one_value() {
    if (!open_.empty() || values_ != 1) finding("not one whole value");
    values_ = 0;
  }

 private:
  enum class Open { kObject, kField, kArray };

  void value() {
    if (open_.empty()) {
      ++values_;
    } else if (open_.back() == Open::kObject) {
      finding("a value without a field");
    } else if (open_.back() == Open::kField) {
      open_.back() = Open::kObject;
    }
  }
  void end(Open expected) {
    if (open_.empty() || open_.back() != expected) finding("an end of what did not begin");
    open_.pop_back();
  }

  std::vector<Open> open_;
  int values_ = 0;
};

}  // namespace savvy::testing
