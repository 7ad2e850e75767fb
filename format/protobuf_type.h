// Protocol Buffers messages that a job keeps as plain bytes: decoded with the user's descriptors.
//
// Bytes   a message as byte[] holds it, or as Chill's ProtobufSerializer leaves it in a Kryo value;
//         whatever else the state's own serializer writes around it stays that serializer's business
// Values  object by field name as in the .proto file: fields without presence are always there,
//         others where they are set; enum by name (by number where the descriptor lacks it); a map
//         as design.md says, ordered by key; google.protobuf types (Timestamp, Any, …) in their
//         JSON form; unsigned numbers above 2^63-1 as text; unknown fields as bytes in "$unknown"
// Errors  UsageError for a descriptor set that cannot be used. Bytes that are no such message stay
//         bytes with a reason

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "format/bytes.h"
#include "format/type.h"

namespace savvy {

class ProtobufSchema {
 public:
  // `descriptors` is a FileDescriptorSet: protoc --include_imports --descriptor_set_out=FILE.
  // `file` names it in errors.
  ProtobufSchema(Bytes descriptors, std::string_view file);
  ~ProtobufSchema();

  bool has_message(const std::string& full_name) const;

  struct Pool;
  const Pool& pool() const { return *pool_; }

 private:
  std::unique_ptr<Pool> pool_;
};

// True if a value of this type can carry a message: byte[], null or not, and what goes through
// Kryo.
bool carries_protobuf(const Type& type);

// Of the Protocol Buffers library.
std::string protobuf_version();

// Values of `carrier` with the message inside decoded. The schema has a message of that name.
TypePtr make_protobuf_type(std::shared_ptr<const ProtobufSchema> schema, std::string message,
                           TypePtr carrier);

}  // namespace savvy
