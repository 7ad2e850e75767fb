// java.time values inside Kryo, as ISO-8601 text.
//
// Bytes   Kryo 2.24 knows nothing of them: FieldSerializer writes their fields by name. Kryo 5 has
//         compact forms
// Source  the fields of java.time's classes; com.esotericsoftware.kryo.serializers.TimeSerializers

#pragma once

#include <string>
#include <string_view>

#include "format/types/kryo_input.h"

namespace savvy {

// What the reader around must do for the objects inside a time of Kryo 2.24.
class KryoInnerObjects {
 public:
  virtual ~KryoInnerObjects() = default;
  // Reads the mark of an object, which must be a new one.
  virtual void begin_object() = 0;
  // Reads a class and an object that is text.
  virtual std::string read_text_object() = 0;
};

bool is_kryo_time(std::string_view class_name);

// `class_name` is one of those. FormatError for fields that are no such time.
std::string read_kryo_time(std::string_view class_name, KryoRelease release, KryoInput& in,
                           KryoInnerObjects& objects);

}  // namespace savvy
