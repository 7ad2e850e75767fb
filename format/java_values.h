// Java objects as events: {"$class": ..., fields} where nothing better is known.
//
// Values  strings, boxes, collections, maps, enums (by name), classes (by name), BigInteger,
//         BigDecimal, Date, UUID and the types of java.time as themselves; what writeObject wrote
//         besides the fields as a list "$data", and of a collection, whose elements are "$data", as
//         "$written"; an object inside itself as {"$cycle": class}
// Source  writeObject and writeReplace of the JDK's classes

#pragma once

#include <cstddef>

#include "format/java_stream.h"
#include "format/value_sink.h"

namespace savvy {

// Returns how many events it took: one for each value, and one more for each kEventBytes of text and
// bytes. Reports nothing and returns 0 where they would be more than `max_events`: shared objects can
// make a small stream a huge tree, and shared texts a huge document.
std::size_t emit_java_value(const JavaValue& value, std::size_t max_events, ValueSink& sink);

inline constexpr std::size_t kEventBytes = 16;

}  // namespace savvy
