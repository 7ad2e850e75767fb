#include "format/connectors/connector_state.h"

#include <array>
#include <optional>
#include <utility>

#include "format/byte_reader.h"
#include "format/connectors/layouts.h"
#include "format/errors.h"
#include "format/java_values.h"

namespace savvy {
namespace {

constexpr std::string_view kLegacyKafkaState = "topic-partition-offset-states";
constexpr std::string_view kCommitterState = "streaming_committer_raw_states";
constexpr std::string_view kUnknownCoordinator = "layout of the coordinator's own";

// A frame with a version.
struct Versioned {
  std::int32_t version;
  Bytes value;
};

std::optional<Versioned> versioned(ByteReader in) {
  constexpr std::uint64_t kFrameBytes = 8;
  if (in.remaining() < kFrameBytes) return std::nullopt;
  const std::int32_t version = in.i32("version");
  const std::int32_t size = in.i32("size");
  if (size < 0 || static_cast<std::uint64_t>(size) != in.remaining()) return std::nullopt;
  return Versioned{version, in.rest("value")};
}

// Whether a parse takes all bytes; reports nothing.
template <typename Parse>
bool fits(Bytes bytes, Parse parse) {
  ByteReader in(bytes, "connector state");
  NullSink nowhere;
  try {
    parse(in, nowhere);
    return in.at_end();
  } catch (const FormatError&) {
    // That it does not fit is the answer.
    return false;
  }
}

void emit_raw(Bytes bytes, ValueSink& sink) {
  sink.field("$bytes");
  sink.bytes(bytes);
}

void emit_committables(const Versioned& state, ValueSink& sink) {
  const auto parse = [&state](ByteReader& in, ValueSink& out) {
    parse_committable_collector(in, state.version, out);
  };
  if (!fits(state.value, parse)) {
    return sink.opaque(state.value, "committables", "layout of the connector's own serializer");
  }
  ByteReader in(state.value, "committables");
  sink.begin_object();
  sink.field("$layout");
  sink.string("CommittableCollector");
  parse(in, sink);
  sink.end_object();
}

// The names under which a frame with a version is kept, and what it frames.
struct FramedState {
  std::string_view state;
  std::string_view value;
};
constexpr std::array<FramedState, 3> kFramed = {{{"SourceReaderState", "split"},
                                                 {"writer_raw_states", "writer"},
                                                 {kCommitterState, "committables"}}};

const FramedState* framed_state(std::string_view state) {
  for (const FramedState& framed : kFramed) {
    if (framed.state == state) return &framed;
  }
  return nullptr;
}

void emit_framed(const FramedState& framed, const Versioned& element, Bytes all, ValueSink& sink) {
  sink.begin_object();
  sink.field("version");
  sink.int32(element.version);
  sink.field(framed.value);
  if (framed.state == kCommitterState) {
    emit_committables(element, sink);
  } else {
    const bool split = framed.value == "split";
    emit_by_shape(split ? split_layouts() : writer_layouts(), element.version, element.value,
                  framed.value, sink);
  }
  emit_raw(all, sink);
  sink.end_object();
}

// An element that the state's own type shows as bytes.
class FramedType final : public Type {
 public:
  FramedType(const FramedState& framed, TypePtr carrier)
      : framed_(framed), carrier_(std::move(carrier)) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const Bytes all = in.blob("versioned element");
    if (const auto element = versioned(ByteReader(all, in.file()))) {
      emit_framed(framed_, *element, all, sink);
    } else {
      sink.bytes(all);
    }
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { carrier_->skip(in); }
  TypeDescription describe() const override { return carrier_->describe(); }
  std::size_t min_bytes() const override { return carrier_->min_bytes(); }

 private:
  const FramedState& framed_;  // a constant
  TypePtr carrier_;
};

// Elements of FlinkKafkaConsumer: a class of the connector behind Kryo.
class LegacyKafkaType final : public Type {
 public:
  explicit LegacyKafkaType(TypePtr carrier) : carrier_(std::move(carrier)) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::uint64_t start = in.offset();
    if (extent == Extent::kDelimited) {
      const Bytes all = in.rest("offset of a partition");
      if (fits(all, parse_legacy_kafka_offset)) {
        emit(all, sink);
        return End::kKnown;
      }
      in.rewind(start);
    }
    return carrier_->decode(in, extent, sink);
  }
  void skip(ByteReader& in) const override { carrier_->skip(in); }
  TypeDescription describe() const override { return carrier_->describe(); }
  std::size_t min_bytes() const override { return carrier_->min_bytes(); }
  bool walkable() const override { return carrier_->walkable(); }

 private:
  static void emit(Bytes all, ValueSink& sink) {
    ByteReader in(all, "offset of a partition");
    sink.begin_object();
    sink.field("$layout");
    sink.string("KafkaTopicPartition");
    parse_legacy_kafka_offset(in, sink);
    emit_raw(all, sink);
    sink.end_object();
  }

  TypePtr carrier_;
};

// Of a source. Behind the frame of version 0 (Flink 1.12) stand lists that no restore looks at;
// version 1 has nothing there.
std::optional<Versioned> source_coordinator(Bytes state) {
  constexpr std::uint64_t kHeadBytes = 12;
  ByteReader in(state, "coordinator state");
  if (in.remaining() < kHeadBytes) return std::nullopt;
  const std::int32_t frame = in.i32("version");
  if (frame == 1) return versioned(in);
  if (frame != 0) return std::nullopt;
  const std::int32_t version = in.i32("enumerator version");
  const std::int32_t size = in.i32("enumerator size");
  constexpr std::uint64_t kListBytes = 12;  // readers, split version, checkpoints
  if (size < 0 || static_cast<std::uint64_t>(size) + kListBytes > in.remaining()) {
    return std::nullopt;
  }
  return Versioned{version, in.take(static_cast<std::size_t>(size), "enumerator")};
}

bool is_java_stream(Bytes state) {
  constexpr std::array<std::uint8_t, 4> kStart = {0xAC, 0xED, 0x00, 0x05};
  return state.size() > kStart.size() && std::equal(kStart.begin(), kStart.end(), state.begin());
}

}  // namespace

TypePtr with_connector_layouts(std::string_view state, TypePtr type) {
  const FramedState* framed = framed_state(state);
  if (framed != nullptr && type->describe().name == "byte[]") {
    return std::make_shared<FramedType>(*framed, std::move(type));
  }
  if (state == kLegacyKafkaState) return std::make_shared<LegacyKafkaType>(std::move(type));
  return type;
}

void emit_coordinator_state(Bytes state, ValueSink& sink) {
  if (const auto source = source_coordinator(state)) {
    sink.begin_object();
    sink.field("version");
    sink.int32(source->version);
    sink.field("enumerator");
    emit_by_shape(enumerator_layouts(), source->version, source->value, "enumerator", sink);
    emit_raw(state, sink);
    return sink.end_object();
  }
  if (is_java_stream(state)) {
    ByteReader in(state, "coordinator state");
    const std::optional<JavaValue> value = try_read_java_stream(in);
    const std::size_t max_events = 1000 + 32 * state.size();
    if (value && in.at_end() && emit_java_value(*value, max_events, sink) > 0) return;
  }
  state.empty() ? sink.bytes(state) : sink.opaque(state, "coordinator", kUnknownCoordinator);
}

}  // namespace savvy
