// savvy_bench: makes the data of the benchmark, and is what savvy is compared with (bench.py runs it).
//
//   savvy_bench make FOLDER SIZE_BYTES SEED
//   savvy_bench scan SNAPSHOT THREADS
//   savvy_bench spill SNAPSHOT DESTINATION THREADS
//   savvy_bench rewrite SNAPSHOT DESTINATION THREADS
//   savvy_bench handles FOLDER COUNT
//   savvy_bench operators FOLDER COUNT

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/bare_rocksdb.h"
#include "tests/bench/make_data.h"
#include "tests/bench/make_metadata.h"

namespace {

namespace fs = std::filesystem;
using namespace savvy::bench;

void make(const fs::path& folder, std::uint64_t size_bytes, std::uint64_t seed) {
  make_rocksdb(folder / "rocksdb", size_bytes, seed);
  make_canonical(folder / "rocksdb", folder / "canonical");
}

void report(const Scanned& scanned) { fmt::print("{} {}\n", scanned.entries, scanned.bytes); }

unsigned threads_of(const std::string& text) { return static_cast<unsigned>(std::stoul(text)); }

int run(const std::vector<std::string>& words) {
  if (words.size() == 4 && words[0] == "make") {
    make(words[1], std::stoull(words[2]), std::stoull(words[3]));
  } else if (words.size() == 3 && words[0] == "scan") {
    report(scan(words[1], threads_of(words[2])));
  } else if (words.size() == 4 && words[0] == "spill") {
    report(spill(words[1], words[2], threads_of(words[3])));
  } else if (words.size() == 4 && words[0] == "rewrite") {
    report(rewrite(words[1], words[2], threads_of(words[3])));
  } else if (words.size() == 3 && words[0] == "handles") {
    make_handles(words[1], std::stoull(words[2]));
  } else if (words.size() == 3 && words[0] == "operators") {
    make_operators(words[1], std::stoull(words[2]));
  } else {
    fmt::print(stderr, "savvy_bench: there is no such request; see its source\n");
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "savvy_bench: {}\n", error.what());
    return 1;
  }
}
