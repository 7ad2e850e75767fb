#include "readers/sst_identity.h"

#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <memory>

#include "readers/detail/rocksdb_files.h"

namespace savvy {

std::map<std::string, SstIdentity> sst_identities(const Snapshot& snapshot,
                                                  const IncrementalHandle& handle) {
  const auto files = std::make_shared<RocksdbFiles>(snapshot, handle);
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  rocksdb::Options options;
  options.env = env.get();
  std::map<std::string, SstIdentity> identities;
  for (const auto* list : {&handle.shared_files, &handle.private_files}) {
    for (const LocalFile& file : *list) {
      if (!file.local_path.ends_with(".sst")) continue;
      rocksdb::SstFileReader reader(options);
      const std::string path = std::string(RocksdbFiles::kFolder) + "/" + file.local_path;
      if (!reader.Open(path).ok()) continue;
      const auto properties = reader.GetTableProperties();
      if (properties->orig_file_number == 0 || properties->db_session_id.empty()) continue;
      identities[file.local_path] = {properties->db_session_id, properties->orig_file_number};
    }
  }
  return identities;
}

}  // namespace savvy
