// java.time objects in a Java stream: all are java.time.Ser, a type byte and a packed form.

#pragma once

#include <optional>
#include <string>

#include "format/java_stream.h"

namespace savvy {

// ISO-8601 text; nullopt for what is no java.time value or a form that is not known.
std::optional<std::string> java_time_text(const JavaValue& value);

}  // namespace savvy
