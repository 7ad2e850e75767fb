#include "readers/path_map.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/message_of.h"

namespace savvy {
namespace {

using namespace testing;

std::string local(const std::vector<std::string>& rules, std::string_view uri) {
  PathMap paths;
  for (const std::string& rule : rules) paths.add_rule(rule);
  return paths.to_local(uri).value_or("nothing");
}

std::string error_of(std::string_view rule) {
  return message_of<UsageError>([&] { PathMap().add_rule(rule); });
}

}  // namespace

TEST_CASE("local URIs are paths", "[path_map]") {
  CHECK(local({}, "file:/a/b") == "/a/b");
  CHECK(local({}, "file:///a/b") == "/a/b");
  CHECK(local({}, "/a/b") == "/a/b");
  CHECK(local({}, "a/b:c") == "a/b:c");
  // Not percent-encoded.
  CHECK(local({}, "file:/a%20b") == "/a%20b");
}

TEST_CASE("URIs of other file systems need a rule", "[path_map]") {
  CHECK(local({}, "s3://bucket/a") == "nothing");
  CHECK(local({}, "hdfs://host:8020/a") == "nothing");
  CHECK(local({"s3://bucket/a=/mnt"}, "s3://bucket/b") == "nothing");
}

TEST_CASE("a rule replaces a prefix that ends at a path component", "[path_map]") {
  CHECK(local({"s3://bucket/ckpt=/mnt/c"}, "s3://bucket/ckpt/chk-1/f") == "/mnt/c/chk-1/f");
  CHECK(local({"s3://bucket/ckpt=/mnt/c"}, "s3://bucket/ckpt") == "/mnt/c");
  CHECK(local({"s3://bucket/ckpt=/mnt/c"}, "s3://bucket/ckpt2/f") == "nothing");
  CHECK(local({"/a=/b"}, "/ab/f") == "/ab/f");
}

TEST_CASE("forms of one prefix mean the same", "[path_map]") {
  for (const std::string rule : {"/old=/new", "file:/old=file:/new", "file:///old/=/new//"}) {
    CAPTURE(rule);
    CHECK(local({rule}, "file:/old/f") == "/new/f");
    CHECK(local({rule}, "file:///old/f") == "/new/f");
    CHECK(local({rule}, "/old/f") == "/new/f");
  }
}

TEST_CASE("roots on either side", "[path_map]") {
  CHECK(local({"/=/mnt"}, "file:/a/b") == "/mnt/a/b");
  CHECK(local({"s3://bucket=/"}, "s3://bucket/a/b") == "/a/b");
  CHECK(local({"s3://bucket/=rel"}, "s3://bucket/a") == "rel/a");
}

TEST_CASE("the longest prefix wins, whatever the order of the rules", "[path_map]") {
  const std::vector<std::string> rules = {"s3://b=/one", "s3://b/x/y=/three", "s3://b/x=/two"};
  CHECK(local(rules, "s3://b/f") == "/one/f");
  CHECK(local(rules, "s3://b/x/f") == "/two/f");
  CHECK(local(rules, "s3://b/x/y/f") == "/three/f");
  CHECK(local(rules, "s3://b/x/yy/f") == "/two/yy/f");
}

TEST_CASE("rules without two sides are refused", "[path_map]") {
  for (const std::string rule : {"", "=", "/a", "/a=", "=/a", "file:=/a", "/a=file:"}) {
    CHECK(error_of(rule) ==
          "--map " + rule +
              ": expected FROM=TO, for example --map s3://bucket/checkpoints=/mnt/checkpoints");
  }
}

}  // namespace savvy
