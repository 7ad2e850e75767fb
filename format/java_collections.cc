#include <algorithm>
#include <array>

#include "format/java_stream.h"

// Where the collections of the JDK keep their elements when they are serialized.
//
// Bytes   most write sizes as block data and then the elements; the exceptions are told below
// Source  writeObject of the java.util classes, JDK 8 to 21

namespace savvy {
namespace {

using Values = std::vector<JavaValue>;
using Pairs = std::vector<std::pair<JavaValue, JavaValue>>;

// Wrappers hold wrappers; nobody nests them deeper, and a cycle must end.
constexpr int kMaxWrappers = 16;

constexpr std::array<std::string_view, 10> kElementsInAnnotation = {
    "java.util.ArrayList",
    "java.util.LinkedList",
    "java.util.HashSet",
    "java.util.TreeSet",
    "java.util.ArrayDeque",
    "java.util.PriorityQueue",
    "java.util.concurrent.CopyOnWriteArrayList",
    "java.util.concurrent.ArrayBlockingQueue",
    "java.util.concurrent.ConcurrentLinkedQueue",
    "java.util.concurrent.ConcurrentLinkedDeque"};

constexpr std::array<std::string_view, 7> kPairsInAnnotation = {
    "java.util.HashMap",
    "java.util.TreeMap",
    "java.util.Hashtable",
    "java.util.IdentityHashMap",
    "java.util.EnumMap",
    "java.util.concurrent.ConcurrentHashMap",
    "java.util.concurrent.ConcurrentSkipListMap"};

Values objects_of(const JavaValue& value, std::string_view class_name) {
  Values contents = value.annotation(class_name);
  std::erase_if(contents,
                [](const JavaValue& content) { return content.kind() == JavaKind::kBlock; });
  return contents;
}

Values elements_of(const JavaValue& array, std::size_t limit) {
  Values elements;
  const std::size_t size = std::min(array.size(), limit);
  for (std::size_t i = 0; i < size; ++i) elements.push_back(array.element(i));
  return elements;
}

Pairs pairs_of(const Values& flat) {
  Pairs pairs;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) pairs.emplace_back(flat[i], flat[i + 1]);
  return pairs;
}

bool is_wrapper(std::string_view name) {
  return name.starts_with("java.util.Collections$Unmodifiable") ||
         name.starts_with("java.util.Collections$Synchronized") ||
         name.starts_with("java.util.Collections$Checked");
}

// What a Collections wrapper wraps, layer by layer; the value itself if it is none.
JavaValue unwrapped(JavaValue value) {
  for (int i = 0; i < kMaxWrappers && is_wrapper(value.class_name()); ++i) {
    JavaValue inner;
    for (const std::string_view name : {"list", "c", "m"}) {
      inner = value.field(name);
      if (inner.is_object()) break;
    }
    if (!inner.is_object()) break;
    value = inner;
  }
  return value;
}

constexpr std::string_view kImmutable = "java.util.CollSer";
constexpr std::int64_t kImmutableMapTag = 3;

}  // namespace

std::optional<Values> JavaValue::list() const {
  const JavaValue value = unwrapped(*this);
  const std::string_view name = value.class_name();
  if (name == "java.util.Arrays$ArrayList") {
    return elements_of(value.field("a"), value.field("a").size());
  }
  if (name == kImmutable && (value.field("tag").integer() & 0xFF) != kImmutableMapTag) {
    return objects_of(value, kImmutable);
  }
  if (name == "java.util.Collections$SingletonList" ||
      name == "java.util.Collections$SingletonSet") {
    return Values{value.field("element")};
  }
  if (name == "java.util.Collections$EmptyList" || name == "java.util.Collections$EmptySet") {
    return Values{};
  }
  if (value.is_a("java.util.Vector")) {
    const std::int64_t used = std::max<std::int64_t>(value.field("elementCount").integer(), 0);
    return elements_of(value.field("elementData"), static_cast<std::size_t>(used));
  }
  for (const std::string_view kind : kElementsInAnnotation) {
    if (!value.is_a(kind)) continue;
    Values elements = objects_of(value, kind);
    // The comparator comes first.
    if (kind == "java.util.TreeSet" && !elements.empty()) elements.erase(elements.begin());
    // Linked queues hold no null and end with one.
    const bool ended = kind.starts_with("java.util.concurrent.ConcurrentLinked");
    if (ended && !elements.empty() && elements.back().is_null()) elements.pop_back();
    return elements;
  }
  return std::nullopt;
}

std::optional<Pairs> JavaValue::map() const {
  const JavaValue value = unwrapped(*this);
  const std::string_view name = value.class_name();
  if (name == kImmutable && (value.field("tag").integer() & 0xFF) == kImmutableMapTag) {
    return pairs_of(objects_of(value, kImmutable));
  }
  if (name == "java.util.Collections$SingletonMap") {
    return Pairs{{value.field("k"), value.field("v")}};
  }
  if (name == "java.util.Collections$EmptyMap") return Pairs{};
  for (const std::string_view kind : kPairsInAnnotation) {
    if (!value.is_a(kind)) continue;
    Pairs pairs = pairs_of(objects_of(value, kind));
    // A concurrent map ends with null, null (a skip list with one null, which makes no pair).
    const bool ended = kind == "java.util.concurrent.ConcurrentHashMap";
    if (ended && !pairs.empty() && pairs.back().first.is_null()) pairs.pop_back();
    return pairs;
  }
  return std::nullopt;
}

}  // namespace savvy
