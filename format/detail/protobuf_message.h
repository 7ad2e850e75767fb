// A Protocol Buffers message as events; protobuf_type.h says what it looks like.

#pragma once

#include <google/protobuf/message.h>

#include "format/value_sink.h"

namespace savvy::detail {

void report_message(const google::protobuf::Message& message, ValueSink& sink);

}  // namespace savvy::detail
