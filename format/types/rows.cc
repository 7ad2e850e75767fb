#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/row_type.h"

// Bytes   the kind bits of a row exist: outer version 2 never, 3 always, 4 by its flag
// Source  RowSerializer

namespace savvy {
namespace {

TypePtr read_row(SnapshotReader& reader, const SnapshotHead& head) {
  const std::int32_t outer = reader.read_composite_head(head);
  if (outer < 2 || outer > 4) reader.refuse(head, "unknown outer version");
  const bool has_kind = outer == 4 ? reader.in().boolean("row kind flag") : outer == 3;
  return std::make_shared<RowType>(head, reader.read_nested(), has_kind);
}

}  // namespace

void add_row_types(SerializerRegistry& registry) {
  registry.add(join(kJavaRuntime, "RowSerializer$RowSerializerSnapshot"), read_row);
}

}  // namespace savvy
