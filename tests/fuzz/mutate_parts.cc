// The mutator of entries whose inputs are made of parts: changes one part and its size with it, so
// that the parts behind it stay what they are, or puts parts in, out and elsewhere.

#include <random>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/parts.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace savvy::testing {
namespace {

std::size_t pick(std::minstd_rand& random, std::size_t count) { return random() % count; }

void mutate_content(ByteVector& content, std::size_t room) {
  const std::size_t size = content.size();
  content.resize(std::min(size + room, kMaxPartBytes));
  // libFuzzer makes something of nothing only where there is room.
  if (!content.empty()) content.resize(LLVMFuzzerMutate(content.data(), size, content.size()));
}

void change_one(std::vector<Part>& parts, std::size_t room, std::minstd_rand& random) {
  const std::size_t at = pick(random, parts.size());
  const auto place = parts.begin() + static_cast<std::ptrdiff_t>(at);
  switch (pick(random, 10)) {
    case 0:
      parts.insert(place, Part(*place));
      return;
    case 1:
      parts.erase(place);
      return;
    case 2:
      std::swap(*place, parts[pick(random, parts.size())]);
      return;
    case 3:
      place->kind = static_cast<std::uint8_t>(pick(random, 256));
      return;
    default:
      mutate_content(place->content, room);
  }
}

// Zero if the result has no room.
std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size,
                   std::minstd_rand& random) {
  const std::optional<std::size_t> start = parts_start({data, size});
  if (!start || *start > size) return 0;
  std::vector<Part> parts = split_parts(Bytes(data, size).subspan(*start));
  if (parts.empty()) return 0;
  change_one(parts, max_size - std::min(max_size, size), random);
  ByteVector mutated(data, data + *start);
  for (const Part& part : parts) append_part(part.kind, part.content, mutated);
  if (mutated.size() > max_size) return 0;
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}

}  // namespace
}  // namespace savvy::testing

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  std::minstd_rand random(seed);
  // Now and then the bytes in front of the parts, their kinds and sizes are to change as well.
  constexpr std::size_t kWhole = 8;
  if (random() % kWhole != 0) {
    if (const std::size_t mutated = savvy::testing::mutate(data, size, max_size, random)) {
      return mutated;
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
