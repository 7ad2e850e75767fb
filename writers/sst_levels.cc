#include "writers/sst_levels.h"

#include <algorithm>
#include <tuple>

namespace savvy {
namespace {

using Files = std::vector<SstFile*>;

bool key_less(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

// Files that only touch count as well.
bool overlap(const SstFile& a, const SstFile& b) {
  return !key_less(user_key_of(a.largest), user_key_of(b.smallest)) &&
         !key_less(user_key_of(b.largest), user_key_of(a.smallest));
}

bool older(const SstFile* a, const SstFile* b) {
  return std::tie(a->largest_seqno, a->smallest_seqno, a->number) <
         std::tie(b->largest_seqno, b->smallest_seqno, b->number);
}

// Just above all that it overlaps, which is older.
std::int32_t level_above(const SstFile& file, const Files& placed) {
  std::int32_t level = kBottomLevel + 1;
  for (const SstFile* other : placed) {
    if (overlap(file, *other)) level = std::min(level, other->level);
  }
  return std::max(level - 1, 0);
}

bool disjoint(const Files& level) {
  const auto collide = [](const SstFile* a, const SstFile* b) {
    return !internal_less(a->largest, b->smallest);
  };
  return std::adjacent_find(level.begin(), level.end(), collide) == level.end();
}

// What RocksDB demands of two neighbours of level 0.
bool newer_than(const SstFile& newer, const SstFile& other) {
  if (other.smallest_seqno == other.largest_seqno) {
    return other.smallest_seqno < newer.largest_seqno || other.smallest_seqno == 0;
  }
  return newer.smallest_seqno > other.smallest_seqno;
}

bool newest_first(const Files& level0) {
  const auto collide = [](const SstFile* newer, const SstFile* other) {
    return !newer_than(*newer, *other);
  };
  return std::adjacent_find(level0.begin(), level0.end(), collide) == level0.end();
}

}  // namespace

LevelsFit settle_levels(std::vector<SstFile>& files) {
  Files fresh;
  Files placed;
  for (SstFile& file : files) {
    if (file.level < 0 || file.level > kBottomLevel) return LevelsFit::kNo;
    (file.level == 0 ? fresh : placed).push_back(&file);
  }
  std::sort(fresh.begin(), fresh.end(), older);
  for (SstFile* file : fresh) {
    file->level = level_above(*file, placed);
    placed.push_back(file);
  }
  for (std::int32_t level = 0; level <= kBottomLevel; ++level) {
    Files members;
    std::copy_if(placed.begin(), placed.end(), std::back_inserter(members),
                 [&](const SstFile* file) { return file->level == level; });
    if (level == 0) {
      std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return older(b, a); });
      if (!newest_first(members)) return LevelsFit::kNo;
      continue;
    }
    std::sort(members.begin(), members.end(), [](const SstFile* a, const SstFile* b) {
      return internal_less(a->smallest, b->smallest);
    });
    if (!disjoint(members)) return LevelsFit::kNo;
  }
  return LevelsFit::kYes;
}

}  // namespace savvy
