#include <fmt/format.h>

#include "format/big_number.h"
#include "format/iso_time.h"
#include "format/java_stream.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/map_type.h"

// Bytes   DecimalData    precision <= 18: i64 unscaled; else i32 n | n bytes; snapshot: i32
// precision
//                        | i32 scale
//         TimestampData  i64 ms; precision > 3: | i32 nano of the ms; snapshot: i32 precision
//         RawValueData   i32 size | value
//         External       value of the internal serializer; outer part: java DataType | bool
//         WindowKey      i64 window | key
//         SortedMap      as Map; snapshot: java comparator | N
// Source  the serializers of org.apache.flink.table.runtime.typeutils

namespace savvy {
namespace {

constexpr std::int32_t kMaxCompactDecimal = 18;
constexpr std::int32_t kMaxCompactTimestamp = 3;
constexpr std::int32_t kNanosPerMilli = 1'000'000;

class DecimalDataType final : public SnapshotType {
 public:
  DecimalDataType(SnapshotHead head, std::int32_t precision, std::int32_t scale)
      : SnapshotType(std::move(head)), precision_(precision), scale_(scale) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    if (precision_ <= kMaxCompactDecimal) {
      sink.string(to_plain_decimal(fmt::to_string(in.i64("decimal")), scale_));
      return End::kKnown;
    }
    const std::uint64_t at = in.offset();
    const Bytes unscaled = in.blob("decimal");
    if (unscaled.empty() || unscaled.size() > kMaxPrintedNumberBytes) {
      in.fail_at(at, fmt::format("decimal takes {} bytes", unscaled.size()));
    }
    sink.string(to_plain_decimal(to_decimal(unscaled), scale_));
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    precision_ <= kMaxCompactDecimal ? in.take(8, "decimal") : in.blob("decimal");
  }
  std::size_t min_bytes() const override { return 5; }

 protected:
  TypeDescription describe_data() const override {
    return {"decimal", fmt::format("DECIMAL({}, {})", precision_, scale_), {}, 0, {}, {}};
  }

 private:
  std::int32_t precision_;
  std::int32_t scale_;
};

// The serializer of TIMESTAMP and TIMESTAMP_LTZ alike, so no zone can be told.
class TimestampDataType final : public SnapshotType {
 public:
  TimestampDataType(SnapshotHead head, std::int32_t precision)
      : SnapshotType(std::move(head)), precision_(precision) {}

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::int64_t ms = in.i64("timestamp");
    std::int32_t nano = 0;
    if (!compact()) {
      const std::uint64_t at = in.offset();
      nano = in.i32("nano of millisecond");
      if (nano < 0 || nano >= kNanosPerMilli) {
        in.fail_at(at, fmt::format("nano of millisecond = {}, expected 0 to 999999", nano));
      }
    }
    nano += static_cast<std::int32_t>(floor_mod(ms, 1000)) * kNanosPerMilli;
    sink.string(iso_date_time(floor_div(ms, 1000), nano, Fraction::kShortest, Zone::kNone));
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.take(compact() ? 8 : 12, "timestamp"); }
  int fixed_length() const override { return compact() ? 8 : 12; }
  std::size_t min_bytes() const override { return 8; }

 protected:
  TypeDescription describe_data() const override {
    return {"timestamp", fmt::format("TIMESTAMP({})", precision_), {}, 0, {}, {}};
  }

 private:
  bool compact() const { return precision_ <= kMaxCompactTimestamp; }

  std::int32_t precision_;
};

class RawValueType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    ByteReader body = in.sub(in.count(1, "size of a raw value"), "raw value");
    if (child(0).decode(body, Extent::kDelimited, sink) == End::kKnown) {
      body.expect_end("a raw value");
    }
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.blob("raw value"); }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("raw", "RAW", kElementLabel);
  }
};

class WindowKeyType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    sink.begin_object();
    sink.field("window");
    sink.int64(in.i64("window"));
    sink.field("key");
    const End end = child(0).decode(in, extent, sink);
    sink.end_object();
    return end;
  }
  void skip(ByteReader& in) const override {
    in.i64("window");
    child(0).skip(in);
  }
  bool walkable() const override { return child(0).walkable(); }
  std::size_t min_bytes() const override { return 8 + child(0).min_bytes(); }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("window_key", "WindowKey", kKeyLabel);
  }

 private:
  static constexpr std::array<std::string_view, 1> kKeyLabel = {"key"};
};

TypePtr read_decimal(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 3, 3);
  const std::int32_t precision = reader.in().i32("precision");
  const std::int32_t scale = reader.in().i32("scale");
  return std::make_shared<DecimalDataType>(head, precision, scale);
}

TypePtr read_timestamp(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 1, 1);
  return std::make_shared<TimestampDataType>(head, reader.in().i32("precision"));
}

TypePtr read_raw_value(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 0) reader.refuse(head, "unknown outer version");
  return std::make_shared<RawValueType>(head, reader.read_nested(1));
}

TypePtr read_external(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
  read_java_stream(reader.in());  // a DataType; the internal serializer says what the bytes are
  reader.in().boolean("internal input flag");
  return reader.read_nested(1)[0];
}

TypePtr read_window_key(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
  return std::make_shared<WindowKeyType>(head, reader.read_nested(1));
}

TypePtr read_sorted_map(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 3, 3);
  read_java_stream(reader.in());  // the comparator
  return std::make_shared<MapType>(head, reader.read_nested(2));
}

}  // namespace

void add_table_types(SerializerRegistry& registry) {
  const auto add = [&registry](std::string_view name, const SnapshotParser& parser) {
    registry.add(join(kTableRuntime, name), parser);
  };
  add("DecimalDataSerializer$DecimalSerializerSnapshot", read_decimal);
  add("DecimalSerializer$DecimalSerializerSnapshot", read_decimal);
  add("TimestampDataSerializer$TimestampDataSerializerSnapshot", read_timestamp);
  add("SqlTimestampSerializer$SqlTimestampSerializerSnapshot", read_timestamp);
  add("serializers.python.TimestampSerializer$TimestampSerializerSnapshot", read_timestamp);
  add("RawValueDataSerializer$RawValueDataSerializerSnapshot", read_raw_value);
  add("BinaryGenericSerializer$BinaryGenericSerializerSnapshot", read_raw_value);
  add("ExternalSerializer$ExternalSerializerSnapshot", read_external);
  add("WindowKeySerializer$WindowKeySerializerSnapshot", read_window_key);
  add("SortedMapSerializerSnapshot", read_sorted_map);
}

}  // namespace savvy
