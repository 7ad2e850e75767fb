// The Java object at the end of _metadata, from bytes written by hand.

#include "format/checkpoint_properties.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "format/errors.h"
#include "tests/support/hex.h"

namespace savvy {
namespace {

using testing::from_hex;

// Hex of a writeUTF string.
std::string utf(std::string_view text) {
  std::string hex = fmt::format("{:04x}", text.size());
  for (const char c : text) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

const std::string kRuntime = "org.apache.flink.runtime.checkpoint.";
const std::string kRuntimePath = "Lorg/apache/flink/runtime/checkpoint/";
const std::string kEnum = "72" + utf("java.lang.Enum") + "0000000000000000 12 0000 78 70";

std::string head(const std::string& booleans) {
  std::string hex =
      "aced0005 73 72" + utf(kRuntime + "CheckpointProperties") + "0000000000000002 02 0008";
  for (const char* name : {"discardCancelled", "discardFailed", "discardFinished",
                           "discardSubsumed", "discardSuspended", "forced", "unclaimed"}) {
    hex += "5a" + utf(name);
  }
  return hex + "4c" + utf("checkpointType") + "74" + utf(kRuntimePath + "SnapshotType;") + "78 70" +
         booleans;
}

std::string savepoint(const std::string& format, const std::string& name,
                      const std::string& action) {
  return "73 72" + utf(kRuntime + "SavepointType") + "a087d308a45814b8 02 0003" +  //
         "4c" + utf("formatType") + "74" +
         utf("Lorg/apache/flink/core/execution/SavepointFormatType;") +  //
         "4c" + utf("name") + "74" + utf("Ljava/lang/String;") +         //
         "4c" + utf("postCheckpointAction") + "74" +
         utf(kRuntimePath + "SavepointType$PostCheckpointAction;") + "78 70" +  //
         "7e 72" + utf("org.apache.flink.core.execution.SavepointFormatType") +
         "0000000000000000 12 0000 78" + kEnum + "74" + utf(format) +  //
         "74" + utf(name) +                                            //
         "7e 72" + utf(kRuntime + "SavepointType$PostCheckpointAction") +
         "0000000000000000 12 0000 78 71 007e0009 74" + utf(action);
}

std::string checkpoint(const std::string& name, const std::string& strategy) {
  return "73 72" + utf(kRuntime + "CheckpointType") + "d6de4f0305ae1d3a 02 0002" +  //
         "4c" + utf("name") + "74" + utf("Ljava/lang/String;") +                    //
         "4c" + utf("sharingFilesStrategy") + "74" +
         utf(kRuntimePath + "SnapshotType$SharingFilesStrategy;") + "78 70" +  //
         "74" + utf(name) +                                                    //
         "7e 72" + utf(kRuntime + "SnapshotType$SharingFilesStrategy") +
         "0000000000000000 12 0000 78" + kEnum + "74" + utf(strategy);
}

CheckpointProperties decode(const std::string& hex) {
  return interpret_checkpoint_properties(from_hex(hex), "m", 0x100);
}

std::string error_of(const std::string& hex) {
  try {
    decode(hex);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

std::string first_line_of_error(const std::string& hex) {
  const std::string error = error_of(hex);
  return error.substr(0, error.find('\n'));
}

// The beginning of an error at the place of `marker`, or `skipped` bytes behind its start.
std::string at(const std::string& hex, const std::string& marker, std::size_t skipped = 0) {
  const std::size_t digits =
      testing::to_hex_text(from_hex(hex)).find(testing::to_hex_text(from_hex(marker)));
  REQUIRE(digits != std::string::npos);
  return fmt::format("m: offset {:#x}: ", 0x100 + digits / 2 + skipped);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("no properties and null properties tell nothing", "[properties]") {
  CHECK(interpret_checkpoint_properties({}, "m") == CheckpointProperties{});
  CHECK(decode("aced0005 70") == CheckpointProperties{});
  CHECK(encode_checkpoint_properties({}) == from_hex("aced0005 70"));
}

TEST_CASE("the properties of savepoints", "[properties]") {
  const auto [format, name, action, size] =
      GENERATE(table<SavepointFormat, std::string, SavepointAction, std::size_t>({
          {SavepointFormat::kCanonical, "Savepoint", SavepointAction::kNone, 745},
          {SavepointFormat::kNative, "Savepoint", SavepointAction::kNone, 742},
          {SavepointFormat::kCanonical, "Suspend Savepoint", SavepointAction::kSuspend, 756},
          {SavepointFormat::kNative, "Terminate Savepoint", SavepointAction::kTerminate, 757},
      }));
  const char* const formats[] = {"CANONICAL", "NATIVE"};
  const char* const actions[] = {"NONE", "TERMINATE", "SUSPEND"};
  const std::string hex =
      head("00 00 00 00 00 01 00") +
      savepoint(formats[static_cast<int>(format)], name, actions[static_cast<int>(action)]);
  CheckpointProperties expected;
  expected.kind = SnapshotKind::kSavepoint;
  expected.name = name;
  expected.format = format;
  expected.action = action;
  expected.forced = true;
  CHECK(decode(hex) == expected);
  CHECK(encode_checkpoint_properties(expected) == from_hex(hex));
  CHECK(from_hex(hex).size() == size);
}

TEST_CASE("the properties of checkpoints", "[properties]") {
  CheckpointProperties expected;
  expected.kind = SnapshotKind::kCheckpoint;
  expected.name = "Checkpoint";
  expected.sharing = SharingFilesStrategy::kForwardBackward;
  expected.discard_finished = expected.discard_subsumed = true;
  const std::string hex =
      head("00 00 01 01 00 00 00") + checkpoint("Checkpoint", "FORWARD_BACKWARD");
  CHECK(decode(hex) == expected);
  CHECK(encode_checkpoint_properties(expected) == from_hex(hex));
  CHECK(from_hex(hex).size() == 604);

  const CheckpointProperties full =
      decode(head("01 01 00 00 01 00 01") + checkpoint("Full Checkpoint", "FORWARD"));
  CHECK(full.name == "Full Checkpoint");
  CHECK(full.sharing == SharingFilesStrategy::kForward);
  CHECK(full.discard_cancelled);
  CHECK(full.discard_failed);
  CHECK_FALSE(full.discard_finished);
  CHECK(full.discard_suspended);
  CHECK(full.unclaimed);
}

TEST_CASE("any byte but 0 is true, as in Java", "[properties]") {
  CHECK(decode(head("00 00 00 00 00 ff 00") + checkpoint("Checkpoint", "FORWARD")).forced);
}

TEST_CASE("what the template does not know is unsupported", "[properties]") {
  const std::string good =
      head("00 00 00 00 00 01 00") + savepoint("CANONICAL", "Savepoint", "NONE");
  const std::string kProperties = kRuntime + "CheckpointProperties";
  const std::string kType = kRuntime + "SavepointType";
  const auto [from, to, place,
              expected] = GENERATE_REF(table<std::string, std::string, std::string, std::string>({
      {utf(kProperties), utf("org.example.Other"), at(good, utf(kProperties)),
       "class \"org.example.Other\" is unknown where " + kProperties + " is known"},
      {utf(kType), utf("org.example.Other"), at(good, utf(kType)),
       "class \"org.example.Other\" is unknown where " + kRuntime + "CheckpointType is known"},
      {"a087d308a45814b8", "a087d308a45814b9", at(good, utf(kType)),
       "class " + kType + " has the serialVersionUID 0xa087d308a45814b9, not 0xa087d308a45814b8"},
      {utf("CANONICAL"), utf("OTHER"), at(good, "74" + utf("CANONICAL")),
       "constant \"OTHER\" of org.apache.flink.core.execution.SavepointFormatType is unknown"},
      {utf("NONE"), utf("OTHER"), at(good, "74" + utf("NONE")),
       "constant \"OTHER\" of " + kType + "$PostCheckpointAction is unknown"},
      {"02 0008", "02 0009", at(good, "02 0008", 1),
       "class " + kProperties + " has 9 fields, 8 are known"},
      {"5a" + utf("forced"), "5a" + utf("forcee"), at(good, "5a" + utf("forced")),
       "class " + kProperties +
           " has the field \"forcee\" of type 'Z' where \"forced\" of type "
           "'Z' is known"},
      {"5a" + utf("forced"), "49" + utf("forced"), at(good, "5a" + utf("forced")),
       "class " + kProperties +
           " has the field \"forced\" of type 'I' where \"forced\" of type "
           "'Z' is known"},
      {utf("Ljava/lang/String;"), utf("Ljava/lang/Object;"), at(good, "4c" + utf("name")),
       "field \"name\" of class " + kType +
           " has the type \"Ljava/lang/Object;\", not \"Ljava/lang/String;\""},
  }));
  CAPTURE(to);
  const std::string bad = replaced(good, from, to);
  CHECK(first_line_of_error(bad) == place + expected);
  CHECK_THROWS_AS(decode(bad), UnsupportedError);
}

TEST_CASE("bytes that leave the template break the format", "[properties]") {
  const std::string good =
      head("00 00 00 00 00 01 00") + savepoint("CANONICAL", "Savepoint", "NONE");
  const auto [from, to, place,
              expected] = GENERATE_REF(table<std::string, std::string, std::string, std::string>({
      {"aced0005", "aced0006",
       "m: offset 0x100: ", "object stream starts with aced 0006, not aced 0005"},
      {"aced0005 73", "aced0005 74",
       "m: offset 0x104: ", "checkpoint properties object starts with 0x74, not 0x73"},
      {"0000000000000002 02", "0000000000000002 03", at(good, "0000000000000002 02", 8),
       "class org.apache.flink.runtime.checkpoint.CheckpointProperties has the flags 0x03, not "
       "0x02"},
      {"78 70", "77 70", at(good, "78 70"), "end of class annotations starts with 0x77, not 0x78"},
      {"71 007e0009", "71 007e0008", at(good, "71 007e0009", 1),
       "reference = 0x7e0008 is not the one to java.lang.Enum, 0x7e0009"},
      {"74" + utf("Savepoint"), "71" + utf("Savepoint"), at(good, "74" + utf("Savepoint")),
       "savepoint name starts with 0x71, not 0x74"},
  }));
  CAPTURE(to);
  const std::string bad = replaced(good, from, to);
  CHECK(first_line_of_error(bad) == place + expected);
  CHECK_THROWS_AS(decode(bad), FormatError);
  CHECK(first_line_of_error("aced0005 70 70") ==
        "m: offset 0x105: 1 bytes left after the end of the checkpoint properties (Flink ignores "
        "them)");
}

TEST_CASE("every prefix and every flipped bit of the properties", "[properties]") {
  for (const std::string& hex :
       {head("00 00 00 00 00 01 00") + savepoint("NATIVE", "Savepoint", "NONE"),
        head("00 00 01 01 00 00 00") + checkpoint("Checkpoint", "FORWARD_BACKWARD")}) {
    const ByteVector good = from_hex(hex);
    for (std::size_t size = 1; size < good.size(); ++size) {
      CHECK_THROWS_AS(interpret_checkpoint_properties(Bytes(good).first(size), "m"), FormatError);
    }
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      ByteVector flipped = good;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
      try {
        interpret_checkpoint_properties(flipped, "m");
      } catch (const Error& error) {
        if (!std::string_view(error.what()).starts_with("m: offset 0x")) FAIL(error.what());
      }
    }
  }
}

}  // namespace savvy
