// The JSON of a key, as `dump` prints it, back to the bytes that its serializer wrote.
//
// Values  numbers, text, dates, tuples, rows, Either, nullable values, lists, rows of SQL. Nothing
//         for classes of the job (POJOs, enums, what goes through Kryo), and none for the few texts
//         that stand for values with different hashes (a BigDecimal "100" may have three scales)
// Source  the serializers of the types; BinaryRowWriter for rows of SQL

#pragma once

#include <string_view>

#include "format/bytes.h"
#include "format/type.h"

namespace savvy {

// From best to worst: of the parts of a key the worst counts.
enum class KeyFit {
  kExact,     // a key is printed as this JSON if and only if it has these bytes
  kSameHash,  // some keys with other bytes are printed like this too, and have the same hash
  kUnknown,   // a key may be printed like this; its bytes are not known
  kMismatch,  // no key of the type is printed like this
};

struct EncodedKey {
  KeyFit fit = KeyFit::kMismatch;
  ByteVector bytes;  // kExact and kSameHash only
};

// Text that is no JSON fits no type.
EncodedKey encode_key(const Type& type, std::string_view json);

}  // namespace savvy
