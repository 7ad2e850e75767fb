#include "cli/work_options.h"

#include <CLI/CLI.hpp>

namespace savvy {

void add_jobs_option(CLI::App& command, unsigned& jobs, const std::string& result) {
  command.add_option("-j,--jobs", jobs, "Threads; " + result)
      ->check(CLI::Range(1U, 1024U))
      ->type_name("N");
}

void add_temp_directory_option(CLI::App& command, std::string& directory, const std::string& use) {
  command.add_option("--tmp-dir", directory, use + ", e.g. --tmp-dir /var/tmp")->type_name("DIR");
}

void add_block_cache_option(CLI::App& command, std::uint64_t& bytes) {
  command
      .add_option("--block-cache", bytes,
                  "Memory for blocks of RocksDB files, e.g. --block-cache 256MB (64MB by default)")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
}

}  // namespace savvy
