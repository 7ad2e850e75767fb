#include "format/types/binary_row_encoder.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

#include "format/big_number.h"
#include "format/iso_parse.h"
#include "format/types/time_encoders.h"

namespace savvy {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSlotBytes = 8;
constexpr std::size_t kHeaderBits = 8;
constexpr std::size_t kInPlaceBytes = 7;
constexpr std::size_t kDecimalAreaBytes = 16;
constexpr std::int64_t kMaxCompactDecimal = 18;
constexpr std::int64_t kMaxCompactTimestamp = 3;
constexpr std::int32_t kNanosPerMilli = 1'000'000;

// A decimal or timestamp that needs more than its slot.
bool lies_outside(const LogicalType& type) {
  if (type.root == LogicalRoot::kDecimal) return type.precision > kMaxCompactDecimal;
  const bool timestamp =
      type.root == LogicalRoot::kTimestamp || type.root == LogicalRoot::kTimestampLtz;
  return timestamp && type.precision > kMaxCompactTimestamp;
}

class RowEncoder {
 public:
  RowEncoder(std::size_t fields, std::uint8_t kind, ByteVector& row)
      : row_(row), header_((fields + kHeaderBits + 63) / 64 * 8) {
    row_.assign(header_ + fields * kSlotBytes, 0);
    row_[0] = kind;
  }

  KeyFit put(std::size_t field, const LogicalType& type, const Json& json) {
    slot_ = header_ + field * kSlotBytes;
    if (!json.is_null()) return is_binary(type) ? put_binary(json) : put_value(type, json);
    const std::size_t bit = field + kHeaderBits;
    row_[bit / 8] = static_cast<std::uint8_t>(row_[bit / 8] | 1U << bit % 8);
    return lies_outside(type) ? KeyFit::kUnknown : KeyFit::kExact;
  }

 private:
  static bool is_binary(const LogicalType& type) {
    return type.root == LogicalRoot::kBinary || type.root == LogicalRoot::kVarBinary;
  }

  template <typename T>
  void store(T value) {
    std::memcpy(row_.data() + slot_, &value, sizeof value);
  }

  // Appends bytes behind the row, in an area of whole words.
  std::uint64_t append(Bytes bytes, std::size_t area) {
    const std::uint64_t offset = row_.size();
    row_.insert(row_.end(), bytes.begin(), bytes.end());
    row_.resize(offset + (area + kSlotBytes - 1) / kSlotBytes * kSlotBytes, 0);
    return offset << 32;
  }

  void put_short_or_pointed(Bytes bytes) {
    if (bytes.size() > kInPlaceBytes) {
      return store(append(bytes, bytes.size()) | bytes.size());
    }
    std::copy(bytes.begin(), bytes.end(), row_.data() + slot_);
    row_[slot_ + kInPlaceBytes] = static_cast<std::uint8_t>(0x80U | bytes.size());
  }

  template <typename Int>
  KeyFit put_integer(const Json& json) {
    using Limits = std::numeric_limits<Int>;
    const auto value = integer_of(json, Limits::min(), Limits::max());
    if (!value) return KeyFit::kMismatch;
    store(static_cast<Int>(*value));
    return KeyFit::kExact;
  }

  // The hash is that of the bytes, and a NaN may have any.
  template <typename Float>
  KeyFit put_number(const Json& json, std::optional<Float> (*read)(const Json&, KeyFit&)) {
    KeyFit fit = KeyFit::kExact;
    const std::optional<Float> value = read(json, fit);
    if (!value) return KeyFit::kMismatch;
    store(*value);
    return fit == KeyFit::kExact ? fit : KeyFit::kUnknown;
  }

  KeyFit put_binary(const Json& json) {
    const auto bytes = bytes_of_object(json);
    if (!bytes) return KeyFit::kMismatch;
    put_short_or_pointed(*bytes);
    return KeyFit::kExact;
  }

  KeyFit put_text(const std::string& text) {
    put_short_or_pointed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return KeyFit::kExact;
  }

  KeyFit put_date(const std::string& text) {
    const auto date = parse_iso_date(text);
    if (!date) return KeyFit::kMismatch;
    const std::int64_t day = date->epoch_day();
    using Limits = std::numeric_limits<std::int32_t>;
    const bool fits = day >= Limits::min() && day <= Limits::max();
    if (!fits || iso_date_of_epoch_day(day) != text) return KeyFit::kMismatch;
    store(static_cast<std::int32_t>(day));
    return KeyFit::kExact;
  }

  KeyFit put_time(const std::string& text) {
    const auto time = parse_iso_time(text);
    if (!time || time->nano % kNanosPerMilli != 0) return KeyFit::kMismatch;
    if (iso_time(time->second_of_day, time->nano, Fraction::kShortest) != text) {
      return KeyFit::kMismatch;
    }
    store(static_cast<std::int32_t>(time->second_of_day * 1000 + time->nano / kNanosPerMilli));
    return KeyFit::kExact;
  }

  KeyFit put_decimal(const LogicalType& type, const std::string& text) {
    const auto parts = split_plain_decimal(text);
    if (!parts || parts->scale != type.scale) return KeyFit::kMismatch;
    const auto unscaled = from_decimal(parts->digits);
    if (!unscaled) return KeyFit::kMismatch;
    if (lies_outside(type)) {
      if (unscaled->size() > kDecimalAreaBytes) return KeyFit::kMismatch;
      store(append(*unscaled, kDecimalAreaBytes) | unscaled->size());
      return KeyFit::kExact;
    }
    if (unscaled->size() > sizeof(std::int64_t)) return KeyFit::kMismatch;
    std::uint64_t value = ((*unscaled)[0] & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
    for (const std::uint8_t byte : *unscaled) value = value << 8 | byte;
    store(value);
    return KeyFit::kExact;
  }

  KeyFit put_timestamp(const LogicalType& type, const Json& json) {
    const Zone zone = type.root == LogicalRoot::kTimestampLtz ? Zone::kUtc : Zone::kNone;
    const auto parsed = parse_date_time(json, Fraction::kShortest, zone);
    if (!parsed) return KeyFit::kMismatch;
    const std::int32_t nano_of_milli = parsed->nano % kNanosPerMilli;
    if (!lies_outside(type)) {
      if (nano_of_milli != 0) return KeyFit::kMismatch;
      store(parsed->ms);
      return KeyFit::kExact;
    }
    std::uint8_t ms[sizeof parsed->ms];
    std::memcpy(ms, &parsed->ms, sizeof ms);
    store(append(ms, sizeof ms) | static_cast<std::uint64_t>(nano_of_milli));
    return KeyFit::kExact;
  }

  KeyFit put_value(const LogicalType& type, const Json& json) {
    if (is_bytes_object(json)) return KeyFit::kUnknown;
    switch (type.root) {
      case LogicalRoot::kBoolean:
        if (!json.is_boolean()) return KeyFit::kMismatch;
        store(static_cast<std::uint8_t>(json.get<bool>() ? 1 : 0));
        return KeyFit::kExact;
      case LogicalRoot::kTinyInt:
        return put_integer<std::int8_t>(json);
      case LogicalRoot::kSmallInt:
        return put_integer<std::int16_t>(json);
      case LogicalRoot::kInteger:
      case LogicalRoot::kIntervalYearMonth:
        return put_integer<std::int32_t>(json);
      case LogicalRoot::kBigInt:
      case LogicalRoot::kIntervalDayTime:
        return put_integer<std::int64_t>(json);
      case LogicalRoot::kFloat:
        return put_number(json, float_of);
      case LogicalRoot::kDouble:
        return put_number(json, double_of);
      case LogicalRoot::kTimestamp:
      case LogicalRoot::kTimestampLtz:
        return put_timestamp(type, json);
      default:
        return put_text_value(type, json);
    }
  }

  // Types that are printed as text.
  KeyFit put_text_value(const LogicalType& type, const Json& json) {
    const std::string* text = text_of(json);
    switch (type.root) {
      case LogicalRoot::kChar:
      case LogicalRoot::kVarChar:
        return text == nullptr ? KeyFit::kMismatch : put_text(*text);
      case LogicalRoot::kDate:
        return text == nullptr ? KeyFit::kMismatch : put_date(*text);
      case LogicalRoot::kTime:
        return text == nullptr ? KeyFit::kMismatch : put_time(*text);
      case LogicalRoot::kDecimal:
        return text == nullptr ? KeyFit::kMismatch : put_decimal(type, *text);
      default:
        return KeyFit::kUnknown;
    }
  }

  ByteVector& row_;
  std::size_t header_;
  std::size_t slot_ = 0;
};

const LogicalType& source_of(const LogicalType& type) {
  const LogicalType* source = &type;
  while (source->root == LogicalRoot::kDistinct) source = source->children[0].get();
  return *source;
}

bool has_equal_names(const std::vector<BinaryField>& fields) {
  std::set<std::string_view> names;
  for (const BinaryField& field : fields) names.insert(field.name);
  return names.size() != fields.size();
}

}  // namespace

KeyFit encode_binary_row(const std::vector<BinaryField>& fields, const Json& json,
                         ByteVector& row) {
  if (!json.is_object()) return KeyFit::kMismatch;
  if (has_equal_names(fields)) return KeyFit::kUnknown;
  const auto kind = row_kind_of(json);
  if (!kind || json.size() != fields.size() + (json.contains("$kind") ? 1 : 0)) {
    return KeyFit::kMismatch;
  }
  KeyFit fit = KeyFit::kExact;
  RowEncoder encoder(fields.size(), *kind, row);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = json.find(fields[i].name);
    if (field == json.end()) return KeyFit::kMismatch;
    worsen(fit, encoder.put(i, source_of(fields[i].type), *field));
  }
  return fit;
}

}  // namespace savvy
