// Options for how work is done: threads, memory, temporary files. Called and checked the same
// everywhere.

#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace savvy {

// -j, --jobs. `result` tells what stays the same for any number of threads.
void add_jobs_option(CLI::App& command, unsigned& jobs, const std::string& result);

// --tmp-dir. `use` tells what is put there.
void add_temp_directory_option(CLI::App& command, std::string& directory, const std::string& use);

// --block-cache, of 64 MB by default.
void add_block_cache_option(CLI::App& command, std::uint64_t& bytes);

}  // namespace savvy
