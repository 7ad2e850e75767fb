#include <fmt/format.h>

#include "format/iso_time.h"
#include "format/modified_utf8.h"
#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/fixed_type.h"

// Bytes   String, BigDec, DecimalData  i32 n | n bytes UTF-8
//         Date  i32 epoch day; Time  i32 ms of day; Timestamp  as TimestampData
//         snapshots have no payload but that of DecimalData: i32 precision | i32 scale
// Values  those of Python are pickles inside byte[], and a pickle is a program: they stay bytes
// Source  the serializers of org.apache.flink.table.runtime.typeutils.serializers.python

namespace savvy {
namespace {

constexpr std::string_view kPython = "org.apache.flink.table.runtime.typeutils.serializers.python.";
constexpr std::int32_t kMillisPerDay = 86'400'000;

class PythonTextType final : public SnapshotType {
 public:
  using SnapshotType::SnapshotType;

  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const Bytes bytes = in.blob("text");
    const std::string text(bytes.begin(), bytes.end());
    is_utf8(text) ? sink.string(text) : sink.opaque(bytes, "String", "text that is not UTF-8");
    return End::kKnown;
  }
  void skip(ByteReader& in) const override { in.blob("text"); }
  std::size_t min_bytes() const override { return 4; }

 protected:
  TypeDescription describe_data() const override { return {"string", "Text", {}, 0, {}, {}}; }
};

void emit_day(ByteReader& in, ValueSink& sink) {
  sink.string(iso_date_of_epoch_day(in.i32("epoch day")));
}

void emit_milli_of_day(ByteReader& in, ValueSink& sink) {
  const std::uint64_t at = in.offset();
  const std::int32_t ms = in.i32("ms of day");
  if (ms < 0 || ms >= kMillisPerDay) in.fail_at(at, fmt::format("{} ms is no time of day", ms));
  sink.string(iso_time(ms / 1000, ms % 1000 * 1'000'000, Fraction::kShortest));
}

TypePtr read_decimal_data(SnapshotReader& reader, const SnapshotHead& head) {
  reader.expect_version(head, 1, 1);
  reader.in().i32("precision");
  reader.in().i32("scale");  // the text has its own
  return std::make_shared<PythonTextType>(head);
}

}  // namespace

void add_python_types(SerializerRegistry& registry) {
  for (const std::string_view name : {"StringSerializer", "BigDecSerializer"}) {
    registry.add_simple(join(kPython, name), [](const SnapshotHead& head) -> TypePtr {
      return std::make_shared<PythonTextType>(head);
    });
  }
  registry.add(join(kPython, "DecimalDataSerializer$DecimalSerializerSnapshot"), read_decimal_data);
  registry.add_simple(join(kPython, "DateSerializer"), fixed_type<4, emit_day>("date", "DATE"));
  registry.add_simple(join(kPython, "TimeSerializer"),
                      fixed_type<4, emit_milli_of_day>("time", "TIME"));
}

}  // namespace savvy
