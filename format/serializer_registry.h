// From serializer snapshots to types.
//
// Bytes   proxy     = i32 2 | S                       where a serializer stands alone
//         S         = utf snapshot class | i32 version | payload
//         payload   : no length; only the parser of that class knows where it ends
//         composite = i32 911108 | i32 outer version | outer part | N
//         N         = i32 1333245 | i32 1 | i32 n | n x S
//         M         = i64 0x4F2C69A3D70 | i32 n | n x (utf name | optional framed key | optional
//         framed value)
// Errors  FormatError for bytes that break this; UnknownSerializerError for a class unknown here
//         whose payload cannot be delimited; UnsupportedError for a known one in an unknown version
// Source  TypeSerializerSnapshotSerializationUtil, TypeSerializerSnapshot,
//         CompositeTypeSerializerSnapshot, NestedSerializersSnapshotDelegate,
//         LinkedOptionalMapSerializer

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"
#include "format/errors.h"
#include "format/kryo_release.h"
#include "format/type.h"

namespace savvy {

// What stands in front of every snapshot payload.
struct SnapshotHead {
  std::string class_name;
  std::int32_t version;
};

// Nothing here knows the class: it is one of the job or of a library, which is no fault.
class UnknownSerializerError : public UnsupportedError {
 public:
  using UnsupportedError::UnsupportedError;
};

class SnapshotReader;
using SnapshotParser = std::function<TypePtr(SnapshotReader&, const SnapshotHead&)>;
using SimpleTypeFactory = std::function<TypePtr(const SnapshotHead&)>;

class SerializerRegistry {
 public:
  // A snapshot class with a payload of its own.
  void add(std::string_view snapshot_class, SnapshotParser parser);
  // A SimpleTypeSerializerSnapshot, named <serializer class>$<anything>Snapshot.
  void add_simple(std::string_view serializer_class, SimpleTypeFactory factory);

  // The parser for a snapshot class; null if no family knows it.
  const SnapshotParser* find(const std::string& snapshot_class) const;
  // The type that a serializer class without configuration stands for; null if unknown. The name
  // may be that of Class.getCanonicalName(), in which a dot stands for the dollar of an inner
  // class.
  TypePtr find_simple(std::string_view serializer_class, const SnapshotHead& head) const;

  // Who wrote the generic values of the snapshots to be read.
  KryoRelease kryo_release() const { return kryo_release_; }
  void set_kryo_release(KryoRelease release) { kryo_release_ = release; }

 private:
  KryoRelease kryo_release_ = KryoRelease::kUnknown;
  std::map<std::string, SnapshotParser, std::less<>> parsers_;
  std::map<std::string, SimpleTypeFactory, std::less<>> simple_types_;
};

// Every family of format/types.
SerializerRegistry make_serializer_registry(KryoRelease release = KryoRelease::kUnknown);

// One entry of an optional map (M). A missing key or value could not be loaded by the writer.
struct OptionalMapEntry {
  std::string name;
  std::optional<ByteReader> key;
  std::optional<ByteReader> value;
};

// A stretch of a snapshot that says its own size, or that two snapshots of one serializer may
// differ in.
struct SnapshotMark {
  enum class Kind {
    kFrame,  // a whole snapshot, behind its i32 size
    kCache,  // an optional map (M) of what the serializer had met when the snapshot was taken
  };
  Kind kind = Kind::kFrame;
  std::uint64_t begin = 0;  // offsets of the reader
  std::uint64_t end = 0;
};

// Reads snapshots from one reader, with a limit on how deep they nest.
class SnapshotReader {
 public:
  // Where there are `marks`, the reader adds what it comes across, inner stretches first.
  SnapshotReader(ByteReader& in, const SerializerRegistry& registry, int depth = 0,
                 std::vector<SnapshotMark>* marks = nullptr)
      : in_(in), registry_(registry), depth_(depth), marks_(marks) {}

  ByteReader& in() { return in_; }
  const SerializerRegistry& registry() const { return registry_; }

  TypePtr read_proxy();
  TypePtr read_snapshot();
  // A snapshot that fills a frame. One that cannot be understood becomes an opaque type: the frame
  // tells where it ends.
  TypePtr read_framed(ByteReader frame) const;

  // The magic number and outer version of a composite. Version 1 and 2 of a class that became a
  // composite later have neither: the version is the outer version.
  std::int32_t read_composite_head(const SnapshotHead& head);
  std::vector<TypePtr> read_nested();
  // The same, for a class that always nests `expected` serializers.
  std::vector<TypePtr> read_nested(std::size_t expected);
  std::vector<OptionalMapEntry> read_optional_map(std::string_view field);

  // Says that what was read since `begin` is a cache.
  void mark_cache(std::uint64_t begin) const;

  // UnsupportedError that names the class and the version: what its payload is, is not known here.
  [[noreturn]] void refuse(const SnapshotHead& head, std::string_view reason) const;
  // UnknownSerializerError, else the same.
  [[noreturn]] void refuse_unknown(const SnapshotHead& head, std::string_view reason) const;
  void expect_version(const SnapshotHead& head, std::int32_t least, std::int32_t most) const;

 private:
  TypePtr read_simple(const SnapshotHead& head);
  TypePtr read_unknown(const SnapshotHead& head);
  TypePtr read_unknown_composite(const SnapshotHead& head);
  std::int32_t read_adapter();
  std::string describe_refusal(const SnapshotHead& head, std::string_view reason) const;

  ByteReader& in_;
  const SerializerRegistry& registry_;
  int depth_;
  std::vector<SnapshotMark>* marks_;
};

}  // namespace savvy
