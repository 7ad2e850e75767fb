#include "format/types/binary_slot.h"

#include "format/big_number.h"
#include "format/iso_time.h"
#include "format/modified_utf8.h"
#include "format/types/binary_row.h"
#include "format/types/variant.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

constexpr std::uint64_t kInPlace = std::uint64_t{1} << 63;
constexpr std::int64_t kMaxCompactDecimal = 18;
constexpr std::int64_t kMaxCompactTimestamp = 3;
constexpr std::size_t kDecimalAreaBytes = 16;
constexpr std::int32_t kNanosPerMilli = 1'000'000;
constexpr std::int32_t kMillisPerDay = 86'400'000;

constexpr std::string_view kNotUtf8 = "not UTF-8";
constexpr std::string_view kNoRawSerializer = "serializer of a RAW type not in the snapshot";
constexpr std::string_view kUnknownLayout = "layout unknown here";

// offset << 32 | length
struct Pointer {
  std::size_t offset;
  std::size_t length;
  explicit Pointer(std::uint64_t slot)
      : offset(static_cast<std::size_t>(slot >> 32)),
        length(static_cast<std::size_t>(slot & 0xFFFFFFFF)) {}
};

ByteReader pointed_part(BinaryRegion& region, std::size_t pos, std::string_view field) {
  const Pointer pointer(region.load<std::uint64_t>(pos, field));
  return region.part(pointer.offset, pointer.length, field);
}

// Up to 7 bytes stand in the slot, their number in its last byte.
Bytes short_or_pointed(BinaryRegion& region, std::size_t pos) {
  const auto slot = region.load<std::uint64_t>(pos, "slot");
  if ((slot & kInPlace) == 0) return pointed_part(region, pos, "bytes").rest("bytes");
  const auto length = static_cast<std::size_t>(slot >> 56 & 0x7F);
  if (length > 7) region.fail(pos, fmt::format("length in the slot = {}, expected 0 to 7", length));
  return region.at(pos, length, "bytes");
}

std::string_view as_text(Bytes bytes) {
  const void* data = bytes.data();
  return {static_cast<const char*>(data), bytes.size()};
}

void emit_text(BinaryRegion& region, std::size_t pos, const LogicalType& type, ValueSink& sink) {
  const Bytes bytes = short_or_pointed(region, pos);
  is_utf8(as_text(bytes)) ? sink.string(as_text(bytes))
                          : sink.opaque(bytes, type.root_name, kNotUtf8);
}

void emit_decimal(BinaryRegion& region, std::size_t pos, const LogicalType& type, ValueSink& sink) {
  if (type.precision <= kMaxCompactDecimal) {
    const auto unscaled = region.load<std::int64_t>(pos, "DECIMAL");
    return sink.string(to_plain_decimal(fmt::to_string(unscaled), type.scale));
  }
  const Pointer pointer(region.load<std::uint64_t>(pos, "DECIMAL"));
  if (pointer.length == 0 || pointer.length > kDecimalAreaBytes) {
    region.fail(pos, fmt::format("DECIMAL takes {} bytes, expected 1 to 16", pointer.length));
  }
  const Bytes unscaled = region.part(pointer.offset, pointer.length, "DECIMAL").rest("DECIMAL");
  sink.string(to_plain_decimal(to_decimal(unscaled), type.scale));
}

void emit_timestamp(BinaryRegion& region, std::size_t pos, const LogicalType& type,
                    ValueSink& sink) {
  std::int64_t ms = 0;
  std::int32_t nano = 0;
  if (type.precision <= kMaxCompactTimestamp) {
    ms = region.load<std::int64_t>(pos, "TIMESTAMP");
  } else {
    const Pointer pointer(region.load<std::uint64_t>(pos, "TIMESTAMP"));
    if (pointer.length >= static_cast<std::size_t>(kNanosPerMilli)) {
      region.fail(pos,
                  fmt::format("nano of millisecond = {}, expected 0 to 999999", pointer.length));
    }
    nano = static_cast<std::int32_t>(pointer.length);
    region.part(pointer.offset, sizeof ms, "TIMESTAMP");
    ms = region.load<std::int64_t>(pointer.offset, "TIMESTAMP");
  }
  const Zone zone = type.root == LogicalRoot::kTimestampLtz ? Zone::kUtc : Zone::kNone;
  nano += static_cast<std::int32_t>(floor_mod(ms, 1000)) * kNanosPerMilli;
  sink.string(iso_date_time(floor_div(ms, 1000), nano, Fraction::kShortest, zone));
}

void emit_time(BinaryRegion& region, std::size_t pos, ValueSink& sink) {
  const auto ms = region.load<std::int32_t>(pos, "TIME");
  if (ms < 0 || ms >= kMillisPerDay) {
    region.fail(pos, fmt::format("TIME = {} ms is no time of day", ms));
  }
  sink.string(iso_time(ms / 1000, ms % 1000 * kNanosPerMilli, Fraction::kShortest));
}

void emit_uuid(BinaryRegion& region, std::size_t pos, ValueSink& sink) {
  ByteReader in = pointed_part(region, pos, "UUID");
  const auto most = static_cast<std::uint64_t>(in.i64("UUID"));
  const auto least = static_cast<std::uint64_t>(in.i64("UUID"));
  in.expect_end("a UUID");
  sink.string(uuid_text(most, least));
}

void emit_raw(BinaryRegion& region, std::size_t pos, const LogicalType& type, const Type* raw,
              ValueSink& sink) {
  ByteReader in = pointed_part(region, pos, "RAW");
  if (raw == nullptr) {
    const std::string& name = type.class_name.empty() ? type.root_name : type.class_name;
    return sink.opaque(in.rest("RAW"), name, kNoRawSerializer);
  }
  if (raw->decode(in, Extent::kDelimited, sink) == End::kKnown) in.expect_end("a RAW value");
}

// The size of the metadata is big-endian, unlike all around it.
void emit_variant_slot(BinaryRegion& region, std::size_t pos, ValueSink& sink) {
  ByteReader in = pointed_part(region, pos, "VARIANT");
  const std::string place = in.describe_position();
  const Bytes metadata = in.blob("VARIANT metadata");
  emit_variant(metadata, in.rest("VARIANT"), place, sink);
}

void emit_nested_row(BinaryRegion& region, std::size_t pos, const LogicalType& type,
                     ValueSink& sink) {
  std::vector<BinaryField> fields;
  fields.reserve(type.children.size());
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    fields.push_back({type.names[i], *type.children[i], nullptr});
  }
  emit_binary_row(pointed_part(region, pos, "nested row"), fields, sink);
}

// MULTISET counts its elements in an INTEGER.
const LogicalType& multiset_count() {
  static const LogicalType type = [] {
    LogicalType integer;
    integer.root = LogicalRoot::kInteger;
    integer.root_name = "INTEGER";
    return integer;
  }();
  return type;
}

}  // namespace

std::size_t element_width(const LogicalType& type) {
  switch (type.root) {
    case LogicalRoot::kBoolean:
    case LogicalRoot::kTinyInt:
      return 1;
    case LogicalRoot::kSmallInt:
      return 2;
    case LogicalRoot::kInteger:
    case LogicalRoot::kDate:
    case LogicalRoot::kTime:
    case LogicalRoot::kIntervalYearMonth:
    case LogicalRoot::kFloat:
      return 4;
    case LogicalRoot::kDistinct:
      return element_width(*type.children[0]);
    default:
      return 8;
  }
}

std::optional<std::string_view> slot_text(BinaryRegion& region, std::size_t pos) {
  const std::string_view text = as_text(short_or_pointed(region, pos));
  if (!is_utf8(text)) return std::nullopt;
  return text;
}

void emit_slot(BinaryRegion& region, std::size_t pos, const LogicalType& type, const Type* raw,
               ValueSink& sink) {
  switch (type.root) {
    case LogicalRoot::kBoolean:
      return sink.boolean(region.load<std::uint8_t>(pos, "BOOLEAN") != 0);
    case LogicalRoot::kTinyInt:
      return sink.int32(region.load<std::int8_t>(pos, "TINYINT"));
    case LogicalRoot::kSmallInt:
      return sink.int32(region.load<std::int16_t>(pos, "SMALLINT"));
    case LogicalRoot::kInteger:
    case LogicalRoot::kIntervalYearMonth:
      return sink.int32(region.load<std::int32_t>(pos, "INT"));
    case LogicalRoot::kBigInt:
    case LogicalRoot::kIntervalDayTime:
      return sink.int64(region.load<std::int64_t>(pos, "BIGINT"));
    case LogicalRoot::kFloat:
      return sink.float32(region.load<float>(pos, "FLOAT"));
    case LogicalRoot::kDouble:
      return sink.float64(region.load<double>(pos, "DOUBLE"));
    case LogicalRoot::kDate:
      return sink.string(iso_date_of_epoch_day(region.load<std::int32_t>(pos, "DATE")));
    case LogicalRoot::kTime:
      return emit_time(region, pos, sink);
    case LogicalRoot::kChar:
    case LogicalRoot::kVarChar:
      return emit_text(region, pos, type, sink);
    case LogicalRoot::kBinary:
    case LogicalRoot::kVarBinary:
    case LogicalRoot::kGeography:
      return sink.bytes(short_or_pointed(region, pos));
    case LogicalRoot::kDecimal:
      return emit_decimal(region, pos, type, sink);
    case LogicalRoot::kTimestamp:
    case LogicalRoot::kTimestampLtz:
      return emit_timestamp(region, pos, type, sink);
    case LogicalRoot::kArray:
      return emit_binary_array(pointed_part(region, pos, "ARRAY"), *type.children[0], sink);
    case LogicalRoot::kMap:
      return emit_binary_map(pointed_part(region, pos, "MAP"), *type.children[0], *type.children[1],
                             sink);
    case LogicalRoot::kMultiset:
      return emit_binary_map(pointed_part(region, pos, "MULTISET"), *type.children[0],
                             multiset_count(), sink);
    case LogicalRoot::kRow:
    case LogicalRoot::kStructured:
      return emit_nested_row(region, pos, type, sink);
    case LogicalRoot::kDistinct:
      return emit_slot(region, pos, *type.children[0], raw, sink);
    case LogicalRoot::kRaw:
      return emit_raw(region, pos, type, raw, sink);
    case LogicalRoot::kBitmap:
      return sink.bytes(pointed_part(region, pos, "BITMAP").rest("BITMAP"));
    case LogicalRoot::kUuid:
      return emit_uuid(region, pos, sink);
    case LogicalRoot::kNull:
      return sink.null();
    case LogicalRoot::kVariant:
      return emit_variant_slot(region, pos, sink);
    case LogicalRoot::kTimestampTz:
    case LogicalRoot::kOther:
      return sink.opaque(region.at(pos, element_width(type), "slot"), type.root_name,
                         kUnknownLayout);
  }
}

}  // namespace savvy
