// JSON of dates, times and UUIDs to the bytes of times.cc. Each answers kMismatch for text that its
// type never prints.

#pragma once

#include "format/byte_writer.h"
#include "format/iso_time.h"
#include "format/types/json_fields.h"

namespace savvy {

KeyFit put_millis(const nlohmann::json& json, ByteWriter& out);
KeyFit put_sql_timestamp(const nlohmann::json& json, ByteWriter& out);
KeyFit put_instant(const nlohmann::json& json, ByteWriter& out);
KeyFit put_local_date(const nlohmann::json& json, ByteWriter& out);
KeyFit put_local_time(const nlohmann::json& json, ByteWriter& out);
KeyFit put_local_date_time(const nlohmann::json& json, ByteWriter& out);
KeyFit put_uuid(const nlohmann::json& json, ByteWriter& out);

// Epoch milliseconds, and the nanos of the second, of text that is written like this.
struct MillisAndNano {
  std::int64_t ms;
  std::int32_t nano;
};
std::optional<MillisAndNano> parse_date_time(const nlohmann::json& json, Fraction fraction,
                                             Zone zone);

}  // namespace savvy
