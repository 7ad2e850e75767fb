#include "format/map_value.h"

#include "format/byte_reader.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::uint8_t kNull = 1;

// Whether the bytes are one value and nothing else. That they may not be is an answer, so the error
// of the walk is caught here.
bool is_one_value(const KeyedStateSchema& state, Bytes bytes, std::string_view file) {
  ByteReader in(bytes, file);
  try {
    if (state.ttl) in.i64("last access time");
    state.value->skip(in);
    return in.at_end();
  } catch (const FormatError&) {
    return false;
  } catch (const UnsupportedError&) {
    return false;
  }
}

}  // namespace

MapValue split_map_value(const KeyedStateSchema& state, Bytes stored, std::string_view file) {
  ByteReader in(stored, file);
  const Within place(in, state.name);
  const std::uint8_t flag = in.u8("null flag of a map value");
  const Bytes rest = stored.subspan(1);
  // Some writers let the serializer write its own null behind the flag: Flink's readers stop there.
  const MapValue flagged = {flag == kNull, flag == kNull ? Bytes{} : rest};
  if (!state.v2 || !state.value->walkable()) return flagged;
  if (flag <= kNull && is_one_value(state, rest, file)) return flagged;
  if (flag == kNull && rest.empty()) return flagged;
  return is_one_value(state, stored, file) ? MapValue{false, stored} : flagged;
}

}  // namespace savvy
