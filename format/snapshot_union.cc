#include "format/snapshot_union.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/byte_reader.h"
#include "format/byte_writer.h"
#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::string_view kPlace = "serializer snapshot";
constexpr std::uint64_t kFrameSizeBytes = 4;

// A marked stretch and those inside it.
struct Stretch {
  SnapshotMark mark;
  Bytes bytes;
  std::vector<Stretch> inner;
};

// A snapshot as one stretch of all its bytes. Marks come inner ones first, so those inside a mark
// are the last ones added before it.
Stretch read_stretches(Bytes stored, const SerializerRegistry& registry) {
  std::vector<SnapshotMark> marks;
  ByteReader in(stored, kPlace);
  SnapshotReader(in, registry, 0, &marks).read_proxy();
  in.expect_end("a serializer snapshot");
  marks.push_back({SnapshotMark::Kind::kFrame, 0, stored.size()});
  std::vector<Stretch> open;
  for (const SnapshotMark& mark : marks) {
    Stretch stretch{mark, stored.subspan(mark.begin, mark.end - mark.begin), {}};
    const auto inside = std::partition_point(open.begin(), open.end(), [&](const Stretch& other) {
      return other.mark.begin < mark.begin;
    });
    stretch.inner.assign(std::make_move_iterator(inside), std::make_move_iterator(open.end()));
    open.erase(inside, open.end());
    open.push_back(std::move(stretch));
  }
  return std::move(open.front());
}

struct CacheEntry {
  std::string name;
  Bytes head;  // name and key, as stored
  std::optional<Bytes> value;
  const Stretch* stretch = nullptr;  // of the value, if it is a snapshot that is understood
};

struct Cache {
  std::int64_t magic = 0;
  std::vector<CacheEntry> entries;
};

Cache read_cache(const Stretch& stretch) {
  ByteReader in(stretch.bytes, kPlace, stretch.mark.begin);
  Cache cache;
  cache.magic = in.i64("magic number of an optional map");
  const std::size_t count = in.count(1, "subclass");
  for (std::size_t i = 0; i < count; ++i) {
    CacheEntry entry;
    const std::uint64_t begin = in.offset();
    entry.name = in.utf("entry name");
    if (in.boolean("key flag")) in.blob("key frame");
    entry.head = in.bytes_since(begin);
    if (in.boolean("value flag")) {
      const std::uint64_t value = in.offset() + kFrameSizeBytes;
      entry.value = in.blob("value frame");
      const auto inner =
          std::partition_point(stretch.inner.begin(), stretch.inner.end(),
                               [&](const Stretch& other) { return other.mark.begin < value; });
      if (inner != stretch.inner.end() && inner->mark.begin == value) entry.stretch = &*inner;
    }
    cache.entries.push_back(std::move(entry));
  }
  return cache;
}

using CacheNames = std::unordered_map<std::string_view, const CacheEntry*>;

CacheNames names_in(const Cache& cache) {
  CacheNames names;
  for (const CacheEntry& entry : cache.entries) names.try_emplace(entry.name, &entry);
  return names;
}

// Appends what both say; false if they contradict each other.
bool unite(const Stretch& a, const Stretch& b, ByteWriter& out);

bool equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

bool unite_values(const CacheEntry& a, const CacheEntry& b, ByteWriter& out) {
  // One that its writer could not load says nothing.
  const std::optional<Bytes>& said = a.value ? a.value : b.value;
  out.boolean(said.has_value());
  if (!said) return true;
  if (!a.value || !b.value || equal(*a.value, *b.value)) {
    out.blob(*said);
    return true;
  }
  if (a.stretch == nullptr || b.stretch == nullptr) return false;
  ByteWriter value;
  if (!unite(*a.stretch, *b.stretch, value)) return false;
  out.blob(value.bytes());
  return true;
}

bool unite_caches(const Stretch& a, const Stretch& b, ByteWriter& out) {
  const Cache first = read_cache(a);
  const Cache second = read_cache(b);
  const CacheNames first_names = names_in(first);
  const CacheNames second_names = names_in(second);
  ByteWriter entries;
  std::size_t count = first.entries.size();
  for (const CacheEntry& entry : first.entries) {
    const auto other = second_names.find(entry.name);
    const CacheEntry& twin = other == second_names.end() ? entry : *other->second;
    if (!equal(entry.head, twin.head)) return false;
    entries.raw(entry.head);
    if (!unite_values(entry, twin, entries)) return false;
  }
  for (const CacheEntry& entry : second.entries) {
    if (first_names.contains(entry.name)) continue;
    entries.raw(entry.head);
    unite_values(entry, entry, entries);
    ++count;
  }
  out.i64(first.magic);
  out.count(count);
  out.raw(entries.bytes());
  return true;
}

// The bytes between the end of one inner stretch and the next, without the size of a frame.
Bytes between(const Stretch& outer, std::uint64_t from, std::size_t next) {
  std::uint64_t to = outer.mark.end;
  if (next < outer.inner.size()) {
    const SnapshotMark& mark = outer.inner[next].mark;
    to = mark.begin - (mark.kind == SnapshotMark::Kind::kFrame ? kFrameSizeBytes : 0);
  }
  return outer.bytes.subspan(from - outer.mark.begin, to - from);
}

bool unite_inner(const Stretch& a, const Stretch& b, ByteWriter& out) {
  if (a.mark.kind != b.mark.kind) return false;
  if (a.mark.kind == SnapshotMark::Kind::kCache) return unite_caches(a, b, out);
  ByteWriter framed;
  if (!unite(a, b, framed)) return false;
  out.blob(framed.bytes());
  return true;
}

bool unite(const Stretch& a, const Stretch& b, ByteWriter& out) {
  if (a.inner.size() != b.inner.size()) return false;
  std::uint64_t a_from = a.mark.begin;
  std::uint64_t b_from = b.mark.begin;
  for (std::size_t i = 0; i <= a.inner.size(); ++i) {
    const Bytes a_bytes = between(a, a_from, i);
    const Bytes b_bytes = between(b, b_from, i);
    if (!equal(a_bytes, b_bytes)) return false;
    out.raw(a_bytes);
    if (i == a.inner.size()) break;
    if (!unite_inner(a.inner[i], b.inner[i], out)) return false;
    a_from = a.inner[i].mark.end;
    b_from = b.inner[i].mark.end;
  }
  return true;
}

}  // namespace

std::optional<ByteVector> unite_snapshots(Bytes first, Bytes second,
                                          const SerializerRegistry& registry) {
  if (equal(first, second)) return ByteVector(first.begin(), first.end());
  try {
    const Stretch a = read_stretches(first, registry);
    const Stretch b = read_stretches(second, registry);
    ByteWriter out;
    if (!unite(a, b, out)) return std::nullopt;
    return out.take();
  } catch (const UnsupportedError&) {
    return std::nullopt;
  }
}

}  // namespace savvy
