// Java names: the packages of Flink's serializers, and what a class name may look like.
// All of these are written to disk, never change.

#pragma once

#include <string>
#include <string_view>

namespace savvy {

inline constexpr std::string_view kCommon = "org.apache.flink.api.common.typeutils.";
inline constexpr std::string_view kBase = "org.apache.flink.api.common.typeutils.base.";
inline constexpr std::string_view kJavaRuntime = "org.apache.flink.api.java.typeutils.runtime.";
inline constexpr std::string_view kTableRuntime = "org.apache.flink.table.runtime.typeutils.";
inline constexpr std::string_view kDataView = "org.apache.flink.table.dataview.";
inline constexpr std::string_view kStreaming = "org.apache.flink.streaming.api.";
inline constexpr std::string_view kRuntime = "org.apache.flink.runtime.";
inline constexpr std::string_view kCep = "org.apache.flink.cep.nfa.";
// Flink 1.x and 2.x.
inline constexpr std::string_view kScala = "org.apache.flink.api.scala.typeutils.";
inline constexpr std::string_view kScala2 = "org.apache.flink.table.api.typeutils.";

inline std::string join(std::string_view package, std::string_view name) {
  std::string joined(package);
  joined += name;
  return joined;
}

// True for what Class.getName() may give: a letter first, no blank or control character.
inline bool looks_like_class_name(std::string_view name) {
  if (name.empty()) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80);
  };
  if (!is_letter(name.front()) && name.front() != '[') return false;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (!is_letter(c) && !digit && c != '.' && c != '[' && c != ';' && c != '-') return false;
  }
  return true;
}

}  // namespace savvy
