// Private to format: which path strings Flink's Path class takes.
//
// A handle whose path Flink cannot build makes it refuse the whole _metadata file.
// Source  org.apache.flink.core.fs.Path and java.net.URI, as of Flink 2.1 and Java 17

#pragma once

#include <string_view>

namespace savvy::detail {

// Why Flink would not take `path` by itself; null if it would.
const char* why_bad_path(std::string_view path);

// Why Flink would not take `path` as relative to the directory of _metadata; null if it would.
const char* why_bad_relative_path(std::string_view path);

}  // namespace savvy::detail
