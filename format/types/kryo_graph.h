// A decoded Kryo value: objects may be shared, and may contain themselves.
//
// Values  text for strings, dates and big numbers; lists; maps: an object where all keys are text,
//         else pairs; fields of JDK classes without a shorter form as {"$class": ...}; an object
//         inside itself as {"$cycle": class}

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/java_stream.h"
#include "format/value_sink.h"

namespace savvy {

enum class KryoKind {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kText,
  kBytes,
  kList,
  kMap,
  kObject,
  kJava,
  kOther,  // what its one child is
};

struct KryoNode {
  KryoKind kind = KryoKind::kNull;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;  // of a container or object its class
  ByteVector bytes;
  std::vector<std::string> names;     // kObject
  std::vector<std::size_t> children;  // of a map: key, value, key, value ...
  JavaValue java;
};

using KryoGraph = std::vector<KryoNode>;

// Reports nothing and returns false where it would take more than `max_events` events, counted as
// for Java objects.
bool emit_kryo_value(const KryoGraph& graph, std::size_t root, std::size_t max_events,
                     ValueSink& sink);

}  // namespace savvy
