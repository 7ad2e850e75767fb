#include "format/java_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "format/big_number.h"
#include "format/iso_time.h"
#include "format/java_time.h"
#include "format/modified_utf8.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

constexpr std::array<std::string_view, 8> kBoxes = {
    "java.lang.Boolean", "java.lang.Byte",  "java.lang.Short",  "java.lang.Integer",
    "java.lang.Long",    "java.lang.Float", "java.lang.Double", "java.lang.Character"};

constexpr int kMaxDepth = 512;

// The two's complement bytes of a BigInteger: sign and magnitude are stored apart.
std::optional<std::string> big_integer_text(const JavaValue& value) {
  if (value.class_name() != "java.math.BigInteger") return std::nullopt;
  const Bytes magnitude = value.field("magnitude").bytes();
  if (magnitude.size() >= kMaxPrintedNumberBytes) return std::nullopt;
  ByteVector bytes(1, 0);
  bytes.insert(bytes.end(), magnitude.begin(), magnitude.end());
  const std::string digits = to_decimal(bytes);
  return value.field("signum").integer() < 0 ? "-" + digits : digits;
}

std::optional<std::string> number_text(const JavaValue& value) {
  if (value.class_name() == "java.math.BigDecimal") {
    const auto digits = big_integer_text(value.field("intVal"));
    if (!digits) return std::nullopt;
    return to_plain_decimal(*digits, value.field("scale").integer());
  }
  return big_integer_text(value);
}

std::optional<std::string> date_text(const JavaValue& value) {
  if (!value.is_a("java.util.Date")) return std::nullopt;
  const std::vector<JavaValue> contents = value.annotation("java.util.Date");
  if (contents.size() != 1 || contents[0].bytes().size() != 8) return std::nullopt;
  ByteReader in(contents[0].bytes(), "java.util.Date");
  const std::int64_t ms = in.i64("epoch milliseconds");
  const JavaValue nanos = value.field("nanos");  // java.sql.Timestamp
  if (nanos.kind() != JavaKind::kPrimitive || nanos.integer() < 0 ||
      nanos.integer() > 999'999'999) {
    return iso_date_time_of_millis(ms, Zone::kUtc);
  }
  return iso_date_time(floor_div(ms, 1000), static_cast<std::int32_t>(nanos.integer()),
                       Fraction::kShortest, Zone::kUtc);
}

std::optional<std::string> uuid_of(const JavaValue& value) {
  if (value.class_name() != "java.util.UUID") return std::nullopt;
  return uuid_text(static_cast<std::uint64_t>(value.field("mostSigBits").integer()),
                   static_cast<std::uint64_t>(value.field("leastSigBits").integer()));
}

std::optional<std::string> known_text(const JavaValue& value) {
  for (const auto& form : {number_text, date_text, uuid_of, java_time_text}) {
    if (auto text = form(value)) return text;
  }
  return std::nullopt;
}

// Properties look up there what they do not hold.
bool has_defaults(const JavaValue& value) {
  return value.class_name() == "java.util.Properties" && !value.field("defaults").is_null();
}

class Emitter {
 public:
  Emitter(std::size_t max_events, ValueSink& sink) : events_left_(max_events), sink_(sink) {}

  bool emit(const JavaValue& value) {
    if (path_.size() > kMaxDepth || !spend(1)) return false;
    switch (value.kind()) {
      case JavaKind::kAbsent:
      case JavaKind::kNull:
        sink_.null();
        return true;
      case JavaKind::kPrimitive:
        emit_primitive(value);
        return true;
      case JavaKind::kString:
      case JavaKind::kEnum:
        return emit_text(value.text());
      case JavaKind::kClass:
      case JavaKind::kClassDescription:
        return emit_text(value.class_name());
      case JavaKind::kBlock:
        return emit_bytes(value.bytes());
      case JavaKind::kArray:
      case JavaKind::kObject:
        break;
    }
    if (std::find(path_.begin(), path_.end(), value.node()) != path_.end()) {
      return emit_cycle(value);
    }
    path_.push_back(value.node());
    const bool complete = value.kind() == JavaKind::kArray ? emit_array(value) : emit_object(value);
    path_.pop_back();
    return complete;
  }

  std::size_t events_left() const { return events_left_; }

 private:
  bool spend(std::size_t events) {
    if (events > events_left_) return false;
    events_left_ -= events;
    return true;
  }

  bool emit_text(std::string_view text) {
    if (!spend(text.size() / kEventBytes)) return false;
    sink_.string(text);
    return true;
  }

  bool emit_bytes(Bytes bytes) {
    if (!spend(bytes.size() / kEventBytes)) return false;
    sink_.bytes(bytes);
    return true;
  }

  void emit_primitive(const JavaValue& value) {
    switch (value.code()) {
      case 'Z':
        return sink_.boolean(value.integer() != 0);
      case 'J':
        return sink_.int64(value.integer());
      case 'F':
        return sink_.float32(static_cast<float>(value.number()));
      case 'D':
        return sink_.float64(value.number());
      case 'C': {
        std::string text;
        append_utf16_unit(static_cast<std::uint16_t>(value.integer()), text);
        return sink_.string(text);
      }
      default:
        return sink_.int32(static_cast<std::int32_t>(value.integer()));
    }
  }

  bool emit_cycle(const JavaValue& value) {
    sink_.begin_object();
    sink_.field("$cycle");
    const bool complete = emit_text(value.class_name());
    sink_.end_object();
    return complete;
  }

  bool emit_array(const JavaValue& array) {
    if (array.class_name() == "[B") return emit_bytes(array.bytes());
    sink_.begin_array();
    bool complete = true;
    for (std::size_t i = 0; i < array.size() && complete; ++i) complete = emit(array.element(i));
    sink_.end_array();
    return complete;
  }

  bool emit_object(const JavaValue& object) {
    if (std::find(kBoxes.begin(), kBoxes.end(), object.class_name()) != kBoxes.end()) {
      return emit(object.field("value"));
    }
    // A class of the job may have fields beside the elements that it inherits.
    if (!object.class_name().starts_with("java.")) return emit_fields(object);
    if (has_defaults(object)) return emit_fields(object);
    if (const auto text = known_text(object)) return emit_text(*text);
    if (const auto list = object.list()) return emit_list(*list);
    if (const auto map = object.map()) return emit_map(*map);
    return emit_fields(object);
  }

  bool emit_list(const std::vector<JavaValue>& list) {
    sink_.begin_array();
    const bool complete =
        std::all_of(list.begin(), list.end(), [this](const JavaValue& item) { return emit(item); });
    sink_.end_array();
    return complete;
  }

  bool emit_map(const std::vector<std::pair<JavaValue, JavaValue>>& map) {
    const bool object = std::all_of(map.begin(), map.end(), [](const auto& entry) {
      return entry.first.kind() == JavaKind::kString;
    });
    object ? sink_.begin_object() : sink_.begin_array();
    bool complete = true;
    for (const auto& [key, value] : map) {
      if (object) {
        complete = spend(key.text().size() / kEventBytes);
        sink_.field(key.text());
      } else {
        sink_.begin_array();
        complete = emit(key);
      }
      complete = complete && emit(value);
      if (!object) sink_.end_array();
      if (!complete) break;
    }
    object ? sink_.end_object() : sink_.end_array();
    return complete;
  }

  bool emit_fields(const JavaValue& object) {
    sink_.begin_object();
    sink_.field("$class");
    bool complete = emit_text(object.class_name());
    for (const auto& [name, value] : object.fields()) {
      complete = complete && spend(name.size() / kEventBytes);
      if (!complete) break;
      sink_.field(name);
      complete = emit(value);
    }
    complete = complete && emit_data(object);
    sink_.end_object();
    return complete;
  }

  // What is no field: the elements of a collection and what classes of the job wrote beside them, or
  // else what any class wrote.
  bool emit_data(const JavaValue& object) {
    const auto list = object.list();
    const auto map = object.map();
    if (!list && !map) return emit_written("$data", object.annotation());
    sink_.field("$data");
    return (list ? emit_list(*list) : emit_map(*map)) &&
           emit_written("$written", object.annotation_outside_jdk());
  }

  bool emit_written(std::string_view field, const std::vector<JavaValue>& written) {
    if (written.empty()) return true;
    sink_.field(field);
    return emit_list(written);
  }

  std::size_t events_left_;
  ValueSink& sink_;
  std::vector<std::uint32_t> path_;
};

}  // namespace

std::size_t emit_java_value(const JavaValue& value, std::size_t max_events, ValueSink& sink) {
  // A walk that reports nowhere comes first: what was reported cannot be taken back.
  NullSink nowhere;
  Emitter trial(max_events, nowhere);
  if (!trial.emit(value)) return 0;
  if (!sink.discards()) Emitter(max_events, sink).emit(value);
  return max_events - trial.events_left();
}

}  // namespace savvy
