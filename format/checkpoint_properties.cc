#include "format/checkpoint_properties.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "format/byte_writer.h"
#include "format/errors.h"

namespace savvy {
namespace {

// The template ------------------------------------------------------------------------------------
// Tags and names of the Java serialization protocol; written to disk, never change.

constexpr std::uint16_t kStreamMagic = 0xACED;
constexpr std::uint16_t kStreamVersion = 5;

enum Tag : std::uint8_t {
  kTagNull = 0x70,
  kTagReference = 0x71,
  kTagClass = 0x72,
  kTagObject = 0x73,
  kTagString = 0x74,
  kTagEndOfAnnotations = 0x78,
  kTagEnum = 0x7E,
};

constexpr std::uint8_t kSerializable = 0x02;
constexpr std::uint8_t kEnum = 0x12;

struct Field {
  char type;
  std::string_view name;
  std::string_view descriptor = {};  // type 'L' only
};

// What follows a class description: nothing, java.lang.Enum in full, or a reference to it.
enum class Super { kNone, kEnumInFull, kEnumByReference };

struct Class {
  std::string_view name;
  std::uint64_t uid;
  std::uint8_t flags;
  std::span<const Field> fields;
  Super super;
};

// The handle of java.lang.Enum in the savepoint form, where a second enum refers to it.
constexpr std::int32_t kEnumClassHandle = 0x007E0009;
constexpr Class kEnumClass = {"java.lang.Enum", 0, kEnum, {}, Super::kNone};

constexpr Field kPropertiesFields[] = {
    {'Z', "discardCancelled"},
    {'Z', "discardFailed"},
    {'Z', "discardFinished"},
    {'Z', "discardSubsumed"},
    {'Z', "discardSuspended"},
    {'Z', "forced"},
    {'Z', "unclaimed"},
    {'L', "checkpointType", "Lorg/apache/flink/runtime/checkpoint/SnapshotType;"},
};
constexpr Class kPropertiesClass = {"org.apache.flink.runtime.checkpoint.CheckpointProperties", 2,
                                    kSerializable, kPropertiesFields, Super::kNone};

constexpr Field kSavepointFields[] = {
    {'L', "formatType", "Lorg/apache/flink/core/execution/SavepointFormatType;"},
    {'L', "name", "Ljava/lang/String;"},
    {'L', "postCheckpointAction",
     "Lorg/apache/flink/runtime/checkpoint/SavepointType$PostCheckpointAction;"},
};
constexpr Class kSavepointClass = {"org.apache.flink.runtime.checkpoint.SavepointType",
                                   0xA087D308A45814B8, kSerializable, kSavepointFields,
                                   Super::kNone};
constexpr Class kFormatClass = {
    "org.apache.flink.core.execution.SavepointFormatType", 0, kEnum, {}, Super::kEnumInFull};
constexpr Class kActionClass = {
    "org.apache.flink.runtime.checkpoint.SavepointType$PostCheckpointAction",
    0,
    kEnum,
    {},
    Super::kEnumByReference};

constexpr Field kCheckpointFields[] = {
    {'L', "name", "Ljava/lang/String;"},
    {'L', "sharingFilesStrategy",
     "Lorg/apache/flink/runtime/checkpoint/SnapshotType$SharingFilesStrategy;"},
};
constexpr Class kCheckpointClass = {"org.apache.flink.runtime.checkpoint.CheckpointType",
                                    0xD6DE4F0305AE1D3A, kSerializable, kCheckpointFields,
                                    Super::kNone};
constexpr Class kSharingClass = {
    "org.apache.flink.runtime.checkpoint.SnapshotType$SharingFilesStrategy",
    0,
    kEnum,
    {},
    Super::kEnumInFull};

// Enum constants, at the position of their value.
constexpr std::array<std::string_view, 2> kFormats = {"CANONICAL", "NATIVE"};
constexpr std::array<std::string_view, 3> kActions = {"NONE", "TERMINATE", "SUSPEND"};
constexpr std::array<std::string_view, 3> kStrategies = {"FORWARD_BACKWARD", "FORWARD",
                                                         "NO_SHARING"};

// Reading -----------------------------------------------------------------------------------------

// UnsupportedError at `in`: well-formed Java serialization that this template does not know.
[[noreturn]] void refuse(const ByteReader& in, std::string_view what) {
  std::string position = in.describe_position();
  const std::size_t first_line = std::min(position.find('\n'), position.size());
  throw UnsupportedError(position.insert(first_line, fmt::format(": {}", what)));
}

void expect_tag(ByteReader& in, Tag expected, std::string_view what) {
  const std::uint64_t start = in.offset();
  const std::uint8_t tag = in.u8(what);
  if (tag != expected) {
    in.fail_at(start, fmt::format("{} starts with {:#04x}, not {:#04x}", what, tag,
                                  static_cast<std::uint8_t>(expected)));
  }
}

std::string decode_string(ByteReader& in, std::string_view what) {
  expect_tag(in, kTagString, what);
  return in.utf(what);
}

void expect_field(ByteReader& in, const Field& field, const Class& of) {
  const ByteReader at = in;
  const auto type = static_cast<char>(in.u8("field type"));
  const std::string name = in.utf("field name");
  if (name != field.name || type != field.type) {
    refuse(at,
           fmt::format("class {} has the field {:?} of type {:?} where {:?} of type {:?} is known",
                       of.name, name, type, field.name, field.type));
  }
  if (field.type != 'L') return;
  const std::string descriptor = decode_string(in, "field descriptor");
  if (descriptor != field.descriptor) {
    refuse(at, fmt::format("field {:?} of class {} has the type {:?}, not {:?}", name, of.name,
                           descriptor, field.descriptor));
  }
}

// The name and serialVersionUID behind a class tag that was read.
void expect_class_identity(const ByteReader& at, std::string_view name, std::uint64_t uid,
                           const Class& expected) {
  if (name != expected.name) {
    refuse(at, fmt::format("class {:?} is unknown where {} is known", name, expected.name));
  }
  if (uid != expected.uid) {
    refuse(at, fmt::format("class {} has the serialVersionUID {:#x}, not {:#x}", name, uid,
                           expected.uid));
  }
}

void expect_class(ByteReader& in, const Class& expected);

void expect_super(ByteReader& in, Super super) {
  switch (super) {
    case Super::kNone:
      expect_tag(in, kTagNull, "superclass");
      return;
    case Super::kEnumInFull:
      expect_class(in, kEnumClass);
      return;
    case Super::kEnumByReference: {
      expect_tag(in, kTagReference, "superclass");
      const std::uint64_t start = in.offset();
      const std::int32_t handle = in.i32("reference");
      if (handle != kEnumClassHandle) {
        in.fail_at(start, fmt::format("reference = {:#x} is not the one to java.lang.Enum, {:#x}",
                                      static_cast<std::uint32_t>(handle), kEnumClassHandle));
      }
      return;
    }
  }
}

// What follows the serialVersionUID.
void expect_class_body(ByteReader& in, const Class& expected) {
  const std::uint64_t flags_at = in.offset();
  const std::uint8_t flags = in.u8("class flags");
  if (flags != expected.flags) {
    in.fail_at(flags_at, fmt::format("class {} has the flags {:#04x}, not {:#04x}", expected.name,
                                     flags, expected.flags));
  }
  const ByteReader count_at = in;
  const std::uint16_t field_count = in.u16("field count");
  if (field_count != expected.fields.size()) {
    refuse(count_at, fmt::format("class {} has {} fields, {} are known", expected.name, field_count,
                                 expected.fields.size()));
  }
  for (const Field& field : expected.fields) expect_field(in, field, expected);
  expect_tag(in, kTagEndOfAnnotations, "end of class annotations");
  expect_super(in, expected.super);
}

void expect_class(ByteReader& in, const Class& expected) {
  expect_tag(in, kTagClass, "class description");
  const ByteReader at = in;
  const std::string name = in.utf("class name");
  const auto uid = static_cast<std::uint64_t>(in.i64("serialVersionUID"));
  expect_class_identity(at, name, uid, expected);
  expect_class_body(in, expected);
}

template <typename Value, std::size_t kCount>
Value decode_enum(ByteReader& in, const Class& type,
                  const std::array<std::string_view, kCount>& constants) {
  expect_tag(in, kTagEnum, "enum constant");
  expect_class(in, type);
  const ByteReader at = in;
  const std::string name = decode_string(in, "enum constant");
  for (std::size_t i = 0; i < kCount; ++i) {
    if (constants[i] == name) return static_cast<Value>(i);
  }
  refuse(at, fmt::format("constant {:?} of {} is unknown", name, type.name));
}

void decode_savepoint_type(ByteReader& in, CheckpointProperties& properties) {
  properties.kind = SnapshotKind::kSavepoint;
  properties.format = decode_enum<SavepointFormat>(in, kFormatClass, kFormats);
  properties.name = decode_string(in, "savepoint name");
  properties.action = decode_enum<SavepointAction>(in, kActionClass, kActions);
}

void decode_checkpoint_type(ByteReader& in, CheckpointProperties& properties) {
  properties.kind = SnapshotKind::kCheckpoint;
  properties.name = decode_string(in, "checkpoint name");
  properties.sharing = decode_enum<SharingFilesStrategy>(in, kSharingClass, kStrategies);
}

void decode_snapshot_type(ByteReader& in, CheckpointProperties& properties) {
  expect_tag(in, kTagObject, "checkpoint type");
  expect_tag(in, kTagClass, "class description");
  const ByteReader at = in;
  const std::string name = in.utf("class name");
  const auto uid = static_cast<std::uint64_t>(in.i64("serialVersionUID"));
  if (name == kSavepointClass.name) {
    expect_class_identity(at, name, uid, kSavepointClass);
    expect_class_body(in, kSavepointClass);
    decode_savepoint_type(in, properties);
  } else {
    expect_class_identity(at, name, uid, kCheckpointClass);
    expect_class_body(in, kCheckpointClass);
    decode_checkpoint_type(in, properties);
  }
}

void decode_booleans(ByteReader& in, CheckpointProperties& properties) {
  properties.discard_cancelled = in.boolean("discardCancelled");
  properties.discard_failed = in.boolean("discardFailed");
  properties.discard_finished = in.boolean("discardFinished");
  properties.discard_subsumed = in.boolean("discardSubsumed");
  properties.discard_suspended = in.boolean("discardSuspended");
  properties.forced = in.boolean("forced");
  properties.unclaimed = in.boolean("unclaimed");
}

void expect_stream_header(ByteReader& in) {
  const std::uint64_t start = in.offset();
  const std::uint16_t magic = in.u16("object stream magic number");
  const std::uint16_t version = in.u16("object stream version");
  if (magic != kStreamMagic || version != kStreamVersion) {
    in.fail_at(start, fmt::format("object stream starts with {:04x} {:04x}, not {:04x} {:04x}",
                                  magic, version, kStreamMagic, kStreamVersion));
  }
}

// Writing -----------------------------------------------------------------------------------------

void encode_string(std::string_view text, ByteWriter& out) {
  out.u8(kTagString);
  out.utf(text);
}

void encode_class(const Class& type, ByteWriter& out) {
  out.u8(kTagClass);
  out.utf(type.name);
  out.i64(static_cast<std::int64_t>(type.uid));
  out.u8(type.flags);
  out.u16(static_cast<std::uint16_t>(type.fields.size()));
  for (const Field& field : type.fields) {
    out.u8(static_cast<std::uint8_t>(field.type));
    out.utf(field.name);
    if (field.type == 'L') encode_string(field.descriptor, out);
  }
  out.u8(kTagEndOfAnnotations);
  switch (type.super) {
    case Super::kNone:
      out.u8(kTagNull);
      break;
    case Super::kEnumInFull:
      encode_class(kEnumClass, out);
      break;
    case Super::kEnumByReference:
      out.u8(kTagReference);
      out.i32(kEnumClassHandle);
      break;
  }
}

template <typename Value, std::size_t kCount>
void encode_enum(Value value, const Class& type,
                 const std::array<std::string_view, kCount>& constants, ByteWriter& out) {
  out.u8(kTagEnum);
  encode_class(type, out);
  encode_string(constants[static_cast<std::size_t>(value)], out);
}

void encode_snapshot_type(const CheckpointProperties& properties, ByteWriter& out) {
  out.u8(kTagObject);
  if (properties.kind == SnapshotKind::kSavepoint) {
    encode_class(kSavepointClass, out);
    encode_enum(properties.format, kFormatClass, kFormats, out);
    encode_string(properties.name, out);
    encode_enum(properties.action, kActionClass, kActions, out);
  } else {
    encode_class(kCheckpointClass, out);
    encode_string(properties.name, out);
    encode_enum(properties.sharing, kSharingClass, kStrategies, out);
  }
}

}  // namespace

CheckpointProperties decode_checkpoint_properties(ByteReader& in) {
  CheckpointProperties properties;
  expect_stream_header(in);
  const ByteReader at = in;
  if (in.u8("object tag") != kTagNull) {
    in = at;
    expect_tag(in, kTagObject, "checkpoint properties object");
    expect_class(in, kPropertiesClass);
    decode_booleans(in, properties);
    decode_snapshot_type(in, properties);
  }
  in.expect_end("the checkpoint properties (Flink ignores them)");
  return properties;
}

CheckpointProperties interpret_checkpoint_properties(Bytes bytes, std::string_view file,
                                                     std::uint64_t offset) {
  if (bytes.empty()) return {};
  ByteReader in(bytes, file, offset);
  return decode_checkpoint_properties(in);
}

std::optional<CheckpointProperties> try_checkpoint_properties(Bytes bytes) {
  try {
    return interpret_checkpoint_properties(bytes, "checkpoint properties");
  } catch (const FormatError&) {
    return std::nullopt;
  } catch (const UnsupportedError&) {
    return std::nullopt;
  }
}

ByteVector encode_checkpoint_properties(const CheckpointProperties& properties) {
  ByteWriter out;
  out.u16(kStreamMagic);
  out.u16(kStreamVersion);
  if (properties.kind == SnapshotKind::kUnknown) {
    out.u8(kTagNull);
    return out.take();
  }
  out.u8(kTagObject);
  encode_class(kPropertiesClass, out);
  for (const bool flag : {properties.discard_cancelled, properties.discard_failed,
                          properties.discard_finished, properties.discard_subsumed,
                          properties.discard_suspended, properties.forced, properties.unclaimed}) {
    out.boolean(flag);
  }
  encode_snapshot_type(properties, out);
  return out.take();
}

}  // namespace savvy
