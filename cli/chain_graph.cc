#include "cli/chain_graph.h"

#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/table.h"

namespace savvy {
namespace {

// In quotes; "\n" of the parts are line breaks already.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string files_text(std::size_t count, std::uint64_t bytes, std::uint64_t missing) {
  std::string text = fmt::format("{}, {}", counted(count, "file"), human_bytes(bytes));
  if (missing > 0) text += fmt::format("\\n{} missing", missing);
  return text;
}

std::string node(const ChainReport& report, std::size_t index, const ChainGroup* alone) {
  const SetMember& member = report.set.members[index];
  const std::string state = state_word(report.set, report.findings, index);
  std::string label = escaped(member.name) + "\\n" + escaped(member.kind);
  if (member.checkpoint_id >= 0) label += fmt::format(" {}", member.checkpoint_id);
  if (state != "ok") label += ", " + state;
  if (alone != nullptr) {
    label += "\\nalone: " + files_text(alone->files.size(), alone->bytes, alone->missing_count);
  }
  return fmt::format("  s{} [shape=box, label=\"{}\"{}];\n", index, label,
                     state == "ok" ? "" : ", color=red, fontcolor=red");
}

}  // namespace

std::string chain_graph(const ChainReport& report) {
  std::vector<const ChainGroup*> alone(report.set.members.size());
  std::vector<const ChainGroup*> shared;
  for (const ChainGroup& group : report.groups) {
    if (group.members.size() > 1) {
      shared.push_back(&group);
    } else {
      alone[group.members.front()] = &group;
    }
  }
  std::string text = "digraph chain {\n  rankdir=LR;\n";
  for (std::size_t i = 0; i < report.set.members.size(); ++i) text += node(report, i, alone[i]);
  for (std::size_t i = 0; i < shared.size(); ++i) {
    const ChainGroup& group = *shared[i];
    text += fmt::format("  f{} [shape=ellipse, label=\"{}\"{}];\n", i,
                        files_text(group.files.size(), group.bytes, group.missing_count),
                        group.missing_count > 0 ? ", color=red, fontcolor=red" : "");
    for (const std::size_t member : group.members) {
      text += fmt::format("  s{} -> f{};\n", member, i);
    }
  }
  for (std::size_t i = 0; i < report.bases.size(); ++i) {
    if (!report.bases[i]) continue;
    text += fmt::format("  s{} -> s{} [style=dashed, label=\"takes over\"];\n", i,
                        report.bases[i]->member);
  }
  return text + "}\n";
}

}  // namespace savvy
