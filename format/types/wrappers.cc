#include <fmt/format.h>

#include <limits>

#include "format/types/choice_type.h"
#include "format/types/class_names.h"
#include "format/types/families.h"

// Bytes   Nullable      00 | value, or 01 | padding
//         Option        bool is some [| value]
//         TTL           i64 last access ms | value
//         wrappers that only check or only carry a flag: the value
// Source  NullableSerializer, OptionSerializer, TtlStateFactory.TtlSerializer, TtlAwareSerializer,
//         SingleThreadAccessCheckingTypeSerializer, ListViewSerializer, MapViewSerializer

namespace savvy {
namespace {

constexpr std::array<std::string_view, 1> kValueLabel = {"value"};
constexpr ChoiceKind kEither = {"either", "Either", {"left", "right"}, {1, 0}};
constexpr ChoiceKind kTry = {"try", "Try", {"success", "failure"}, {1, 0}};

// The sum of lengths that are all known.
int sum_length(std::int64_t own, std::initializer_list<int> parts) {
  std::int64_t sum = own;
  for (const int part : parts) {
    if (part < 0) return kVariableLength;
    sum += part;
  }
  return sum <= std::numeric_limits<int>::max() ? static_cast<int>(sum) : kVariableLength;
}

class NullableType final : public NestingType {
 public:
  NullableType(SnapshotHead head, std::vector<TypePtr> inner, std::size_t padding)
      : NestingType(std::move(head), std::move(inner)), padding_(padding) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    if (!in.boolean("null flag")) return child(0).decode(in, extent, sink);
    in.take(padding_, "padding of a null");
    sink.null();
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    in.boolean("null flag") ? static_cast<void>(in.take(padding_, "padding of a null"))
                            : child(0).skip(in);
  }
  int fixed_length() const override {
    return padding_ > 0 ? static_cast<int>(padding_) + 1 : kVariableLength;
  }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description = describe_as("nullable", "Nullable", kValueLabel);
    if (padding_ > 0) description.attributes.emplace_back("padding", fmt::to_string(padding_));
    return description;
  }

 private:
  std::size_t padding_;
};

class OptionType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    if (in.boolean("option flag")) return child(0).decode(in, extent, sink);
    sink.null();
    return End::kKnown;
  }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("option", "Option", kValueLabel);
  }
};

// Only the value is reported: where a state has a TTL its reader shows the time beside the value.
class TtlType final : public NestingType {
 public:
  using NestingType::NestingType;
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    in.i64("last access time");
    return child(0).decode(in, extent, sink);
  }
  void skip(ByteReader& in) const override {
    in.i64("last access time");
    child(0).skip(in);
  }
  int fixed_length() const override { return sum_length(8, {child(0).fixed_length()}); }
  bool walkable() const override { return child(0).walkable(); }
  std::size_t min_bytes() const override { return 8 + child(0).min_bytes(); }
  Shape shape() const override { return Shape::kTtl; }

 protected:
  TypeDescription describe_data() const override { return describe_as("ttl", "Ttl", kValueLabel); }
};

TypePtr read_nullable(SnapshotReader& reader, const SnapshotHead& head) {
  const std::int32_t outer = reader.read_composite_head(head);
  if (outer != 2) reader.refuse(head, "unknown outer version");
  const std::uint64_t at = reader.in().offset();
  const std::int32_t padding = reader.in().i32("null padding");
  constexpr std::int32_t kMaxPadding = 1 << 20;  // the fixed length of a type; guards the sums
  if (padding < 0 || padding > kMaxPadding) {
    reader.in().fail_at(at,
                        fmt::format("null padding = {}, expected 0 to {}", padding, kMaxPadding));
  }
  return std::make_shared<NullableType>(head, reader.read_nested(1),
                                        static_cast<std::size_t>(padding));
}

TypePtr read_ttl(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 2) reader.refuse(head, "unknown outer version");
  std::vector<TypePtr> nested = reader.read_nested(2);  // Long, value
  nested.erase(nested.begin());
  return std::make_shared<TtlType>(head, std::move(nested));
}

TypePtr read_ttl_aware(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 1, 1);
  reader.in().boolean("TTL flag");
  return reader.read_snapshot();
}

// What adds nothing to the bytes is shown as what it wraps.
TypePtr read_transparent(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
  return reader.read_nested(1)[0];
}

SnapshotParser choice_parser(const ChoiceKind& kind, std::int32_t outer_version) {
  return [&kind, outer_version](SnapshotReader& reader, const SnapshotHead& head) {
    // 1.7 wrote JavaEither as version 2 without a composite's head.
    const std::int32_t outer = reader.read_composite_head(head);
    if (outer != outer_version) reader.refuse(head, "unknown outer version");
    return std::make_shared<ChoiceType>(head, reader.read_nested(2), kind);
  };
}

TypePtr read_option(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 2) reader.refuse(head, "unknown outer version");
  return std::make_shared<OptionType>(head, reader.read_nested(1));
}

}  // namespace

std::size_t ChoiceType::read_choice(ByteReader& in) const {
  const std::uint64_t at = in.offset();
  const std::uint8_t tag = in.u8("tag");
  if (tag == kind_.tags[0]) return 0;
  if (tag == kind_.tags[1]) return 1;
  in.fail_at(at, fmt::format("tag = {}, expected {} or {}", tag, kind_.tags[0], kind_.tags[1]));
}

End ChoiceType::decode(ByteReader& in, Extent extent, ValueSink& sink) const {
  const std::size_t choice = read_choice(in);
  sink.begin_object();
  sink.field(kind_.labels[choice]);
  const End end = child(choice).decode(in, extent, sink);
  sink.end_object();
  return end;
}

void add_wrapper_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "NullableSerializer$NullableSerializerSnapshot"), read_nullable);
  registry.add(join(kRuntime, "state.ttl.TtlStateFactory$TtlSerializerSnapshot"), read_ttl);
  registry.add(join(kRuntime, "state.v2.ttl.TtlStateFactory$TtlSerializerSnapshot"), read_ttl);
  registry.add(join(kRuntime, "state.ttl.TtlAwareSerializerSnapshot"), read_ttl_aware);
  registry.add(join(kCommon,
                    "SingleThreadAccessCheckingTypeSerializer$"
                    "SingleThreadAccessCheckingTypeSerializerSnapshot"),
               read_transparent);
  registry.add(join(kDataView, "ListViewSerializerSnapshot"), read_transparent);
  registry.add(join(kDataView, "MapViewSerializerSnapshot"), read_transparent);
  registry.add(join(kJavaRuntime, "JavaEitherSerializerSnapshot"), choice_parser(kEither, 1));
  registry.add(join(kJavaRuntime, "EitherSerializerSnapshot"), choice_parser(kEither, 2));
  for (const std::string_view scala : {kScala, kScala2}) {
    registry.add(join(scala, "ScalaOptionSerializerSnapshot"), read_option);
    registry.add(join(scala, "ScalaEitherSerializerSnapshot"), choice_parser(kEither, 1));
    registry.add(join(scala, "ScalaTrySerializerSnapshot"), choice_parser(kTry, 2));
  }
}

}  // namespace savvy
