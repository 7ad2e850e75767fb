// One value as KryoSerializer writes it: writeClassAndObject, with references.
//
// Bytes   varint c: 0 null; 1 a class by name: varint n, and its name if n is new; else class c - 2
//         object: varint 0 null | 1 new | number of an earlier object + 2; then what the class's
//         serializer wrote. Boxes have no such mark; nor have enums in Kryo 5
// Values  the classes of the JDK. A class of the job has no layout here: only that class names its
//         fields
// Errors  KryoUnknown where a class or a form is met that is not known; FormatError for bytes that
//         Kryo cannot have written
// Source  Kryo.writeClassAndObject, DefaultClassResolver, MapReferenceResolver, DefaultSerializers

#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "format/types/kryo_config.h"
#include "format/types/kryo_graph.h"
#include "format/types/kryo_input.h"

namespace savvy {

// What ends the decoding of a value, with the class that nothing here can read; empty if only its
// id is there.
class KryoUnknown : public std::runtime_error {
 public:
  explicit KryoUnknown(const std::string& class_name) : std::runtime_error(class_name) {}
};

// Classes by id, and what is said of their serializers.
class KryoClasses {
 public:
  explicit KryoClasses(const KryoConfig& config);

  // Empty for an id that stands for nothing, or for a Scala class.
  std::string_view name(std::uint32_t id, KryoRelease release) const;
  // The serializer that the job chose for a class; empty if Kryo chose.
  std::string_view serializer(std::string_view class_name) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> bare_names_;                          // see name()
  std::map<std::string, std::string, std::less<>> serializers_;  // by class
};

struct KryoValue {
  KryoGraph graph;
  std::size_t root = 0;
};

// Stops right behind the value. `release` is one of the two.
KryoValue read_kryo_value(ByteReader& in, const KryoClasses& classes, KryoRelease release);

// Whether values of this class can be read: of a class of the JDK that has its own layout.
bool is_known_to_kryo(std::string_view class_name);

}  // namespace savvy
