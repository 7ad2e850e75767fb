#include "format/state_row.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <vector>

#include "format/modified_utf8.h"
#include "format/state_row.pb.h"

namespace savvy {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

std::string to_string(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::uint32_t tag(StateRowField field, WireFormatLite::WireType type) {
  return WireFormatLite::MakeTag(static_cast<int>(field), type);
}

}  // namespace

std::string encode_state_row_head(const StateRowHead& head) {
  v1::StateRow row;
  row.set_operator_(escape_surrogates(head.operator_label));
  row.set_operator_id(std::string(head.operator_id));
  if (head.subtask) row.set_subtask(*head.subtask);
  row.set_kind(std::string(head.kind));
  if (head.state) row.set_state(escape_surrogates(*head.state));
  row.set_state_kind(std::string(head.state_kind));
  return row.SerializeAsString();
}

void append_state_row_number(StateRowField field, std::int64_t value, std::string& row) {
  StringOutputStream stream(&row);
  CodedOutputStream out(&stream);
  out.WriteTag(tag(field, WireFormatLite::WIRETYPE_VARINT));
  out.WriteVarint64(static_cast<std::uint64_t>(value));
}

void append_delimited(std::string_view row, std::string& out) {
  StringOutputStream stream(&out);
  CodedOutputStream coded(&stream);
  coded.WriteVarint64(row.size());
  coded.WriteRaw(row.data(), static_cast<int>(row.size()));
}

class StateRowValue::Sink final : public ValueSink {
 public:
  explicit Sink(OpaqueObserver* observer) : observer_(observer) {}

  void restart() {
    root_.Clear();
    open_.clear();
    named_ = nullptr;
  }
  const v1::Value& root() const { return root_; }

  void null() override { next().set_null(true); }
  void boolean(bool value) override { next().set_boolean(value); }
  void int32(std::int32_t value) override { next().set_int32(value); }
  void int64(std::int64_t value) override { next().set_int64(value); }
  void float32(float value) override { next().set_float32(value); }
  void float64(double value) override { next().set_float64(value); }
  void string(std::string_view text) override {
    v1::Value& value = next();
    is_utf8(text) ? value.set_text(std::string(text)) : value.set_surrogate_text(std::string(text));
  }
  void bytes(Bytes value) override { next().set_bytes(to_string(value)); }
  void opaque(Bytes value, std::string_view type, std::string_view reason) override {
    if (observer_ != nullptr) observer_->opaque_value(type, reason);
    v1::Opaque& opaque = *next().mutable_opaque();
    opaque.set_bytes(to_string(value));
    opaque.set_type(escape_surrogates(type));
    opaque.set_reason(escape_surrogates(reason));
  }
  void begin_object() override {
    v1::Value& value = next();
    value.mutable_object();
    open_.push_back(&value);
  }
  void field(std::string_view name) override {
    v1::Field& field = *open_.back()->mutable_object()->add_fields();
    is_utf8(name) ? field.set_name(std::string(name)) : field.set_surrogate_name(std::string(name));
    named_ = field.mutable_value();
  }
  void end_object() override { open_.pop_back(); }
  void begin_array() override {
    v1::Value& value = next();
    value.mutable_array();
    open_.push_back(&value);
  }
  void end_array() override { open_.pop_back(); }

 private:
  // Where the next event goes.
  v1::Value& next() {
    if (open_.empty()) return root_;
    if (open_.back()->has_array()) return *open_.back()->mutable_array()->add_values();
    return *named_;
  }

  v1::Value root_;
  std::vector<v1::Value*> open_;  // the containers around the next event
  v1::Value* named_ = nullptr;    // of the field begun last
  OpaqueObserver* observer_;
};

StateRowValue::StateRowValue(OpaqueObserver* observer) : sink_(std::make_unique<Sink>(observer)) {}

StateRowValue::~StateRowValue() = default;

ValueSink& StateRowValue::start() {
  sink_->restart();
  return *sink_;
}

void StateRowValue::append_to(StateRowField field, std::string& row) const {
  const std::string value = sink_->root().SerializeAsString();
  StringOutputStream stream(&row);
  CodedOutputStream out(&stream);
  out.WriteTag(tag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint64(value.size());
  out.WriteRaw(value.data(), static_cast<int>(value.size()));
}

}  // namespace savvy
