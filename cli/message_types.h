// --proto-descriptor and --proto-type: states whose bytes are Protocol Buffers messages.
//
// Errors  UsageError: a rule that cannot be read, a descriptor file that cannot be used, a message
//         it lacks. UnsupportedError: a rule names state that is not kept as bytes
// Lives   shared by threads

#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/keyed_schema.h"
#include "format/protobuf_type.h"

namespace CLI {
class App;
}

namespace savvy {

// As given on the command line.
struct MessageOptions {
  std::string descriptor_file;
  std::vector<std::string> rules;  // "[key:|value:|map_key:]STATE=package.Message"
};
void add_message_options(CLI::App& command, MessageOptions& options);

// Of list state `value` is the element, of broadcast state `map_key` and `value` are the entry's.
enum class MessagePart { kKey, kValue, kMapKey };

class MessageTypes {
 public:
  MessageTypes() = default;
  explicit MessageTypes(const MessageOptions& options);

  // Whether there are no rules.
  bool empty() const { return rules_.empty(); }

  // The type to show this part with: `type`, or a message inside it if a rule names the part.
  TypePtr apply(MessagePart part, std::string_view state, TypePtr type) const;
  // The same for all parts of a keyed state.
  void apply(KeyedStateSchema& state) const;

  // Rules that named no state so far.
  std::vector<std::string> unused() const;

 private:
  struct Rule {
    Rule(std::string rule, MessagePart of, std::string state_name, std::string message_name)
        : text(std::move(rule)),
          part(of),
          state(std::move(state_name)),
          message(std::move(message_name)) {}
    std::string text;
    MessagePart part;
    std::string state;
    std::string message;
    mutable std::atomic<bool> used = false;
  };
  void add_rule(const std::string& text);

  std::shared_ptr<const ProtobufSchema> schema_;
  std::deque<Rule> rules_;
};

}  // namespace savvy
