#include <limits>

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"
#include "format/types/tuple_type.h"

// What a SQL sink keeps of the rows of a key, in the order they came.
//
// Bytes   Node         row | i64 number | nullable previous | nullable next | nullable next of the
//                      same row | i64 timestamp
//         MetaSqnInfo  i64 highest number | i64 size;  RowSqnInfo  i64 first | i64 last number
//         RowDataKey   the row; snapshot: i32 n | java equaliser | i32 n | java hash function | S
//         SortedLong   i64 with flipped sign bit
// Source  the serializers of org.apache.flink.table.runtime.sequencedmultisetstate.linked, and
//         SortedLongSerializer; Flink 2.3

namespace savvy {
namespace {

constexpr std::string_view kLinked =
    "org.apache.flink.table.runtime.sequencedmultisetstate.linked.";

void emit_sorted_long(ByteReader& in, ValueSink& sink) {
  sink.int64(in.i64("long") ^ std::numeric_limits<std::int64_t>::min());
}

// `name` is a literal.
SnapshotParser composite_of(std::string_view name, const std::vector<std::string>& fields) {
  return [=](SnapshotReader& reader, const SnapshotHead& head) -> TypePtr {
    if (reader.read_composite_head(head) != 0) reader.refuse(head, "unknown outer version");
    return check_tuple(reader, head,
                       std::make_shared<TupleType>(head, "record", std::string(name), fields,
                                                   reader.read_nested(fields.size())));
  };
}

// The row is all that a value has.
TypePtr read_row_key(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 0, 0);
  for (const std::string_view part : {"equaliser", "hash function"}) {
    reader.in().blob(part);
  }
  return reader.read_snapshot();
}

}  // namespace

void add_sequenced_row_types(SerializerRegistry& registry) {
  registry.add(
      join(kLinked, "NodeSerializer$NodeSerializerSnapshot"),
      composite_of("Node", {"row", "sqn", "prevSqn", "nextSqn", "nextSqnForRecord", "timestamp"}));
  registry.add(join(kLinked, "MetaSqnInfoSerializer$MetaSqnInfoSerializerSnapshot"),
               composite_of("MetaSqnInfo", {"highSqn", "size"}));
  registry.add(join(kLinked, "RowSqnInfoSerializer$RowSqnInfoSerializerSnapshot"),
               composite_of("RowSqnInfo", {"firstSqn", "lastSqn"}));
  registry.add(join(kLinked, "RowDataKeySerializerSnapshot"), read_row_key);
  registry.add_simple("org.apache.flink.table.runtime.operators.sink.SortedLongSerializer",
                      fixed_type<8, emit_sorted_long>("sorted_long", "Long"));
}

}  // namespace savvy
