#include "format/types/avro_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "format/big_number.h"
#include "format/errors.h"
#include "format/iso_time.h"
#include "format/modified_utf8.h"
#include "format/types/snapshot_type.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

constexpr int kMaxDepth = 400;
// Nulls and empty records take no bytes, and a schema can nest them so that one value has more
// parts than there are atoms: what a value may have by itself, and for each of its bytes.
constexpr std::uint64_t kMaxFreeParts = 1000;
constexpr std::uint64_t kMaxPartsPerByte = 100;
constexpr std::int64_t kMillisPerSecond = 1'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

void emit_time(std::int64_t value, std::int64_t per_second, ValueSink& sink) {
  // A number that is no time of day is shown as it is.
  if (value < 0 || value >= kSecondsPerDay * per_second) return sink.int64(value);
  const auto nano = static_cast<std::int32_t>(value % per_second * (kNanosPerSecond / per_second));
  sink.string(iso_time(value / per_second, nano, Fraction::kShortest));
}

void emit_timestamp(std::int64_t value, std::int64_t per_second, Zone zone, ValueSink& sink) {
  const auto nano =
      static_cast<std::int32_t>(floor_mod(value, per_second) * (kNanosPerSecond / per_second));
  sink.string(iso_date_time(floor_div(value, per_second), nano, Fraction::kShortest, zone));
}

void emit_long(AvroLogical logical, std::int64_t value, ValueSink& sink) {
  switch (logical) {
    case AvroLogical::kTimeMicros:
      return emit_time(value, kMicrosPerSecond, sink);
    case AvroLogical::kTimestampMillis:
      return emit_timestamp(value, kMillisPerSecond, Zone::kUtc, sink);
    case AvroLogical::kTimestampMicros:
      return emit_timestamp(value, kMicrosPerSecond, Zone::kUtc, sink);
    case AvroLogical::kTimestampNanos:
      return emit_timestamp(value, kNanosPerSecond, Zone::kUtc, sink);
    case AvroLogical::kLocalTimestampMillis:
      return emit_timestamp(value, kMillisPerSecond, Zone::kNone, sink);
    case AvroLogical::kLocalTimestampMicros:
      return emit_timestamp(value, kMicrosPerSecond, Zone::kNone, sink);
    case AvroLogical::kLocalTimestampNanos:
      return emit_timestamp(value, kNanosPerSecond, Zone::kNone, sink);
    default:
      return sink.int64(value);
  }
}

void emit_int(AvroLogical logical, std::int32_t value, ValueSink& sink) {
  if (logical == AvroLogical::kDate) return sink.string(iso_date_of_epoch_day(value));
  if (logical == AvroLogical::kTimeMillis) return emit_time(value, kMillisPerSecond, sink);
  sink.int32(value);
}

std::uint32_t little_endian(Bytes bytes, std::size_t at) {
  return bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 16 |
         static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

// Months, days and milliseconds, each little-endian.
std::string iso_duration(Bytes bytes) {
  const std::uint32_t millis = little_endian(bytes, 8);
  return fmt::format("P{}M{}DT{}.{:03}S", little_endian(bytes, 0), little_endian(bytes, 4),
                     millis / 1000, millis % 1000);
}

void emit_bytes(const AvroNode& node, Bytes bytes, ValueSink& sink) {
  switch (node.logical) {
    case AvroLogical::kDecimal:
      if (bytes.empty() || bytes.size() > kMaxPrintedNumberBytes) return sink.bytes(bytes);
      return sink.string(to_plain_decimal(to_decimal(bytes), node.scale));
    case AvroLogical::kUuid:
      return sink.string(uuid_text(bytes));
    case AvroLogical::kDuration:
      return sink.string(iso_duration(bytes));
    default:
      return sink.bytes(bytes);
  }
}

void emit_text(Bytes bytes, ValueSink& sink) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  is_utf8(text) ? sink.string(text) : sink.opaque(bytes, "string", "text that is not UTF-8");
}

class AvroDecoder {
 public:
  AvroDecoder(ByteReader& in, ValueSink& sink) : in_(in), start_(in.offset()), sink_(sink) {}

  void decode(const AvroNode& node) {
    if (++depth_ > kMaxDepth) {
      throw UnsupportedError(fmt::format("{}: Avro records nested deeper than {}",
                                         in_.describe_position(), kMaxDepth));
    }
    if (++parts_ > kMaxFreeParts + kMaxPartsPerByte * (in_.offset() - start_)) {
      throw UnsupportedError(
          fmt::format("{}: an Avro value of {} parts, most of which take no bytes",
                      in_.describe_position(), parts_));
    }
    decode_node(node);
    --depth_;
  }

 private:
  void decode_node(const AvroNode& node) {
    switch (node.kind) {
      case AvroKind::kNull:
        return sink_.null();
      case AvroKind::kBoolean:
        return sink_.boolean(in_.boolean("Avro boolean"));
      case AvroKind::kInt:
        return emit_int(node.logical, in_.i32("Avro int"), sink_);
      case AvroKind::kLong:
        return emit_long(node.logical, in_.i64("Avro long"), sink_);
      case AvroKind::kFloat:
        return sink_.float32(in_.f32("Avro float"));
      case AvroKind::kDouble:
        return sink_.float64(in_.f64("Avro double"));
      case AvroKind::kBytes:
        return emit_bytes(node, in_.blob("Avro bytes"), sink_);
      case AvroKind::kString:
        return emit_text(in_.blob("Avro string"), sink_);
      case AvroKind::kFixed:
        return emit_bytes(node, in_.take(node.size_bytes, "Avro fixed"), sink_);
      case AvroKind::kEnum:
        return sink_.string(node.words[index("Avro enum", node.words.size())]);
      case AvroKind::kUnion:
        return decode(*node.children[index("Avro union branch", node.children.size())]);
      case AvroKind::kRecord:
        return decode_record(node);
      case AvroKind::kArray:
        return decode_array(*node.children[0]);
      case AvroKind::kMap:
        return decode_map(*node.children[0]);
    }
  }

  std::size_t index(std::string_view what, std::size_t size) {
    const std::uint64_t at = in_.offset();
    const std::int32_t value = in_.i32(what);
    if (value < 0 || static_cast<std::size_t>(value) >= size) {
      in_.fail_at(at, fmt::format("{} = {}, expected less than {}", what, value, size));
    }
    return static_cast<std::size_t>(value);
  }

  void decode_record(const AvroNode& node) {
    sink_.begin_object();
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      sink_.field(node.words[i]);
      decode(*node.children[i]);
    }
    sink_.end_object();
  }

  // The size of the next block; 0 ends the collection.
  std::size_t block(std::size_t min_bytes_each) {
    const std::uint32_t count = in_.leb32("Avro block count");
    if (min_bytes_each == 0) return count;  // decode() counts them
    return in_.checked_count(count, min_bytes_each, "Avro block count");
  }

  void decode_array(const AvroNode& element) {
    sink_.begin_array();
    while (const std::size_t size = block(element.min_bytes)) {
      for (std::size_t i = 0; i < size; ++i) decode(element);
    }
    sink_.end_array();
  }

  void decode_map(const AvroNode& value) {
    sink_.begin_object();
    while (const std::size_t size = block(4 + value.min_bytes)) {
      for (std::size_t i = 0; i < size; ++i) {
        const Bytes key = in_.blob("Avro map key");
        const std::string text(key.begin(), key.end());
        if (!is_utf8(text)) in_.fail("an Avro map key is not UTF-8");
        sink_.field(text);
        decode(value);
      }
    }
    sink_.end_object();
  }

  ByteReader& in_;
  std::uint64_t start_;
  ValueSink& sink_;
  int depth_ = 0;
  std::uint64_t parts_ = 0;
};

}  // namespace

void decode_avro(const AvroNode& node, ByteReader& in, ValueSink& sink) {
  AvroDecoder(in, sink).decode(node);
}

}  // namespace savvy
