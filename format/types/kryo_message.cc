#include "format/types/kryo_message.h"

#include "format/errors.h"
#include "format/types/kryo_input.h"

namespace savvy {

std::optional<Bytes> message_in_kryo(Bytes value) {
  constexpr std::uint32_t kByName = 1;
  constexpr std::uint32_t kNew = 1;
  ByteReader in(value, "Kryo value");
  KryoInput kryo(in, KryoRelease::kKryo5);
  try {
    if (kryo.varint("class") == kByName) {
      if (kryo.varint("class name") != 0) return std::nullopt;
      kryo.required_string("class name");
    }
    if (kryo.varint("mark") != kNew) return std::nullopt;
    if (kryo.varint("message length") != in.remaining()) return std::nullopt;
    return in.rest("message");
  } catch (const FormatError&) {
    // That it is no such value is the answer.
    return std::nullopt;
  }
}

}  // namespace savvy
