// Java objects as events: {"$class": ..., fields} where nothing better is known.
//
// Values  strings, boxes, collections, maps, enums (by name), classes (by name), BigInteger,
//         BigDecimal, Date, UUID and the types of java.time as themselves; what writeObject wrote
//         besides the fields as a list "$data"; an object inside itself as {"$cycle": class}
// Source  writeObject and writeReplace of the JDK's classes

#pragma once

#include <cstddef>

#include "format/java_stream.h"
#include "format/value_sink.h"

namespace savvy {

// Reports nothing and returns false where more than `max_events` values would be reported: shared
// objects can make a small stream a huge tree.
bool emit_java_value(const JavaValue& value, std::size_t max_events, ValueSink& sink);

}  // namespace savvy
