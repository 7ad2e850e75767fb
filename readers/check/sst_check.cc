#include "readers/check/sst_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "format/sst_tail.h"
#include "format/sst_walk.h"
#include "readers/check/rocksdb_verify.h"

namespace savvy {
namespace {

constexpr std::string_view kComparator = "leveldb.BytewiseComparator";
// Of lists; files that no database wrote name none.
constexpr std::string_view kMergeOperator = "StringAppendTESTOperator";
constexpr std::string_view kNoMergeOperator = "nullptr";
constexpr std::string_view kWhole = "blocks with their checksums, entries in order";

}  // namespace

// What a file holds, against what is said of it.
struct SstCheck::Comparison {
  const CheckedSst& sst;
  const SstTail& tail;
  const DatabaseFiles& files;
  FindingSink& findings;

  void add(std::string expected, std::string_view what, std::string found) {
    findings.add({FindingCode::kSstProperties, files.place(sst.stored, sst.family),
                  std::move(expected),
                  fmt::format("{}: {} {}", sst.stored.local_path, what, found)});
  }

  void compare_names() {
    // The family's number may be another: files that are imported, or taken over by savvy, keep
    // that of the database that wrote them.
    if (sst.listed != nullptr && !tail.family.empty() && tail.family != sst.family) {
      add(fmt::format("entries of state \"{}\", as the MANIFEST has it", sst.family),
          "column family", fmt::format("\"{}\"", tail.family));
    }
    if (!tail.comparator.empty() && tail.comparator != kComparator) {
      add(fmt::format("comparator {}", kComparator), "comparator", tail.comparator);
    }
    if (!tail.merge_operator.empty() && tail.merge_operator != kMergeOperator &&
        tail.merge_operator != kNoMergeOperator) {
      add(fmt::format("merge operator {}", kMergeOperator), "merge operator", tail.merge_operator);
    }
  }

  // Releases differ in whether range deletions are counted as entries and as deletions.
  void compare_counts(const SstContents& contents) {
    if (!tail.has_counts) return;
    const std::uint64_t ranges = contents.range_deletion_count;
    compare_count("entries", tail.entry_count, contents.entry_count, ranges);
    compare_count("deletions", tail.deletion_count, contents.deletion_count, ranges);
    compare_count("merge operands", tail.merge_operand_count, contents.merge_operand_count, 0);
    compare_count("range deletions", tail.range_deletion_count, ranges, 0);
    if (tail.data_block_count) {
      compare_count("data blocks", *tail.data_block_count, contents.data_block_count, 0);
    }
  }

  void compare_count(std::string_view what, std::uint64_t stored, std::uint64_t counted,
                     std::uint64_t maybe) {
    if (stored == counted || stored == counted + maybe) return;
    add(fmt::format("{} {}, as the properties have it", stored, what), "holds",
        fmt::format("{}", counted));
  }

  // Range deletions reach beyond the entries; without them the bounds are entries.
  void compare_bounds(const SstContents& contents) {
    if (sst.listed == nullptr || contents.entry_count == 0) return;
    const SstFile& listed = *sst.listed;
    const bool exact = contents.range_deletion_count == 0;
    compare_key("smallest key", SstBound::kSmallest, contents.smallest);
    compare_key("largest key", SstBound::kLargest, contents.largest);
    if (tail.external) return;
    compare_seqno("smallest sequence number", listed.smallest_seqno, contents.smallest_seqno,
                  !exact && listed.smallest_seqno <= contents.smallest_seqno);
    compare_seqno("largest sequence number", listed.largest_seqno, contents.largest_seqno,
                  !exact && listed.largest_seqno >= contents.largest_seqno);
  }

  void compare_key(std::string_view what, SstBound bound, Bytes found) {
    if (may_be_bound(bound, *sst.listed, found, tail)) return;
    const std::string listed = internal_key_text(bound_of(*sst.listed, bound));
    add(fmt::format("{} {}, as the MANIFEST has it", what, listed), what, internal_key_text(found));
  }

  void compare_seqno(std::string_view what, std::uint64_t listed, std::uint64_t found,
                     bool encloses) {
    if (listed == found || encloses) return;
    add(fmt::format("{} {}, as the MANIFEST has it", what, listed), what, fmt::format("{}", found));
  }
};

void SstCheck::check(const CheckedSst& sst) {
  const auto content = files_.open(sst.stored);
  if (content == nullptr) return;
  try {
    check_content(sst, *content);
  } catch (const FormatError& error) {
    add_damage(sst, error);
  } catch (const UnsupportedError& error) {
    add_not_checked(sst, error);
  }
}

void SstCheck::check_content(const CheckedSst& sst, const RandomAccessFile& content) {
  const SstTail tail = read_sst_tail(content);
  Comparison comparison{sst, tail, files_, findings_};
  comparison.compare_names();
  SstContents contents;
  try {
    contents = walk_sst(content, tail, [&](const FormatError& error) { add_damage(sst, error); });
  } catch (const UnsupportedError&) {
    // RocksDB may end the process over damage that no checksum keeps from it.
    if (tail.checksum == SstChecksum::kNone) throw;
    // Other compressions and checksums: the properties are read, and RocksDB verifies the rest.
    return verify_with_rocksdb(snapshot_, handle_, sst.stored.local_path);
  }
  if (!contents.whole) return;
  comparison.compare_counts(contents);
  comparison.compare_bounds(contents);
}

void SstCheck::add_damage(const CheckedSst& sst, const Error& error) {
  findings_.add(files_.finding(FindingCode::kSstDamaged, sst.stored, error, kWhole, sst.family));
}

void SstCheck::add_not_checked(const CheckedSst& sst, const Error& error) {
  findings_.add(files_.finding(FindingCode::kDataNotChecked, sst.stored, error,
                               "an SST file of format_version 1 to 5", sst.family));
}

}  // namespace savvy
