#include <fmt/format.h>

#include "format/errors.h"
#include "format/serializer_registry.h"
#include "format/types/class_names.h"
#include "format/types/opaque.h"

// The envelope of serializer snapshots: serializer_registry.h shows the bytes. The numbers below
// are written to disk, never change.

namespace savvy {
namespace {

constexpr std::int32_t kProxyVersion = 2;
// TypeSerializerSnapshotSerializationUtil: Flink 1.3 to 1.6.
constexpr std::int32_t kOldProxyVersion = 1;
// TypeSerializerConfigSnapshot.ADAPTER_VERSION: Flink 1.7 to 1.16.
constexpr std::int32_t kAdapterVersion = 0x7A53C4F0;
constexpr std::int32_t kCompositeMagic = 911108;
constexpr std::int32_t kNestedMagic = 1333245;
constexpr std::int32_t kNestedVersion = 1;
constexpr std::int64_t kOptionalMapMagic = 0x4F2C69A3D70;
// SimpleTypeSerializerSnapshot and CompositeTypeSerializerSnapshot.
constexpr std::int32_t kSimpleVersion = 3;
constexpr std::int32_t kSimpleVersionWithClass = 2;
constexpr std::int32_t kCompositeVersion = 3;
// GenericTypeSerializerSnapshot.
constexpr std::int32_t kGenericVersion = 2;

// An empty class name and a version.
constexpr std::size_t kMinSnapshotBytes = 2 + 4;
// A name and two flags.
constexpr std::size_t kMinOptionalMapEntryBytes = 2 + 1 + 1;

// Far more than the types of a program nest.
constexpr int kMaxDepth = 64;

void expect_i32(ByteReader& in, std::int32_t expected, std::string_view field) {
  const std::uint64_t at = in.offset();
  const std::int32_t found = in.i32(field);
  if (found != expected)
    in.fail_at(at, fmt::format("{} = {}, expected {}", field, found, expected));
}

std::int32_t peek_i32(ByteReader& in) {
  ByteReader ahead(in.peek(4), in.file());
  return ahead.remaining() == 4 ? ahead.i32("next number") : 0;
}

std::optional<ByteReader> read_frame(ByteReader& in, std::string_view flag,
                                     std::string_view field) {
  if (!in.boolean(flag)) return std::nullopt;
  return in.sub(in.count(1, field), field);
}

}  // namespace

TypePtr SnapshotReader::read_proxy() {
  const std::uint64_t at = in_.offset();
  const std::int32_t version = in_.i32("serializer proxy version");
  if (version == kOldProxyVersion) {
    throw UnsupportedError(fmt::format(
        "the serializer snapshot is of the generation of Flink 1.3 to 1.6 (proxy version 1)\n  {}",
        in_.describe_position()));
  }
  if (version != kProxyVersion) {
    in_.fail_at(at, fmt::format("serializer proxy version = {}, expected 1 or 2", version));
  }
  return read_snapshot();
}

TypePtr SnapshotReader::read_snapshot() {
  if (depth_ >= kMaxDepth) {
    in_.fail(fmt::format("serializer snapshots nest more than {} deep", kMaxDepth));
  }
  const std::uint64_t at = in_.offset();
  SnapshotHead head{in_.utf("snapshot class"), 0};
  if (!looks_like_class_name(head.class_name)) {
    in_.fail_at(at, "the name of a snapshot class was expected");
  }
  const Within place(in_, head.class_name);
  head.version = in_.i32("snapshot version");
  SnapshotReader inner(in_, registry_, depth_ + 1, marks_);
  if (head.version == kAdapterVersion) head.version = inner.read_adapter();
  if (const SnapshotParser* parser = registry_.find(head.class_name)) return (*parser)(inner, head);
  if (TypePtr simple = inner.read_simple(head)) return simple;
  return inner.read_unknown(head);
}

// TypeSerializerConfigSnapshot writes the serializer itself first, as a Java object in a frame, and
// the version of the config snapshot behind it.
std::int32_t SnapshotReader::read_adapter() {
  expect_i32(in_, 1, "serializer version");
  in_.blob("Java-serialized serializer");
  return in_.i32("config snapshot version");
}

// SimpleTypeSerializerSnapshot is extended by a nested class of the serializer.
TypePtr SnapshotReader::read_simple(const SnapshotHead& head) {
  const std::string_view name = head.class_name;
  const std::size_t cut = name.rfind('$');
  if (cut == std::string_view::npos || !name.ends_with("Snapshot")) return nullptr;
  TypePtr type = registry_.find_simple(name.substr(0, cut), head);
  if (type == nullptr) return nullptr;
  expect_version(head, kSimpleVersionWithClass, kSimpleVersion);
  if (head.version == kSimpleVersionWithClass) in_.utf("serializer class");
  return type;
}

TypePtr SnapshotReader::read_unknown(const SnapshotHead& head) {
  if (head.version == kCompositeVersion && peek_i32(in_) == kCompositeMagic) {
    return read_unknown_composite(head);
  }
  if (head.version == kSimpleVersion) {
    return std::make_shared<OpaqueType>(head, head.class_name, std::string(kUnknownSerializer));
  }
  if (head.version != kGenericVersion) refuse_unknown(head, kUnknownSerializer);
  const std::uint64_t start = in_.offset();
  const Bytes ahead = in_.peek(2);
  const bool whole =
      ahead.size() == 2 && in_.peek(2 + (std::size_t{ahead[0]} << 8 | ahead[1])).size() ==
                               2 + (std::size_t{ahead[0]} << 8 | ahead[1]);
  if (!whole) refuse_unknown(head, kUnknownSerializer);
  const Bytes text = in_.take(in_.u16("length of a class name"), "class name");
  std::string value_class(text.begin(), text.end());
  // The name of another snapshot class is not the payload of this one but what follows it.
  if (!looks_like_class_name(value_class) || value_class.ends_with("Snapshot")) {
    in_.rewind(start);
    refuse_unknown(head, kUnknownSerializer);
  }
  return std::make_shared<OpaqueType>(head, std::move(value_class),
                                      std::string(kUnknownSerializer));
}

TypePtr SnapshotReader::read_unknown_composite(const SnapshotHead& head) {
  read_composite_head(head);
  if (peek_i32(in_) != kNestedMagic)
    refuse_unknown(head, "composite with an outer part unknown here");
  return std::make_shared<OpaqueType>(head, head.class_name, std::string(kUnknownSerializer),
                                      read_nested());
}

// The one place that turns an error into a type: the frame says where the snapshot ends, so all
// else in the stream can still be read.
TypePtr SnapshotReader::read_framed(ByteReader frame) const {
  SnapshotReader inner(frame, registry_, depth_, marks_);
  ByteReader head_only = frame;
  const std::uint64_t begin = frame.offset();
  const std::size_t marks_before = marks_ == nullptr ? 0 : marks_->size();
  try {
    TypePtr type = inner.read_snapshot();
    frame.expect_end("a serializer snapshot in its frame");
    if (marks_ != nullptr) {
      marks_->push_back({SnapshotMark::Kind::kFrame, begin, frame.offset()});
    }
    return type;
  } catch (const UnsupportedError& error) {
    if (marks_ != nullptr) marks_->resize(marks_before);
    SnapshotHead head{head_only.utf("snapshot class"), head_only.i32("snapshot version")};
    return make_opaque_type(std::move(head), error);
  }
}

std::int32_t SnapshotReader::read_composite_head(const SnapshotHead& head) {
  if (head.version < kCompositeVersion) return head.version;
  expect_version(head, kCompositeVersion, kCompositeVersion);
  expect_i32(in_, kCompositeMagic, "magic number of a composite");
  return in_.i32("outer version");
}

std::vector<TypePtr> SnapshotReader::read_nested() {
  expect_i32(in_, kNestedMagic, "magic number of nested serializers");
  expect_i32(in_, kNestedVersion, "version of nested serializers");
  const std::size_t count = in_.count(kMinSnapshotBytes, "nested serializer count");
  std::vector<TypePtr> nested;
  for (std::size_t i = 0; i < count; ++i) {
    const Within place(in_, "nested serializer", static_cast<std::int64_t>(i));
    nested.push_back(read_snapshot());
  }
  return nested;
}

std::vector<TypePtr> SnapshotReader::read_nested(std::size_t expected) {
  const std::uint64_t at = in_.offset();
  std::vector<TypePtr> nested = read_nested();
  if (nested.size() != expected) {
    in_.fail_at(at,
                fmt::format("nested serializer count = {}, expected {}", nested.size(), expected));
  }
  return nested;
}

std::vector<OptionalMapEntry> SnapshotReader::read_optional_map(std::string_view field) {
  // No Within here: the frames keep the places of this reader and outlive this call.
  const std::uint64_t at = in_.offset();
  const std::int64_t magic = in_.i64("magic number of an optional map");
  if (magic != kOptionalMapMagic) {
    in_.fail_at(at, fmt::format("magic number of an optional map = {:#x}, expected {:#x}", magic,
                                kOptionalMapMagic));
  }
  const std::size_t count = in_.count(kMinOptionalMapEntryBytes, field);
  std::vector<OptionalMapEntry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    OptionalMapEntry entry{in_.utf("entry name"), std::nullopt, std::nullopt};
    entry.key = read_frame(in_, "key flag", "key frame");
    entry.value = read_frame(in_, "value flag", "value frame");
    entries.push_back(std::move(entry));
  }
  return entries;
}

void SnapshotReader::mark_cache(std::uint64_t begin) const {
  if (marks_ != nullptr) marks_->push_back({SnapshotMark::Kind::kCache, begin, in_.offset()});
}

std::string SnapshotReader::describe_refusal(const SnapshotHead& head,
                                             std::string_view reason) const {
  return fmt::format("serializer snapshot {} version {}: {}\n  {}", head.class_name, head.version,
                     reason, in_.describe_position());
}

void SnapshotReader::refuse(const SnapshotHead& head, std::string_view reason) const {
  throw UnsupportedError(describe_refusal(head, reason));
}

void SnapshotReader::refuse_unknown(const SnapshotHead& head, std::string_view reason) const {
  throw UnknownSerializerError(describe_refusal(head, reason));
}

void SnapshotReader::expect_version(const SnapshotHead& head, std::int32_t least,
                                    std::int32_t most) const {
  if (head.version >= least && head.version <= most) return;
  refuse(head, least == most ? fmt::format("expected version {}", least)
                             : fmt::format("expected version {} to {}", least, most));
}

}  // namespace savvy
