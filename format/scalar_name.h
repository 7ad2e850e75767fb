// The names that tell the bytes and the hashCode of a type by themselves.
//
// POJOs, what Kryo or Avro writes, case classes, enums, Gelly's arrays and serializers unknown here
// are shown under the simple name of a class, and a job may have its own Date, Instant or Long: a
// name says nothing without the kind beside it.

#pragma once

#include <string_view>

#include "format/type.h"

namespace savvy {

// The name of a number, text, time or window of Flink or the JDK that its own serializer wrote;
// empty for all other types. It lies in the description.
std::string_view scalar_name(const TypeDescription& type);

// byte[], which is no scalar, or PyFlink's wrapper of one.
bool is_byte_array(const TypeDescription& type);

}  // namespace savvy
