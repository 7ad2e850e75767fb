// A Java object stream, a look at the object, and its JSON.

#include "format/byte_reader.h"
#include "format/java_stream.h"
#include "format/java_values.h"
#include "tests/fuzz/balanced_sink.h"

namespace {

constexpr std::size_t kMaxEvents = 1000;

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
    const JavaValue value = read_java_stream(in);
    look_at(value, 3);
    testing::BalancedSink sink;
    if (emit_java_value(value, kMaxEvents, sink) > 0) sink.expect_one_value();
  });
  return 0;
}
