#include "format/types/variant.h"

#include <fmt/format.h>

#include <bit>
#include <string>
#include <vector>

#include "format/big_number.h"
#include "format/errors.h"
#include "format/iso_time.h"
#include "format/modified_utf8.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

constexpr int kMaxDepth = 200;
// Names and texts may be used many times over, but not without measure.
constexpr std::size_t kMaxExpansion = 1000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

enum class Basic { kPrimitive, kShortString, kObject, kArray };

// Little-endian bytes with checked positions.
class Region {
 public:
  Region(Bytes bytes, std::string_view place) : bytes_(bytes), place_(place) {}

  [[noreturn]] void fail(std::string_view message) const {
    throw FormatError(fmt::format("{}: VARIANT: {}", place_, message));
  }
  Bytes take(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) {
      fail(fmt::format("{} bytes at {} of {}", size, at, bytes_.size()));
    }
    return bytes_.subspan(at, size);
  }
  std::uint64_t number(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    const Bytes part = take(at, width);
    for (std::size_t i = width; i-- > 0;) value = value << 8 | part[i];
    return value;
  }
  std::int64_t integer(std::size_t at, std::size_t width) const {
    const auto shift = static_cast<unsigned>(64 - 8 * width);
    return static_cast<std::int64_t>(number(at, width) << shift) >> shift;
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  Bytes bytes_;
  std::string_view place_;
};

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// The names of fields.
class Dictionary {
 public:
  explicit Dictionary(const Region& region) : region_(region) {
    const auto header = static_cast<unsigned>(region.number(0, 1));
    if ((header & 0xFU) != 1) region.fail(fmt::format("metadata version {}", header & 0xFU));
    width_ = (header >> 6) + 1;
    size_ = region.number(1, width_);
    if (size_ > region.size()) region.fail(fmt::format("dictionary of {} names", size_));
  }

  std::string name(std::uint64_t id) const {
    if (id >= size_) region_.fail(fmt::format("name {} of {}", id, size_));
    const std::size_t offsets = 1 + width_;
    const std::size_t names = offsets + (size_ + 1) * width_;
    const std::uint64_t start = region_.number(offsets + id * width_, width_);
    const std::uint64_t end = region_.number(offsets + (id + 1) * width_, width_);
    if (end < start) region_.fail("names out of order");
    std::string text = text_of(region_.take(names + start, end - start));
    if (!is_utf8(text)) region_.fail("a name that is not UTF-8");
    return text;
  }

 private:
  const Region& region_;
  std::size_t width_ = 1;
  std::uint64_t size_ = 0;
};

class VariantEmitter {
 public:
  VariantEmitter(const Dictionary& dictionary, const Region& region, ValueSink& sink)
      : dictionary_(dictionary), region_(region), sink_(sink) {}

  void emit(std::size_t at) {
    // Offsets may point anywhere, also back: a value of so many bytes has at most as many parts.
    if (++depth_ > kMaxDepth || ++parts_ > region_.size()) region_.fail("nested without end");
    const auto header = static_cast<unsigned>(region_.number(at, 1));
    const unsigned info = header >> 2;
    switch (static_cast<Basic>(header & 3U)) {
      case Basic::kPrimitive:
        emit_primitive(info, at + 1);
        break;
      case Basic::kShortString:
        emit_text(region_.take(at + 1, info));
        break;
      case Basic::kObject:
        emit_object(info, at + 1);
        break;
      case Basic::kArray:
        emit_array(info, at + 1);
        break;
    }
    --depth_;
  }

 private:
  void expect_measure(std::size_t more) {
    used_ += more;
    if (used_ > kMaxExpansion * region_.size()) region_.fail("used over and over");
  }

  void emit_text(Bytes bytes) {
    expect_measure(bytes.size());
    const std::string text = text_of(bytes);
    is_utf8(text) ? sink_.string(text) : sink_.opaque(bytes, "string", "text that is not UTF-8");
  }

  void emit_integer(std::size_t at, std::size_t width) {
    const std::int64_t value = region_.integer(at, width);
    width == 8 ? sink_.int64(value) : sink_.int32(static_cast<std::int32_t>(value));
  }

  void emit_decimal(std::size_t at, std::size_t width) {
    const auto scale = static_cast<std::int64_t>(region_.number(at, 1));
    const Bytes little = region_.take(at + 1, width);
    const ByteVector big(little.rbegin(), little.rend());
    sink_.string(to_plain_decimal(to_decimal(big), scale));
  }

  void emit_timestamp(std::size_t at, std::int64_t per_second, Zone zone) {
    const std::int64_t value = region_.integer(at, 8);
    const std::int64_t nano = floor_mod(value, per_second) * (kNanosPerSecond / per_second);
    sink_.string(iso_date_time(floor_div(value, per_second), static_cast<std::int32_t>(nano),
                               Fraction::kShortest, zone));
  }

  void emit_time(std::size_t at) {
    const std::int64_t micros = region_.integer(at, 8);
    if (micros < 0 || micros >= kSecondsPerDay * kMicrosPerSecond) region_.fail("no time of day");
    sink_.string(iso_time(micros / kMicrosPerSecond,
                          static_cast<std::int32_t>(micros % kMicrosPerSecond * 1000),
                          Fraction::kShortest));
  }

  Bytes sized(std::size_t at) const {
    return region_.take(at + 4, static_cast<std::size_t>(region_.number(at, 4)));
  }

  // The numbers are part of the format.
  void emit_primitive(unsigned type, std::size_t at) {
    switch (type) {
      case 0:
        return sink_.null();
      case 1:
      case 2:
        return sink_.boolean(type == 1);
      case 3:
      case 4:
      case 5:
      case 6:
        return emit_integer(at, std::size_t{1} << (type - 3));
      case 7:
        return sink_.float64(std::bit_cast<double>(region_.number(at, 8)));
      case 8:
      case 9:
      case 10:
        return emit_decimal(at, std::size_t{4} << (type - 8));
      case 11:
        return sink_.string(iso_date_of_epoch_day(region_.integer(at, 4)));
      case 12:
        return emit_timestamp(at, kMicrosPerSecond, Zone::kUtc);
      case 13:
        return emit_timestamp(at, kMicrosPerSecond, Zone::kNone);
      case 14:
        return sink_.float32(
            std::bit_cast<float>(static_cast<std::uint32_t>(region_.number(at, 4))));
      case 15:
        expect_measure(sized(at).size());
        return sink_.bytes(sized(at));
      case 16:
        return emit_text(sized(at));
      case 17:
        return emit_time(at);
      case 18:
        return emit_timestamp(at, kNanosPerSecond, Zone::kUtc);
      case 19:
        return emit_timestamp(at, kNanosPerSecond, Zone::kNone);
      case 20:
        return sink_.string(uuid_text(region_.take(at, 16)));
      default:
        region_.fail(fmt::format("primitive type {}", type));
    }
  }

  // The number of parts: one byte, or four of a large one.
  std::size_t read_count(bool large, std::size_t at) const {
    const std::uint64_t count = region_.number(at, large ? 4 : 1);
    if (count > region_.size()) region_.fail(fmt::format("{} parts", count));
    return static_cast<std::size_t>(count);
  }

  // info: 0 large, two bits width of ids - 1, two bits width of offsets - 1.
  void emit_object(unsigned info, std::size_t at) {
    const bool large = (info >> 4 & 1U) != 0;
    const std::size_t id_width = (info >> 2 & 3U) + 1;
    const std::size_t offset_width = (info & 3U) + 1;
    const std::size_t count = read_count(large, at);
    const std::size_t ids = at + (large ? 4 : 1);
    const std::size_t offsets = ids + count * id_width;
    const std::size_t values = offsets + (count + 1) * offset_width;
    sink_.begin_object();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = dictionary_.name(region_.number(ids + i * id_width, id_width));
      expect_measure(name.size());
      sink_.field(name);
      emit(values + region_.number(offsets + i * offset_width, offset_width));
    }
    sink_.end_object();
  }

  // info: large, two bits width of offsets - 1.
  void emit_array(unsigned info, std::size_t at) {
    const bool large = (info >> 2 & 1U) != 0;
    const std::size_t width = (info & 3U) + 1;
    const std::size_t count = read_count(large, at);
    const std::size_t offsets = at + (large ? 4 : 1);
    const std::size_t values = offsets + (count + 1) * width;
    sink_.begin_array();
    for (std::size_t i = 0; i < count; ++i) {
      emit(values + region_.number(offsets + i * width, width));
    }
    sink_.end_array();
  }

  const Dictionary& dictionary_;
  const Region& region_;
  ValueSink& sink_;
  int depth_ = 0;
  std::size_t parts_ = 0;
  std::size_t used_ = 0;
};

}  // namespace

void emit_variant(Bytes metadata, Bytes value, std::string_view place, ValueSink& sink) {
  const Region names(metadata, place);
  const Region values(value, place);
  const Dictionary dictionary(names);
  VariantEmitter(dictionary, values, sink).emit(0);
}

}  // namespace savvy
