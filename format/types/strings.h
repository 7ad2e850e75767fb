// Types whose values are text; a map that is keyed by one becomes an object.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "format/types/snapshot_type.h"

namespace savvy {

enum class TextKind { kText, kNull, kNotUtf8 };

// The text lies in the input or in the scratch string; for kNotUtf8 it is the raw bytes.
struct Text {
  TextKind kind;
  std::string_view text;
};

class TextType : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;

  virtual Text read_text(ByteReader& in, std::string& scratch) const = 0;

  End decode(ByteReader& in, Extent, ValueSink& sink) const final;
  Shape shape() const final { return Shape::kString; }
};

// StringValue.writeString: leb (length + 1), 0 = null; then each UTF-16 unit as leb. What lies in
// many other formats too.
Text read_flink_string(ByteReader& in, std::string& scratch);
void skip_flink_string(ByteReader& in);
// One that is never null; FormatError if it is.
std::string read_required_string(ByteReader& in, std::string_view field);

}  // namespace savvy
