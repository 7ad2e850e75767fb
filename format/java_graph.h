// How the objects of a Java stream are kept: nodes that point at each other by index, so that
// cycles and sharing need no ownership, and one that is read again can be cut off.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/java_stream.h"

namespace savvy {

constexpr std::uint32_t kNoClass = 0xFFFFFFFF;
// Node 0 of every graph.
constexpr std::uint32_t kNullNode = 0;

struct JavaFieldDescription {
  char code;  // B C D F I J S Z [ L
  std::string name;
};

struct JavaClass {
  std::string name;
  std::uint8_t flags = 0;
  std::vector<JavaFieldDescription> fields;
  std::uint32_t super = kNoClass;
  int height = 0;         // number of superclasses
  bool complete = false;  // false while its own description is being read
  bool bare = false;      // its writeObject leaves out the default fields
};

// What one class of an object's hierarchy wrote. Values are in JavaGraph::values in the order of
// the class's fields, annotation contents in JavaGraph::items.
struct JavaPart {
  std::uint32_t java_class = kNoClass;
  bool has_values = false;
  std::size_t first_value = 0;
  std::size_t first_item = 0;
  std::size_t item_count = 0;
};

struct JavaNode {
  JavaKind kind = JavaKind::kNull;
  char code = 0;  // arrays: of the elements
  std::uint32_t java_class = kNoClass;
  std::size_t first = 0;  // object: parts; array of objects: items; string, enum: texts; else blobs
  std::size_t count = 0;
};

struct JavaGraph {
  std::vector<JavaClass> classes;
  std::vector<JavaNode> nodes;
  std::vector<JavaPart> parts;
  std::vector<std::uint64_t> values;  // primitives; of object fields the node
  std::vector<std::uint32_t> items;
  std::vector<std::string> texts;
  std::vector<ByteVector> blobs;
};

// Bytes of a primitive of this code; 0 for object codes.
std::size_t java_width(char code);
// The primitive in these bytes, big-endian, sign-extended.
std::uint64_t java_bits(char code, Bytes bytes);

}  // namespace savvy
