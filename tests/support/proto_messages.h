// Message types made from .proto text, and their messages from protobuf's text form, as a user's
// own program would write them.

#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "format/bytes.h"

namespace savvy::testing {

// The set of one file with these definitions; it may import timestamp.proto and any.proto.
inline google::protobuf::FileDescriptorSet descriptor_set(const std::string& proto_text) {
  google::protobuf::FileDescriptorSet set;
  google::protobuf::Timestamp::descriptor()->file()->CopyTo(set.add_file());
  google::protobuf::Any::descriptor()->file()->CopyTo(set.add_file());
  google::protobuf::io::ArrayInputStream text(proto_text.data(),
                                              static_cast<int>(proto_text.size()));
  google::protobuf::io::Tokenizer tokens(&text, nullptr);
  google::protobuf::FileDescriptorProto* file = set.add_file();
  file->set_name("test.proto");
  if (!google::protobuf::compiler::Parser().Parse(&tokens, file)) {
    throw std::runtime_error("bad .proto text");
  }
  return set;
}

// The bytes of a message given in text form.
inline std::string message_bytes(const google::protobuf::FileDescriptorSet& set,
                                 const std::string& type, const std::string& text) {
  google::protobuf::DescriptorPool pool;
  for (const auto& file : set.file()) pool.BuildFile(file);
  google::protobuf::DynamicMessageFactory factory(&pool);
  const std::unique_ptr<google::protobuf::Message> message(
      factory.GetPrototype(pool.FindMessageTypeByName(type))->New());
  if (!google::protobuf::TextFormat::ParseFromString(text, message.get())) {
    throw std::runtime_error("bad message text");
  }
  return message->SerializeAsString();
}

inline ByteVector to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace savvy::testing
