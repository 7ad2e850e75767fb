#include "format/finding.h"

#include <catch2/catch.hpp>
#include <set>

namespace savvy::testing {
namespace {

FindingPlace place_of(const std::string& file, const std::string& state = {}) {
  FindingPlace place;
  place.file = file;
  place.state = state;
  return place;
}

Finding finding(FindingCode code, const FindingPlace& place, const std::string& found = "found") {
  return {code, place, "expected", found};
}

}  // namespace

TEST_CASE("every finding code has one number and one text", "[finding][check]") {
  int before = 0;
  std::set<std::string_view> titles;
  for (const FindingText& text : finding_texts()) {
    const int number = static_cast<int>(text.code);
    CAPTURE(number);
    CHECK(number > before);
    before = number;
    CHECK(titles.insert(text.title).second);
    CHECK(text.title.size() > 5);
    CHECK(text.title.back() != '.');
    CHECK(text.meaning.size() > 20);
    CHECK(text.meaning.back() == '.');
    CHECK(find_code(code_word(text.code)) == text.code);
    CHECK(&text_of(text.code) == &text);
  }
}

TEST_CASE("a code is found by its word", "[finding][check]") {
  CHECK(code_word(FindingCode::kMetadataDamaged) == "SV001");
  CHECK(code_word(FindingCode::kFileMissing) == "SV101");
  CHECK(find_code("SV101") == FindingCode::kFileMissing);
  CHECK(find_code("sv1") == FindingCode::kMetadataDamaged);
  for (const char* word : {"", "SV", "101", "SV000", "SV999", "SV101x", "SV 1", "SV-1", "Sv101"}) {
    CAPTURE(word);
    CHECK_FALSE(find_code(word));
  }
}

TEST_CASE("findings of a kind are counted beyond the first five", "[finding][check]") {
  FindingList list;
  const FindingPlace place = place_of("f", "count");
  for (int i = 0; i < 8; ++i) {
    list.add(finding(FindingCode::kOrder, place, std::to_string(i)));
  }
  list.add(finding(FindingCode::kOrder, place_of("f", "other")));
  list.add(finding(FindingCode::kOddFigure, place));
  REQUIRE(list.findings().size() == 7);
  CHECK(list.findings()[0].found == "0");
  CHECK(list.findings()[0].more == 0);
  CHECK(list.findings()[4].found == "4");
  CHECK(list.findings()[4].more == 3);
  CHECK(list.findings()[5].place.state == "other");
  CHECK(list.error_count() == 9);
  CHECK(list.warning_count() == 1);
}

TEST_CASE("joined lists count what one list would have counted", "[finding][check]") {
  FindingList whole;
  FindingList parts[2];
  for (int i = 0; i < 14; ++i) {
    const Finding each = finding(FindingCode::kOrder, place_of("f"), std::to_string(i));
    whole.add(each);
    parts[i / 7].add(each);
  }
  FindingList joined;
  for (const FindingList& part : parts) part.add_to(joined);
  CHECK(joined.error_count() == 14);
  CHECK(joined.findings().size() == whole.findings().size());
  CHECK(joined.findings().back().more == whole.findings().back().more);
}

TEST_CASE("a list stops at the first error if told to, not at a warning", "[finding][check]") {
  FindingList list(AfterError::kStop);
  CHECK_FALSE(list.stopped());
  list.add(finding(FindingCode::kOddFigure, place_of("f")));
  CHECK_FALSE(list.stopped());
  list.add(finding(FindingCode::kOrder, place_of("f")));
  CHECK(list.stopped());
  FindingList patient;
  patient.add(finding(FindingCode::kOrder, place_of("f")));
  CHECK_FALSE(patient.stopped());
}

TEST_CASE("an error becomes a finding at its offset", "[finding][check]") {
  const Finding damage = finding_of(FormatError("f: offset 0x10: bad", 16),
                                    FindingCode::kMetadataDamaged, place_of("f"), "better");
  CHECK(damage.place.offset == 16);
  CHECK(damage.found == "offset 0x10: bad");
  CHECK(damage.expected == "better");
  const Finding other = finding_of(UnsupportedError("g: odd"), FindingCode::kMetadataUnsupported,
                                   place_of("f"), "better");
  CHECK_FALSE(other.place.offset);
  CHECK(other.found == "g: odd");
  FindingPlace known = place_of("f");
  known.offset = 7;
  CHECK(finding_of(FormatError("f: bad"), FindingCode::kMetadataDamaged, known, "").place.offset ==
        7);
}

}  // namespace savvy::testing
