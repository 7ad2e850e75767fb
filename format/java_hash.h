// Java's hashCode of a key from its bytes, which decides its key group.
//
// Values  what Flink's or the JDK's class says, for every type where the data decides: numbers,
//         text, dates, tuples, rows, collections, rows of SQL. Nothing for classes of the job
//         (POJOs, case classes, Avro, what goes through Kryo, subclasses of tuples) whatever their
//         names, for Scala's Either, and for enums and arrays, whose hashCode is another in every
//         JVM
// Source  hashCode() of the types; BinarySegmentUtils.hash and MurmurHashUtils for rows of SQL.
//         Row is that of Flink 1.13 and later

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "format/byte_reader.h"
#include "format/type.h"

namespace savvy {

// Reads one value and returns its hash.
using JavaHash = std::function<std::int32_t(ByteReader&)>;

// Empty if the hash cannot be told from the bytes. The type outlives the function.
JavaHash java_hash_of(const Type& type);

// String.hashCode(): over UTF-16 units. `text` is UTF-8 as modified_utf8.h keeps it.
std::int32_t java_hash_of_text(std::string_view text);

}  // namespace savvy
