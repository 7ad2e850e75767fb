#include "readers/raw_partitions.h"

namespace savvy {

std::vector<Stretch> raw_partitions(const OperatorHandle& handle, const RandomAccessFile& file) {
  std::vector<OperatorStateEntry> inside = handle.states;
  for (OperatorStateEntry& state : inside) {
    const auto end = static_cast<std::int64_t>(file.size());
    std::erase_if(state.offsets, [end](std::int64_t offset) { return offset == end; });
  }
  const ElementBounds bounds(inside, 0, file.size(), file.name());
  std::vector<Stretch> partitions;
  for (const OperatorStateEntry& state : inside) {
    for (const std::int64_t offset : state.offsets) partitions.push_back(bounds.at(offset));
  }
  return partitions;
}

}  // namespace savvy
