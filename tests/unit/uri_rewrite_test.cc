#include "format/uri_rewrite.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;
using Rules = std::vector<std::string>;

UriRules rules_of(const Rules& texts) {
  UriRules rules;
  for (const std::string& text : texts) rules.add_rule(text);
  return rules;
}

std::string rewritten(const Rules& texts, std::string_view uri) {
  const auto match = rules_of(texts).rewrite(uri);
  return match ? match->uri : "kept";
}

SegmentHandle segment(std::string path) {
  return {3, 9, SegmentScope::kShared, std::move(path), "id"};
}

// The path of a file handle, at any depth.
std::string path_of(const StreamHandle& stream) {
  const StreamHandle& inner = innermost(stream);
  if (const auto* file = handle_as<FileHandle>(inner)) return file->path;
  if (const auto* part = handle_as<SegmentHandle>(inner)) return part->path;
  return "none";
}

// A subtask with handles of every kind, all files below "s3://old/".
Subtask full_subtask() {
  Subtask subtask;
  OperatorHandle managed;
  managed.presence_flag = 7;
  managed.states = {{"offsets", DistributionMode::kSplit, {1, 2}}};
  managed.directories = FileMergingDirectories{"s3://old/taskowned", "s3://old/shared", 0};
  managed.delegate = Boxed(segment("s3://old/taskowned/merged"));
  subtask.managed_operator_state = managed;
  OperatorHandle raw;
  raw.delegate = FileHandle{kUnknownSize, "s3://old/raw"};
  subtask.raw_operator_state = raw;

  IncrementalHandle incremental;
  incremental.range = {0, 4};
  incremental.meta = RelativeFileHandle{"meta", 12};
  incremental.shared_files = {{"000001.sst", FileHandle{5, "s3://old/shared/1"}}};
  incremental.private_files = {{"CURRENT", ByteStreamHandle{"s3://old/inline", {1, 2}}}};
  ChangelogStreamHandle changes;
  changes.range = {0, 4};
  changes.segments = {{0, FileHandle{6, "s3://old/dstl/a"}}, {4, FileHandle{6, "s3://old/dstl/a"}}};
  ChangelogHandle log;
  log.range = {0, 4};
  log.materialized = {Boxed<IncrementalHandle>(incremental)};
  log.non_materialized = {Boxed<ChangelogStreamHandle>(changes)};
  subtask.managed_keyed_state = Boxed<ChangelogHandle>(log);

  NestedKeyGroupsHandle nested;
  nested.range = {0, 1};
  nested.offsets = {4};
  nested.delegate = FileHandle{8, "s3://old/nested"};
  KeyGroupsHandle groups;
  groups.range = {0, 1};
  groups.offsets = {4};
  groups.delegate = Boxed<NestedKeyGroupsHandle>(nested);
  subtask.raw_keyed_state = Boxed<KeyGroupsHandle>(groups);

  subtask.input_channel_state = {PlainChannelHandle{0, {}, FileHandle{9, "s3://old/channel"}}};
  subtask.result_subpartition_state = {
      MergedChannelHandle{0, 3, Boxed(segment("s3://old/merged-channel")), {1, 2}}};
  return subtask;
}

Metadata full_metadata() {
  OperatorState op;
  op.name = "op";
  op.parallelism = 1;
  op.max_parallelism = 4;
  op.coordinator_state = ByteStreamHandle{"s3://old/coordinator", {1}};
  op.subtasks = {full_subtask()};
  Metadata metadata;
  metadata.master_states = {{1, "s3://old/hook", {5, 6}}};
  metadata.operators = {op};
  return metadata;
}

}  // namespace

TEST_CASE("a prefix is replaced where a path component ends", "[uri_rewrite]") {
  const Rules rules = {"s3://old/flink=s3://new/place"};
  CHECK(rewritten(rules, "s3://old/flink/chk-1/f") == "s3://new/place/chk-1/f");
  CHECK(rewritten(rules, "s3://old/flink") == "s3://new/place");
  CHECK(rewritten(rules, "s3://old/flink2/f") == "kept");
  CHECK(rewritten(rules, "s3a://old/flink/f") == "kept");
  CHECK(rewritten({"s3://old/flink/=s3://new//"}, "s3://old/flink/f") == "s3://new/f");
}

TEST_CASE("a scheme or a root is a prefix, too", "[uri_rewrite]") {
  CHECK(rewritten({"s3://=s3a://"}, "s3://bucket/f") == "s3a://bucket/f");
  CHECK(rewritten({"s3://bucket=file:/"}, "s3://bucket/a/f") == "file:/a/f");
  CHECK(rewritten({"file:/=hdfs://host:8020/mnt"}, "file:/a/f") == "hdfs://host:8020/mnt/a/f");
  CHECK(rewritten({"/=/mnt"}, "file:/a/f") == "file:/mnt/a/f");
}

TEST_CASE("forms of a local path mean the same", "[uri_rewrite]") {
  for (const std::string uri : {"file:/old/f", "file:///old/f"}) {
    CAPTURE(uri);
    CHECK(rewritten({"file:/old=file:///new"}, uri) == "file:/new/f");
    CHECK(rewritten({"file:///old=s3://b/new"}, uri) == "s3://b/new/f");
    CHECK(rewritten({"/old=/new"}, uri) == "file:/new/f");
    CHECK(rewritten({"/old=s3://b/new"}, uri) == "s3://b/new/f");
  }
  // Without a scheme it is the cluster that decides which file system is meant.
  CHECK(rewritten({"/old=/new"}, "/old/f") == "/new/f");
  CHECK(rewritten({"file:/old=/new"}, "/old/f") == "kept");
}

TEST_CASE("of several prefixes the longest wins", "[uri_rewrite]") {
  const Rules rules = {"s3://b=s3://1", "s3://b/x/y=s3://3", "s3://b/x=s3://2"};
  CHECK(rewritten(rules, "s3://b/f") == "s3://1/f");
  CHECK(rewritten(rules, "s3://b/x/f") == "s3://2/f");
  CHECK(rewritten(rules, "s3://b/x/y/f") == "s3://3/f");
  CHECK(rewritten(rules, "s3://b/x/yy/f") == "s3://2/yy/f");
}

TEST_CASE("rules that cannot be meant are refused", "[uri_rewrite]") {
  for (const std::string rule : {"", "=", "s3://a", "s3://a=", "=s3://a", "relative=s3://a",
                                 "s3://a=relative/path", "s3://a=1s3://b", "s3://a=:/b"}) {
    CAPTURE(rule);
    CHECK(message_of<UsageError>([&] { rules_of({rule}); }) ==
          "--rewrite-prefix " + rule +
              ": expected FROM=TO, two absolute URIs, for example "
              "--rewrite-prefix hdfs://old/flink=s3://new/flink");
  }
  CHECK(message_of<UsageError>([] {
          rules_of({"s3://a=s3://b", "s3://a/=s3://c"});
        }) == "--rewrite-prefix s3://a/=s3://c: s3://a=s3://b replaces the same prefix");
}

TEST_CASE("every URI of the metadata is rewritten, and nothing else", "[uri_rewrite]") {
  Metadata metadata = full_metadata();
  const UriRewrite done = rewrite_uris(metadata, rules_of({"s3://old=s3://new"}));
  CHECK(done.kept.empty());
  CHECK(done.unused_rules.empty());
  CHECK(done.relative_handles == 1);
  CHECK(done.rewritten.size() == 9);
  CHECK(done.rewritten.at("s3://old/dstl/a").uses == 2);
  CHECK(done.rewritten.at("s3://old/dstl/a").to == "s3://new/dstl/a");
  const Subtask& subtask = metadata.operators[0].subtasks[0];
  CHECK(subtask.managed_operator_state->directories->task_owned == "s3://new/taskowned");
  CHECK(subtask.managed_operator_state->directories->shared == "s3://new/shared");
  CHECK(path_of(subtask.managed_operator_state->delegate) == "s3://new/taskowned/merged");
  CHECK(path_of(subtask.raw_operator_state->delegate) == "s3://new/raw");
  const auto* log = handle_as<ChangelogHandle>(subtask.managed_keyed_state);
  const auto* files = handle_as<IncrementalHandle>(log->materialized[0]);
  CHECK(path_of(files->shared_files[0].handle) == "s3://new/shared/1");
  const auto* changes = handle_as<ChangelogStreamHandle>(log->non_materialized[0]);
  CHECK(path_of(changes->segments[1].handle) == "s3://new/dstl/a");
  const auto* groups = handle_as<KeyGroupsHandle>(subtask.raw_keyed_state);
  CHECK(path_of(groups->delegate) == "s3://new/nested");
  CHECK(path_of(std::get<PlainChannelHandle>(subtask.input_channel_state[0]).delegate) ==
        "s3://new/channel");
  CHECK(path_of(std::get<MergedChannelHandle>(subtask.result_subpartition_state[0]).delegate) ==
        "s3://new/merged-channel");
  // The way back gives what was there: names of inline bytes never changed.
  rewrite_uris(metadata, rules_of({"s3://new=s3://old"}));
  CHECK(metadata == full_metadata());
}

TEST_CASE("what no rule names is kept and told of", "[uri_rewrite]") {
  Metadata metadata = full_metadata();
  const UriRewrite done =
      rewrite_uris(metadata, rules_of({"s3://old/dstl=s3://log", "s3://other=s3://new"}));
  CHECK(done.rewritten.size() == 1);
  CHECK(done.kept.size() == 8);
  CHECK(done.kept.at("s3://old/raw") == 1);
  CHECK(done.unused_rules == Rules{"s3://other=s3://new"});
}

}  // namespace savvy
