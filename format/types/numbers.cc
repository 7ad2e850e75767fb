#include "format/types/numbers.h"

#include <fmt/format.h>

#include "format/big_number.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/snapshot_type.h"

// Bytes   BigInteger  i32 h: 0 null, 1 zero, 2 one, 3 ten, else h - 4 bytes two's complement
//         BigDecimal  unscaled value as BigInteger; if not null: i32 scale
// Source  BigIntSerializer, BigDecSerializer

namespace savvy {
namespace {

constexpr std::int32_t kNull = 0;
constexpr std::int32_t kLengthBias = 4;
constexpr std::string_view kTooLong = "number too long to print";

class BigIntType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::optional<Bytes> value = read_big_integer(in);
    if (!value) {
      sink.null();
    } else if (value->size() > kMaxPrintedNumberBytes) {
      sink.opaque(*value, "java.math.BigInteger", kTooLong);
    } else {
      sink.string(to_decimal(*value));
    }
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { read_big_integer(in); }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    return {"big_integer", "BigInteger", {}, 0, {}, {}};
  }
};

class BigDecType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::uint64_t start = in.offset();
    const std::optional<Bytes> unscaled = read_big_integer(in);
    if (!unscaled) {
      sink.null();
      return End::kKnown;
    }
    const std::int32_t scale = in.i32("scale");
    if (unscaled->size() > kMaxPrintedNumberBytes) {
      sink.opaque(in.bytes_since(start), "java.math.BigDecimal", kTooLong);
    } else {
      sink.string(to_plain_decimal(to_decimal(*unscaled), scale));
    }
    return End::kKnown;
  }
  void skip(ByteReader& in) const override {
    if (read_big_integer(in)) in.i32("scale");
  }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    return {"big_decimal", "BigDecimal", {}, 0, {}, {}};
  }
};

}  // namespace

// The shortcuts are taken by object identity, so the
// long form of 0, 1 and 10 occurs too.
std::optional<Bytes> read_big_integer(ByteReader& in) {
  static constexpr std::uint8_t kShortcuts[] = {0, 1, 10};
  const std::uint64_t at = in.offset();
  const std::int32_t header = in.i32("length of a big integer");
  if (header == kNull) return std::nullopt;
  if (header > 0 && header < kLengthBias) return Bytes(&kShortcuts[header - 1], 1);
  if (header <= kLengthBias) {
    in.fail_at(at,
               fmt::format("length of a big integer = {}, expected 0 to 3 or at least 5", header));
  }
  return in.take(in.checked_count(header - kLengthBias, 1, "length of a big integer"),
                 "big integer");
}

void add_number_types(SerializerRegistry& registry) {
  registry.add_simple(join(kBase, "BigIntSerializer"), [](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<BigIntType>(head);
  });
  registry.add_simple(join(kBase, "BigDecSerializer"), [](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<BigDecType>(head);
  });
}

}  // namespace savvy
