#include <fmt/format.h>

#include "format/java_parser.h"
#include "format/java_tags.h"

// Class descriptions of a Java stream: 72 and 7D.

namespace savvy {

std::optional<std::uint32_t> JavaParser::class_description() {
  const std::optional<std::uint8_t> next = tag();
  if (!next) return std::nullopt;
  const JavaLevel level(depth_);
  if (depth_ > kMaxDepth) {
    fail(fmt::format("objects nest more than {} deep", kMaxDepth));
    return std::nullopt;
  }
  if (*next == kTagClassDescription) return new_class();
  if (*next == kTagProxyClass) return new_proxy_class();
  if (*next == kTagReference) {
    const std::optional<NodeIndex> node = reference();
    if (!node) return std::nullopt;
    const JavaNode& target = graph_.nodes[*node];
    if (target.kind == JavaKind::kClassDescription && graph_.classes[target.java_class].complete) {
      return target.java_class;
    }
    fail("a handle does not refer to a class description");
    return std::nullopt;
  }
  fail(fmt::format("tag = {:#x}, expected a class description", *next));
  return std::nullopt;
}

std::optional<std::uint32_t> JavaParser::new_class() {
  std::optional<std::string> name = utf();
  if (!name || !need(8, "serialVersionUID")) return std::nullopt;
  // The versions of the writer's classes differ between releases and do not matter.
  in_.i64("serialVersionUID");
  const auto java_class = static_cast<std::uint32_t>(graph_.classes.size());
  graph_.classes.emplace_back();
  graph_.classes.back().name = std::move(*name);
  add_handle(add_node({JavaKind::kClassDescription, 0, java_class, 0, 0}));
  if (!need(1, "class flags")) return std::nullopt;
  graph_.classes[java_class].flags = in_.u8("class flags");
  if (!class_fields(java_class) || !class_tail(java_class)) return std::nullopt;
  return java_class;
}

bool JavaParser::class_fields(std::uint32_t java_class) {
  if (!need(2, "field count")) return false;
  const std::size_t count = in_.u16("field count");
  if (!need(count * kMinFieldBytes, "fields")) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (!need(1, "field type")) return false;
    const char code = static_cast<char>(in_.u8("field type"));
    std::optional<std::string> name = utf();
    if (!name) return false;
    if (java_width(code) == 0) {
      if (code != '[' && code != 'L') return fail("a field type is unknown");
      const std::optional<NodeIndex> type = value();
      if (!type) return false;
      if (graph_.nodes[*type].kind != JavaKind::kString) return fail("a field type is no string");
    }
    graph_.classes[java_class].fields.push_back({code, std::move(*name)});
  }
  return true;
}

std::optional<std::uint32_t> JavaParser::new_proxy_class() {
  const auto java_class = static_cast<std::uint32_t>(graph_.classes.size());
  graph_.classes.emplace_back();
  graph_.classes.back().flags = kFlagSerializable;
  add_handle(add_node({JavaKind::kClassDescription, 0, java_class, 0, 0}));
  const auto interfaces = count(2, "interface count");
  if (!interfaces) return std::nullopt;
  std::string name = "$Proxy";
  for (std::int32_t i = 0; i < *interfaces; ++i) {
    const std::optional<std::string> interface = utf();
    if (!interface) return std::nullopt;
    name += i == 0 ? "(" : ",";
    name += *interface;
  }
  if (*interfaces > 0) name += ")";
  graph_.classes[java_class].name = std::move(name);
  if (!class_tail(java_class)) return std::nullopt;
  return java_class;
}

// What annotateClass wrote, and the superclass.
bool JavaParser::class_tail(std::uint32_t java_class) {
  JavaPart ignored;
  if (!annotation(ignored)) return false;
  const Bytes next = in_.peek(1);
  if (!next.empty() && next[0] == kTagNull) {
    in_.u8("superclass");
  } else {
    const std::optional<std::uint32_t> super = class_description();
    if (!super) return false;
    const int height = graph_.classes[*super].height + 1;
    if (height > kMaxSuperclasses) {
      return fail(fmt::format("a class has more than {} superclasses", kMaxSuperclasses));
    }
    graph_.classes[java_class].super = *super;
    graph_.classes[java_class].height = height;
  }
  graph_.classes[java_class].complete = true;
  return true;
}

}  // namespace savvy
