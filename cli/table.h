// Tables for a terminal: columns as wide as their widest cell, numbers to the right.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace savvy {

enum class Align { kLeft, kRight };

class Table {
 public:
  struct Heading {
    std::string text;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  // One cell a heading.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  // Lines that each begin with `indent` and end with a line break. Control characters in cells are
  // shown as "?", so that a name cannot drive the terminal.
  std::string text(std::string_view indent) const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// "512 B", "1.5 KiB", "20.3 GiB".
std::string human_bytes(std::uint64_t bytes);

// "1 file", "3 files".
std::string counted(std::uint64_t count, std::string_view word);

}  // namespace savvy
