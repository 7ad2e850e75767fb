#include "format/protobuf_type.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/stubs/logging.h>

#include <limits>
#include <optional>
#include <utility>

#include "format/detail/protobuf_message.h"
#include "format/errors.h"
#include "format/types/kryo_message.h"

namespace savvy {

namespace protobuf = google::protobuf;

struct ProtobufSchema::Pool {
  protobuf::DescriptorPool descriptors;
  // Safe for several threads.
  mutable protobuf::DynamicMessageFactory factory{&descriptors};
  // What is wrong with a value is said in its place, not on stderr.
  protobuf::LogSilencer silencer;
};

namespace {

constexpr std::string_view kReason = "not a message of the given protobuf type";

// Keeps the library's words for the error message.
class FirstError final : public protobuf::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element, const protobuf::Message*,
                ErrorLocation, const std::string& message) override {
    if (text.empty()) text = fmt::format("{}: {}: {}", file, element, message);
  }
  std::string text;
};

// What a carrier holds: at most one event of interest.
class PayloadSink final : public NullSink {
 public:
  enum class Kind { kNull, kBytes, kOpaque, kOther };

  bool discards() const override { return false; }
  void null() override { kind = Kind::kNull; }
  void bytes(Bytes value) override {
    kind = Kind::kBytes;
    payload.assign(value.begin(), value.end());
  }
  void opaque(Bytes value, std::string_view type_name, std::string_view why) override {
    kind = Kind::kOpaque;
    payload.assign(value.begin(), value.end());
    type = type_name;
    reason = why;
  }

  Kind kind = Kind::kOther;
  ByteVector payload;
  std::string type;
  std::string reason;
};

class ProtobufType final : public Type {
 public:
  ProtobufType(std::shared_ptr<const ProtobufSchema> schema, std::string message, TypePtr carrier)
      : schema_(std::move(schema)),
        message_(std::move(message)),
        carrier_(std::move(carrier)),
        prototype_(schema_->pool().factory.GetPrototype(
            schema_->pool().descriptors.FindMessageTypeByName(message_))) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::uint64_t start = in.offset();
    PayloadSink carried;
    const End end = carrier_->decode(in, extent, carried);
    switch (carried.kind) {
      case PayloadSink::Kind::kNull:
        sink.null();
        break;
      case PayloadSink::Kind::kBytes:
        report(carried.payload, sink);
        break;
      case PayloadSink::Kind::kOpaque:
        report_opaque(carried, sink);
        break;
      case PayloadSink::Kind::kOther:
        // A Kryo value of another class.
        in.rewind(start);
        return carrier_->decode(in, extent, sink);
    }
    return end;
  }

  void skip(ByteReader& in) const override { carrier_->skip(in); }

  TypeDescription describe() const override {
    TypeDescription description = carrier_->describe();
    description.kind = "protobuf";
    description.name = message_;
    return description;
  }

  int fixed_length() const override { return carrier_->fixed_length(); }
  std::size_t min_bytes() const override { return carrier_->min_bytes(); }
  bool walkable() const override { return carrier_->walkable(); }

 private:
  // The serializer of a Kryo value is often chosen by an interface, which only the class tells. That
  // it is a message, the user says.
  void report_opaque(const PayloadSink& carried, ValueSink& sink) const {
    const std::optional<Bytes> message = message_in_kryo(carried.payload);
    if (message) return report(*message, sink);
    sink.opaque(carried.payload, carried.type, carried.reason);
  }

  void report(Bytes payload, ValueSink& sink) const {
    const std::unique_ptr<protobuf::Message> message(prototype_->New());
    if (payload.size() > std::numeric_limits<int>::max() ||
        !message->ParsePartialFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return sink.opaque(payload, message_, kReason);
    }
    detail::report_message(*message, sink);
  }

  std::shared_ptr<const ProtobufSchema> schema_;
  std::string message_;
  TypePtr carrier_;
  const protobuf::Message* prototype_;
};

}  // namespace

ProtobufSchema::ProtobufSchema(Bytes descriptors, std::string_view file)
    : pool_(std::make_unique<Pool>()) {
  protobuf::FileDescriptorSet files;
  if (descriptors.size() > std::numeric_limits<int>::max() ||
      !files.ParseFromArray(descriptors.data(), static_cast<int>(descriptors.size())) ||
      files.file().empty()) {
    throw UsageError(
        fmt::format("{}: not a descriptor set; make one with protoc --include_imports "
                    "--descriptor_set_out=FILE",
                    file));
  }
  for (const protobuf::FileDescriptorProto& one : files.file()) {
    FirstError error;
    if (pool_->descriptors.BuildFileCollectingErrors(one, &error) == nullptr) {
      throw UsageError(
          fmt::format("{}: {} (was it made with --include_imports?)", file, error.text));
    }
  }
}

ProtobufSchema::~ProtobufSchema() = default;

bool ProtobufSchema::has_message(const std::string& full_name) const {
  return pool_->descriptors.FindMessageTypeByName(full_name) != nullptr;
}

bool carries_protobuf(const Type& type) {
  const TypeDescription description = type.describe();
  if (description.name == "byte[]" || description.kind == "kryo") return true;
  return description.kind == "nullable" && description.fields.size() == 1 &&
         description.fields[0].type.name == "byte[]";
}

std::string protobuf_version() {
  return protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
}

TypePtr make_protobuf_type(std::shared_ptr<const ProtobufSchema> schema, std::string message,
                           TypePtr carrier) {
  return std::make_shared<ProtobufType>(std::move(schema), std::move(message), std::move(carrier));
}

}  // namespace savvy
