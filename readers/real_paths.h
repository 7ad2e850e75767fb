// One text for a file, whatever way leads to it: links, "//", "." and ".." are resolved.
//
// Values  a path that does not exist keeps what is missing of it, normalized as text, as Flink's
//         Path does
// Threads one object, one thread: the folders met are kept

#pragma once

#include <map>
#include <string>

namespace savvy {

class RealPaths {
 public:
  std::string of(const std::string& path);

 private:
  std::string folder(const std::string& path);

  std::map<std::string, std::string> folders_;
};

// Without "//", "." and "..", made absolute; no file is looked at.
std::string normalized_path(const std::string& path);

}  // namespace savvy
