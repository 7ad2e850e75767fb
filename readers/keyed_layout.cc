#include "readers/keyed_layout.h"

#include <array>

#include "format/byte_reader.h"

namespace savvy {
namespace {

bool begins_with_number(const RandomAccessFile& file, const KeyGroupSection& section) {
  std::array<std::uint8_t, 4> bytes;
  if (section.size_bytes < bytes.size()) return false;
  file.read_at(section.offset, bytes);
  return ByteReader(bytes, file.name(), section.offset).i32("key group") == section.key_group;
}

}  // namespace

bool has_key_group_numbers(const RandomAccessFile& file,
                           const std::vector<KeyGroupSection>& sections) {
  if (is_key_group_0_alone(sections)) return begins_with_number(file, sections.front());
  std::size_t with_number = 0;
  bool beyond_0 = false;
  for (const KeyGroupSection& section : sections) {
    if (!begins_with_number(file, section)) continue;
    ++with_number;
    beyond_0 = beyond_0 || section.key_group != 0;
  }
  return beyond_0 && 2 * with_number >= sections.size();
}

bool is_key_group_0_alone(const std::vector<KeyGroupSection>& sections) {
  return sections.size() == 1 && sections.front().key_group == 0;
}

}  // namespace savvy
