// A key as `savvy get --key` takes it: u8 type | JSON; with 0x80 in the type: the bytes of a key.
//
// What is encoded exactly has one JSON: decoded, it is the JSON that came in, and encodes to the same
// bytes again. What a key of a type is printed like is never said to fit none.

#include <nlohmann/json.hpp>
#include <string>

#include "cli/json_sink.h"
#include "format/java_hash.h"
#include "format/key_encoder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/key_types.h"

namespace savvy::testing {
namespace {

using Json = nlohmann::json;

class Printed final : public OpaqueObserver {
 public:
  Printed(const Type& type, Bytes bytes) {
    JsonSink sink(text_, Int64Style::kNumber, this);
    ByteReader in(bytes, "f");
    type.decode(in, Extent::kDelimited, sink);
    whole_ = in.at_end();
  }
  // All bytes were printed, as a value of the type.
  bool plain() const { return whole_ && !opaque_; }
  const std::string& text() const { return text_; }

 private:
  void opaque_value(std::string_view, std::string_view) override { opaque_ = true; }

  std::string text_;
  bool opaque_ = false;
  bool whole_ = false;
};

void check_hash(const Type& type, Bytes bytes, const std::string& text) {
  const JavaHash hash = java_hash_of(type);
  if (!hash) return;
  ByteReader in(bytes, "f");
  hash(in);
  if (!in.at_end()) finding("a hash of a part of the key " + text);
}

void check_json(const Type& type, const std::string& json) {
  const EncodedKey key = encode_key(type, json);
  if (key.fit > KeyFit::kSameHash) return;
  const Printed printed(type, key.bytes);
  if (!printed.plain()) finding(json + " is encoded to bytes that are no key");
  check_hash(type, key.bytes, json);
  if (Json::parse(printed.text()) != Json::parse(json)) {
    finding(json + " is printed as " + printed.text());
  }
  const EncodedKey again = encode_key(type, printed.text());
  if (again.fit != key.fit || again.bytes != key.bytes) {
    finding(json + " and " + printed.text() + " are encoded in different ways");
  }
}

void check_bytes(const Type& type, Bytes bytes) {
  const Printed printed(type, bytes);
  // Text can hold a lone surrogate, whose escape is no JSON for the library.
  if (!printed.plain() || !Json::accept(printed.text())) return;
  if (encode_key(type, printed.text()).fit == KeyFit::kMismatch) {
    finding("a key printed as " + printed.text() + " is said to be none");
  }
}

}  // namespace
}  // namespace savvy::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  static const std::vector<TypePtr> types = testing::make_key_types();
  testing::Choices choices({data, size});
  const std::uint8_t first = choices.u8();
  const Type& type = *types[(first & 0x7F) % types.size()];
  const Bytes rest = choices.rest();
  testing::outcome_of([&] {
    if ((first & 0x80) != 0) return testing::check_bytes(type, rest);
    testing::check_json(type, {rest.begin(), rest.end()});
  });
  return 0;
}
