#include "format/key_encoder.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <string>

#include "format/big_number.h"
#include "format/byte_writer.h"
#include "format/modified_utf8.h"
#include "format/scalar_name.h"
#include "format/types/binary_row.h"
#include "format/types/binary_row_encoder.h"
#include "format/types/json_fields.h"
#include "format/types/row_type.h"
#include "format/types/time_encoders.h"

namespace savvy {
namespace {

using Json = nlohmann::json;

KeyFit encode(const Type& type, const Json& json, ByteWriter& out);

// Scalars ------------------------------------------------------------------------------------------

template <typename Int>
bool put_integer(const Json& json, ByteWriter& out, void (ByteWriter::*write)(Int)) {
  using Limits = std::numeric_limits<Int>;
  const auto value = integer_of(json, Limits::min(), Limits::max());
  if (value) (out.*write)(static_cast<Int>(*value));
  return value.has_value();
}

KeyFit fit_if(bool fits) { return fits ? KeyFit::kExact : KeyFit::kMismatch; }

KeyFit put_byte(const Json& json, ByteWriter& out) {
  return fit_if(put_integer(json, out, &ByteWriter::i8));
}
KeyFit put_short(const Json& json, ByteWriter& out) {
  return fit_if(put_integer(json, out, &ByteWriter::i16));
}
KeyFit put_int(const Json& json, ByteWriter& out) {
  return fit_if(put_integer(json, out, &ByteWriter::i32));
}
KeyFit put_long(const Json& json, ByteWriter& out) {
  return fit_if(put_integer(json, out, &ByteWriter::i64));
}

KeyFit put_boolean(const Json& json, ByteWriter& out) {
  if (!json.is_boolean()) return KeyFit::kMismatch;
  out.boolean(json.get<bool>());
  return KeyFit::kExact;
}

KeyFit put_float(const Json& json, ByteWriter& out) {
  KeyFit fit = KeyFit::kExact;
  const auto value = float_of(json, fit);
  if (!value) return KeyFit::kMismatch;
  out.i32(std::bit_cast<std::int32_t>(*value));
  return fit;
}

KeyFit put_double(const Json& json, ByteWriter& out) {
  KeyFit fit = KeyFit::kExact;
  const auto value = double_of(json, fit);
  if (!value) return KeyFit::kMismatch;
  out.i64(std::bit_cast<std::int64_t>(*value));
  return fit;
}

// Its serializer writes as many zeros as it says, if any.
KeyFit put_null_value(const Json& json, ByteWriter& out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.u8(0);
  return fit_if(json.is_null());
}

// Text ---------------------------------------------------------------------------------------------

void put_leb(std::uint32_t value, ByteWriter& out) {
  while (value >= 0x80) {
    out.u8(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7;
  }
  out.u8(static_cast<std::uint8_t>(value));
}

std::vector<std::uint16_t> units_of(const std::string& text) {
  std::vector<std::uint16_t> units;
  visit_utf16_units(text, [&units](std::uint16_t unit) { units.push_back(unit); });
  return units;
}

KeyFit put_char(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  if (text == nullptr) return KeyFit::kMismatch;
  const std::vector<std::uint16_t> units = units_of(*text);
  if (units.size() != 1) return KeyFit::kMismatch;
  out.u16(units[0]);
  return KeyFit::kExact;
}

KeyFit put_text(const Json& json, ByteWriter& out, std::uint32_t length_bias) {
  const std::string* text = text_of(json);
  if (text == nullptr) return KeyFit::kMismatch;
  const std::vector<std::uint16_t> units = units_of(*text);
  put_leb(static_cast<std::uint32_t>(units.size()) + length_bias, out);
  for (const std::uint16_t unit : units) put_leb(unit, out);
  return KeyFit::kExact;
}

KeyFit put_string(const Json& json, ByteWriter& out) {
  if (!json.is_null()) return put_text(json, out, 1);
  out.u8(0);
  return KeyFit::kExact;
}

KeyFit put_string_value(const Json& json, ByteWriter& out) { return put_text(json, out, 0); }

KeyFit put_string_data(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  if (text == nullptr) return KeyFit::kMismatch;
  out.blob({reinterpret_cast<const std::uint8_t*>(text->data()), text->size()});
  return KeyFit::kExact;
}

KeyFit put_bytes(const Json& json, ByteWriter& out) {
  const auto bytes = bytes_of_object(json);
  if (!bytes) return KeyFit::kMismatch;
  out.blob(*bytes);
  return KeyFit::kExact;
}

// Numbers of any size ------------------------------------------------------------------------------

// 0, 1 and 10 have a short form, chosen by object identity, and the long one.
KeyFit put_digits(std::string_view digits, ByteWriter& out) {
  constexpr std::int32_t kLengthBias = 4;
  const auto bytes = from_decimal(digits);
  if (!bytes) return KeyFit::kMismatch;
  const std::int32_t shortcut = digits == "0" ? 1 : digits == "1" ? 2 : digits == "10" ? 3 : 0;
  if (shortcut != 0) {
    out.i32(shortcut);
    return KeyFit::kSameHash;
  }
  out.i32(static_cast<std::int32_t>(bytes->size()) + kLengthBias);
  out.raw(*bytes);
  return KeyFit::kExact;
}

KeyFit put_big_integer(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  return text == nullptr ? KeyFit::kMismatch : put_digits(*text, out);
}

// Trailing zeros without a point may belong to the digits or to a negative scale, and an exponent
// is written for scales that no one uses.
KeyFit put_big_decimal(const Json& json, ByteWriter& out) {
  const std::string* text = text_of(json);
  if (text == nullptr) return KeyFit::kMismatch;
  if (text->find('E') != std::string::npos) return KeyFit::kUnknown;
  const auto parts = split_plain_decimal(*text);
  if (!parts) return KeyFit::kMismatch;
  const KeyFit fit = put_digits(parts->digits, out);
  out.i32(static_cast<std::int32_t>(parts->scale));
  const bool many_scales = parts->scale == 0 && text->ends_with('0');
  return many_scales && fit != KeyFit::kMismatch ? KeyFit::kUnknown : fit;
}

// Types around others ------------------------------------------------------------------------------

KeyFit encode_child(const Type& type, std::size_t i, const Json& json, ByteWriter& out) {
  const TypePtr& child = type.children()[i];
  return child == nullptr ? KeyFit::kUnknown : encode(*child, json, out);
}

KeyFit encode_tuple(const Type& type, const TypeDescription& description, const Json& json,
                    ByteWriter& out) {
  if (!json.is_object() || json.size() != description.fields.size()) return KeyFit::kMismatch;
  KeyFit fit = KeyFit::kExact;
  for (std::size_t i = 0; i < description.fields.size(); ++i) {
    const auto field = json.find(description.fields[i].label);
    if (field == json.end()) return KeyFit::kMismatch;
    worsen(fit, encode_child(type, i, *field, out));
  }
  return fit;
}

void put_mask(const std::vector<bool>& bits, ByteWriter& out) {
  ByteVector mask(Mask::size_bytes(bits.size()));
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) mask[i / 8] = static_cast<std::uint8_t>(mask[i / 8] | 0x80U >> i % 8);
  }
  out.raw(mask);
}

KeyFit encode_row(const RowType& row, const Json& json, ByteWriter& out) {
  const std::size_t fields = row.children().size();
  if (!json.is_object()) return KeyFit::kMismatch;
  const auto kind = row_kind_of(json);
  const std::size_t kind_fields = json.contains("$kind") ? 1 : 0;
  if (!kind || (*kind != 0 && !row.has_kind()) || json.size() != fields + kind_fields) {
    return KeyFit::kMismatch;
  }
  std::vector<bool> mask;
  if (row.has_kind()) mask = {(*kind & 1) != 0, (*kind & 2) != 0};
  KeyFit fit = KeyFit::kExact;
  ByteWriter values;
  const std::vector<std::string> names = numbered_names("f", 0, fields);
  for (std::size_t i = 0; i < fields; ++i) {
    const auto field = json.find(names[i]);
    if (field == json.end()) return KeyFit::kMismatch;
    mask.push_back(field->is_null());
    if (!field->is_null()) worsen(fit, encode_child(row, i, *field, values));
  }
  put_mask(mask, out);
  out.raw(values.bytes());
  return fit;
}

KeyFit encode_either(const Type& type, const Json& json, ByteWriter& out) {
  if (!json.is_object() || json.size() != 1) return KeyFit::kMismatch;
  const bool left = json.contains("left");
  if (!left && !json.contains("right")) return KeyFit::kMismatch;
  out.boolean(left);
  return encode_child(type, left ? 0 : 1, json.front(), out);
}

// With padding a null is as long as a value.
KeyFit encode_nullable(const Type& type, const Json& json, ByteWriter& out) {
  out.boolean(json.is_null());
  if (!json.is_null()) return encode_child(type, 0, json, out);
  const int padding = std::max(type.fixed_length() - 1, 0);
  for (int i = 0; i < padding; ++i) out.u8(0);
  return KeyFit::kExact;
}

KeyFit encode_list(const Type& type, const Json& json, ByteWriter& out) {
  if (!json.is_array()) return KeyFit::kMismatch;
  out.count(json.size());
  KeyFit fit = KeyFit::kExact;
  for (const Json& element : json) worsen(fit, encode_child(type, 0, element, out));
  return fit;
}

// The i32 size of the row stands before it.
KeyFit encode_row_data(const BinaryRowHolder& holder, const Json& json, ByteWriter& out) {
  ByteVector row;
  const KeyFit fit = encode_binary_row(holder.binary_fields(), json, row);
  out.blob(row);
  return fit;
}

// By the name of the type --------------------------------------------------------------------------

using SimpleEncoder = KeyFit (*)(const Json&, ByteWriter&);

const std::map<std::string_view, SimpleEncoder>& simple_encoders() {
  static const std::map<std::string_view, SimpleEncoder> table = {
      {"Byte", put_byte},
      {"ByteValue", put_byte},
      {"Short", put_short},
      {"ShortValue", put_short},
      {"Int", put_int},
      {"IntValue", put_int},
      {"Char", put_char},
      {"CharValue", put_char},
      {"Long", put_long},
      {"LongValue", put_long},
      {"Boolean", put_boolean},
      {"BooleanValue", put_boolean},
      {"Float", put_float},
      {"FloatValue", put_float},
      {"Double", put_double},
      {"DoubleValue", put_double},
      {"String", put_string},
      {"StringValue", put_string_value},
      {"StringData", put_string_data},
      {"Date", put_millis},
      {"SqlDate", put_millis},
      {"SqlTime", put_millis},
      {"SqlTimestamp", put_sql_timestamp},
      {"Instant", put_instant},
      {"LocalDate", put_local_date},
      {"LocalTime", put_local_time},
      {"LocalDateTime", put_local_date_time},
      {"UUID", put_uuid},
      {"BigInteger", put_big_integer},
      {"BigDecimal", put_big_decimal},
  };
  return table;
}

// Types of which no value has bytes here: some at least show what they cannot be.
KeyFit fit_of_unknown(const Type& type, const TypeDescription& description, const Json& json) {
  const bool object_alone = !type.walkable() || description.kind == "pojo";
  const bool fits = !object_alone || json.is_object();
  const bool fits_enum = description.kind != "enum" || json.is_string();
  return json.is_null() || (fits && fits_enum) ? KeyFit::kUnknown : KeyFit::kMismatch;
}

KeyFit encode(const Type& type, const Json& json, ByteWriter& out) {
  const TypeDescription description = type.describe();
  if (description.kind == "binary_row_data" || is_byte_array(description)) {
    return put_bytes(json, out);
  }
  const std::string_view name = scalar_name(description);
  const auto simple = simple_encoders().find(name);
  if (is_bytes_object(json)) return KeyFit::kUnknown;
  if (simple != simple_encoders().end()) {
    // Nulls of dates and numbers have forms of their own, and are never keys by themselves.
    const bool plain_null = json.is_null() && simple->second != put_string;
    return plain_null ? KeyFit::kUnknown : simple->second(json, out);
  }
  if (const auto* row = dynamic_cast<const RowType*>(&type)) return encode_row(*row, json, out);
  if (const auto* row = dynamic_cast<const BinaryRowHolder*>(&type)) {
    return encode_row_data(*row, json, out);
  }
  if (name == "NullValue") return put_null_value(json, out, type.min_bytes());
  if (dynamic_cast<const TupleType*>(&type) != nullptr) {
    return encode_tuple(type, description, json, out);
  }
  if (description.kind == "either") return encode_either(type, json, out);
  if (description.kind == "nullable") return encode_nullable(type, json, out);
  if (description.kind == "list" && type.shape() == Shape::kList) {
    return encode_list(type, json, out);
  }
  return fit_of_unknown(type, description, json);
}

}  // namespace

EncodedKey encode_key(const Type& type, std::string_view json) {
  const Json key = Json::parse(json, nullptr, false);
  if (key.is_discarded()) return {};
  ByteWriter out;
  const KeyFit fit = encode(type, key, out);
  return {fit, fit <= KeyFit::kSameHash ? out.take() : ByteVector{}};
}

}  // namespace savvy
