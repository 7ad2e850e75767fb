#include "readers/detail/list_merge.h"

#include <rocksdb/convenience.h>

#include "format/errors.h"

namespace savvy {

std::shared_ptr<rocksdb::MergeOperator> list_merge() {
  std::shared_ptr<rocksdb::MergeOperator> merge;
  // The name under which Flink's lists are written; RocksDB brings the operator itself.
  const rocksdb::Status status = rocksdb::MergeOperator::CreateFromString(
      rocksdb::ConfigOptions(), "stringappendtest", &merge);
  if (!status.ok()) throw UnsupportedError("RocksDB without the operator of Flink's lists");
  return merge;
}

}  // namespace savvy
