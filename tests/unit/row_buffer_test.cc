#include "cli/row_buffer.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hex.h"

namespace savvy {
namespace {

using namespace testing;

RowHeadFields keyed_fields() {
  RowHeadFields fields;
  fields.operator_label = "my, \"op\"";
  fields.operator_id = "00ff";
  fields.subtask = 3;
  fields.kind = "keyed";
  fields.state = "s";
  fields.state_kind = "list";
  return fields;
}

// One row: key group 5, key "k", and the value 7.
void add_row(RowBuffer& rows, const RowHead& head) {
  rows.begin(head);
  rows.number(Column::kKeyGroup, 5);
  rows.column(Column::kStateKey).string("k");
  rows.column(Column::kStateValue).int32(7);
  rows.end();
}

std::string text_of_row(RowFormat format) {
  const RowHead head(keyed_fields(), format);
  RowBuffer rows(format, Int64Style::kNumber);
  add_row(rows, head);
  return rows.text();
}

const std::string kJsonHead =
    R"({"operator":"my, \"op\"","operator_id":"00ff","subtask":3,"kind":"keyed","state":"s","state_kind":"list")";
const std::string kCsvHead = R"("my, ""op""",00ff,3,keyed,s,list)";

}  // namespace

TEST_CASE("a row in each format", "[row_buffer]") {
  CHECK(text_of_row(RowFormat::kJsonl) ==
        kJsonHead + R"(,"key_group":5,"state_key":"k","state_value":7})" + "\n");
  CHECK(text_of_row(RowFormat::kJson) ==
        ",\n" + kJsonHead + R"(,"key_group":5,"state_key":"k","state_value":7})");
  // Behind the state's kind all cells are JSON; there are eleven of them.
  CHECK(text_of_row(RowFormat::kCsv) == kCsvHead + R"(,5,"""k""",,,,,,7,,,)" + "\n");
}

TEST_CASE("what a row does not have is left out", "[row_buffer]") {
  RowHeadFields fields;
  fields.kind = "master";
  CHECK(RowHead(fields, RowFormat::kJsonl).text() == R"({"kind":"master")");
  CHECK(RowHead(fields, RowFormat::kCsv).text() == ",,,master,,");
  fields.state = "";  // a name, though an empty one
  CHECK(RowHead(fields, RowFormat::kJsonl).text() == R"({"kind":"master","state":"")");
}

TEST_CASE("every line of CSV has a cell for each column", "[row_buffer]") {
  const std::string header = document_start(RowFormat::kCsv);
  CHECK(header ==
        "operator,operator_id,subtask,kind,state,state_kind,key_group,state_key,state_namespace,"
        "map_key,map_value,list_index,list_value,state_value,ttl_timestamp,timer_timestamp,"
        "ttl_expired\n");
  RowHeadFields fields;
  fields.kind = "raw";
  const RowHead head(fields, RowFormat::kCsv);
  RowBuffer rows(RowFormat::kCsv, Int64Style::kNumber);
  rows.begin(head);
  rows.end();
  rows.begin(head);
  rows.number(Column::kTimerTimestamp, 1);
  rows.end();
  CHECK(rows.text() == ",,,raw,,,,,,,,,,,,,\n,,,raw,,,,,,,,,,,,1,\n");
}

TEST_CASE("the ends of a row can be written several times", "[row_buffer]") {
  for (const RowFormat format : {RowFormat::kJsonl, RowFormat::kCsv}) {
    RowHeadFields fields;
    fields.kind = "list";
    const RowHead head(fields, format);
    RowBuffer rows(format, Int64Style::kNumber);
    rows.begin(head);
    rows.column(Column::kStateKey).string("k");
    const RowBuffer::Mark mark = rows.mark();
    for (int i = 0; i < 2; ++i) {
      rows.rewind(mark);
      rows.number(Column::kListIndex, i);
      rows.column(Column::kListValue).string("v");
      if (i == 0) rows.number(Column::kTtlTimestamp, 9);
      rows.end();
    }
    if (format == RowFormat::kCsv) {
      CHECK(rows.text() ==
            ",,,list,,,,\"\"\"k\"\"\",,,,0,\"\"\"v\"\"\",,9,,\n"
            ",,,list,,,,\"\"\"k\"\"\",,,,1,\"\"\"v\"\"\",,,,\n");
    } else {
      CHECK(rows.text() ==
            R"({"kind":"list","state_key":"k","list_index":0,"list_value":"v","ttl_timestamp":9})"
            "\n"
            R"({"kind":"list","state_key":"k","list_index":1,"list_value":"v"})"
            "\n");
    }
    CHECK(rows.row_count() == 2);
  }
}

TEST_CASE("a row that is begun and not ended leaves nothing", "[row_buffer]") {
  const RowHead head(keyed_fields(), RowFormat::kCsv);
  RowBuffer rows(RowFormat::kCsv, Int64Style::kNumber);
  rows.begin(head);
  rows.column(Column::kStateKey).string("lost");
  add_row(rows, head);
  CHECK(rows.text() == text_of_row(RowFormat::kCsv));
  CHECK(rows.row_count() == 1);
}

TEST_CASE("rows beyond the limit are dropped", "[row_buffer]") {
  const RowHead head(keyed_fields(), RowFormat::kJsonl);
  RowBuffer rows(RowFormat::kJsonl, Int64Style::kNumber, 2);
  add_row(rows, head);
  CHECK_FALSE(rows.limit_reached());
  add_row(rows, head);
  CHECK(rows.limit_reached());
  add_row(rows, head);
  CHECK(rows.row_count() == 2);
  const std::string row = text_of_row(RowFormat::kJsonl);
  CHECK(rows.text() == row + row);
  RowBuffer none(RowFormat::kJsonl, Int64Style::kNumber, 0);
  CHECK(none.limit_reached());
  add_row(none, head);
  CHECK(none.text().empty());
}

TEST_CASE("text that was written is forgotten", "[row_buffer]") {
  const RowHead head(keyed_fields(), RowFormat::kJsonl);
  RowBuffer rows(RowFormat::kJsonl, Int64Style::kNumber);
  add_row(rows, head);
  CHECK(rows.text() == text_of_row(RowFormat::kJsonl));
  rows.text().clear();
  CHECK(rows.text().empty());
  CHECK(rows.row_count() == 1);
}

TEST_CASE("values printed as bytes are counted", "[row_buffer]") {
  const RowHead head(keyed_fields(), RowFormat::kJsonl);
  RowBuffer rows(RowFormat::kJsonl, Int64Style::kNumber);
  for (int i = 0; i < 2; ++i) {
    rows.begin(head);
    rows.column(Column::kStateKey).opaque(from_hex("00"), "my.Key", "unknown");
    rows.column(Column::kStateValue).opaque({}, "my.Value", "unknown");
    rows.end();
  }
  CHECK(rows.opaque_counts() == OpaqueCounts{{{"my, \"op\"", "s", "my.Key", "unknown"}, 2},
                                             {{"my, \"op\"", "s", "my.Value", "unknown"}, 2}});
}

TEST_CASE("what stands around the rows", "[row_buffer]") {
  CHECK(document_start(RowFormat::kJsonl).empty());
  CHECK(document_end(RowFormat::kJsonl).empty());
  CHECK(document_start(RowFormat::kJson) == R"({"schema":"savvy/v1","rows":[)");
  CHECK(document_end(RowFormat::kJson) == "\n]}\n");
  CHECK(document_end(RowFormat::kCsv).empty());
}

}  // namespace savvy
