#include <fmt/format.h>

#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/map_type.h"
#include "format/types/strings.h"

namespace savvy {
namespace {

class NullAwareMapType final : public NestingType {
 public:
  using NestingType::NestingType;

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::size_t size = in.count(2, "entry count");
    sink.begin_array();
    End end = End::kKnown;
    for (std::size_t i = 0; i < size && end == End::kKnown; ++i) {
      sink.begin_array();
      end = decode_part(in, extent, sink, child(0));
      if (end == End::kKnown) end = decode_part(in, extent, sink, child(1));
      sink.end_array();
    }
    sink.end_array();
    return end;
  }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("map", "NullAwareMap", kMapLabels);
  }

 private:
  static End decode_part(ByteReader& in, Extent extent, ValueSink& sink, const Type& type) {
    if (!in.boolean("null flag")) return type.decode(in, extent, sink);
    sink.null();
    return End::kKnown;
  }
};

TypePtr read_map(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
  return std::make_shared<MapType>(head, reader.read_nested(2));
}

TypePtr read_null_aware_map(SnapshotReader& reader, const SnapshotHead& head) {
  if (reader.read_composite_head(head) != 1) reader.refuse(head, "unknown outer version");
  return std::make_shared<NullAwareMapType>(head, reader.read_nested(2));
}

}  // namespace

MapType::MapType(SnapshotHead head, std::vector<TypePtr> key_and_value)
    : NestingType(std::move(head), std::move(key_and_value)),
      text_key_(dynamic_cast<const TextType*>(&child(0))) {}

End MapType::decode(ByteReader& in, Extent extent, ValueSink& sink) const {
  if (text_key_ == nullptr || sink.discards()) return decode_pairs(in, extent, sink);
  const std::uint64_t start = in.offset();
  const bool all_text = all_keys_are_text(in, extent);
  in.rewind(start);
  return all_text ? decode_object(in, extent, sink) : decode_pairs(in, extent, sink);
}

void MapType::skip(ByteReader& in) const {
  const std::size_t size = read_size(in);
  for (std::size_t i = 0; i < size; ++i) {
    child(0).skip(in);
    if (!in.boolean("null flag of a map value")) child(1).skip(in);
  }
}

TypeDescription MapType::describe_data() const { return describe_as("map", "Map", kMapLabels); }

// A key without bytes still has a null flag behind it.
std::size_t MapType::read_size(ByteReader& in) const {
  return in.count(child(0).min_bytes() + 1, "entry count");
}

bool MapType::all_keys_are_text(ByteReader& in, Extent extent) const {
  const std::size_t size = read_size(in);
  std::string scratch;
  NullSink nowhere;
  for (std::size_t i = 0; i < size; ++i) {
    if (text_key_->read_text(in, scratch).kind != TextKind::kText) return false;
    if (in.boolean("null flag of a map value")) continue;
    if (extent == Extent::kOpen) {
      child(1).skip(in);
    } else if (child(1).decode(in, extent, nowhere) == End::kRestTaken) {
      return true;
    }
  }
  return true;
}

End MapType::decode_object(ByteReader& in, Extent extent, ValueSink& sink) const {
  const std::size_t size = read_size(in);
  std::string scratch;
  sink.begin_object();
  End end = End::kKnown;
  for (std::size_t i = 0; i < size && end == End::kKnown; ++i) {
    const Within place(in, "map entry", static_cast<std::int64_t>(i));
    sink.field(text_key_->read_text(in, scratch).text);
    end = decode_value(in, extent, sink);
  }
  sink.end_object();
  return end;
}

End MapType::decode_pairs(ByteReader& in, Extent extent, ValueSink& sink) const {
  const std::size_t size = read_size(in);
  sink.begin_array();
  End end = End::kKnown;
  for (std::size_t i = 0; i < size && end == End::kKnown; ++i) {
    const Within place(in, "map entry", static_cast<std::int64_t>(i));
    sink.begin_array();
    end = child(0).decode(in, extent, sink);
    if (end == End::kKnown) end = decode_value(in, extent, sink);
    sink.end_array();
  }
  sink.end_array();
  return end;
}

End MapType::decode_value(ByteReader& in, Extent extent, ValueSink& sink) const {
  if (!in.boolean("null flag of a map value")) return child(1).decode(in, extent, sink);
  sink.null();
  return End::kKnown;
}

void add_map_types(SerializerRegistry& registry) {
  registry.add(join(kBase, "MapSerializerSnapshot"), read_map);
  registry.add(join(kDataView, "NullAwareMapSerializerSnapshot"), read_null_aware_map);
}

}  // namespace savvy
