#include <fmt/format.h>

#include <limits>

#include "format/types/choice_type.h"
#include "format/types/class_names.h"
#include "format/types/families.h"

// Bytes   Timer            i64 timestamp with flipped sign bit | key | namespace
//         StreamElement    u8 tag | what the tag says
//         interval join    bool has been joined | element
//         CRow             row | bool change
// Source  TimerSerializer, StreamElementSerializer, IntervalJoinOperator.BufferEntrySerializer,
//         CoGroupedStreams.UnionSerializer, CRowSerializer

namespace savvy {
namespace {

constexpr std::array<std::string_view, 2> kTimerLabels = {"key", "namespace"};
constexpr std::array<std::string_view, 1> kRowLabel = {"row"};
constexpr ChoiceKind kUnion = {"union", "Union", {"one", "two"}, {1, 2}};

class TimerType final : public NestingType {
 public:
  using NestingType::NestingType;

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    sink.begin_object();
    sink.field("timestamp");
    sink.int64(in.i64("timer timestamp") ^ std::numeric_limits<std::int64_t>::min());
    sink.field("key");
    End end = child(0).decode(in, extent, sink);
    if (end == End::kKnown) {
      sink.field("namespace");
      end = child(1).decode(in, extent, sink);
    }
    sink.end_object();
    return end;
  }
  void skip(ByteReader& in) const override {
    in.i64("timer timestamp");
    child(0).skip(in);
    child(1).skip(in);
  }
  int fixed_length() const override {
    const int key = child(0).fixed_length();
    const int name_space = child(1).fixed_length();
    if (key < 0 || name_space < 0) return kVariableLength;
    const std::int64_t sum = std::int64_t{8} + key + name_space;
    return sum <= std::numeric_limits<int>::max() ? static_cast<int>(sum) : kVariableLength;
  }
  bool walkable() const override { return child(0).walkable() && child(1).walkable(); }
  std::size_t min_bytes() const override { return 8 + child(0).min_bytes() + child(1).min_bytes(); }
  Shape shape() const override { return Shape::kTimer; }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("timer", "Timer", kTimerLabels);
  }
};

void put(ValueSink& sink, std::string_view name, std::int64_t value) {
  sink.field(name);
  sink.int64(value);
}

class StreamElementType final : public NestingType {
 public:
  using NestingType::NestingType;

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::uint64_t at = in.offset();
    const std::uint8_t tag = in.u8("stream element tag");
    if (tag >= kKinds.size()) in.fail_at(at, fmt::format("stream element tag = {}", tag));
    sink.begin_object();
    sink.field("kind");
    sink.string(kKinds[tag]);
    const End end = decode_body(tag, in, extent, sink);
    sink.end_object();
    return end;
  }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("stream_element", "StreamElement", kElementLabel);
  }

 private:
  static constexpr std::array<std::string_view, 7> kKinds = {"record",
                                                             "record",
                                                             "watermark",
                                                             "latency_marker",
                                                             "watermark_status",
                                                             "record_attributes",
                                                             "internal_watermark"};

  End decode_body(std::uint8_t tag, ByteReader& in, Extent extent, ValueSink& sink) const {
    switch (tag) {
      case 0:
        put(sink, "timestamp", in.i64("timestamp"));
        [[fallthrough]];
      case 1:
        sink.field("value");
        return child(0).decode(in, extent, sink);
      case 2:
        put(sink, "timestamp", in.i64("timestamp"));
        break;
      case 3: {
        put(sink, "marked_time", in.i64("marked time"));
        const std::int64_t lower = in.i64("operator id");
        const std::int64_t upper = in.i64("operator id");
        sink.field("operator_id");
        sink.string(fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(lower),
                                static_cast<std::uint64_t>(upper)));
        put(sink, "subtask", in.i32("subtask"));
        break;
      }
      case 4:
        put(sink, "status", in.i32("watermark status"));
        break;
      case 5:
        sink.field("backlog");
        sink.boolean(in.boolean("backlog"));
        break;
      default:
        put(sink, "subpartition", in.i32("subpartition"));
        put(sink, "timestamp", in.i64("timestamp"));
        break;
    }
    return End::kKnown;
  }
};

class BufferEntryType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    sink.begin_object();
    sink.field("has_been_joined");
    sink.boolean(in.boolean("joined flag"));
    sink.field("element");
    const End end = child(0).decode(in, extent, sink);
    sink.end_object();
    return end;
  }
  std::size_t min_bytes() const override { return 1 + child(0).min_bytes(); }
  bool walkable() const override { return child(0).walkable(); }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("interval_join_entry", "BufferEntry", kElementLabel);
  }
};

// A row of the planner before Blink, and whether it is added or taken back.
class ChangeRowType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    sink.begin_object();
    sink.field("row");
    const End end = child(0).decode(in, extent, sink);
    if (end == End::kKnown) {
      sink.field("change");
      sink.boolean(in.boolean("change flag"));
    }
    sink.end_object();
    return end;
  }
  std::size_t min_bytes() const override { return 1 + child(0).min_bytes(); }
  bool walkable() const override { return child(0).walkable(); }

 protected:
  TypeDescription describe_data() const override { return describe_as("crow", "CRow", kRowLabel); }
};

template <typename T>
SnapshotParser composite_of(std::int32_t outer_version, std::size_t nested) {
  return [=](SnapshotReader& reader, const SnapshotHead& head) -> TypePtr {
    if (reader.read_composite_head(head) != outer_version) {
      reader.refuse(head, "unknown outer version");
    }
    return std::make_shared<T>(head, reader.read_nested(nested));
  };
}

TypePtr read_union(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 2) reader.refuse(head, "unknown outer version");
  return std::make_shared<ChoiceType>(head, reader.read_nested(2), kUnion);
}

}  // namespace

void add_streaming_types(SerializerRegistry& registry) {
  registry.add(join(kStreaming, "operators.TimerSerializerSnapshot"),
               composite_of<TimerType>(2, 2));
  registry.add(
      "org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer$"
      "StreamElementSerializerSnapshot",
      composite_of<StreamElementType>(2, 1));
  registry.add(join(kStreaming, "datastream.CoGroupedStreams$UnionSerializerSnapshot"), read_union);
  registry.add(join(kStreaming, "operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot"),
               composite_of<BufferEntryType>(2, 1));
  registry.add("org.apache.flink.table.runtime.types.CRowSerializerSnapshot",
               composite_of<ChangeRowType>(1, 1));
}

}  // namespace savvy
