#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"

// Bytes   TimeWindow i64 start | i64 end (exclusive); CountWindow i64 id; GlobalWindow 00
// Source  the Serializer classes nested in the windows of the DataStream API and of the table
// runtime

namespace savvy {
namespace {

constexpr std::string_view kStreamWindows = "org.apache.flink.streaming.api.windowing.windows.";
constexpr std::string_view kTableWindows = "org.apache.flink.table.runtime.operators.window.";

void emit_time_window(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("start");
  sink.int64(in.i64("window start"));
  sink.field("end");
  sink.int64(in.i64("window end"));
  sink.end_object();
}

void emit_count_window(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("id");
  sink.int64(in.i64("window id"));
  sink.end_object();
}

void emit_global_window(ByteReader& in, ValueSink& sink) {
  in.take(1, "global window");
  sink.string("GlobalWindow");
}

}  // namespace

void add_window_types(SerializerRegistry& registry) {
  for (const std::string_view package : {kStreamWindows, kTableWindows}) {
    registry.add_simple(join(package, "TimeWindow$Serializer"),
                        fixed_type<16, emit_time_window>("time_window", "TimeWindow"));
    registry.add_simple(join(package, "GlobalWindow$Serializer"),
                        fixed_type<1, emit_global_window>("global_window", "GlobalWindow"));
  }
  registry.add_simple(join(kTableWindows, "CountWindow$Serializer"),
                      fixed_type<8, emit_count_window>("count_window", "CountWindow"));
}

}  // namespace savvy
