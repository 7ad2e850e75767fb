// Copies of the chains of testdata, to be damaged: checkpoints that share files, which their
// metadata names by absolute URIs.

#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "format/metadata.h"
#include "readers/path_map.h"
#include "tests/cli/testdata.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {

using Names = std::set<std::string>;

class CopiedChain {
 public:
  explicit CopiedChain(const std::string& name) : root_(folder_.path(name)) {
    std::filesystem::copy(testdata_folder(name), root_, std::filesystem::copy_options::recursive);
    const std::string rule = read_text(root_ / "map");
    prefix_ = rule.substr(0, rule.rfind('='));
    // What Flink did not write.
    std::filesystem::remove(root_ / "map");
    std::filesystem::remove(root_ / "README.md");
    for (const std::string& checkpoint : checkpoints()) {
      std::filesystem::remove(folder_of(checkpoint) / "expected.jsonl");
    }
  }

  const std::filesystem::path& root() const { return root_; }
  const std::string& prefix() const { return prefix_; }
  std::filesystem::path job() const { return root_ / kJob; }
  std::string map() const { return " --map " + shell_word(prefix_ + "=" + root_.string()); }
  std::string arguments() const { return shell_word(root_) + map(); }
  PathMap path_map() const {
    PathMap paths;
    paths.add_rule(prefix_ + "=" + root_.string());
    return paths;
  }

  // "chk-3" as the commands call it.
  static std::string name(const std::string& checkpoint) {
    return std::string(kJob) + "/" + checkpoint;
  }
  std::filesystem::path folder_of(const std::string& checkpoint) const {
    return job() / checkpoint;
  }
  std::vector<std::string> checkpoints() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(job())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("chk-")) found.push_back(name);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  Metadata metadata(const std::string& checkpoint) const {
    const ByteVector bytes = read_file(folder_of(checkpoint) / "_metadata");
    ByteReader in(bytes, checkpoint);
    return decode_metadata(in);
  }
  void edit(const std::string& checkpoint, const std::function<void(Metadata&)>& change) const {
    Metadata changed = metadata(checkpoint);
    change(changed);
    const ByteVector bytes = encode_metadata(changed);
    std::ofstream(folder_of(checkpoint) / "_metadata", std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  // The incremental handle of a checkpoint's one stateful subtask, also under a changelog.
  static IncrementalHandle* incremental(Metadata& metadata) {
    for (OperatorState& op : metadata.operators) {
      for (Subtask& subtask : op.subtasks) {
        if (auto* found = incremental(subtask.managed_keyed_state)) return found;
      }
    }
    return nullptr;
  }

  // Where the SST files lie, with the checkpoints that name each.
  std::map<std::filesystem::path, Names> sst_files() const {
    std::map<std::filesystem::path, Names> files;
    for (const std::string& checkpoint : checkpoints()) {
      Metadata read = metadata(checkpoint);
      for (const LocalFile& file : incremental(read)->shared_files) {
        if (!file.local_path.ends_with(".sst")) continue;
        if (const auto* stored = handle_as<FileHandle>(file.handle)) {
          files[local(stored->path)].insert(name(checkpoint));
        }
        if (const auto* segment = handle_as<SegmentHandle>(file.handle)) {
          files[local(segment->path)].insert(name(checkpoint));
        }
      }
    }
    return files;
  }

  std::string uri(const std::filesystem::path& local) const {
    return prefix_ + "/" + local.lexically_relative(root_).string();
  }
  std::filesystem::path local(const std::string& uri) const {
    return root_ / uri.substr(prefix_.size() + 1);
  }

 private:
  static constexpr const char* kJob = "00000000000000000000000000000001";

  static IncrementalHandle* incremental(KeyedHandle& handle) {
    if (auto* found = std::get_if<Boxed<IncrementalHandle>>(&handle)) return &**found;
    if (auto* changelog = std::get_if<Boxed<ChangelogHandle>>(&handle)) {
      for (KeyedHandle& part : (*changelog)->materialized) {
        if (auto* found = incremental(part)) return found;
      }
    }
    return nullptr;
  }

  TempFolder folder_;
  std::filesystem::path root_;
  std::string prefix_;
};

// What `check --chain` says, as JSON.
struct ChainRun {
  int exit_code = 0;
  nlohmann::json json;

  nlohmann::json findings(const std::string& code) const {
    nlohmann::json found = nlohmann::json::array();
    for (const auto& finding : json["findings"]) {
      if (finding["code"] == code) found.push_back(finding);
    }
    return found;
  }
  // The snapshots that are not "ok".
  Names spoiled() const {
    Names names;
    for (const auto& snapshot : json["snapshots"]) {
      if (snapshot["state"] != "ok") names.insert(snapshot["snapshot"].get<std::string>());
    }
    return names;
  }
};

inline ChainRun check_chain(const std::string& arguments) {
  const Run run = run_savvy("check --format json --chain " + arguments);
  INFO(run.err);
  REQUIRE((run.exit_code == 0 || run.exit_code == 1));
  return {run.exit_code, nlohmann::json::parse(run.out)};
}

inline Names names_of(const nlohmann::json& list) {
  Names names;
  for (const auto& name : list) names.insert(name.get<std::string>());
  return names;
}

}  // namespace savvy::testing
