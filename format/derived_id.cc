#include "format/derived_id.h"

#include <fmt/format.h>

#include "format/hash128.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

// RFC 9562: version 8 is for ids made by a rule of one's own.
constexpr std::uint64_t kVersionMask = 0xF000;
constexpr std::uint64_t kVersion8 = 0x8000;
constexpr std::uint64_t kVariantMask = 0xC000'0000'0000'0000;
constexpr std::uint64_t kVariant = 0x8000'0000'0000'0000;

std::string_view word_for(SubtaskStream stream) {
  switch (stream) {
    case SubtaskStream::kKeyed:
      return "keyed";
    case SubtaskStream::kOperator:
      return "operator";
    case SubtaskStream::kRawKeyed:
      return "raw-keyed";
    case SubtaskStream::kRawOperator:
      break;
  }
  return "raw-operator";
}

}  // namespace

std::string derived_id(std::string_view text) {
  Hash128Stream stream;
  stream.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  const Hash128 hash = stream.finish();
  return uuid_text((hash.low & ~kVersionMask) | kVersion8, (hash.high & ~kVariantMask) | kVariant);
}

std::string subtask_file_name(const OperatorId& id, std::int32_t subtask, SubtaskStream stream) {
  return fmt::format("{}-{}-{}", to_hex(id), subtask, word_for(stream));
}

}  // namespace savvy
