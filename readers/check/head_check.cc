#include "readers/check/head_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace savvy {
namespace {

constexpr std::array<std::string_view, 7> kKeyedKinds = {
    "VALUE", "LIST", "REDUCING", "FOLDING", "AGGREGATING", "MAP", "UNKNOWN"};

// Packages whose serializers all stand in the registry.
constexpr std::array<std::string_view, 3> kKnownPackages = {
    "org.apache.flink.api.common.typeutils.base.", "org.apache.flink.api.java.typeutils.runtime.",
    "org.apache.flink.runtime.state."};

// Of a serializer that savvy ought to read and does not: what it is.
std::string describe_unread(const TypeDescription& description,
                            const SerializerRegistry& registry) {
  if (description.kind != "opaque") return {};
  for (const auto& [attribute, reason] : description.attributes) {
    if (attribute == kRefused) return reason;
  }
  const std::string& name = description.serializer;
  const bool known_package =
      std::any_of(kKnownPackages.begin(), kKnownPackages.end(),
                  [&](std::string_view package) { return name.starts_with(package); });
  return known_package && registry.find(name) == nullptr ? name : std::string();
}

void check_serializer(const TypeDescription& type, const SerializerRegistry& registry,
                      const FindingReport& report) {
  const std::string unread = describe_unread(type, registry);
  if (!unread.empty()) {
    report.add(FindingCode::kDataNotChecked, "a serializer of Flink that savvy reads", unread);
  }
  for (const LabeledType& part : type.fields) check_serializer(part.type, registry, report);
}

}  // namespace

void check_keyed_states(const std::vector<StateMeta>& states, StateKinds kinds,
                        const FindingReport& report) {
  for (const StateMeta& state : states) {
    if (state.type == BackendStateType::kKeyValueV2 && kinds == StateKinds::kOfKeyGroups) {
      report.in_state(state.name)
          .add(FindingCode::kStreamHead, "a kind of state that is stored in key groups",
               "KEY_VALUE_V2, which only files of ForSt hold");
    }
    if (state.type != BackendStateType::kKeyValue) continue;
    const std::string_view kind = state.option(kKeyedStateType).value_or("");
    if (std::find(kKeyedKinds.begin(), kKeyedKinds.end(), kind) != kKeyedKinds.end()) continue;
    report.in_state(state.name)
        .add(FindingCode::kStreamHead, "VALUE, LIST, MAP or another kind of state",
             kind.empty() ? "no kind" : fmt::format("kind \"{}\"", kind));
  }
}

void check_serializers(const std::vector<StateMeta>& states, const SerializerRegistry& registry,
                       const FindingReport& report) {
  for (const StateMeta& state : states) {
    for (const auto& [role, serializer] : state.serializers) {
      if (serializer.type == nullptr) continue;
      check_serializer(serializer.type->describe(), registry, report.in_state(state.name));
    }
  }
}

bool check_compression_flag(const RandomAccessFile& file, const FindingReport& report) {
  std::array<std::uint8_t, 1> flag;
  file.read_at(kCompressionFlagOffset, flag);
  if (flag[0] <= 1) return true;
  report.add(FindingCode::kStreamHead, "a compression flag of 0 or 1", fmt::format("{}", flag[0]),
             kCompressionFlagOffset);
  return false;
}

}  // namespace savvy
