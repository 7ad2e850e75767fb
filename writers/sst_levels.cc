#include "writers/sst_levels.h"

#include <algorithm>
#include <tuple>

namespace savvy {
namespace {

using Files = std::vector<const SstFile*>;

bool key_less(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

// Files that only share a key at their ends count as well.
bool overlap(const SstFile& a, const SstFile& b) {
  return !key_less(user_key_of(a.largest), user_key_of(b.smallest)) &&
         !key_less(user_key_of(b.largest), user_key_of(a.smallest));
}

bool older(const SstFile* a, const SstFile* b) {
  return std::tie(a->largest_seqno, a->smallest_seqno, a->number) <
         std::tie(b->largest_seqno, b->smallest_seqno, b->number);
}

// Oldest first. Where two files of a level share a key, the left one has the newer entries of it.
bool placed_before(const SstFile* a, const SstFile* b) {
  if (a->level != b->level) return a->level > b->level;
  return a->level == 0 ? older(a, b) : internal_less(b->smallest, a->smallest);
}

// The lowest level at which nothing older lies above `file`, and nothing of its level in its way.
std::int32_t lowest_level(const SstFile& file, const Files& placed) {
  std::int32_t level = kBottomLevel;
  for (const SstFile* other : placed) {
    if (!overlap(file, *other)) continue;
    const bool beside = internal_less(file.largest, other->smallest);
    level = std::min(level, beside ? other->level : other->level - 1);
  }
  return std::max(level, 0);
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

Files of_level(const std::vector<SstFile>& files, std::int32_t level) {
  Files members;
  for (const SstFile& file : files) {
    if (file.level == level) members.push_back(&file);
  }
  return members;
}

// What RocksDB demands of the levels above 0.
bool levels_hold(const std::vector<SstFile>& files) {
  for (std::int32_t level = 1; level <= kBottomLevel; ++level) {
    Files members = of_level(files, level);
    std::sort(members.begin(), members.end(), [](const SstFile* a, const SstFile* b) {
      return internal_less(a->smallest, b->smallest);
    });
    if (!disjoint(members)) return false;
  }
  return std::all_of(files.begin(), files.end(), [](const SstFile& file) {
    return file.level >= 0 && file.level <= kBottomLevel;
  });
}

bool level0_holds(const std::vector<SstFile>& files) {
  Files members = of_level(files, 0);
  std::sort(members.begin(), members.end(),
            [](const SstFile* a, const SstFile* b) { return older(b, a); });
  return newest_first(members);
}

// False if a file would have to move up to level 0, whose order it was never in.
bool sink(std::vector<SstFile>& files) {
  std::vector<SstFile*> order;
  order.reserve(files.size());
  for (SstFile& file : files) order.push_back(&file);
  std::sort(order.begin(), order.end(), placed_before);
  Files placed;
  for (SstFile* file : order) {
    const std::int32_t level = lowest_level(*file, placed);
    if (level == 0 && file->level != 0) return false;
    file->level = level;
    placed.push_back(file);
  }
  return true;
}

}  // namespace

LevelsFit settle_levels(std::vector<SstFile>& files) {
  if (!levels_hold(files)) return LevelsFit::kNo;
  if (level0_holds(files)) return LevelsFit::kYes;
  return sink(files) && levels_hold(files) && level0_holds(files) ? LevelsFit::kYes
                                                                  : LevelsFit::kNo;
}

}  // namespace savvy
