#include <fmt/format.h>

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"
#include "format/types/strings.h"

// Bytes   EventId    i32 id | i64 timestamp
//         Dewey      i32 n | n x i32
//         NodeId     u8 0 null, 1: EventId | String page
//         Edge       NodeId | Dewey
//         Lockable   i32 references | element
//         Node       i32 n | n x ([i32 references] Edge)
//         NFAState   partial, then completed: i32 n | n x state
//         state      String name | NodeId previous | Dewey | i64 start | [i64 previous timestamp] |
//                    u8 has start event [| EventId]
// Source  the serializers of org.apache.flink.cep.nfa and .sharedbuffer; NFAStateSerializer

namespace savvy {
namespace {

void emit_event_id(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("eventId");
  sink.int32(in.i32("event id"));
  sink.field("timestamp");
  sink.int64(in.i64("event timestamp"));
  sink.end_object();
}

// As DeweyNumber.toString writes it: "1.0.2".
void emit_dewey(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(4, "Dewey number length");
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) text += '.';
    fmt::format_to(std::back_inserter(text), "{}", in.i32("Dewey number"));
  }
  sink.string(text);
}

void emit_string(ByteReader& in, ValueSink& sink) {
  std::string scratch;
  const Text text = read_flink_string(in, scratch);
  text.kind == TextKind::kNull ? sink.null() : sink.string(text.text);
}

void emit_node_id(ByteReader& in, ValueSink& sink) {
  if (!in.boolean("node id flag")) return sink.null();
  sink.begin_object();
  sink.field("eventId");
  emit_event_id(in, sink);
  sink.field("pageName");
  emit_string(in, sink);
  sink.end_object();
}

void emit_edge(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("target");
  emit_node_id(in, sink);
  sink.field("deweyNumber");
  emit_dewey(in, sink);
  sink.end_object();
}

// NodeId null and an empty Dewey number.
constexpr std::size_t kMinEdgeBytes = 1 + 4;

void emit_locked_edges(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(4 + kMinEdgeBytes, "edge count");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) {
    sink.begin_object();
    sink.field("lock");
    sink.int32(in.i32("reference count"));
    sink.field("edge");
    emit_edge(in, sink);
    sink.end_object();
  }
  sink.end_array();
}

void emit_edges(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(kMinEdgeBytes, "edge count");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) emit_edge(in, sink);
  sink.end_array();
}

enum class PreviousTimestamp { kAbsent, kPresent };

// String null, NodeId null, empty Dewey number, start and flag.
constexpr std::size_t kMinStateBytes = 1 + 1 + 4 + 8 + 1;

void emit_computation_state(ByteReader& in, ValueSink& sink, PreviousTimestamp previous) {
  sink.begin_object();
  sink.field("currentStateName");
  emit_string(in, sink);
  sink.field("previousBufferEntry");
  emit_node_id(in, sink);
  sink.field("version");
  emit_dewey(in, sink);
  sink.field("startTimestamp");
  sink.int64(in.i64("start timestamp"));
  if (previous == PreviousTimestamp::kPresent) {
    sink.field("previousTimestamp");
    sink.int64(in.i64("previous timestamp"));
  }
  sink.field("startEventID");
  if (in.boolean("start event flag")) {
    emit_event_id(in, sink);
  } else {
    sink.null();
  }
  sink.end_object();
}

void emit_nfa_state(ByteReader& in, ValueSink& sink, PreviousTimestamp previous) {
  sink.begin_object();
  for (const std::string_view part : {"partialMatches", "completedMatches"}) {
    sink.field(part);
    sink.begin_array();
    const std::size_t size = in.count(kMinStateBytes, part);
    for (std::size_t i = 0; i < size; ++i) emit_computation_state(in, sink, previous);
    sink.end_array();
  }
  sink.end_object();
}

void emit_nfa_state_old(ByteReader& in, ValueSink& sink) {
  emit_nfa_state(in, sink, PreviousTimestamp::kAbsent);
}
void emit_nfa_state_new(ByteReader& in, ValueSink& sink) {
  emit_nfa_state(in, sink, PreviousTimestamp::kPresent);
}

using Emit = void (*)(ByteReader&, ValueSink&);

class CepType final : public NestingType {
 public:
  CepType(SnapshotHead head, std::vector<TypePtr> nested, std::string_view name, Emit emit)
      : NestingType(std::move(head), std::move(nested)), name_(name), emit_(emit) {}
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    emit_(in, sink);
    return End::kKnown;
  }

 protected:
  TypeDescription describe_data() const override {
    return {"cep", std::string(name_), {}, 0, {}, {}};
  }

 private:
  std::string_view name_;
  Emit emit_;
};

class LockableType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    sink.begin_object();
    sink.field("lock");
    sink.int32(in.i32("reference count"));
    sink.field("element");
    const End end = child(0).decode(in, extent, sink);
    sink.end_object();
    return end;
  }
  bool walkable() const override { return child(0).walkable(); }
  std::size_t min_bytes() const override { return 4 + child(0).min_bytes(); }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("lockable", "Lockable", kElementLabel);
  }
};

// The nested serializers of these never vary, so they are read and not asked.
SnapshotParser cep_composite(std::string_view name, std::size_t nested, Emit emit) {
  return [=](SnapshotReader& reader, const SnapshotHead& head) -> TypePtr {
    if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
    return std::make_shared<CepType>(head, reader.read_nested(nested), name, emit);
  };
}

TypePtr read_lockable(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
  return std::make_shared<LockableType>(head, reader.read_nested(1));
}

TypePtr read_nfa_state(SnapshotReader& reader, const SnapshotHead& head) {
  const std::int32_t outer = reader.read_composite_head(head);
  if (outer < 1 || outer > 2) reader.refuse(head, "unknown outer version");
  const bool previous = outer == 2 && reader.in().boolean("previous timestamp flag");
  return std::make_shared<CepType>(head, reader.read_nested(3), "NFAState",
                                   previous ? emit_nfa_state_new : emit_nfa_state_old);
}

SimpleTypeFactory dewey_type() {
  return [](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<CepType>(head, std::vector<TypePtr>{}, "DeweyNumber", emit_dewey);
  };
}

}  // namespace

void add_cep_types(SerializerRegistry& registry) {
  const std::string buffer = join(kCep, "sharedbuffer.");
  registry.add_simple(join(buffer, "EventId$EventIdSerializer"),
                      fixed_type<12, emit_event_id>("cep", "EventId"));
  registry.add_simple(join(kCep, "DeweyNumber$DeweyNumberSerializer"), dewey_type());
  registry.add(join(buffer, "NodeId$NodeIdSerializer$NodeIdSerializerSnapshot"),
               cep_composite("NodeId", 1, emit_node_id));
  registry.add(join(buffer,
                    "SharedBufferEdge$SharedBufferEdgeSerializer$"
                    "SharedBufferEdgeSerializerSnapshot"),
               cep_composite("SharedBufferEdge", 2, emit_edge));
  registry.add(join(buffer, "LockableTypeSerializerSnapshot"), read_lockable);
  registry.add(join(buffer, "SharedBufferNodeSerializerSnapshotV2"),
               cep_composite("SharedBufferNode", 1, emit_locked_edges));
  registry.add(join(buffer,
                    "SharedBufferNode$SharedBufferNodeSerializer$"
                    "SharedBufferNodeSerializerSnapshot"),
               cep_composite("SharedBufferNode", 1, emit_edges));
  registry.add(join(kCep, "NFAStateSerializerSnapshot"), read_nfa_state);
}

}  // namespace savvy
