#include "cli/key_tally.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "format/byte_units.h"

namespace savvy {
namespace {

constexpr std::size_t kPlenty = kMiB;
constexpr std::size_t kLittle = 16 * kKiB;  // for some 150 keys

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Texts of equal length, so that their order is that of the numbers.
std::string key_of(int number) {
  const std::string digits = std::to_string(number);
  return std::string(8 - digits.size(), '0') + digits;
}

// `count` keys, the entries of each in one run; key i has i bytes in two entries.
KeyTally ascending_tally(int count, std::size_t budget) {
  KeyTally tally(budget, 3);
  for (int i = 0; i < count; ++i) {
    tally.add(bytes_of(key_of(i)), static_cast<std::uint64_t>(i) / 2);
    tally.add(bytes_of(key_of(i)),
              static_cast<std::uint64_t>(i) - static_cast<std::uint64_t>(i) / 2);
  }
  return tally;
}

}  // namespace

TEST_CASE("keys are counted once, wherever their entries stand", "[key_tally]") {
  KeyTally tally(kPlenty, 2);
  for (const std::string key : {"b", "a", "b", "", "c", "a", "b"}) tally.add(bytes_of(key), 10);
  CHECK(tally.count().value == 4);
  CHECK(tally.count().exact);
  CHECK(tally.largest_exact());
  const std::vector<KeyTotal> largest = tally.largest();
  REQUIRE(largest.size() == 2);
  CHECK(largest[0].key == "b");
  CHECK(largest[0].bytes == 30);
  CHECK(largest[0].entries == 3);
  CHECK(largest[1].key == "a");
}

TEST_CASE("of equal keys the smaller one is the larger", "[key_tally]") {
  KeyTally tally(kPlenty, 2);
  for (const std::string key : {"d", "c", "a", "b"}) tally.add(bytes_of(key), 10);
  CHECK(tally.largest()[0].key == "a");
  CHECK(tally.largest()[1].key == "b");
}

TEST_CASE("ascending keys stay exact beyond the memory", "[key_tally]") {
  const KeyTally tally = ascending_tally(20'000, kLittle);
  CHECK(tally.count().value == 20'000);
  CHECK(tally.count().exact);
  CHECK(tally.largest_exact());
  const std::vector<KeyTotal> largest = tally.largest();
  REQUIRE(largest.size() == 3);
  CHECK(largest[0].key == key_of(19'999));
  CHECK(largest[0].bytes == 19'999);
  CHECK(largest[0].entries == 2);
  CHECK(largest[2].key == key_of(19'997));
}

TEST_CASE("a large key early among ascending ones is kept", "[key_tally]") {
  KeyTally tally(kLittle, 1);
  tally.add(bytes_of(key_of(0)), 5000);
  for (int i = 1; i < 10'000; ++i) tally.add(bytes_of(key_of(i)), 1);
  REQUIRE(tally.largest().size() == 1);
  CHECK(tally.largest()[0].key == key_of(0));
}

TEST_CASE("keys in no order are estimated beyond the memory", "[key_tally]") {
  std::vector<int> numbers;
  for (int i = 0; i < 30'000; ++i) numbers.insert(numbers.end(), {i, i});
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(1));
  KeyTally tally(kLittle, 3);
  for (const int number : numbers) {
    tally.add(bytes_of(key_of(number)), number == 77 ? 1'000'000U : 1U);
  }
  CHECK_FALSE(tally.count().exact);
  CHECK_FALSE(tally.largest_exact());
  // Four standard errors.
  CHECK(std::abs(static_cast<double>(tally.count().value) - 30'000) < 30'000 * 0.033);
  REQUIRE(!tally.largest().empty());
  CHECK(tally.largest()[0].key == key_of(77));
}

TEST_CASE("keys that alone exceed the memory", "[key_tally]") {
  KeyTally tally(1000, 4);
  for (int i = 0; i < 50; ++i) tally.add(bytes_of(key_of(i) + std::string(5000, 'x')), 1);
  CHECK(tally.count().value == 50);
  CHECK(tally.largest().size() == 4);
}

TEST_CASE("estimates of few and many things", "[key_tally]") {
  DistinctSketch sketch;
  CHECK(sketch.estimate() == 0);
  std::uint64_t added = 0;
  for (const std::uint64_t count : {1U, 100U, 5000U, 100'000U, 1'000'000U}) {
    for (; added < count; ++added) {
      const std::string text = std::to_string(added);
      sketch.add(hash_bytes(bytes_of(text)));
      sketch.add(hash_bytes(bytes_of(text)));
    }
    const double error = static_cast<double>(sketch.estimate()) / static_cast<double>(count) - 1;
    CAPTURE(count, error);
    CHECK(std::abs(error) < 0.033);
  }
}

TEST_CASE("hashes tell apart what differs in length or in any byte", "[key_tally]") {
  std::vector<std::uint64_t> hashes;
  for (std::size_t length = 0; length <= 20; ++length) {
    const std::string zeros(length, '\0');
    hashes.push_back(hash_bytes(bytes_of(zeros)));
    for (std::size_t i = 0; i < length; ++i) {
      std::string text = zeros;
      text[i] = 1;
      hashes.push_back(hash_bytes(bytes_of(text)));
    }
  }
  std::sort(hashes.begin(), hashes.end());
  CHECK(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
}

}  // namespace savvy
