// Java Object Serialization: one object out of a stream, as a graph that is read by field name.
//
// Bytes   AC ED 00 05, then one content (object, array, string, enum, class or null)
// Values  no class is loaded and no code runs: what is stored is what is seen. Objects may be
//         shared and may contain themselves
// Errors  FormatError for bytes that break the grammar, for more than 256 nested objects, and for
//         an Externalizable class without block data, whose end cannot be found
// Lives   values share the graph and own it together; the reader may go away. The reader stops
//         right behind the object. One with a source has begun an entry at or before the stream
// Source  Java Object Serialization Specification, chapter 6; ObjectInputStream
//
// A class whose writeObject leaves out the default fields looks as if it wrote them. Where reading
// them fails, the class is read again without: the values of its fields are then absent.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/byte_reader.h"

namespace savvy {

struct JavaGraph;

enum class JavaKind {
  kAbsent,  // no such field
  kNull,
  kPrimitive,
  kString,
  kEnum,
  kClass,
  kClassDescription,
  kArray,
  kObject,
  kBlock,  // raw bytes that writeObject or writeExternal wrote
};

class JavaValue {
 public:
  JavaValue() = default;
  // A node of the graph.
  JavaValue(std::shared_ptr<const JavaGraph> graph, std::uint32_t node);
  // A primitive: `code` is one of B C D F I J S Z, `bits` sign-extended or IEEE.
  JavaValue(char code, std::uint64_t bits)
      : kind_(JavaKind::kPrimitive), code_(code), bits_(bits) {}

  JavaKind kind() const { return kind_; }
  bool is_null() const { return kind_ == JavaKind::kNull || kind_ == JavaKind::kAbsent; }
  bool is_object() const { return kind_ == JavaKind::kObject; }

  // The name of the class of an object, array or enum, or of the class that is the value; else
  // empty.
  std::string_view class_name() const;
  // True if the class or one of its superclasses has this name.
  bool is_a(std::string_view class_name) const;

  // A string, or the name of an enum constant; else empty.
  std::string_view text() const;
  // B C I J S Z; 0 if it is no such primitive.
  std::int64_t integer() const;
  // F or D.
  double number() const;
  char code() const { return code_; }

  // A field of an object, of the most derived class that has it; kAbsent if none has.
  JavaValue field(std::string_view name) const;
  // All fields, topmost superclass first.
  std::vector<std::pair<std::string_view, JavaValue>> fields() const;
  // What the writeObject or writeExternal of this class (of any class, if empty) wrote besides.
  std::vector<JavaValue> annotation(std::string_view class_name = {}) const;
  // The same of all classes that are none of the JDK.
  std::vector<JavaValue> annotation_outside_jdk() const;
  // The raw bytes of a block or of a byte array.
  Bytes bytes() const;

  // Elements of an array.
  std::size_t size() const;
  JavaValue element(std::size_t i) const;

  // The elements of a collection of the JDK, wrapped or not; nullopt for anything else.
  std::optional<std::vector<JavaValue>> list() const;
  // The same for maps.
  std::optional<std::vector<std::pair<JavaValue, JavaValue>>> map() const;

  // Tells nodes of one graph apart, to find shared ones.
  std::uint32_t node() const { return node_; }

 private:
  template <typename Wanted>
  std::vector<JavaValue> annotation_of(const Wanted& wanted) const;

  std::shared_ptr<const JavaGraph> graph_;
  std::uint32_t node_ = 0;
  JavaKind kind_ = JavaKind::kAbsent;
  char code_ = 0;
  std::uint64_t bits_ = 0;
};

// Reads one stream header and one object.
JavaValue read_java_stream(ByteReader& in);
// The same, for a stream in a frame that can be done without: nullopt where the grammar is broken.
std::optional<JavaValue> try_read_java_stream(ByteReader& in);

}  // namespace savvy
