#include "cli/table.h"

#include <catch2/catch.hpp>
#include <string>

#include "cli/printable.h"
#include "format/byte_units.h"

namespace savvy {

TEST_CASE("columns are as wide as their widest cell", "[table]") {
  Table table({{"state", Align::kLeft}, {"bytes", Align::kRight}, {"type", Align::kLeft}});
  CHECK(table.empty());
  table.add({"a", "12", "Long"});
  table.add({"longer name", "1234567", "Map<String, Long>"});
  CHECK_FALSE(table.empty());
  CHECK(table.text("  ") ==
        "  state          bytes  type\n"
        "  a                 12  Long\n"
        "  longer name  1234567  Map<String, Long>\n");
}

TEST_CASE("lines do not end with blanks", "[table]") {
  Table table({{"a"}, {"b"}});
  table.add({"x", ""});
  table.add({"", ""});
  CHECK(table.text("") == "a  b\nx\n\n");
}

TEST_CASE("a letter of several bytes is one column wide", "[table]") {
  Table table({{"a"}, {"b"}});
  table.add({"k\xC3\xA4lla", "1"});
  table.add({"kalla", "2"});
  CHECK(table.text("") == "a      b\nk\xC3\xA4lla  1\nkalla  2\n");
}

TEST_CASE("a cell cannot drive the terminal", "[table]") {
  Table table({{"a"}});
  table.add({"\x1B[31mred\n\x7F"});
  CHECK(table.text("") == "a\n?[31mred??\n");
  CHECK(printable(std::string("\0\t ~", 4)) == "?? ~");
}

TEST_CASE("sizes for people", "[table]") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1023) == "1023 B");
  CHECK(human_bytes(1024) == "1.0 KiB");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(kMiB) == "1.0 MiB");
  CHECK(human_bytes(UINT64_C(20) * 1024 * 1024 * 1024) == "20.0 GiB");
  CHECK(human_bytes(UINT64_MAX) == "16.0 EiB");
  // What would be rounded to 1024 is one of the next unit.
  CHECK(human_bytes(kMiB - 1) == "1.0 MiB");
}

}  // namespace savvy
