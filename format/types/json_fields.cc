#include "format/types/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "format/base64.h"
#include "format/types/row_kind.h"

namespace savvy {
namespace {

using Json = nlohmann::json;

constexpr const char* kBytesField = "$base64";

// The shortest text of a number, read again; a float's text can be that of no float.
template <typename Float>
std::optional<Float> exact_number(double value) {
  const std::string text = fmt::format("{}", value);
  Float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string again = fmt::format("{}", number);
  double read_again = 0;
  std::from_chars(again.data(), again.data() + again.size(), read_again);
  if (read_again != value) return std::nullopt;
  return number;
}

template <typename Float>
std::optional<Float> number_of(const Json& json, KeyFit& fit) {
  using Limits = std::numeric_limits<Float>;
  if (json == "NaN") {
    worsen(fit, KeyFit::kSameHash);
    return Limits::quiet_NaN();
  }
  if (json == "Infinity") return Limits::infinity();
  if (json == "-Infinity") return -Limits::infinity();
  if (!json.is_number_float()) return std::nullopt;
  return exact_number<Float>(json.get<double>());
}

}  // namespace

bool is_bytes_object(const Json& json) { return json.is_object() && json.contains(kBytesField); }

std::optional<ByteVector> bytes_of_object(const Json& json) {
  // With more fields it is what is printed of a value that could not be decoded, or no value at all.
  if (!is_bytes_object(json) || json.size() != 1) return std::nullopt;
  const std::string* text = text_of(json[kBytesField]);
  return text == nullptr ? std::nullopt : decode_base64(*text);
}

std::optional<std::int64_t> integer_of(const Json& json, std::int64_t least, std::int64_t most) {
  if (!json.is_number_integer()) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > kMax) return std::nullopt;
  const auto value = json.get<std::int64_t>();
  if (value < least || value > most) return std::nullopt;
  return value;
}

std::optional<float> float_of(const Json& json, KeyFit& fit) { return number_of<float>(json, fit); }

std::optional<double> double_of(const Json& json, KeyFit& fit) {
  return number_of<double>(json, fit);
}

std::optional<std::uint8_t> row_kind_of(const Json& row) {
  const auto field = row.find("$kind");
  if (field == row.end()) return 0;
  const std::string* word = text_of(*field);
  const auto found =
      word == nullptr ? kRowKinds.end() : std::find(kRowKinds.begin() + 1, kRowKinds.end(), *word);
  if (found == kRowKinds.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - kRowKinds.begin());
}

}  // namespace savvy
