// Snapshots whose files are not what the metadata says.

#include "tests/cli/check_run.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

const std::string kCanonical = "flink2.3-hashmap-canonical";
const std::string kJob = "/00000000000000000000000000000001/";
const std::string kIncremental =
    "flink2.3-rocksdb-checkpoint-incremental-heap-timers" + kJob + "chk-2";
const std::string kMerged = "flink2.3-hashmap-checkpoint-merged" + kJob + "chk-2";
const std::string kChangelog = "flink2.3-hashmap-checkpoint-changelog" + kJob + "chk-2";

// A stream of a snapshot and who has it.
struct Stream {
  std::string operator_id;
  int subtask = 0;
  StreamHandle* handle = nullptr;
};

// The first managed key groups that lie in a file.
Stream first_key_groups(Metadata& metadata) {
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      auto* groups = std::get_if<Boxed<KeyGroupsHandle>>(&subtask.managed_keyed_state);
      if (groups == nullptr || handle_as<ByteStreamHandle>((*groups)->delegate)) continue;
      return {to_hex(op.id), subtask.index, &(*groups)->delegate};
    }
  }
  throw std::runtime_error("no key groups in a file");
}

fs::path relative_file(const CheckedCopy& copy, const Stream& stream) {
  return copy.path() / handle_as<RelativeFileHandle>(*stream.handle)->path;
}

// Where a URI of testdata lies in the copy.
fs::path mapped(const CheckedCopy& copy, const std::string& uri) {
  const std::string rule = copy.map_rule();
  const std::string from = rule.substr(0, rule.find('='));
  REQUIRE(uri.starts_with(from));
  return copy.root().string() + uri.substr(from.size());
}

StreamHandle& first_shared_file(Metadata& metadata) {
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      auto* handle = std::get_if<Boxed<IncrementalHandle>>(&subtask.managed_keyed_state);
      if (handle == nullptr || (*handle)->shared_files.empty()) continue;
      return (*handle)->shared_files[0].handle;
    }
  }
  throw std::runtime_error("no shared files");
}

void check_finding(const Run& run, const std::string& code, const fs::path& file,
                   const Stream& stream, const std::string& found) {
  const auto findings = findings_of(run);
  REQUIRE(codes_of(findings) == std::vector<std::string>{code});
  CHECK(findings[0].at("file") == file.string());
  CHECK(findings[0].at("operator_id") == stream.operator_id);
  CHECK(findings[0].at("subtask") == stream.subtask);
  CHECK(findings[0].at("slot") == "managed_keyed");
  CAPTURE(findings[0].at("found").get<std::string>());
  CHECK(findings[0].at("found").get<std::string>().find(found) != std::string::npos);
  CHECK(run.exit_code == (findings[0].at("severity") == "error" ? 1 : 0));
}

// What `savvy files` says of a file.
std::string listed_status(const CheckedCopy& copy, const fs::path& file) {
  const Run run = run_savvy("files --format json " + shell_word(copy.path()) + " --map " +
                            shell_word(copy.map_rule()));
  const Json document = Json::parse(run.out);
  for (const Json& entry : document.at("files")) {
    if (entry.value("local_path", "") == file.string()) return entry.at("status");
  }
  return "not listed";
}

// The first file that the first change log names.
Stream first_changes(Metadata& metadata) {
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      auto* changelog = std::get_if<Boxed<ChangelogHandle>>(&subtask.managed_keyed_state);
      if (changelog == nullptr) continue;
      for (KeyedHandle& part : (*changelog)->non_materialized) {
        auto* log = std::get_if<Boxed<ChangelogStreamHandle>>(&part);
        if (log == nullptr || (*log)->segments.empty()) continue;
        return {to_hex(op.id), subtask.index, &(*log)->segments[0].handle};
      }
    }
  }
  throw std::runtime_error("no changes in a file");
}

}  // namespace

TEST_CASE("check finds a missing file", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  Metadata metadata = copy.metadata();
  const Stream stream = first_key_groups(metadata);
  fs::remove(relative_file(copy, stream));
  check_finding(copy.check(), "SV101", relative_file(copy, stream), stream,
                "no such file; 1 handle needs it");
}

TEST_CASE("check names a missing file once, with all who need it", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  Metadata metadata = copy.metadata();
  const Stream stream = first_key_groups(metadata);
  OperatorHandle raw;
  raw.delegate = *stream.handle;
  metadata.operators.back().subtasks.back().raw_operator_state = raw;
  copy.write(metadata);
  fs::remove(relative_file(copy, stream));
  const auto findings = findings_of(copy.check());
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV101"});
  CHECK(findings[0].at("found") == "no such file; 2 handles need it");
}

TEST_CASE("check finds a folder where a file belongs", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  Metadata metadata = copy.metadata();
  const Stream stream = first_key_groups(metadata);
  fs::remove(relative_file(copy, stream));
  fs::create_directory(relative_file(copy, stream));
  check_finding(copy.check(), "SV101", relative_file(copy, stream), stream, "Is a directory");
}

TEST_CASE("check finds files of another size", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  Metadata metadata = copy.metadata();
  const Stream stream = first_key_groups(metadata);
  const fs::path file = relative_file(copy, stream);
  const auto size = fs::file_size(file);
  fs::resize_file(file, size - 1);
  check_finding(copy.check(), "SV102", file, stream, fmt::format("{} bytes;", size - 1));
  fs::resize_file(file, size + 1);
  check_finding(copy.check(), "SV103", file, stream, fmt::format("{} bytes;", size + 1));
  // Nobody can tell if the metadata does not.
  std::get<RelativeFileHandle>(*stream.handle).size_bytes = kUnknownSize;
  copy.write(metadata);
  CHECK(findings_of(copy.check()).empty());
}

TEST_CASE("check finds change logs of another size", "[cli][check][files_check]") {
  const CheckedCopy copy(kChangelog);
  Metadata metadata = copy.metadata();
  const Stream stream = first_changes(metadata);
  const fs::path file = mapped(copy, handle_as<FileHandle>(*stream.handle)->path);
  const auto size = fs::file_size(file);
  REQUIRE(handle_as<FileHandle>(*stream.handle)->size_bytes + 1 == static_cast<int>(size));
  const auto check = [&](std::uint64_t bytes, const std::string& code) {
    fs::resize_file(file, bytes);
    const auto findings = findings_of(copy.check());
    REQUIRE(codes_of(findings) == std::vector<std::string>{code});
    CHECK(findings[0].at("file") == file.string());
    CHECK(findings[0].at("operator_id") == stream.operator_id);
    CHECK(listed_status(copy, file) == "size");
  };
  CHECK(listed_status(copy, file) == "ok");
  check(size - 1, "SV102");
  check(size + 1, "SV103");
  // A compressed one has the size that it has.
  overwrite(file, 0, "\x01");
  CHECK(findings_of(copy.check()).empty());
  CHECK(listed_status(copy, file) == "ok");
  check(1, "SV102");
  check(0, "SV102");
}

TEST_CASE("check finds segments that their file does not hold", "[cli][check][files_check]") {
  const CheckedCopy copy(kMerged);
  Metadata metadata = copy.metadata();
  const Stream stream = first_key_groups(metadata);
  const auto* segment = handle_as<SegmentHandle>(*stream.handle);
  REQUIRE(segment != nullptr);
  const fs::path file = mapped(copy, segment->path);
  fs::resize_file(file, fs::file_size(file) - 1);
  const auto findings = findings_of(copy.check());
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV104"});
  CHECK(findings[0].at("file") == file.string());
  // Longer ones hold what other checkpoints need.
  fs::resize_file(file, fs::file_size(file) + 100);
  CHECK(findings_of(copy.check()).empty());
}

TEST_CASE("check names the bug that leaves relative handles", "[cli][check][files_check]") {
  const CheckedCopy copy(kIncremental);
  Metadata metadata = copy.metadata();
  StreamHandle& stream = first_shared_file(metadata);
  const FileHandle file = std::get<FileHandle>(stream);
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  stream = RelativeFileHandle{name, file.size_bytes};
  copy.write(metadata);
  const fs::path elsewhere = copy.path().parent_path() / "shared" / name;
  for (const bool near : {true, false}) {
    if (!near) fs::remove(elsewhere);
    const auto findings = findings_of(copy.check());
    REQUIRE(codes_of(findings) == std::vector<std::string>{"SV105"});
    CHECK(findings[0].at("file") == (copy.path() / name).string());
    const std::string found = findings[0].at("found");
    CHECK((found.find(", but " + elsewhere.string()) != std::string::npos) == near);
    CHECK(found.find("FLINK-39964") != std::string::npos);
  }
}

TEST_CASE("a file that a savepoint lacks is just missing", "[cli][check][files_check]") {
  const CheckedCopy copy("flink2.3-rocksdb-native");
  Metadata metadata = copy.metadata();
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      auto* handle = std::get_if<Boxed<IncrementalHandle>>(&subtask.managed_keyed_state);
      if (handle == nullptr) continue;
      // As an incremental backend writes a native savepoint.
      std::swap((*handle)->shared_files, (*handle)->private_files);
    }
  }
  copy.write(metadata);
  const auto file = std::get<RelativeFileHandle>(first_shared_file(metadata)).path;
  fs::remove(copy.path() / file);
  const auto findings = findings_of(copy.check());
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV101"});
  CHECK(findings[0].at("found") == "no such file; 1 handle needs it");
}

TEST_CASE("check finds one file under two kinds of handles", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  Metadata metadata = copy.metadata();
  const Stream stream = first_key_groups(metadata);
  OperatorHandle raw;
  raw.delegate = FileHandle{*recorded_size(*stream.handle), relative_file(copy, stream)};
  metadata.operators.back().subtasks.back().raw_operator_state = raw;
  copy.write(metadata);
  const auto findings = findings_of(copy.check());
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV011"});
  CHECK(findings[0].at("file") == relative_file(copy, stream).string());
}

TEST_CASE("check says once what file system it cannot look at", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  make_absolute(copy.path(), "s3://bucket/savepoint-1");
  const Run run = copy.check();
  CHECK(run.exit_code == 0);
  const auto findings = findings_of(run);
  REQUIRE(codes_of(findings) == std::vector<std::string>{"SV106"});
  CHECK(findings[0].at("file") == "s3://bucket/savepoint-1");
  CHECK(findings[0].at("expected") == "a local folder: --map s3://bucket/savepoint-1=DIR");
  CHECK(copy.check("--strict").exit_code == 1);
  const Run mapped_run =
      copy.check("--map " + shell_word("s3://bucket/savepoint-1=" + copy.path().string()));
  CHECK(mapped_run.exit_code == 0);
  CHECK(findings_of(mapped_run).empty());
}

TEST_CASE("check gives the --map that finds moved files", "[cli][check][files_check]") {
  const CheckedCopy copy(kCanonical);
  make_absolute(copy.path(), "file:/flink/savepoints/savepoint-1");
  const auto findings = findings_of(copy.check());
  REQUIRE(findings.size() > 5);
  for (const Json& finding : findings) {
    CHECK(finding.at("code") == "SV101");
    CHECK(finding.at("found").get<std::string>().find(
              "with --map file:/flink/savepoints/savepoint-1=" + copy.path().string() +
              " it is found") != std::string::npos);
  }
}

}  // namespace savvy::testing
