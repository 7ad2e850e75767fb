// What errors call the parts of an entry. An entry does not know where its bytes were stored, so
// offsets in its parts count from the first byte of the part.

#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace savvy {

class EntryNames {
 public:
  explicit EntryNames(std::string_view file) : file_(file) {}

  // The names stay valid until it is another key group.
  void enter(std::int32_t key_group) {
    if (key_group == key_group_) return;
    key_group_ = key_group;
    key_ = fmt::format("{}: a key in key group {}", file_, key_group);
    value_ = fmt::format("{}: a value in key group {}", file_, key_group);
  }

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  std::string file_;
  std::int32_t key_group_ = -1;
  std::string key_;
  std::string value_;
};

}  // namespace savvy
