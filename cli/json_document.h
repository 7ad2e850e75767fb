// JSON documents, built as a tree and written as text. The library's own writer refuses strings
// that are not UTF-8; here a lone surrogate becomes its escape, as in rows.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/output.h"

namespace savvy {

using Json = nlohmann::ordered_json;

// A document with its schema mark, to be filled.
Json json_document();

// Over several lines, indented by two spaces, ended by a line break.
std::string pretty_text(const Json& json);
// On one line, ended by a line break.
std::string line_text(const Json& json);

// Writes a document as pretty_text has it while it is made, for one with a list of texts that is
// too long for a tree. Errors as those of Output.
class DocumentWriter {
 public:
  // Begins with what json_document() holds.
  explicit DocumentWriter(Output& output);

  // Every field of an object.
  void fields(const Json& object);
  // A field that is a list of texts.
  void begin_texts(std::string_view name);
  void text(std::string_view element);
  void end_texts();
  void finish();

 private:
  void begin_field(std::string_view name);
  void write_what_is_long();

  Output& output_;
  std::string pending_;
  bool first_ = true;  // in the object, or in the list that was begun
};

}  // namespace savvy
