#include <fmt/format.h>

#include "format/element_count.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/mask.h"
#include "format/types/snapshot_type.h"

// Bytes   List, ArrayList    i32 n | n x element
//         Set                i32 n | n x (bool is null [| element])
//         array, Scala       i32 n | n x (bool is PRESENT [| element])
//         LinkedList         i32 n | null mask, if there is one | elements that are not null
// Source  ListSerializer, SetSerializer, GenericArraySerializer, TraversableSerializer,
//         LinkedListSerializer

namespace savvy {
namespace {

enum class NullFlag { kNone, kIsNull, kIsPresent };

struct CollectionKind {
  NullFlag flag;
  std::string_view kind;
  std::string_view name;
};

constexpr CollectionKind kList = {NullFlag::kNone, "list", "List"};
constexpr CollectionKind kSet = {NullFlag::kIsNull, "set", "Set"};
constexpr CollectionKind kArray = {NullFlag::kIsPresent, "array", "Array"};
constexpr CollectionKind kTraversable = {NullFlag::kIsPresent, "traversable", "Traversable"};

class CollectionType final : public NestingType {
 public:
  CollectionType(SnapshotHead head, std::vector<TypePtr> element, const CollectionKind& kind,
                 std::string element_class)
      : NestingType(std::move(head), std::move(element)),
        kind_(kind),
        element_class_(std::move(element_class)) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::size_t size = read_size(in);
    sink.begin_array();
    End end = End::kKnown;
    for (std::size_t i = 0; i < size && end == End::kKnown; ++i) {
      const Within place(in, "element", static_cast<std::int64_t>(i));
      if (is_null(in)) {
        sink.null();
      } else {
        end = child(0).decode(in, extent, sink);
      }
    }
    sink.end_array();
    return end;
  }

  void skip(ByteReader& in) const override {
    const std::size_t size = read_size(in);
    for (std::size_t i = 0; i < size; ++i) {
      if (!is_null(in)) child(0).skip(in);
    }
  }

  Shape shape() const override {
    return kind_.flag == NullFlag::kNone ? Shape::kList : Shape::kOther;
  }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    TypeDescription description = describe_as(kind_.kind, kind_.name, kElementLabel);
    if (!element_class_.empty()) description.attributes.emplace_back("class", element_class_);
    return description;
  }

 private:
  std::size_t read_size(ByteReader& in) const {
    const std::size_t least = kind_.flag == NullFlag::kNone ? child(0).min_bytes() : 1;
    return element_count(in, least, "element count");
  }
  bool is_null(ByteReader& in) const {
    if (kind_.flag == NullFlag::kNone) return false;
    return in.boolean("null flag of an element") == (kind_.flag == NullFlag::kIsNull);
  }

  const CollectionKind& kind_;
  std::string element_class_;
};

class LinkedListType final : public NestingType {
 public:
  LinkedListType(SnapshotHead head, std::vector<TypePtr> element, bool has_mask)
      : NestingType(std::move(head), std::move(element)), has_mask_(has_mask) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    const std::size_t size = read_size(in);
    const Mask nulls(in, has_mask_ ? size : 0);
    sink.begin_array();
    End end = End::kKnown;
    for (std::size_t i = 0; i < size && end == End::kKnown; ++i) {
      const Within place(in, "element", static_cast<std::int64_t>(i));
      if (has_mask_ && nulls[i]) {
        sink.null();
      } else {
        end = child(0).decode(in, extent, sink);
      }
    }
    sink.end_array();
    return end;
  }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("list", "LinkedList", kElementLabel);
  }

 private:
  std::size_t read_size(ByteReader& in) const {
    if (!has_mask_) return element_count(in, child(0).min_bytes(), "element count");
    const std::uint64_t at = in.offset();
    const std::int32_t size = in.i32("element count");
    if (size < 0) in.fail_at(at, fmt::format("element count = {} is negative", size));
    in.checked_count((std::int64_t{size} + 7) / 8, 1, "null mask length");
    return static_cast<std::size_t>(size);
  }

  bool has_mask_;
};

enum class OuterPart { kNone, kText };

void add_collection(SerializerRegistry& registry, std::string_view snapshot_class,
                    const CollectionKind& kind, std::int32_t newest_outer_version,
                    OuterPart outer_part) {
  registry.add(snapshot_class, [=, &kind](SnapshotReader& reader, const SnapshotHead& head) {
    const std::int32_t outer = reader.read_composite_head(head);
    if (outer < 1 || outer > newest_outer_version) reader.refuse(head, "unknown outer version");
    std::string text;
    if (outer_part == OuterPart::kText) text = reader.in().utf("class");
    // Scala writes the source code of a builder, which is no class.
    if (!looks_like_class_name(text)) text.clear();
    return std::make_shared<CollectionType>(head, reader.read_nested(1), kind, std::move(text));
  });
}

TypePtr read_linked_list(SnapshotReader& reader, const SnapshotHead& head) {
  const std::int32_t outer = reader.read_composite_head(head);
  if (outer < 1 || outer > 3) reader.refuse(head, "unknown outer version");
  const bool has_mask = outer == 3 ? reader.in().boolean("null mask flag") : outer == 2;
  return std::make_shared<LinkedListType>(head, reader.read_nested(1), has_mask);
}

}  // namespace

void add_list_types(SerializerRegistry& registry) {
  add_collection(registry, join(kBase, "ListSerializerSnapshot"), kList, 1, OuterPart::kNone);
  add_collection(registry, join(kRuntime, "state.ArrayListSerializerSnapshot"), kList, 1,
                 OuterPart::kNone);
  add_collection(registry, join(kBase, "SetSerializerSnapshot"), kSet, 1, OuterPart::kNone);
  add_collection(registry, join(kBase, "GenericArraySerializerSnapshot"), kArray, 1,
                 OuterPart::kText);
  // The name in 1.7, where the snapshot version 2 stands for the outer version.
  add_collection(registry, join(kBase, "GenericArraySerializerConfigSnapshot"), kArray, 2,
                 OuterPart::kText);
  for (const std::string_view scala : {kScala, kScala2}) {
    add_collection(registry, join(scala, "TraversableSerializerSnapshot"), kTraversable, 2,
                   OuterPart::kText);
  }
  registry.add(join(kTableRuntime, "LinkedListSerializer$LinkedListSerializerSnapshot"),
               read_linked_list);
}

}  // namespace savvy
