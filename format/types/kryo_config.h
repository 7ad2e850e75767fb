// What a Kryo snapshot says: the registrations whose order gives the class ids.
//
// Bytes   utf type | M registrations | M default serializers | M default serializer classes
//         registration: key = utf tag; value = utf class | i32 mode: 0 | 1 utf serializer class | 2
//         java default serializer: key = utf class; value = java, or utf class
// Source  KryoSerializerSnapshotData, KryoRegistration

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace savvy {

// Without a class if the writer could not load it; it still takes an id.
struct KryoRegistration {
  std::string tag;
  std::string class_name;
  std::string serializer_class;  // empty if Kryo chooses
};

struct KryoConfig {
  std::string type;
  std::vector<KryoRegistration> registrations;
  std::vector<std::pair<std::string, std::string>> default_serializers;  // class, serializer
};

}  // namespace savvy
