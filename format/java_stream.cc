#include "format/java_stream.h"

#include <bit>

#include "format/java_graph.h"
#include "format/java_parser.h"

namespace savvy {

std::size_t java_width(char code) {
  switch (code) {
    case 'B':
    case 'Z':
      return 1;
    case 'C':
    case 'S':
      return 2;
    case 'F':
    case 'I':
      return 4;
    case 'D':
    case 'J':
      return 8;
    default:
      return 0;
  }
}

std::uint64_t java_bits(char code, Bytes bytes) {
  ByteReader in(bytes, "");
  switch (code) {
    case 'B':
      return static_cast<std::uint64_t>(std::int64_t{in.i8("byte")});
    case 'Z':
      return in.boolean("boolean") ? 1 : 0;
    case 'C':
      return in.u16("char");
    case 'S':
      return static_cast<std::uint64_t>(std::int64_t{in.i16("short")});
    case 'I':
      return static_cast<std::uint64_t>(std::int64_t{in.i32("int")});
    case 'F':
      return std::bit_cast<std::uint32_t>(in.f32("float"));
    default:
      return static_cast<std::uint64_t>(in.i64("long or double"));
  }
}

JavaValue::JavaValue(std::shared_ptr<const JavaGraph> graph, std::uint32_t node)
    : graph_(std::move(graph)), node_(node), kind_(graph_->nodes[node].kind) {}

std::string_view JavaValue::class_name() const {
  switch (kind_) {
    case JavaKind::kObject:
    case JavaKind::kArray:
    case JavaKind::kEnum:
    case JavaKind::kClass:
    case JavaKind::kClassDescription:
      return graph_->classes[graph_->nodes[node_].java_class].name;
    default:
      return {};
  }
}

bool JavaValue::is_a(std::string_view class_name) const {
  if (kind_ != JavaKind::kObject && kind_ != JavaKind::kEnum) return false;
  std::uint32_t c = graph_->nodes[node_].java_class;
  for (; c != kNoClass; c = graph_->classes[c].super) {
    if (graph_->classes[c].name == class_name) return true;
  }
  return false;
}

std::string_view JavaValue::text() const {
  if (kind_ != JavaKind::kString && kind_ != JavaKind::kEnum) return {};
  return graph_->texts[graph_->nodes[node_].first];
}

std::int64_t JavaValue::integer() const {
  if (kind_ != JavaKind::kPrimitive || code_ == 'F' || code_ == 'D') return 0;
  return static_cast<std::int64_t>(bits_);
}

double JavaValue::number() const {
  if (kind_ != JavaKind::kPrimitive) return 0;
  if (code_ == 'F') return double{std::bit_cast<float>(static_cast<std::uint32_t>(bits_))};
  return code_ == 'D' ? std::bit_cast<double>(bits_) : 0;
}

JavaValue JavaValue::field(std::string_view name) const {
  if (kind_ != JavaKind::kObject) return {};
  const JavaNode& object = graph_->nodes[node_];
  for (std::size_t i = object.count; i-- > 0;) {
    const JavaPart& part = graph_->parts[object.first + i];
    if (!part.has_values) continue;
    const std::vector<JavaFieldDescription>& fields = graph_->classes[part.java_class].fields;
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (fields[f].name != name) continue;
      const std::uint64_t value = graph_->values[part.first_value + f];
      if (java_width(fields[f].code) > 0) return {fields[f].code, value};
      return {graph_, static_cast<std::uint32_t>(value)};
    }
  }
  return {};
}

std::vector<std::pair<std::string_view, JavaValue>> JavaValue::fields() const {
  std::vector<std::pair<std::string_view, JavaValue>> all;
  if (kind_ != JavaKind::kObject) return all;
  const JavaNode& object = graph_->nodes[node_];
  for (std::size_t i = 0; i < object.count; ++i) {
    const JavaPart& part = graph_->parts[object.first + i];
    if (!part.has_values) continue;
    const std::vector<JavaFieldDescription>& fields = graph_->classes[part.java_class].fields;
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const std::uint64_t value = graph_->values[part.first_value + f];
      const bool primitive = java_width(fields[f].code) > 0;
      all.emplace_back(fields[f].name, primitive
                                           ? JavaValue(fields[f].code, value)
                                           : JavaValue(graph_, static_cast<std::uint32_t>(value)));
    }
  }
  return all;
}

template <typename Wanted>
std::vector<JavaValue> JavaValue::annotation_of(const Wanted& wanted) const {
  std::vector<JavaValue> contents;
  if (kind_ != JavaKind::kObject) return contents;
  const JavaNode& object = graph_->nodes[node_];
  for (std::size_t i = 0; i < object.count; ++i) {
    const JavaPart& part = graph_->parts[object.first + i];
    const std::string_view name = graph_->classes[part.java_class].name;
    if (!wanted(name)) continue;
    for (std::size_t k = 0; k < part.item_count; ++k) {
      contents.emplace_back(graph_, graph_->items[part.first_item + k]);
    }
  }
  return contents;
}

std::vector<JavaValue> JavaValue::annotation(std::string_view class_name) const {
  return annotation_of(
      [&](std::string_view name) { return class_name.empty() || name == class_name; });
}

std::vector<JavaValue> JavaValue::annotation_outside_jdk() const {
  return annotation_of([](std::string_view name) { return !name.starts_with("java."); });
}

Bytes JavaValue::bytes() const {
  const bool byte_array = kind_ == JavaKind::kArray && java_width(graph_->nodes[node_].code) == 1;
  if (kind_ != JavaKind::kBlock && !byte_array) return {};
  return graph_->blobs[graph_->nodes[node_].first];
}

std::size_t JavaValue::size() const {
  return kind_ == JavaKind::kArray ? graph_->nodes[node_].count : 0;
}

JavaValue JavaValue::element(std::size_t i) const {
  const JavaNode& array = graph_->nodes[node_];
  const std::size_t width = java_width(array.code);
  if (width == 0) return {graph_, graph_->items[array.first + i]};
  const Bytes raw = graph_->blobs[array.first];
  return {array.code, java_bits(array.code, raw.subspan(i * width, width))};
}

JavaValue read_java_stream(ByteReader& in) {
  auto graph = std::make_shared<JavaGraph>();
  const std::uint32_t root = JavaParser(in, *graph).parse();
  return {std::move(graph), root};
}

std::optional<JavaValue> try_read_java_stream(ByteReader& in) {
  auto graph = std::make_shared<JavaGraph>();
  const std::optional<std::uint32_t> root = JavaParser(in, *graph).try_parse();
  if (!root) return std::nullopt;
  return JavaValue(std::move(graph), *root);
}

}  // namespace savvy
