#include "format/modified_utf8.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"

namespace savvy {
namespace {

using testing::from_hex;
using testing::to_hex_text;

std::string decode(const std::string& hex) {
  const ByteVector encoded = from_hex(hex);
  std::string text;
  CHECK(decode_modified_utf8(encoded, text) == encoded.size());
  return text;
}

std::string encode(std::string_view text) {
  ByteVector encoded;
  encode_modified_utf8(text, encoded);
  return to_hex_text(encoded);
}

std::size_t good_bytes(const std::string& hex) {
  std::string text;
  return decode_modified_utf8(from_hex(hex), text);
}

}  // namespace

TEST_CASE("each width of modified UTF-8, both ways", "[modified_utf8]") {
  const auto [hex, text] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"61", "a"},
      {"7f", "\x7f"},
      {"c080", std::string(1, '\0')},
      {"c280", "\xC2\x80"},
      {"dfbf", "\xDF\xBF"},
      {"e0a080", "\xE0\xA0\x80"},
      {"efbfbf", "\xEF\xBF\xBF"},
      {"eda0bdedb880", "\xF0\x9F\x98\x80"},  // U+1F600 is two surrogates
      {"eda080", "\xED\xA0\x80"},            // lone high
      {"edb080", "\xED\xB0\x80"},            // lone low
      {"edb080eda080", "\xED\xB0\x80\xED\xA0\x80"},
      {"eda080eda080edb080", "\xED\xA0\x80\xF0\x90\x80\x80"},
      {"61c0806261626162616261e282ac", std::string("a\0babababa\xE2\x82\xAC", 13)},
  }));
  CAPTURE(hex);
  CHECK(decode(hex) == text);
  CHECK(encode(text) == hex);
}

TEST_CASE("plain text of every length, alone and in front of other text", "[modified_utf8]") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string plain(size, 'x');
    const std::string hex = to_hex_text(ByteVector(plain.begin(), plain.end()));
    CHECK(decode(hex) == plain);
    CHECK(encode(plain) == hex);
    CHECK(decode(hex + "c3a979") == plain + "\xC3\xA9y");
    CHECK(decode(hex + "c08079") == plain + std::string("\0y", 2));
    CHECK(encode(plain + std::string("\0y", 2)) == hex + "c08079");
    CHECK(good_bytes(hex + "00") == size);
  }
}

TEST_CASE("what Java never writes is malformed, at its first byte", "[modified_utf8]") {
  const auto [hex, good] = GENERATE(table<std::string, std::size_t>({
      {"00", 0},  // a raw zero byte
      {"6100", 1},
      {"80", 0},      // a continuation alone
      {"61c2", 1},    // cut short
      {"c241", 0},    // no continuation
      {"c181", 0},    // overlong
      {"e08080", 0},  // overlong
      {"e2824100", 0},
      {"e282", 0},
      {"f09f9880", 0},  // standard UTF-8 of a supplementary character
      {"ff", 0},
      {"6161616161616161616100", 10},
  }));
  CAPTURE(hex);
  CHECK(good_bytes(hex) == good);
}

TEST_CASE("UTF-16 units join into characters", "[modified_utf8]") {
  std::string text;
  for (const int unit : {0xD83D, 0xDE00, 0xDE00, 0x41, 0xD83D}) {
    append_utf16_unit(static_cast<std::uint16_t>(unit), text);
  }
  CHECK(text ==
        "\xF0\x9F\x98\x80\xED\xB8\x80"
        "A\xED\xA0\xBD");
}

TEST_CASE("what is standard UTF-8", "[modified_utf8]") {
  for (const char* text : {"", "a", "é", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF",
                           "\xED\x9F\xBF", "\xEE\x80\x80"}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
  }
  for (const char* text :
       {"\x80", "\xC3", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF0\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "a\xE2\x82"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
  CHECK(is_utf8(std::string_view("\0", 1)));
}

}  // namespace savvy
