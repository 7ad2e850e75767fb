#include "format/types/kryo_graph.h"

#include <algorithm>

#include "format/java_values.h"

namespace savvy {
namespace {

class Emitter {
 public:
  Emitter(const KryoGraph& graph, std::size_t max_events, ValueSink& sink)
      : graph_(graph), left_(max_events), sink_(sink), open_(graph.size(), false) {}

  // False once there are too many events, which are then of no use.
  bool emit(std::size_t index) {
    const KryoNode& node = graph_[index];
    if (!spend(1 + (node.text.size() + node.bytes.size()) / kEventBytes)) return false;
    if (open_[index]) return emit_cycle(node);
    open_[index] = true;
    const bool done = emit_node(node);
    open_[index] = false;
    return done;
  }

 private:
  bool spend(std::size_t events) {
    if (events > left_) return false;
    left_ -= events;
    return true;
  }

  bool emit_cycle(const KryoNode& node) {
    sink_.begin_object();
    sink_.field("$cycle");
    sink_.string(node.text);
    sink_.end_object();
    return true;
  }

  bool emit_node(const KryoNode& node) {
    switch (node.kind) {
      case KryoKind::kNull:
        sink_.null();
        return true;
      case KryoKind::kBoolean:
        sink_.boolean(node.integer != 0);
        return true;
      case KryoKind::kInt:
        sink_.int32(static_cast<std::int32_t>(node.integer));
        return true;
      case KryoKind::kLong:
        sink_.int64(node.integer);
        return true;
      case KryoKind::kFloat:
        sink_.float32(static_cast<float>(node.number));
        return true;
      case KryoKind::kDouble:
        sink_.float64(node.number);
        return true;
      case KryoKind::kText:
        sink_.string(node.text);
        return true;
      case KryoKind::kBytes:
        sink_.bytes(node.bytes);
        return true;
      case KryoKind::kList:
        return emit_list(node);
      case KryoKind::kMap:
        return emit_map(node);
      case KryoKind::kObject:
        return emit_object(node);
      case KryoKind::kJava:
        return emit_java(node.java);
      case KryoKind::kOther:
        return emit(node.children[0]);
    }
    return false;
  }

  bool emit_list(const KryoNode& node) {
    sink_.begin_array();
    const bool done = std::all_of(node.children.begin(), node.children.end(),
                                  [this](std::size_t child) { return emit(child); });
    sink_.end_array();
    return done;
  }

  bool emit_map(const KryoNode& node) {
    bool by_name = true;
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
      by_name &= graph_[node.children[i]].kind == KryoKind::kText;
    }
    bool done = true;
    by_name ? sink_.begin_object() : sink_.begin_array();
    for (std::size_t i = 0; i < node.children.size() && done; i += 2) {
      done = by_name ? emit_named(node, i) : emit_pair(node, i);
    }
    by_name ? sink_.end_object() : sink_.end_array();
    return done;
  }

  bool emit_named(const KryoNode& node, std::size_t i) {
    const std::string& name = graph_[node.children[i]].text;
    if (!spend(name.size() / kEventBytes)) return false;
    sink_.field(name);
    return emit(node.children[i + 1]);
  }

  bool emit_java(const JavaValue& value) {
    const std::size_t events = emit_java_value(value, left_, sink_);
    left_ -= events;
    return events > 0;
  }

  bool emit_pair(const KryoNode& node, std::size_t i) {
    sink_.begin_array();
    const bool done = emit(node.children[i]) && emit(node.children[i + 1]);
    sink_.end_array();
    return done;
  }

  bool emit_object(const KryoNode& node) {
    sink_.begin_object();
    sink_.field("$class");
    sink_.string(node.text);
    bool done = true;
    for (std::size_t i = 0; i < node.children.size() && done; ++i) {
      sink_.field(node.names[i]);
      done = emit(node.children[i]);
    }
    sink_.end_object();
    return done;
  }

  const KryoGraph& graph_;
  std::size_t left_;
  ValueSink& sink_;
  std::vector<bool> open_;  // the node is being reported
};

}  // namespace

bool emit_kryo_value(const KryoGraph& graph, std::size_t root, std::size_t max_events,
                     ValueSink& sink) {
  // Nothing may be reported of a value that turns out too large.
  NullSink trial;
  if (!Emitter(graph, max_events, trial).emit(root)) return false;
  return Emitter(graph, max_events, sink).emit(root);
}

}  // namespace savvy
