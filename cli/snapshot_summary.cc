#include "cli/snapshot_summary.h"

namespace savvy {
namespace {

std::string sharing_word(SharingFilesStrategy sharing) {
  switch (sharing) {
    case SharingFilesStrategy::kForwardBackward:
      return "forward_backward";
    case SharingFilesStrategy::kForward:
      return "forward";
    case SharingFilesStrategy::kNoSharing:
      break;
  }
  return "no_sharing";
}

Json properties_json(const CheckpointProperties& properties) {
  Json json;
  json["name"] = properties.name;
  json["sharing"] = sharing_word(properties.sharing);
  json["forced"] = properties.forced;
  json["unclaimed"] = properties.unclaimed;
  json["discard_subsumed"] = properties.discard_subsumed;
  json["discard_finished"] = properties.discard_finished;
  json["discard_cancelled"] = properties.discard_cancelled;
  json["discard_failed"] = properties.discard_failed;
  json["discard_suspended"] = properties.discard_suspended;
  return json;
}

}  // namespace

std::string kind_word(const CheckpointProperties& properties) {
  switch (properties.kind) {
    case SnapshotKind::kCheckpoint:
      return "checkpoint";
    case SnapshotKind::kSavepoint:
      return "savepoint";
    case SnapshotKind::kUnknown:
      break;
  }
  return "unknown";
}

std::string form_word(const CheckpointProperties& properties) {
  if (properties.kind != SnapshotKind::kSavepoint) return {};
  return properties.format == SavepointFormat::kCanonical ? "canonical" : "native";
}

std::string releases_of_version(std::int32_t metadata_version) {
  switch (metadata_version) {
    case 2:
      return "1.3 to 1.10";
    case 3:
      return "1.11 to 1.15";
    case 4:
      return "1.16 to 1.20";
    case 5:
      return "2.0";
    default:
      return "2.1 or later";
  }
}

void add_snapshot_fields(const Snapshot& snapshot, Json& document) {
  const CheckpointProperties& properties = snapshot.properties();
  document["metadata"] = snapshot.metadata_path();
  document["kind"] = kind_word(properties);
  if (!form_word(properties).empty()) document["form"] = form_word(properties);
  document["checkpoint_id"] = snapshot.metadata().checkpoint_id;
  document["metadata_version"] = snapshot.metadata().version;
  document["flink"] = releases_of_version(snapshot.metadata().version);
  document["metadata_bytes"] = snapshot.metadata_bytes();
  if (properties.kind != SnapshotKind::kUnknown) {
    document["properties"] = properties_json(properties);
  }
}

}  // namespace savvy
