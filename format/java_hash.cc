#include "format/java_hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "format/element_count.h"
#include "format/modified_utf8.h"
#include "format/scalar_name.h"
#include "format/types/class_names.h"
#include "format/types/numbers.h"
#include "format/types/row_type.h"
#include "format/types/strings.h"

namespace savvy {
namespace {

constexpr std::uint32_t kFactor = 31;
constexpr std::string_view kJavaTuples = "org.apache.flink.api.java.tuple.";

std::int32_t as_int(std::uint32_t bits) { return static_cast<std::int32_t>(bits); }
std::uint32_t as_bits(std::int32_t value) { return static_cast<std::uint32_t>(value); }

std::int32_t fold(std::uint64_t bits) {
  return as_int(static_cast<std::uint32_t>(bits ^ bits >> 32));
}
std::int32_t fold(std::int64_t value) { return fold(static_cast<std::uint64_t>(value)); }

// Java's arithmetic wraps.
std::int32_t times31_plus(std::int32_t hash, std::int32_t next) {
  return as_int(as_bits(hash) * kFactor + as_bits(next));
}

std::int32_t float_bits(float value) {
  return std::isnan(value) ? 0x7FC00000 : std::bit_cast<std::int32_t>(value);
}
std::int64_t double_bits(double value) {
  return std::isnan(value) ? 0x7FF8000000000000 : std::bit_cast<std::int64_t>(value);
}

// Scalars ------------------------------------------------------------------------------------------

std::int32_t hash_byte(ByteReader& in) { return in.i8("byte"); }
std::int32_t hash_short(ByteReader& in) { return in.i16("short"); }
std::int32_t hash_int(ByteReader& in) { return in.i32("int"); }
std::int32_t hash_char(ByteReader& in) { return in.u16("char"); }
std::int32_t hash_long(ByteReader& in) { return fold(in.i64("long")); }
std::int32_t hash_boolean(ByteReader& in) { return in.boolean("boolean") ? 1231 : 1237; }
std::int32_t hash_float(ByteReader& in) { return float_bits(in.f32("float")); }
std::int32_t hash_double(ByteReader& in) { return fold(double_bits(in.f64("double"))); }

// Flink's Value classes have their own rules for some.
std::int32_t hash_long_value(ByteReader& in) { return as_int(43 + as_bits(hash_long(in))); }
std::int32_t hash_boolean_value(ByteReader& in) { return in.boolean("boolean") ? 1 : 0; }
std::int32_t hash_double_value(ByteReader& in) { return as_int(31 + as_bits(hash_double(in))); }

// The serializers of dates write a null as the least number; its hash in a tuple is 0.
std::int32_t hash_millis(ByteReader& in) {
  const std::int64_t ms = in.i64("epoch milliseconds");
  return ms == std::numeric_limits<std::int64_t>::min() ? 0 : fold(ms);
}

std::int32_t hash_sql_timestamp(ByteReader& in) {
  const std::int32_t hash = hash_millis(in);
  in.i32("nano of second");
  return hash;
}

std::int32_t hash_instant(ByteReader& in) {
  const std::int32_t seconds = hash_long(in);
  return as_int(as_bits(seconds) + 51U * as_bits(in.i32("nano of second")));
}

std::int32_t hash_local_date(ByteReader& in) {
  const std::int32_t signed_year = in.i32("year");
  const std::uint32_t month = in.u8("month");
  const std::uint32_t day = in.u8("day");
  if (signed_year == std::numeric_limits<std::int32_t>::min()) return 0;
  const std::uint32_t year = as_bits(signed_year);
  return as_int((year & 0xFFFFF800U) ^ ((year << 11) + (month << 6) + day));
}

std::int32_t hash_local_time(ByteReader& in) {
  constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  constexpr int kNullHour = 0x80;
  const int hour = in.u8("hour");
  const int minute = in.u8("minute");
  const int second = in.u8("second");
  const std::int32_t nano = in.i32("nano of second");
  if (hour == kNullHour) return 0;
  const std::int64_t second_of_day = (hour * 60 + minute) * 60 + second;
  return fold(second_of_day * kNanosPerSecond + nano);
}

std::int32_t hash_local_date_time(ByteReader& in) {
  const std::int32_t date = hash_local_date(in);
  return date ^ hash_local_time(in);
}

std::int32_t hash_uuid(ByteReader& in) {
  const std::int64_t most = in.i64("UUID, high half");
  return fold(most ^ in.i64("UUID, low half"));
}

// MathUtils.longToIntWithBitMixing of start + end. The window of SQL has another hash.
std::int32_t hash_time_window(ByteReader& in) {
  std::uint64_t mix = static_cast<std::uint64_t>(in.i64("window start"));
  mix += static_cast<std::uint64_t>(in.i64("window end"));
  mix = (mix ^ mix >> 30) * 0xBF58476D1CE4E5B9U;
  mix = (mix ^ mix >> 27) * 0x94D049BB133111EBU;
  return as_int(static_cast<std::uint32_t>(mix ^ mix >> 31));
}

// Numbers of any size ------------------------------------------------------------------------------

// Over the 32-bit words of the magnitude, the highest first, times the sign.
std::int32_t hash_digits(Bytes twos_complement) {
  const bool negative = !twos_complement.empty() && (twos_complement[0] & 0x80U) != 0;
  ByteVector magnitude(twos_complement.begin(), twos_complement.end());
  if (negative) {
    unsigned carry = 1;
    for (std::size_t i = magnitude.size(); i-- > 0;) {
      const unsigned sum = (~unsigned{magnitude[i]} & 0xFFU) + carry;
      magnitude[i] = static_cast<std::uint8_t>(sum);
      carry = sum >> 8;
    }
  }
  // Two's complement of the least number of its width is itself: an unsigned magnitude.
  std::uint32_t hash = 0;
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < magnitude.size(); ++i) {
    word = word << 8 | magnitude[i];
    if ((magnitude.size() - i - 1) % 4 != 0) continue;
    hash = hash * kFactor + word;
    word = 0;
  }
  return as_int(negative ? 0U - hash : hash);
}

std::int32_t hash_big_integer(ByteReader& in) {
  const std::optional<Bytes> digits = read_big_integer(in);
  return digits ? hash_digits(*digits) : 0;
}

std::int32_t hash_big_decimal(ByteReader& in) {
  const std::optional<Bytes> digits = read_big_integer(in);
  if (!digits) return 0;
  const std::int32_t unscaled = hash_digits(*digits);
  return times31_plus(unscaled, in.i32("scale"));
}

// Text and binary rows -----------------------------------------------------------------------------

std::uint32_t murmur_block(std::uint32_t hash, std::uint32_t block) {
  block = std::rotl(block * 0xCC9E2D51U, 15) * 0x1B873593U;
  return std::rotl(hash ^ block, 13) * 5U + 0xE6546B64U;
}

// MurmurHashUtils: little-endian words from seed 42; bytes behind them one by one, with their sign.
std::int32_t murmur(Bytes bytes) {
  std::uint32_t hash = 42;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    const std::uint32_t word = bytes[i] | std::uint32_t{bytes[i + 1]} << 8 |
                               std::uint32_t{bytes[i + 2]} << 16 |
                               std::uint32_t{bytes[i + 3]} << 24;
    hash = murmur_block(hash, word);
  }
  for (; i < bytes.size(); ++i) {
    hash = murmur_block(hash, as_bits(static_cast<std::int8_t>(bytes[i])));
  }
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85EBCA6BU;
  hash = (hash ^ hash >> 13) * 0xC2B2AE35U;
  return as_int(hash ^ hash >> 16);
}

std::int32_t hash_sized_bytes(ByteReader& in) { return murmur(in.blob("binary data")); }

// By the type ------------------------------------------------------------------------------------

using SimpleHash = std::int32_t (*)(ByteReader&);

const std::map<std::string_view, SimpleHash>& simple_hashes() {
  static const std::map<std::string_view, SimpleHash> table = {
      {"Byte", hash_byte},
      {"ByteValue", hash_byte},
      {"Short", hash_short},
      {"ShortValue", hash_short},
      {"Int", hash_int},
      {"IntValue", hash_int},
      {"Char", hash_char},
      {"CharValue", hash_char},
      {"Long", hash_long},
      {"LongValue", hash_long_value},
      {"Boolean", hash_boolean},
      {"BooleanValue", hash_boolean_value},
      {"Float", hash_float},
      {"FloatValue", hash_float},
      {"Double", hash_double},
      {"DoubleValue", hash_double_value},
      {"Date", hash_millis},
      {"SqlDate", hash_millis},
      {"SqlTime", hash_millis},
      {"SqlTimestamp", hash_sql_timestamp},
      {"Instant", hash_instant},
      {"LocalDate", hash_local_date},
      {"LocalTime", hash_local_time},
      {"LocalDateTime", hash_local_date_time},
      {"UUID", hash_uuid},
      {"TimeWindow", hash_time_window},
      {"BigInteger", hash_big_integer},
      {"BigDecimal", hash_big_decimal},
  };
  return table;
}

JavaHash hash_of_text(const TextType& type) {
  if (type.describe().name == "StringData") return hash_sized_bytes;
  return [&type](ByteReader& in) {
    std::string scratch;
    const Text text = type.read_text(in, scratch);
    return text.kind == TextKind::kNull ? 0 : java_hash_of_text(text.text);
  };
}

// Empty if that of one is not known.
std::vector<JavaHash> hashes_of(std::span<const TypePtr> types) {
  std::vector<JavaHash> hashes;
  for (const TypePtr& type : types) {
    hashes.push_back(type == nullptr ? JavaHash{} : java_hash_of(*type));
    if (!hashes.back()) return {};
  }
  return hashes;
}

JavaHash hash_of_constant(const Type& type, std::int32_t hash) {
  return [&type, hash](ByteReader& in) {
    type.skip(in);
    return hash;
  };
}

// A class of the job that extends a tuple is written as one, and may have its own hashCode.
bool is_own_tuple(const TypeDescription& tuple) {
  return std::none_of(
      tuple.attributes.begin(), tuple.attributes.end(), [&tuple](const auto& attribute) {
        return attribute.first == "class" &&
               attribute.second != fmt::format("{}Tuple{}", kJavaTuples, tuple.fields.size());
      });
}

JavaHash hash_of_tuple(const Type& type, const TypeDescription& description) {
  if (!is_own_tuple(description)) return {};
  if (description.fields.empty()) return hash_of_constant(type, 0);
  const std::vector<JavaHash> fields = hashes_of(type.children());
  if (fields.empty()) return {};
  return [fields](ByteReader& in) {
    std::int32_t hash = fields[0](in);
    for (std::size_t i = 1; i < fields.size(); ++i) hash = times31_plus(hash, fields[i](in));
    return hash;
  };
}

// Scala's sides are case classes, with another hash.
JavaHash hash_of_either(const Type& type, const TypeDescription& description) {
  if (!description.serializer.starts_with(kJavaRuntime)) return {};
  const std::vector<JavaHash> sides = hashes_of(type.children());
  if (sides.size() != 2) return {};
  return [sides](ByteReader& in) { return sides[in.boolean("left") ? 0 : 1](in); };
}

JavaHash hash_of_nullable(const Type& type) {
  const std::vector<JavaHash> value = hashes_of(type.children());
  if (value.empty()) return {};
  return [value, &type](ByteReader& in) {
    const std::uint64_t start = in.offset();
    if (!in.boolean("null flag")) return value[0](in);
    in.rewind(start);
    type.skip(in);  // with its padding
    return 0;
  };
}

JavaHash hash_of_list(const Type& type) {
  const std::vector<JavaHash> element = hashes_of(type.children());
  if (element.empty()) return {};
  return [element, &type](ByteReader& in) {
    std::int32_t hash = 1;
    const std::size_t size = element_count(in, type.children()[0]->min_bytes(), "list size");
    for (std::size_t i = 0; i < size; ++i) hash = times31_plus(hash, element[0](in));
    return hash;
  };
}

// The sum of its elements, in any order.
JavaHash hash_of_set(const Type& type) {
  const std::vector<JavaHash> element = hashes_of(type.children());
  if (element.empty()) return {};
  return [element](ByteReader& in) {
    std::uint32_t hash = 0;
    const std::size_t size = in.count(1, "set size");
    for (std::size_t i = 0; i < size; ++i) {
      if (!in.boolean("null flag")) hash += as_bits(element[0](in));
    }
    return as_int(hash);
  };
}

// The sum of its entries, each the exclusive or of its two sides.
JavaHash hash_of_map(const Type& type) {
  const std::vector<JavaHash> sides = hashes_of(type.children());
  if (sides.size() != 2) return {};
  return [sides](ByteReader& in) {
    std::uint32_t hash = 0;
    const std::size_t size = in.count(1, "map size");
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t key = as_bits(sides[0](in));
      hash += in.boolean("null flag") ? key : key ^ as_bits(sides[1](in));
    }
    return as_int(hash);
  };
}

// As a field of a Row; by itself an array's hash is its identity.
std::int32_t hash_byte_array(ByteReader& in) {
  std::int32_t hash = 1;
  for (const std::uint8_t byte : in.blob("byte array")) {
    hash = times31_plus(hash, static_cast<std::int8_t>(byte));
  }
  return hash;
}

JavaHash hash_of_field(const Type& type) {
  // PyFlink's wrapper of a byte[] counts from the end.
  const TypeDescription description = type.describe();
  const bool wrapped = !description.serializer.starts_with(kBase);
  if (is_byte_array(description)) return wrapped ? JavaHash{} : JavaHash(hash_byte_array);
  // Other containers have rules of their own inside a row, with or without a flag for nulls.
  const Type* inside = &type;
  while (inside->describe().kind == "nullable") inside = inside->children()[0].get();
  if (inside->shape() == Shape::kList || inside->shape() == Shape::kMap) return {};
  if (inside != &type && dynamic_cast<const RowType*>(inside) != nullptr) return {};
  return java_hash_of(type);
}

// A field of a Row counts for 31 + its hash, a row in a row for its hash alone.
JavaHash hash_of_row(const RowType& row) {
  std::vector<std::pair<JavaHash, std::uint32_t>> fields;
  for (const TypePtr& field : row.children()) {
    const bool nested = dynamic_cast<const RowType*>(field.get()) != nullptr;
    fields.emplace_back(hash_of_field(*field), nested ? 0U : kFactor);
    if (!fields.back().first) return {};
  }
  return [fields, &row](ByteReader& in) {
    const Mask mask = row.read_mask(in);
    const auto kind = static_cast<std::int32_t>(row.row_kind(mask));
    std::int32_t all = 1;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool null = row.is_null(mask, i);
      const std::uint32_t own = null ? 0U : fields[i].second + as_bits(fields[i].first(in));
      all = times31_plus(all, as_int(own));
    }
    return times31_plus(kind, all);
  };
}

JavaHash hash_of_scalar(const Type& type, const TypeDescription& description) {
  constexpr std::int32_t kNullValueHash = 53;
  const std::string_view name = scalar_name(description);
  if (name == "NullValue") return hash_of_constant(type, kNullValueHash);
  if (name == "TimeWindow" && !description.serializer.starts_with(kStreaming)) return {};
  const auto found = simple_hashes().find(name);
  return found == simple_hashes().end() ? JavaHash{} : JavaHash(found->second);
}

}  // namespace

std::int32_t java_hash_of_text(std::string_view text) {
  std::uint32_t hash = 0;
  visit_utf16_units(text, [&hash](std::uint16_t unit) { hash = hash * kFactor + unit; });
  return as_int(hash);
}

JavaHash java_hash_of(const Type& type) {
  if (const auto* text = dynamic_cast<const TextType*>(&type)) return hash_of_text(*text);
  if (const auto* row = dynamic_cast<const RowType*>(&type)) return hash_of_row(*row);
  const TypeDescription description = type.describe();
  const std::string_view kind = description.kind;
  if (kind == "row_data" || kind == "binary_row_data") return hash_sized_bytes;
  if (kind == "tuple") return hash_of_tuple(type, description);
  if (kind == "either") return hash_of_either(type, description);
  if (kind == "nullable") return hash_of_nullable(type);
  if (kind == "list" && type.shape() == Shape::kList) return hash_of_list(type);
  if (kind == "set") return hash_of_set(type);
  if (type.shape() == Shape::kMap) return hash_of_map(type);
  return hash_of_scalar(type, description);
}

}  // namespace savvy
