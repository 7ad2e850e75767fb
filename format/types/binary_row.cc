#include "format/types/binary_row.h"

#include "format/types/binary_region.h"
#include "format/types/binary_slot.h"
#include "format/types/row_kind.h"

namespace savvy {
namespace {

constexpr std::size_t kSlotBytes = 8;
constexpr std::size_t kHeaderBits = 8;  // the row kind, before the null bits

std::size_t header_bytes(std::size_t fields) { return (fields + kHeaderBits + 63) / 64 * 8; }

bool bit(const BinaryRegion& region, std::size_t base, std::size_t i) {
  return (region.load<std::uint8_t>(base + i / 8, "null bits") >> (i % 8) & 1) != 0;
}

// An array laid out: where its null bits and elements are.
struct ArrayLayout {
  std::size_t size;
  std::size_t width;
  std::size_t first;

  static constexpr std::size_t kNullBits = 4;

  ArrayLayout(const BinaryRegion& region, const LogicalType& element)
      : size(0), width(element_width(element)), first(0) {
    const auto count = region.load<std::int32_t>(0, "array size");
    // Each element takes a bit and `width` bytes; the exact end is checked when they are read.
    if (count < 0 || static_cast<std::size_t>(count) > region.size() / width) {
      region.fail(0, fmt::format("array size = {} cannot fit in {} bytes", count, region.size()));
    }
    size = static_cast<std::size_t>(count);
    first = kNullBits + (size + 31) / 32 * 4;
    region.at(first, size * width, "array elements");
  }

  bool is_null(const BinaryRegion& region, std::size_t i) const {
    return bit(region, kNullBits, i);
  }
  std::size_t position(std::size_t i) const { return first + i * width; }
};

void emit_element(BinaryRegion& region, const ArrayLayout& layout, std::size_t i,
                  const LogicalType& type, ValueSink& sink) {
  if (layout.is_null(region, i)) return sink.null();
  emit_slot(region, layout.position(i), type, nullptr, sink);
}

bool keys_are_text(BinaryRegion keys, const ArrayLayout& layout, const LogicalType& type) {
  if (type.root != LogicalRoot::kChar && type.root != LogicalRoot::kVarChar) return false;
  for (std::size_t i = 0; i < layout.size; ++i) {
    if (layout.is_null(keys, i) || !slot_text(keys, layout.position(i))) return false;
  }
  return true;
}

}  // namespace

void emit_binary_row(ByteReader in, const std::vector<BinaryField>& fields, ValueSink& sink) {
  BinaryRegion region(in);
  const std::size_t header = header_bytes(fields.size());
  region.at(0, header + fields.size() * kSlotBytes, "fixed part of a row");
  const auto kind = region.load<std::uint8_t>(0, "row kind");
  if (kind >= kRowKinds.size()) region.fail(0, fmt::format("row kind = {}, expected 0 to 3", kind));
  sink.begin_object();
  emit_row_kind(kind, sink);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    sink.field(fields[i].name);
    if (bit(region, 0, i + kHeaderBits)) {
      sink.null();
    } else {
      emit_slot(region, header + i * kSlotBytes, fields[i].type, fields[i].raw, sink);
    }
  }
  sink.end_object();
}

void emit_binary_array(ByteReader in, const LogicalType& element, ValueSink& sink) {
  BinaryRegion region(in);
  const ArrayLayout layout(region, element);
  sink.begin_array();
  for (std::size_t i = 0; i < layout.size; ++i) emit_element(region, layout, i, element, sink);
  sink.end_array();
}

void emit_binary_map(ByteReader in, const LogicalType& key, const LogicalType& value,
                     ValueSink& sink) {
  BinaryRegion whole(in);
  const auto key_size = whole.load<std::uint32_t>(0, "size of the key array");
  whole.at(4, key_size, "key array");
  BinaryRegion keys(whole.part(4, key_size, "key array"));
  BinaryRegion values(whole.part(4 + key_size, whole.size() - 4 - key_size, "value array"));
  const ArrayLayout key_layout(keys, key);
  const ArrayLayout value_layout(values, value);
  if (key_layout.size != value_layout.size) {
    whole.fail(0,
               fmt::format("a map has {} keys and {} values", key_layout.size, value_layout.size));
  }
  const bool object = keys_are_text(keys, key_layout, key);
  object ? sink.begin_object() : sink.begin_array();
  for (std::size_t i = 0; i < key_layout.size; ++i) {
    if (object) {
      sink.field(*slot_text(keys, key_layout.position(i)));
    } else {
      sink.begin_array();
      emit_element(keys, key_layout, i, key, sink);
    }
    emit_element(values, value_layout, i, value, sink);
    if (!object) sink.end_array();
  }
  object ? sink.end_object() : sink.end_array();
}

}  // namespace savvy
