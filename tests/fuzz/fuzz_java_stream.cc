// A Java object stream, and a look at the object.

#include "format/byte_reader.h"
#include "format/java_stream.h"
#include "tests/fuzz/fuzz.h"

namespace {

// Objects may contain themselves, so the walk has a depth.
void look_at(const savvy::JavaValue& value, int depth) {
  if (depth == 0) return;
  for (const auto& [name, field] : value.fields()) look_at(field, depth - 1);
  for (const auto& item : value.annotation()) look_at(item, depth - 1);
  if (const auto list = value.list()) {
    for (const auto& element : *list) look_at(element, depth - 1);
  }
  if (const auto map = value.map()) {
    for (const auto& [key, mapped] : *map) {
      look_at(key, depth - 1);
      look_at(mapped, depth - 1);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace savvy;
  testing::outcome_of([&] {
    ByteReader in(Bytes(data, size), "f");
    look_at(read_java_stream(in), 3);
  });
  return 0;
}
