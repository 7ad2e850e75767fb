#include "format/java_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/java_tags.h"
#include "format/modified_utf8.h"

namespace savvy {

JavaParser::JavaParser(ByteReader& in, JavaGraph& graph)
    : in_(in), graph_(graph), retries_left_(kMaxRetries) {
  graph_.nodes.push_back({});
}

std::uint32_t JavaParser::parse() {
  const std::uint64_t start = in_.offset();
  const std::optional<NodeIndex> root = stream();
  if (root) return *root;
  in_.rewind(start);
  in_.take(static_cast<std::size_t>(failed_at_ - start), "Java stream");
  in_.fail(fmt::format("Java stream: {}", failure_));
}

std::optional<JavaParser::NodeIndex> JavaParser::stream() {
  if (!need(4, "header of a Java stream")) return std::nullopt;
  const auto header = static_cast<std::uint32_t>(in_.i32("header of a Java stream"));
  if (header != kStreamHeader) {
    fail(fmt::format("header = {:#x}, expected {:#x}", header, kStreamHeader));
    return std::nullopt;
  }
  return value();
}

std::optional<JavaParser::NodeIndex> JavaParser::value() {
  const std::optional<std::uint8_t> next = tag();
  return next ? value_of(*next) : std::nullopt;
}

std::optional<JavaParser::NodeIndex> JavaParser::value_of(std::uint8_t tag) {
  const JavaLevel level(depth_);
  if (depth_ > kMaxDepth) {
    fail(fmt::format("objects nest more than {} deep", kMaxDepth));
    return std::nullopt;
  }
  switch (tag) {
    case kTagNull:
      return kNullNode;
    case kTagReference:
      return reference();
    case kTagClassDescription:
    case kTagProxyClass: {
      const NodeIndex before = static_cast<NodeIndex>(graph_.nodes.size());
      const auto described = tag == kTagProxyClass ? new_proxy_class() : new_class();
      return described ? std::optional<NodeIndex>(before) : std::nullopt;
    }
    case kTagObject:
      return object();
    case kTagString:
    case kTagLongString:
      return string(tag == kTagLongString);
    case kTagArray:
      return array();
    case kTagClass:
      return class_object();
    case kTagEnum:
      return enumeration();
    default:
      fail(fmt::format("tag = {:#x}, expected an object", tag));
      return std::nullopt;
  }
}

std::optional<JavaParser::NodeIndex> JavaParser::reference() {
  if (!need(4, "handle")) return std::nullopt;
  const auto handle = static_cast<std::uint32_t>(in_.i32("handle"));
  if (handle < kFirstHandle || handle - kFirstHandle >= handles_.size()) {
    fail(fmt::format("handle = {:#x}, {} are known", handle, handles_.size()));
    return std::nullopt;
  }
  return handles_[handle - kFirstHandle];
}

std::optional<JavaParser::NodeIndex> JavaParser::object() {
  const std::optional<std::uint32_t> java_class = class_description();
  if (!java_class) return std::nullopt;
  const NodeIndex node = add_node({JavaKind::kObject, 0, *java_class, 0, 0});
  add_handle(node);
  std::vector<std::uint32_t> hierarchy;
  for (std::uint32_t c = *java_class; c != kNoClass; c = graph_.classes[c].super) {
    hierarchy.push_back(c);
  }
  std::vector<JavaPart> parts;
  for (auto c = hierarchy.rbegin(); c != hierarchy.rend(); ++c) {
    if (!class_data(*c, parts)) return std::nullopt;
  }
  graph_.nodes[node].first = graph_.parts.size();
  graph_.nodes[node].count = parts.size();
  graph_.parts.insert(graph_.parts.end(), parts.begin(), parts.end());
  return node;
}

bool JavaParser::class_data(std::uint32_t java_class, std::vector<JavaPart>& parts) {
  const std::uint8_t flags = graph_.classes[java_class].flags;
  JavaPart part;
  part.java_class = java_class;
  if ((flags & kFlagSerializable) != 0) {
    if (!serializable_data(java_class, part)) return false;
  } else if ((flags & kFlagExternalizable) != 0) {
    if ((flags & kFlagBlockData) == 0) {
      return fail(fmt::format("{} is Externalizable without block data, its end is unknown",
                              graph_.classes[java_class].name));
    }
    if (!annotation(part)) return false;
  }
  if (part.has_values || part.item_count > 0) parts.push_back(part);
  return true;
}

bool JavaParser::serializable_data(std::uint32_t java_class, JavaPart& part) {
  const bool custom = (graph_.classes[java_class].flags & kFlagWriteMethod) != 0;
  if (!custom) return field_values(java_class, part);
  const Mark start = mark();
  const bool bare = graph_.classes[java_class].bare;
  if (!bare && field_values(java_class, part) && annotation(part)) return true;
  if (!bare && (retries_left_ == 0 || graph_.classes[java_class].fields.empty())) return false;
  if (!bare) {
    --retries_left_;
    go_back(start);
  }
  part = {};
  part.java_class = java_class;
  graph_.classes[java_class].bare = true;
  if (annotation(part)) return true;
  graph_.classes[java_class].bare = bare;
  return false;
}

bool JavaParser::field_values(std::uint32_t java_class, JavaPart& part) {
  // By index: reading a value may add classes.
  const std::size_t count = graph_.classes[java_class].fields.size();
  std::vector<std::uint64_t> values;
  for (std::size_t i = 0; i < count; ++i) {
    const char code = graph_.classes[java_class].fields[i].code;
    if (const std::size_t width = java_width(code); width > 0) {
      if (!need(width, "field value")) return false;
      values.push_back(java_bits(code, in_.take(width, "field value")));
      continue;
    }
    const std::optional<NodeIndex> node = value();
    if (!node) return false;
    values.push_back(*node);
  }
  part.has_values = count > 0;
  part.first_value = graph_.values.size();
  graph_.values.insert(graph_.values.end(), values.begin(), values.end());
  return true;
}

bool JavaParser::annotation(JavaPart& part) {
  std::vector<NodeIndex> items;
  while (true) {
    const std::optional<std::uint8_t> next = tag();
    if (!next) return false;
    if (*next == kTagEndBlock) break;
    const bool is_block = *next == kTagBlock || *next == kTagLongBlock;
    const auto node = is_block ? block(*next == kTagLongBlock) : value_of(*next);
    if (!node) return false;
    items.push_back(*node);
  }
  part.first_item = graph_.items.size();
  part.item_count = items.size();
  graph_.items.insert(graph_.items.end(), items.begin(), items.end());
  return true;
}

std::optional<JavaParser::NodeIndex> JavaParser::array() {
  const std::optional<std::uint32_t> java_class = class_description();
  if (!java_class) return std::nullopt;
  const std::string& name = graph_.classes[*java_class].name;
  if (name.size() < 2 || name[0] != '[') {
    fail("the class of an array is none");
    return std::nullopt;
  }
  JavaNode array = {JavaKind::kArray, name[1], *java_class, 0, 0};
  const std::size_t width = java_width(array.code);
  const NodeIndex node = add_node(array);
  add_handle(node);
  const auto size = count(std::max<std::size_t>(width, 1), "array length");
  if (!size) return std::nullopt;
  array.count = static_cast<std::size_t>(*size);
  if (width > 0) {
    if (!need(array.count * width, "array")) return std::nullopt;
    const Bytes raw = in_.take(array.count * width, "array");
    array.first = graph_.blobs.size();
    graph_.blobs.emplace_back(raw.begin(), raw.end());
  } else if (!object_elements(array.count, array)) {
    return std::nullopt;
  }
  graph_.nodes[node] = array;
  return node;
}

bool JavaParser::object_elements(std::size_t size, JavaNode& array) {
  std::vector<NodeIndex> items;
  for (std::size_t i = 0; i < size; ++i) {
    const std::optional<NodeIndex> node = value();
    if (!node) return false;
    items.push_back(*node);
  }
  array.first = graph_.items.size();
  graph_.items.insert(graph_.items.end(), items.begin(), items.end());
  return true;
}

std::optional<JavaParser::NodeIndex> JavaParser::enumeration() {
  const std::optional<std::uint32_t> java_class = class_description();
  if (!java_class) return std::nullopt;
  const NodeIndex node = add_node({JavaKind::kEnum, 0, *java_class, 0, 0});
  add_handle(node);
  const std::optional<NodeIndex> name = value();
  if (!name) return std::nullopt;
  if (graph_.nodes[*name].kind != JavaKind::kString) {
    fail("the name of an enum constant is no string");
    return std::nullopt;
  }
  graph_.nodes[node].first = graph_.nodes[*name].first;
  return node;
}

std::optional<JavaParser::NodeIndex> JavaParser::class_object() {
  const std::optional<std::uint32_t> java_class = class_description();
  if (!java_class) return std::nullopt;
  const NodeIndex node = add_node({JavaKind::kClass, 0, *java_class, 0, 0});
  add_handle(node);
  return node;
}

std::optional<JavaParser::NodeIndex> JavaParser::string(bool is_long) {
  const std::size_t width = is_long ? 8 : 2;
  if (!need(width, "string length")) return std::nullopt;
  const std::uint64_t size =
      is_long ? static_cast<std::uint64_t>(in_.i64("string length")) : in_.u16("string length");
  std::optional<std::string> content = text(size);
  if (!content) return std::nullopt;
  const NodeIndex node = add_text_node(JavaKind::kString, std::move(*content));
  add_handle(node);
  return node;
}

std::optional<JavaParser::NodeIndex> JavaParser::block(bool is_long) {
  std::size_t size = 0;
  if (is_long) {
    const auto counted = count(1, "block length");
    if (!counted) return std::nullopt;
    size = static_cast<std::size_t>(*counted);
  } else {
    if (!need(1, "block length")) return std::nullopt;
    size = in_.u8("block length");
  }
  if (!need(size, "block")) return std::nullopt;
  const Bytes raw = in_.take(size, "block");
  const NodeIndex node = add_node({JavaKind::kBlock, 0, kNoClass, graph_.blobs.size(), size});
  graph_.blobs.emplace_back(raw.begin(), raw.end());
  return node;
}

std::optional<std::uint8_t> JavaParser::tag() {
  if (!need(1, "tag")) return std::nullopt;
  return in_.u8("tag");
}

std::optional<std::string> JavaParser::utf() {
  if (!need(2, "text length")) return std::nullopt;
  return text(in_.u16("text length"));
}

std::optional<std::string> JavaParser::text(std::uint64_t size) {
  if (!need(size, "text")) return std::nullopt;
  const Bytes encoded = in_.take(static_cast<std::size_t>(size), "text");
  std::string decoded;
  if (decode_modified_utf8(encoded, decoded) != encoded.size()) {
    fail("text is not modified UTF-8");
    return std::nullopt;
  }
  return decoded;
}

std::optional<std::int32_t> JavaParser::count(std::size_t min_bytes_each, std::string_view what) {
  if (!need(4, what)) return std::nullopt;
  const std::int32_t count = in_.i32(what);
  if (count < 0 || static_cast<std::uint64_t>(count) > in_.remaining() / min_bytes_each) {
    fail(fmt::format("{} = {} cannot fit", what, count));
    return std::nullopt;
  }
  return count;
}

bool JavaParser::need(std::uint64_t bytes, std::string_view what) {
  if (bytes <= in_.remaining()) {
    const auto size = static_cast<std::size_t>(bytes);
    if (in_.peek(size).size() == size) return true;
  }
  return fail(fmt::format("{} needs {} bytes, {} are left", what, bytes, in_.remaining()));
}

bool JavaParser::fail(std::string_view message) {
  // The failure furthest on is the one to tell: others are retries that went wrong sooner.
  if (failure_.empty() || in_.offset() > failed_at_) {
    failed_at_ = in_.offset();
    failure_ = message;
  }
  return false;
}

JavaParser::NodeIndex JavaParser::add_node(const JavaNode& node) {
  graph_.nodes.push_back(node);
  return static_cast<NodeIndex>(graph_.nodes.size() - 1);
}

JavaParser::NodeIndex JavaParser::add_text_node(JavaKind kind, std::string text) {
  graph_.texts.push_back(std::move(text));
  return add_node({kind, 0, kNoClass, graph_.texts.size() - 1, 0});
}

JavaParser::Mark JavaParser::mark() const {
  return {in_.offset(),        graph_.classes.size(), graph_.nodes.size(),
          graph_.parts.size(), graph_.values.size(),  graph_.items.size(),
          graph_.texts.size(), graph_.blobs.size(),   handles_.size()};
}

void JavaParser::go_back(const Mark& mark) {
  in_.rewind(mark.offset);
  graph_.classes.resize(mark.classes);
  graph_.nodes.resize(mark.nodes);
  graph_.parts.resize(mark.parts);
  graph_.values.resize(mark.values);
  graph_.items.resize(mark.items);
  graph_.texts.resize(mark.texts);
  graph_.blobs.resize(mark.blobs);
  handles_.resize(mark.handles);
}

}  // namespace savvy
