// Makes one serializer snapshot of two, where streams of several subtasks become one.
//
// Subtasks of a job have equal serializers, with one exception: a POJO's snapshot lists the
// subclasses that this very copy of the serializer had met, so two subtasks list different ones.
// Values name their subclass, so a snapshot with both lists describes the values of both.
//
// Bytes   two proxied snapshots give a proxied snapshot; the lists may stand anywhere inside
// Values  the entries of the first in their order, then those that only the second has; frames
//         around a list are measured anew
// Errors  those of reading the snapshots
// Source  PojoSerializer, PojoSerializerSnapshotData.nonRegisteredSubclassSerializerSnapshots

#pragma once

#include <optional>

#include "format/bytes.h"
#include "format/serializer_registry.h"

namespace savvy {

// Nothing if the snapshots differ in anything else, or are of a class whose end is not known.
std::optional<ByteVector> unite_snapshots(Bytes first, Bytes second,
                                          const SerializerRegistry& registry);

}  // namespace savvy
