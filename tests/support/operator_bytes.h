// The worked operator-state streams of the format's description, in hex: list state "s" of strings
// ("a", "bc") and broadcast state "b" {"k": "v"}, with Flink's own snapshot class.

#pragma once

#include <string>

#include "format/serializer_registry.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/test_types.h"

namespace savvy::testing {

inline constexpr std::string_view kStringSerializer =
    "org.apache.flink.api.common.typeutils.base.StringSerializer";

inline const std::string kStringSnapshot =
    "00000002" + utf_hex(std::string(kStringSerializer) + "$StringSerializerSnapshot") + "00000003";

inline const std::string kListState =
    utf_hex("s") + "00000001" + "00000001" + utf_hex("OPERATOR_STATE_DISTRIBUTION_MODE") +
    utf_hex("SPLIT_DISTRIBUTE") + "00000001" + utf_hex("VALUE_SERIALIZER") + kStringSnapshot;

inline const std::string kBroadcastState =
    utf_hex("b") + "00000002" + "00000001" + utf_hex("OPERATOR_STATE_DISTRIBUTION_MODE") +
    utf_hex("BROADCAST") + "00000002" + utf_hex("VALUE_SERIALIZER") + kStringSnapshot +
    utf_hex("KEY_SERIALIZER") + kStringSnapshot;

inline const std::string kVersion5 = "00000005";
inline const std::string kVersion6Plain =
    "00000006"
    "00";
inline const std::string kVersion6Compressed =
    "00000006"
    "01";
inline const std::string kNoStates =
    "0000"
    "0000";
inline const std::string kListOnly = "0001" + kListState + "0000";
inline const std::string kListAndBroadcast = "0001" + kListState + "0001" + kBroadcastState;

// StringSerializer of short ASCII texts: u8 length + 1, bytes.
class ShortStringType final : public TestType {
 public:
  ShortStringType() : TestType("String", Shape::kString) {}
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::size_t length = in.u8("string length");
    if (length == 0) in.fail("null string");
    const Bytes text = in.take(length - 1, "string");
    sink.string(std::string(text.begin(), text.end()));
    return End::kKnown;
  }
};

inline SerializerRegistry string_registry() {
  SerializerRegistry registry = test_registry();
  registry.add_simple(kStringSerializer, [](const SnapshotHead&) -> TypePtr {
    return std::make_shared<ShortStringType>();
  });
  return registry;
}

}  // namespace savvy::testing
