// --proto-descriptor and --proto-type on a snapshot with list state "orders" of byte[].

#include <catch2/catch.hpp>

#include "format/metadata.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/proto_messages.h"
#include "tests/support/rows.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace savvy::testing {
namespace {

const std::string kProto = R"(syntax = "proto3"; package shop;
  message Order { int64 id = 1; string name = 2; })";

const std::string kByteArraySnapshot =
    "00000002" +
    utf_hex(
        "org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer"
        "$BytePrimitiveArraySerializerSnapshot") +
    "00000003";

std::string as_text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// An operator-state stream of version 6 with these elements, and where they begin.
OperatorHandle list_of_messages(const std::vector<std::string>& messages) {
  ByteVector stream = from_hex(
      "00000006"
      "00"
      "0001" +
      utf_hex("orders") +
      "00000001"
      "00000001" +
      utf_hex("OPERATOR_STATE_DISTRIBUTION_MODE") + utf_hex("SPLIT_DISTRIBUTE") + "00000001" +
      utf_hex("VALUE_SERIALIZER") + kByteArraySnapshot + "0000");
  OperatorStateEntry entry;
  entry.name = "orders";
  for (const std::string& message : messages) {
    entry.offsets.push_back(static_cast<std::int64_t>(stream.size()));
    ByteWriter out;
    out.blob(to_bytes(message));
    const ByteVector element = out.take();
    stream.insert(stream.end(), element.begin(), element.end());
  }
  OperatorHandle handle;
  handle.states.push_back(std::move(entry));
  handle.delegate = StreamHandle{ByteStreamHandle{"inline", std::move(stream)}};
  return handle;
}

struct Shop {
  TempFolder folder;
  google::protobuf::FileDescriptorSet types = descriptor_set(kProto);

  Shop() {
    Metadata metadata;
    OperatorState op;
    op.uid = "shop";
    op.parallelism = 1;
    op.max_parallelism = 128;
    Subtask subtask;
    const std::string order = message_bytes(types, "shop.Order", R"(id: 7 name: "pen")");
    subtask.managed_operator_state = list_of_messages({order, "\x08"});
    op.subtasks.push_back(std::move(subtask));
    metadata.operators.push_back(std::move(op));
    folder.add("chk-1/_metadata", as_text(encode_metadata(metadata)));
    folder.add("shop.desc", types.SerializeAsString());
  }

  Run dump(const std::string& options) const {
    return run_savvy("dump " + shell_word(folder.path("chk-1")) + " " + options);
  }
  std::string descriptor() const {
    return "--proto-descriptor " + shell_word(folder.path("shop.desc")) + " ";
  }
};

}  // namespace

TEST_CASE("messages in byte[] state are decoded by name", "[protobuf]") {
  const Shop shop;
  const Run run = shop.dump(shop.descriptor() + "--proto-type orders=shop.Order");
  CHECK(run.exit_code == 0);
  const std::vector<Json> rows = parse_lines(run.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("list_value") == Json{{"id", 7}, {"name", "pen"}});
  CHECK(rows[1].at("list_value").at("$base64") == "CA==");
  CHECK(rows[1].at("list_value").at("$type") == "shop.Order");
  CHECK(run.err.find("1 values of state \"orders\" of operator shop are bytes") !=
        std::string::npos);
  CHECK(shop.dump(shop.descriptor() + "--strict --proto-type orders=shop.Order").exit_code == 4);
}

TEST_CASE("a rule for protobuf types that cannot hold is refused", "[protobuf]") {
  const Shop shop;
  const auto code = [&](const std::string& options) { return shop.dump(options).exit_code; };
  CHECK(code("--proto-type orders=shop.Order") == 2);
  CHECK(code(shop.descriptor()) == 2);
  CHECK(code(shop.descriptor() + "--proto-type orders=shop.Missing") == 2);
  CHECK(code(shop.descriptor() + "--proto-type orders") == 2);
  CHECK(code("--proto-descriptor /nowhere --proto-type orders=shop.Order") == 2);
}

TEST_CASE("a rule that met no state is named", "[protobuf]") {
  const Shop shop;
  const Run run = shop.dump(shop.descriptor() + "--proto-type key:orders=shop.Order");
  CHECK(run.exit_code == 0);
  CHECK(run.err == "note: --proto-type key:orders=shop.Order met no state\n");
}

TEST_CASE("a rule for state that is not bytes is refused", "[protobuf]") {
  const Shop shop;
  const Run run = run_savvy("dump " SAVVY_TESTDATA "/flink2.3-hashmap-canonical " +
                            shop.descriptor() + "--proto-type key:average=shop.Order");
  CHECK(run.exit_code == 4);
  CHECK(run.err.find("key:state \"average\" is of type String, not bytes") != std::string::npos);
}

}  // namespace savvy::testing
