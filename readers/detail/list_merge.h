// Private to readers: the operator that joins the elements of Flink's lists.

#pragma once

#include <rocksdb/merge_operator.h>

#include <memory>

namespace savvy {

std::shared_ptr<rocksdb::MergeOperator> list_merge();

}  // namespace savvy
