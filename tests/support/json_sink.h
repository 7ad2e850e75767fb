// A sink that builds a JSON document, and the shortest way from bytes to one.

#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "format/serializer_registry.h"
#include "format/value_sink.h"
#include "tests/support/hex.h"

namespace savvy::testing {

// Bytes are {"$hex": "..."}; not-a-number and infinities are text, as design.md says.
class JsonSink final : public ValueSink {
 public:
  using Json = nlohmann::ordered_json;

  const Json& document() const { return document_; }

  void null() override { add(nullptr); }
  void boolean(bool value) override { add(value); }
  void int32(std::int32_t value) override { add(value); }
  void int64(std::int64_t value) override { add(value); }
  void float32(float value) override { float64(double{value}); }
  void float64(double value) override {
    if (std::isnan(value)) {
      add("NaN");
    } else if (std::isinf(value)) {
      add(value > 0 ? "Infinity" : "-Infinity");
    } else {
      add(value);
    }
  }
  void string(std::string_view text) override { add(std::string(text)); }
  void bytes(Bytes value) override { add(Json{{"$hex", to_hex_text(value)}}); }
  void opaque(Bytes value, std::string_view type, std::string_view reason) override {
    ++opaque_count_;
    add(Json{{"$hex", to_hex_text(value)},
             {"$type", std::string(type)},
             {"$reason", std::string(reason)}});
  }
  void begin_object() override { open(Json::object()); }
  void field(std::string_view name) override { field_ = name; }
  void end_object() override { open_.pop_back(); }
  void begin_array() override { open(Json::array()); }
  void end_array() override { open_.pop_back(); }

  int opaque_count() const { return opaque_count_; }

 private:
  Json& add(Json value) {
    if (open_.empty()) {
      document_ = std::move(value);
      return document_;
    }
    Json& parent = *open_.back();
    if (parent.is_object()) return parent[field_] = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }
  // A parent grows only at its end and only while its children are closed, so pointers stay good.
  void open(Json value) { open_.push_back(&add(std::move(value))); }

  Json document_;
  std::vector<Json*> open_;
  std::string field_;
  int opaque_count_ = 0;
};

inline TypePtr read_type(Bytes proxy, KryoRelease release = KryoRelease::kUnknown) {
  ByteReader in(proxy, "snapshot");
  const SerializerRegistry registry = make_serializer_registry(release);
  TypePtr type = SnapshotReader(in, registry).read_proxy();
  in.expect_end("the snapshot");
  return type;
}

// A value that fills the bytes.
inline JsonSink::Json decode_json(const Type& type, Bytes value) {
  ByteReader in(value, "value");
  JsonSink sink;
  if (type.decode(in, Extent::kDelimited, sink) == End::kKnown) in.expect_end("the value");
  return sink.document();
}

}  // namespace savvy::testing
