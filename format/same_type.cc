#include "format/same_type.h"

#include <algorithm>
#include <string_view>

namespace savvy {
namespace {

constexpr std::string_view kCachedSubclass = "subclass ";

}  // namespace

std::vector<const LabeledType*> own_parts(const TypeDescription& type) {
  std::vector<const LabeledType*> parts;
  for (const LabeledType& part : type.fields) {
    if (!part.label.starts_with(kCachedSubclass)) parts.push_back(&part);
  }
  return parts;
}

bool same_type(const TypeDescription& a, const TypeDescription& b) {
  if (a.kind != b.kind || a.name != b.name || a.serializer != b.serializer ||
      a.version != b.version || a.attributes != b.attributes) {
    return false;
  }
  const auto x = own_parts(a);
  const auto y = own_parts(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto* p, const auto* q) {
    return p->label == q->label && same_type(p->type, q->type);
  });
}

bool same_type(const TypePtr& a, const TypePtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a == b || same_type(a->describe(), b->describe());
}

}  // namespace savvy
