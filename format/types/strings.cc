#include "format/types/strings.h"

#include <fmt/format.h>

#include <cstring>

#include "format/modified_utf8.h"
#include "format/types/class_names.h"
#include "format/types/families.h"

// Bytes   String       leb (length + 1), 0 = null; then each UTF-16 unit as leb of 1 to 3 bytes
//         StringValue  leb length, then units
//         StringData   i32 n | n bytes UTF-8
// Source  StringValue.writeString, StringValue.write, StringDataSerializer

namespace savvy {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;
constexpr std::uint8_t kHighBit = 0x80;
constexpr std::string_view kNotUtf8 = "not UTF-8";

bool is_ascii(Bytes bytes) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    if ((word & kHighBits) != 0) return false;
  }
  for (; i < bytes.size(); ++i) {
    if ((bytes[i] & kHighBit) != 0) return false;
  }
  return true;
}

std::string_view as_text(Bytes bytes) {
  const void* data = bytes.data();
  return {static_cast<const char*>(data), bytes.size()};
}

// The units if each is one byte: then the bytes are the text.
Bytes ascii_units(ByteReader& in, std::size_t length) {
  const Bytes ahead = in.peek(length);
  return ahead.size() == length && is_ascii(ahead) ? ahead : Bytes{};
}

std::uint16_t read_unit(ByteReader& in) {
  const std::uint64_t at = in.offset();
  const std::uint32_t unit = in.leb32("character");
  if (unit > 0xFFFF) in.fail_at(at, fmt::format("character = {:#x}, expected 16 bits", unit));
  return static_cast<std::uint16_t>(unit);
}

std::string_view read_units(ByteReader& in, std::size_t length, std::string& scratch) {
  const Bytes ascii = ascii_units(in, length);
  if (ascii.size() == length) return as_text(in.take(length, "string"));
  scratch.clear();
  for (std::size_t i = 0; i < length; ++i) append_utf16_unit(read_unit(in), scratch);
  return scratch;
}

void skip_units(ByteReader& in, std::size_t length) {
  if (ascii_units(in, length).size() == length) {
    in.take(length, "string");
    return;
  }
  for (std::size_t i = 0; i < length; ++i) read_unit(in);
}

// A length in units that was read as `stored`, `bias` more than it is.
std::size_t checked_length(ByteReader& in, std::uint32_t stored, std::uint32_t bias) {
  return in.checked_count(std::int64_t{stored} - bias, 1, "string length");
}

class StringType final : public TextType {
 public:
  using TextType::TextType;
  Text read_text(ByteReader& in, std::string& scratch) const override {
    return read_flink_string(in, scratch);
  }
  void skip(ByteReader& in) const override { skip_flink_string(in); }

 protected:
  TypeDescription describe_data() const override { return {"string", "String", {}, 0, {}, {}}; }
};

class StringValueType final : public TextType {
 public:
  using TextType::TextType;
  Text read_text(ByteReader& in, std::string& scratch) const override {
    const std::size_t length = checked_length(in, in.leb32("string length"), 0);
    return {TextKind::kText, read_units(in, length, scratch)};
  }
  void skip(ByteReader& in) const override {
    skip_units(in, checked_length(in, in.leb32("string length"), 0));
  }

 protected:
  TypeDescription describe_data() const override {
    return {"string", "StringValue", {}, 0, {}, {}};
  }
};

class StringDataType final : public TextType {
 public:
  using TextType::TextType;
  Text read_text(ByteReader& in, std::string&) const override {
    const std::string_view text = as_text(in.blob("string"));
    return {is_utf8(text) ? TextKind::kText : TextKind::kNotUtf8, text};
  }
  void skip(ByteReader& in) const override { in.blob("string"); }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override { return {"string", "StringData", {}, 0, {}, {}}; }
};

template <typename T>
SimpleTypeFactory text_type() {
  return [](const SnapshotHead& head) -> TypePtr { return std::make_shared<T>(head); };
}

}  // namespace

End TextType::decode(ByteReader& in, Extent, ValueSink& sink) const {
  std::string scratch;
  const Text value = read_text(in, scratch);
  switch (value.kind) {
    case TextKind::kText:
      sink.string(value.text);
      break;
    case TextKind::kNull:
      sink.null();
      break;
    case TextKind::kNotUtf8: {
      const void* data = value.text.data();
      sink.opaque({static_cast<const std::uint8_t*>(data), value.text.size()}, head().class_name,
                  kNotUtf8);
      break;
    }
  }
  return End::kKnown;
}

Text read_flink_string(ByteReader& in, std::string& scratch) {
  const std::uint32_t stored = in.leb32("string length");
  if (stored == 0) return {TextKind::kNull, {}};
  return {TextKind::kText, read_units(in, checked_length(in, stored, 1), scratch)};
}

void skip_flink_string(ByteReader& in) {
  const std::uint32_t stored = in.leb32("string length");
  if (stored != 0) skip_units(in, checked_length(in, stored, 1));
}

std::string read_required_string(ByteReader& in, std::string_view field) {
  const std::uint64_t at = in.offset();
  std::string scratch;
  const Text value = read_flink_string(in, scratch);
  if (value.kind == TextKind::kNull) in.fail_at(at, fmt::format("{} is null", field));
  return std::string(value.text);
}

void add_string_types(SerializerRegistry& registry) {
  registry.add_simple(join(kBase, "StringSerializer"), text_type<StringType>());
  registry.add_simple(join(kBase, "StringValueSerializer"), text_type<StringValueType>());
  registry.add_simple(join(kTableRuntime, "StringDataSerializer"), text_type<StringDataType>());
  registry.add_simple(join(kTableRuntime, "BinaryStringSerializer"), text_type<StringDataType>());
}

}  // namespace savvy
