// The mutator of entries that read serializer snapshots: puts a class that is known in the place of
// another, and mutates as libFuzzer does otherwise.

#include <random>
#include <vector>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/snapshot_classes.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace savvy::testing {
namespace {

constexpr std::size_t kLengthBytes = 2;
constexpr std::string_view kFront = "org.";

struct Name {
  std::size_t offset;  // of its length
  std::size_t size;    // with its length
};

// Lengths of at most 127 with a class name behind them.
std::vector<Name> find_names(Bytes input) {
  std::vector<Name> names;
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  for (std::size_t at = text.find(kFront); at != std::string_view::npos;
       at = text.find(kFront, at + 1)) {
    if (at < kLengthBytes || input[at - 2] != 0) continue;
    const std::size_t size = input[at - 1];
    if (size <= input.size() - at) names.push_back({at - kLengthBytes, kLengthBytes + size});
  }
  return names;
}

// Zero if there is no name to replace, or no room for another.
std::size_t replace_class(std::uint8_t* data, std::size_t size, std::size_t max_size,
                          std::minstd_rand& random) {
  const std::vector<Name> names = find_names({data, size});
  if (names.empty()) return 0;
  const Name name = names[random() % names.size()];
  const std::string_view with = kSnapshotClasses[random() % kSnapshotClasses.size()];
  ByteVector mutated(data, data + name.offset);
  mutated.push_back(0);
  mutated.push_back(static_cast<std::uint8_t>(with.size()));
  mutated.insert(mutated.end(), with.begin(), with.end());
  mutated.insert(mutated.end(), data + name.offset + name.size, data + size);
  if (mutated.size() > max_size) return 0;
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}

}  // namespace
}  // namespace savvy::testing

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  std::minstd_rand random(seed);
  constexpr std::size_t kOften = 5;
  if (random() % kOften == 0) {
    if (const std::size_t mutated = savvy::testing::replace_class(data, size, max_size, random)) {
      return mutated;
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
