#include "format/snapshot_union.h"

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;

const std::vector<PartBytes> kFields = {{"age", base_snapshot("Int")}};

Snapshot plain(const std::string& name) { return pojo_of(name, kFields); }

// A POJO whose serializer has met these subclasses.
Snapshot with_cache(const std::vector<PartBytes>& cache) {
  return pojo_of("example.Base", kFields, {}, cache);
}
Snapshot met(const std::vector<std::string>& names) {
  std::vector<PartBytes> cache;
  for (const std::string& name : names) cache.push_back({name, plain(name)});
  return with_cache(cache);
}

Snapshot ttl_of(const Snapshot& value) {
  return composite("org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializerSnapshot", 2,
                   {base_snapshot("Long"), value});
}

// The united snapshot in hex; "different" if there is none.
std::string united(const Snapshot& a, const Snapshot& b) {
  const auto result = unite_snapshots(proxy_of(a), proxy_of(b), make_serializer_registry());
  return result ? to_hex_text(*result) : "different";
}
std::string hex_of(const Snapshot& snapshot) { return to_hex_text(proxy_of(snapshot)); }

}  // namespace

TEST_CASE("equal snapshots are their own union", "[snapshot_union]") {
  CHECK(united(met({"example.A"}), met({"example.A"})) == hex_of(met({"example.A"})));
  // Also where nobody could read them.
  const Snapshot odd = snapshot("example.OddSnapshot", 1);
  CHECK(united(odd, odd) == hex_of(odd));
}

TEST_CASE("the subclasses that two serializers met are united", "[snapshot_union]") {
  CHECK(united(met({}), met({"example.A"})) == hex_of(met({"example.A"})));
  CHECK(united(met({"example.A"}), met({})) == hex_of(met({"example.A"})));
  CHECK(united(met({"example.B", "example.C"}), met({"example.A", "example.C"})) ==
        hex_of(met({"example.B", "example.C", "example.A"})));
}

TEST_CASE("wherever the POJO stands", "[snapshot_union]") {
  const Snapshot a = met({"example.A"});
  const Snapshot b = met({"example.B"});
  const Snapshot both = met({"example.A", "example.B"});
  const Snapshot text = base_snapshot("String");
  CHECK(united(list_of(a), list_of(b)) == hex_of(list_of(both)));
  CHECK(united(map_of(text, a), map_of(text, b)) == hex_of(map_of(text, both)));
  CHECK(united(map_of(a, b), map_of(b, a)) ==
        hex_of(map_of(both, met({"example.B", "example.A"}))));
  CHECK(united(ttl_of(list_of(a)), ttl_of(list_of(b))) == hex_of(ttl_of(list_of(both))));
  CHECK(united(tuple_of({text, a, b}), tuple_of({text, b, b})) ==
        hex_of(tuple_of({text, both, b})));
}

TEST_CASE("inside a frame, whose size grows with it", "[snapshot_union]") {
  const auto outer = [](const Snapshot& field, const Snapshot& registered, const Snapshot& other) {
    return pojo_of("example.Outer", {{"id", base_snapshot("Long")}, {"inner", field}},
                   {{"example.R", registered}}, {{"example.O", other}});
  };
  const Snapshot a = met({"example.A"});
  const Snapshot b = met({"example.B"});
  const Snapshot both = met({"example.A", "example.B"});
  CHECK(united(outer(a, a, a), outer(b, b, b)) == hex_of(outer(both, both, both)));
  CHECK(united(outer(list_of(outer(a, a, b)), a, a), outer(list_of(outer(b, a, b)), a, a)) ==
        hex_of(outer(list_of(outer(both, a, b)), a, a)));
}

TEST_CASE("a subclass that one writer could not load", "[snapshot_union]") {
  const Snapshot lost = with_cache({{"example.A", {}}, {"example.B", {}}});
  CHECK(united(lost, met({"example.A"})) ==
        hex_of(with_cache({{"example.A", plain("example.A")}, {"example.B", {}}})));
  CHECK(united(met({"example.B"}), lost) ==
        hex_of(with_cache({{"example.B", plain("example.B")}, {"example.A", {}}})));
}

TEST_CASE("a subclass of unknown serializer travels as it is", "[snapshot_union]") {
  const Snapshot odd = snapshot("example.OddSnapshot", 1);
  CHECK(united(met({"example.A"}), with_cache({{"example.Odd", odd}})) ==
        hex_of(with_cache({{"example.A", plain("example.A")}, {"example.Odd", odd}})));
  CHECK(united(with_cache({{"example.Odd", odd}}),
               with_cache({{"example.Odd", snapshot("example.OddSnapshot", 2)}})) == "different");
}

TEST_CASE("snapshots that differ in anything else have no union", "[snapshot_union]") {
  const Snapshot other_field = pojo_of("example.Base", {{"name", base_snapshot("String")}});
  CHECK(united(met({}), other_field) == "different");
  CHECK(united(met({}), plain("example.Other")) == "different");
  CHECK(united(base_snapshot("Int"), base_snapshot("Long")) == "different");
  CHECK(united(list_of(met({})), met({})) == "different");
  CHECK(united(map_of(met({}), met({})), list_of(met({}))) == "different");
  // Values name registered subclasses by their position.
  CHECK(united(pojo_of("example.Base", kFields, {{"example.A", plain("example.A")}}),
               pojo_of("example.Base", kFields, {{"example.B", plain("example.B")}})) ==
        "different");
  // A subclass of two shapes.
  CHECK(united(with_cache({{"example.A", plain("example.A")}}),
               with_cache({{"example.A", other_field}})) == "different");
  // Unreadable and unequal.
  CHECK(united(snapshot("example.OddSnapshot", 1), snapshot("example.OddSnapshot", 4)) ==
        "different");
}

TEST_CASE("a damaged snapshot is a format error", "[snapshot_union]") {
  const SerializerRegistry registry = make_serializer_registry();
  const ByteVector whole = proxy_of(list_of(met({"example.A"})));
  const ByteVector other = proxy_of(list_of(met({})));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const Bytes cut = Bytes(whole).first(size);
    CHECK_THROWS_AS(unite_snapshots(cut, other, registry), FormatError);
    CHECK_THROWS_AS(unite_snapshots(other, cut, registry), FormatError);
  }
}

}  // namespace savvy
