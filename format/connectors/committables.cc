// What a committer holds: committables by checkpoint and subtask.
//
// Bytes   i32 B91F252C | collector 1: L(committable); 2: L(checkpoint)
//         checkpoint: i64 id | [1: i32 subtasks] | L(subtask)
//         subtask: [1 on: i32 id] | L(request) | i32 committables | [0, 1: i32 drained] | i32 failed
//         request: i32 version | i32 n, n bytes | i32 retries | i32 state
//         L(x): i32 version | i32 n, n x (i32 size, x)
// Source  CommittableCollectorSerializer, SimpleVersionedSerialization

#include "format/connectors/layouts.h"

namespace savvy {
namespace {

constexpr std::uint32_t kMagic = 0xB91F252C;

// Calls `parse(in, version)` for each element of a list, which must take all of it.
template <typename Parse>
void emit_list(ByteReader& in, ValueSink& sink, std::string_view name, Parse parse) {
  sink.field(name);
  sink.begin_array();
  const std::int32_t version = in.i32("version");
  const std::size_t size = in.count(4, name);
  for (std::size_t i = 0; i < size; ++i) {
    ByteReader element = in.sub(in.count(1, "size"), name);
    parse(element, version);
    element.expect_end(name);
  }
  sink.end_array();
}

void put_int(ByteReader& in, ValueSink& sink, std::string_view name) {
  const std::int32_t value = in.i32(name);
  expect_plausible(in, value >= 0, name);
  sink.field(name);
  sink.int32(value);
}

void emit_request(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  const std::int32_t version = in.i32("committable version");
  sink.field("committable");
  emit_by_shape(committable_layouts(), version, in.blob("committable"), "committable", sink);
  put_int(in, sink, "retries");
  put_int(in, sink, "state");
  sink.end_object();
}

void emit_subtask(ByteReader& in, std::int32_t version, ValueSink& sink) {
  expect_plausible(in, version >= 0 && version <= 2, "subtask version");
  sink.begin_object();
  if (version >= 1) put_int(in, sink, "subtask");
  emit_list(in, sink, "requests",
            [&sink](ByteReader& request, std::int32_t) { emit_request(request, sink); });
  put_int(in, sink, "committables");
  if (version <= 1) put_int(in, sink, "drained");
  put_int(in, sink, "failed");
  sink.end_object();
}

void emit_checkpoint(ByteReader& in, std::int32_t version, ValueSink& sink) {
  expect_plausible(in, version == 0 || version == 1, "checkpoint version");
  sink.begin_object();
  sink.field("checkpoint");
  sink.int64(in.i64("checkpoint"));
  if (version == 1) put_int(in, sink, "subtasks");
  emit_list(in, sink, "of_subtasks", [&sink](ByteReader& subtask, std::int32_t subtask_version) {
    emit_subtask(subtask, subtask_version, sink);
  });
  sink.end_object();
}

}  // namespace

void parse_committable_collector(ByteReader& in, std::int32_t version, ValueSink& sink) {
  const auto magic = static_cast<std::uint32_t>(in.i32("magic number"));
  expect_plausible(in, magic == kMagic, "magic number");
  if (version == 1) {
    emit_list(in, sink, "committables", [&sink](ByteReader& each, std::int32_t each_version) {
      emit_by_shape(committable_layouts(), each_version, each.rest("committable"), "committable",
                    sink);
    });
    return;
  }
  expect_plausible(in, version == 2, "collector version");
  emit_list(in, sink, "checkpoints", [&sink](ByteReader& each, std::int32_t each_version) {
    emit_checkpoint(each, each_version, sink);
  });
}

}  // namespace savvy
