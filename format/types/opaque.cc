#include "format/types/opaque.h"

#include <memory>
#include <string_view>

namespace savvy {
namespace {

// A message begins with what is wrong; places follow on lines of their own.
std::string first_line(std::string_view message) {
  return std::string(message.substr(0, message.find('\n')));
}

}  // namespace

TypePtr make_opaque_type(SnapshotHead head, const UnsupportedError& error) {
  std::string class_name = head.class_name;
  if (dynamic_cast<const UnknownSerializerError*>(&error) != nullptr) {
    return std::make_shared<OpaqueType>(std::move(head), std::move(class_name),
                                        std::string(kUnknownSerializer));
  }
  const std::vector<std::pair<std::string, std::string>> attributes = {
      {std::string(kRefused), first_line(error.what())}};
  return std::make_shared<OpaqueType>(std::move(head), std::move(class_name),
                                      "serializer not read in this version", std::vector<TypePtr>{},
                                      attributes);
}

}  // namespace savvy
