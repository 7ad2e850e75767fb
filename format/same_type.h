// Whether two descriptions of serializers mean the same bytes.
//
// Values  subclasses that a POJO's serializer met but was not told of are a cache in its snapshot,
//         not a part of the type
// Source  PojoSerializerSnapshot

#pragma once

#include <vector>

#include "format/type.h"

namespace savvy {

bool same_type(const TypeDescription& a, const TypeDescription& b);
// Also where there is none, as of a value's user key.
bool same_type(const TypePtr& a, const TypePtr& b);

// What belongs to the type, without that cache.
std::vector<const LabeledType*> own_parts(const TypeDescription& type);

}  // namespace savvy
