#include "cli/message_types.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::pair<std::string_view, MessagePart> kSelectors[] = {
    {"key:", MessagePart::kKey},
    {"value:", MessagePart::kValue},
    {"map_key:", MessagePart::kMapKey},
};

// Those of the largest schemas have a few million bytes.
constexpr std::size_t kMaxDescriptorBytes = 64 << 20;
constexpr std::size_t kPieceBytes = 1 << 16;

std::string_view selector_of(MessagePart part) {
  for (const auto& [selector, selected] : kSelectors) {
    if (selected == part) return selector;
  }
  return {};
}

ByteVector read_descriptors(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    throw UsageError(fmt::format("--proto-descriptor {}: cannot be opened: {}", path,
                                 std::generic_category().message(errno)));
  }
  // One piece after another: a pipe has no size, and a device has no end.
  ByteVector bytes;
  std::array<char, kPieceBytes> piece;
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + file.gcount());
    if (bytes.size() <= kMaxDescriptorBytes) continue;
    throw UsageError(
        fmt::format("--proto-descriptor {}: has more than {} bytes", path, kMaxDescriptorBytes));
  }
  if (file.bad()) throw UsageError(fmt::format("--proto-descriptor {}: cannot be read", path));
  return bytes;
}

}  // namespace

void add_message_options(CLI::App& command, MessageOptions& options) {
  command
      .add_option("--proto-descriptor", options.descriptor_file,
                  "Message types for --proto-type, as protoc --include_imports "
                  "--descriptor_set_out=FILE writes them")
      ->type_name("FILE")
      ->group("Protocol Buffers");
  command
      .add_option("--proto-type", options.rules,
                  "The bytes of this state are messages of this type; repeatable. key:, value: "
                  "(the default) or map_key: in front tells which bytes, e.g. --proto-type "
                  "orders=shop.Order --proto-type key:orders=shop.OrderId")
      ->type_name("[PART:]STATE=MESSAGE")
      ->allow_extra_args(false)
      ->group("Protocol Buffers");
}

MessageTypes::MessageTypes(const MessageOptions& options) {
  if (options.rules.empty() && options.descriptor_file.empty()) return;
  if (options.rules.empty() || options.descriptor_file.empty()) {
    throw UsageError("--proto-descriptor and --proto-type need each other");
  }
  schema_ = std::make_shared<ProtobufSchema>(read_descriptors(options.descriptor_file),
                                             options.descriptor_file);
  for (const std::string& rule : options.rules) add_rule(rule);
}

void MessageTypes::add_rule(const std::string& text) {
  // A state's name may hold '=', a message's cannot.
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("--proto-type {}: expected [PART:]STATE=MESSAGE", text));
  }
  std::string state = text.substr(0, equals);
  MessagePart part = MessagePart::kValue;
  for (const auto& [selector, selected] : kSelectors) {
    if (!state.starts_with(selector)) continue;
    part = selected;
    state.erase(0, selector.size());
    break;
  }
  std::string message = text.substr(equals + 1);
  if (!schema_->has_message(message)) {
    throw UsageError(
        fmt::format("--proto-type {}: the descriptors have no message \"{}\"", text, message));
  }
  rules_.emplace_back(text, part, std::move(state), std::move(message));
}

TypePtr MessageTypes::apply(MessagePart part, std::string_view state, TypePtr type) const {
  for (const Rule& rule : rules_) {
    if (rule.part != part || rule.state != state || type == nullptr) continue;
    if (!carries_protobuf(*type)) {
      throw UnsupportedError(fmt::format("--proto-type {}: {}state \"{}\" is of type {}, not bytes",
                                         rule.text, selector_of(part), state,
                                         type->describe().name));
    }
    rule.used = true;
    return make_protobuf_type(schema_, rule.message, std::move(type));
  }
  return type;
}

void MessageTypes::apply(KeyedStateSchema& state) const {
  state.key = apply(MessagePart::kKey, state.name, std::move(state.key));
  state.value = apply(MessagePart::kValue, state.name, std::move(state.value));
  state.user_key = apply(MessagePart::kMapKey, state.name, std::move(state.user_key));
}

std::vector<std::string> MessageTypes::unused() const {
  std::vector<std::string> texts;
  for (const Rule& rule : rules_) {
    if (!rule.used) texts.push_back(rule.text);
  }
  return texts;
}

}  // namespace savvy
