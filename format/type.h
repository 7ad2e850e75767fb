// The schema of a value as its serializer snapshot tells it: a tree of types that can decode bytes.
//
// A Type is immutable and shared between threads. Each family of serializers has its own file in
// format/types; serializer_registry.h builds a tree from a snapshot.
//
// Errors  decode() and skip() throw FormatError for bytes the type cannot have written, and
//         UnsupportedError for a value whose end cannot be found where the layout does not give it
// Lives   a reader with a source has begun an entry at or before the value: some types walk a value
//         before they report it

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "format/byte_reader.h"
#include "format/value_sink.h"

namespace savvy {

// Whether the reader ends where the value ends (an entry of a canonical stream, a list element cut
// out by offsets), or goes on with other data (heap tables, a key in front of a namespace).
enum class Extent { kDelimited, kOpen };

// What a decode leaves behind. kRestTaken: a part could not be decoded, and everything up to the
// end of the reader went out as bytes with it; containers close and pass the answer on.
enum class End { kKnown, kRestTaken };

// The few shapes that the state layouts and other types must tell apart.
enum class Shape {
  kOther,
  kVoid,    // VoidNamespace and its kin: one byte 00, nothing to show
  kString,  // values are strings, so a map keyed by it becomes an object
  kList,    // i32 count, elements: children() = element
  kMap,     // i32 count, key, null flag, value: children() = key, value
  kTtl,     // i64 last access, value: children() = value
  kTimer,   // i64 timestamp with flipped sign, key, namespace: children() = key, namespace
};

constexpr int kVariableLength = -1;

// The attribute of a type whose serializer snapshot is of a class known here, and was refused: why.
inline constexpr std::string_view kRefused = "refused";

class Type;
using TypePtr = std::shared_ptr<const Type>;

struct LabeledType;

// A type as `savvy schema` shows it.
struct TypeDescription {
  std::string kind;        // "long", "pojo", "list", ... ; the word for the family
  std::string name;        // on one line: "List<Tuple2<String, Long>>", a class name for a POJO
  std::string serializer;  // class of the serializer snapshot; filled in by the registry
  std::int32_t version = 0;
  std::vector<LabeledType> fields;
  std::vector<std::pair<std::string, std::string>> attributes;  // "class", "precision", ...
};

// A field, an element, a key: a type and what it is to the type around it.
struct LabeledType {
  std::string label;
  TypeDescription type;
};

class Type {
 public:
  virtual ~Type() = default;

  // Reads one value and reports it to the sink.
  virtual End decode(ByteReader& in, Extent extent, ValueSink& sink) const = 0;

  // Moves over one value in a stream that goes on behind it.
  virtual void skip(ByteReader& in) const {
    NullSink nowhere;
    decode(in, Extent::kOpen, nowhere);
  }

  virtual TypeDescription describe() const = 0;

  // TypeSerializer.getLength() of Flink, which decides the form of composite keys: not always the
  // number of bytes written (VoidNamespace says 0 and writes one byte).
  virtual int fixed_length() const { return kVariableLength; }

  // The fewest bytes a value takes; decides which counts can fit. 0 for the few empty types.
  virtual std::size_t min_bytes() const { return 1; }

  // False where no value of the type can be walked (class unknown here); some of the others may
  // still meet a single value that cannot.
  virtual bool walkable() const { return true; }

  virtual Shape shape() const { return Shape::kOther; }
  virtual std::span<const TypePtr> children() const { return {}; }
};

}  // namespace savvy
