// Where a decoded value goes: a stream of events, so that no tree is built for a value.
//
// Containers nest: begin_object { field value }* end_object, begin_array value* end_array. The JSON
// writer of the command line is one sink; another output format is another sink. What a value looks
// like (which events a type emits) is decided by the types, in format/types, as design.md says.

#pragma once

#include <cstdint>
#include <string_view>

#include "format/bytes.h"

namespace savvy {

class ValueSink {
 public:
  virtual ~ValueSink() = default;

  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void int32(std::int32_t value) = 0;
  // Apart from int32, because 64-bit integers lose precision in some readers of JSON.
  virtual void int64(std::int64_t value) = 0;
  virtual void float32(float value) = 0;
  virtual void float64(double value) = 0;
  // Text of the user: UTF-8 in which a lone surrogate keeps its three bytes (modified_utf8.h).
  virtual void string(std::string_view text) = 0;
  virtual void bytes(Bytes value) = 0;
  // Bytes that could not be decoded. `type` is the serializer's or the value's class; `reason` is a
  // fixed phrase without positions, so that equal data gives equal rows.
  virtual void opaque(Bytes value, std::string_view type, std::string_view reason) = 0;

  // True if nothing is done with the events: a type may then save itself what only shapes the
  // output.
  virtual bool discards() const { return false; }

  virtual void begin_object() = 0;
  virtual void field(std::string_view name) = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
};

// Is told of every value that could not be decoded.
class OpaqueObserver {
 public:
  virtual ~OpaqueObserver() = default;
  virtual void opaque_value(std::string_view type, std::string_view reason) = 0;
};

// Takes everything and keeps nothing: a walk over a value for the sake of its end.
class NullSink : public ValueSink {
 public:
  bool discards() const override { return true; }
  void null() override {}
  void boolean(bool) override {}
  void int32(std::int32_t) override {}
  void int64(std::int64_t) override {}
  void float32(float) override {}
  void float64(double) override {}
  void string(std::string_view) override {}
  void bytes(Bytes) override {}
  void opaque(Bytes, std::string_view, std::string_view) override {}
  void begin_object() override {}
  void field(std::string_view) override {}
  void end_object() override {}
  void begin_array() override {}
  void end_array() override {}
};

}  // namespace savvy
