// The events of Java's primitives in big-endian form, for all types that contain one.

#pragma once

#include <string>

#include "format/byte_reader.h"
#include "format/modified_utf8.h"
#include "format/value_sink.h"

namespace savvy {

inline void emit_boolean(ByteReader& in, ValueSink& sink) { sink.boolean(in.boolean("boolean")); }
inline void emit_byte(ByteReader& in, ValueSink& sink) { sink.int32(in.i8("byte")); }
inline void emit_short(ByteReader& in, ValueSink& sink) { sink.int32(in.i16("short")); }
inline void emit_int(ByteReader& in, ValueSink& sink) { sink.int32(in.i32("int")); }
inline void emit_long(ByteReader& in, ValueSink& sink) { sink.int64(in.i64("long")); }
inline void emit_float(ByteReader& in, ValueSink& sink) { sink.float32(in.f32("float")); }
inline void emit_double(ByteReader& in, ValueSink& sink) { sink.float64(in.f64("double")); }
inline void emit_char(ByteReader& in, ValueSink& sink) {
  std::string text;
  append_utf16_unit(in.u16("char"), text);
  sink.string(text);
}

}  // namespace savvy
