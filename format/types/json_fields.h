// What the encoders of JSON share: how well a JSON value fits a type, and values that several of
// them hold.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "format/bytes.h"
#include "format/key_encoder.h"

namespace savvy {

// Of the parts of a whole the worst counts.
inline void worsen(KeyFit& whole, KeyFit part) {
  if (part > whole) whole = part;
}

// A value that was printed as bytes, for whatever reason.
bool is_bytes_object(const nlohmann::json& json);
// The bytes of {"$base64": "..."}, with what else may stand beside them.
std::optional<ByteVector> bytes_of_object(const nlohmann::json& json);

// An integer within these bounds.
std::optional<std::int64_t> integer_of(const nlohmann::json& json, std::int64_t least,
                                       std::int64_t most);

// A floating-point number as rows show it; `fit` becomes kSameHash for a NaN, which has many forms.
std::optional<float> float_of(const nlohmann::json& json, KeyFit& fit);
std::optional<double> double_of(const nlohmann::json& json, KeyFit& fit);

// The text of a JSON string; null for another value.
inline const std::string* text_of(const nlohmann::json& json) {
  return json.get_ptr<const nlohmann::json::string_t*>();
}

// The number of a row kind: 0 without a field "$kind"; nothing for a word that is none.
std::optional<std::uint8_t> row_kind_of(const nlohmann::json& row);

}  // namespace savvy
