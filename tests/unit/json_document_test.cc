#include "cli/json_document.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/files.h"
#include "tests/support/temp_folder.h"

namespace savvy {
namespace {

using namespace testing;

// The same document as a tree.
Json tree_of(const std::vector<std::string>& texts) {
  Json document = json_document();
  document["count"] = texts.size();
  document["texts"] = Json::array();
  for (const std::string& text : texts) document["texts"].push_back(text);
  document["nested"] = {{"list", {1, 2}}, {"empty", Json::array()}};
  return document;
}

std::string written(const std::vector<std::string>& texts) {
  const TempFolder folder;
  Output file(folder.path("out"));
  DocumentWriter document(file);
  document.fields(Json{{"count", texts.size()}});
  document.begin_texts("texts");
  for (const std::string& text : texts) document.text(text);
  document.end_texts();
  document.fields(Json{{"nested", tree_of(texts)["nested"]}});
  document.finish();
  file.finish();
  return read_text(folder.path("out"));
}

}  // namespace

TEST_CASE("a document that is written while it is made is that of the tree", "[json_document]") {
  const std::vector<std::string> texts = {"a", "", "quote \" and \\", "\xC3\xA4"};
  CHECK(written(texts) == pretty_text(tree_of(texts)));
  CHECK(written({}) == pretty_text(tree_of({})));
  // Several times what is written at once.
  const std::vector<std::string> many(3000, std::string(100, 'x'));
  CHECK(written(many) == pretty_text(tree_of(many)));
  CHECK(written({"a"}) ==
        "{\n  \"schema\": \"savvy/v1\",\n  \"count\": 1,\n  \"texts\": [\n    \"a\"\n  ],\n"
        "  \"nested\": {\n    \"list\": [\n      1,\n      2\n    ],\n    \"empty\": []\n  }\n}\n");
}

}  // namespace savvy
