#include "readers/check/options_check.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>

#include "format/byte_units.h"

namespace savvy {
namespace {

// They take some KiB a family.
constexpr std::uint64_t kMaxBytes = 64 * kMiB;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

// RocksDB puts a backslash in front of what would end a name.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
    } else {
      const char next = text[++i];
      plain += next == 'n' ? '\n' : next == 'r' ? '\r' : next;
    }
  }
  return plain;
}

class Options {
 public:
  Options(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  // FormatError at the first line that is neither a section nor an assignment.
  void read() {
    if (!text_.ends_with('\n')) fail(text_.size(), "the last line has no end");
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = text_.find('\n', at);
      read_line(at, trimmed(text_.substr(at, end - at)));
      at = end + 1;
    }
    for (const char* section : {"Version", "DBOptions"}) {
      if (!sections_.contains(section)) fail(text_.size(), fmt::format("no section {}", section));
    }
  }

  const std::set<std::string>& families() const { return families_; }

 private:
  [[noreturn]] void fail(std::size_t offset, std::string_view why) const {
    throw FormatError(fmt::format("{}: offset {:#x}: {}", file_, offset, why), offset);
  }

  void read_line(std::size_t at, std::string_view line) {
    if (line.empty() || line.front() == '#') return;
    if (line.front() == '[') return read_section(at, line);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0 || sections_.empty()) {
      fail(at, "a line that sets no option");
    }
  }

  void read_section(std::size_t at, std::string_view line) {
    if (line.back() != ']') fail(at, "a section without an end");
    line = line.substr(1, line.size() - 2);
    const std::size_t quote = line.find('"');
    const std::string name(trimmed(line.substr(0, quote)));
    sections_.insert(name);
    if (quote == std::string_view::npos) return;
    if (line.size() < quote + 2 || line.back() != '"') fail(at, "a section without an end");
    const std::string argument = unescaped(line.substr(quote + 1, line.size() - quote - 2));
    if (name == "CFOptions") families_.insert(argument);
  }

  std::string_view text_;
  std::string_view file_;
  std::set<std::string> sections_;
  std::set<std::string> families_;
};

void compare_families(const Options& options, const RocksdbManifest& manifest,
                      std::string_view file) {
  for (const RocksdbFamily& family : manifest.families) {
    if (options.families().contains(family.name)) continue;
    throw FormatError(fmt::format("{}: no section of column family \"{}\"", file, family.name));
  }
}

}  // namespace

void check_options(const DatabaseFiles& files, const RocksdbManifest* manifest,
                   FindingSink& findings) {
  for (const auto& [name, file] : files.by_name()) {
    if (!name.starts_with("OPTIONS-")) continue;
    const auto content = files.open(*file);
    if (content == nullptr) continue;
    try {
      if (content->size() > kMaxBytes) {
        throw FormatError(fmt::format("{}: {} bytes", content->name(), content->size()));
      }
      std::string text(static_cast<std::size_t>(content->size()), '\0');
      content->read_at(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
      Options options(text, content->name());
      options.read();
      if (manifest != nullptr) compare_families(options, *manifest, content->name());
    } catch (const FormatError& error) {
      findings.add(files.finding(FindingCode::kOptionsFile, *file, error,
                                 "options of the database and of each column family"));
    }
  }
}

}  // namespace savvy
