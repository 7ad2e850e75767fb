// The grammar of Java Object Serialization. Private to java_stream.

#pragma once

#include <optional>

#include "format/java_graph.h"

namespace savvy {

// Reads without throwing, because a class may have to be read twice; only the last failure counts.
class JavaParser {
 public:
  JavaParser(ByteReader& in, JavaGraph& graph);

  // The node of the one object in the stream; throws FormatError if there is none.
  std::uint32_t parse();
  std::optional<std::uint32_t> try_parse() { return stream(); }

 private:
  using NodeIndex = std::uint32_t;
  // Where a retry goes back to.
  struct Mark {
    std::uint64_t offset;
    std::size_t classes, nodes, parts, values, items, texts, blobs, handles;
  };

  // Each returns nullopt or false after fail().
  std::optional<NodeIndex> stream();
  std::optional<NodeIndex> value();
  std::optional<NodeIndex> value_of(std::uint8_t tag);
  std::optional<NodeIndex> reference();
  std::optional<NodeIndex> object();
  std::optional<NodeIndex> array();
  std::optional<NodeIndex> enumeration();
  std::optional<NodeIndex> class_object();
  std::optional<NodeIndex> string(bool is_long);
  std::optional<NodeIndex> block(bool is_long);
  std::optional<std::uint32_t> class_description();
  std::optional<std::uint32_t> new_class();
  std::optional<std::uint32_t> new_proxy_class();
  bool class_fields(std::uint32_t java_class);
  bool class_tail(std::uint32_t java_class);
  bool class_data(std::uint32_t java_class, std::vector<JavaPart>& parts);
  bool serializable_data(std::uint32_t java_class, JavaPart& part);
  bool field_values(std::uint32_t java_class, JavaPart& part);
  bool annotation(JavaPart& part);
  bool object_elements(std::size_t size, JavaNode& array);

  std::optional<std::uint8_t> tag();
  std::optional<std::string> utf();
  std::optional<std::string> text(std::uint64_t size);
  std::optional<std::int32_t> count(std::size_t min_bytes_each, std::string_view what);
  bool need(std::uint64_t bytes, std::string_view what);
  bool fail(std::string_view message);

  NodeIndex add_node(const JavaNode& node);
  NodeIndex add_text_node(JavaKind kind, std::string text);
  void add_handle(NodeIndex node) { handles_.push_back(node); }
  Mark mark() const;
  void go_back(const Mark& mark);

  ByteReader& in_;
  JavaGraph& graph_;
  std::vector<NodeIndex> handles_;
  int depth_ = 0;
  int retries_left_;
  std::uint64_t failed_at_ = 0;
  std::string failure_;
};

}  // namespace savvy
