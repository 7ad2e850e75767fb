// The exact text of commands. After a wanted change: SAVVY_UPDATE_GOLDEN=1 cli_tests '[golden]'
// writes the files of tests/golden anew; read the difference before it is committed.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/support/files.h"
#include "tests/support/run_program.h"

namespace savvy::testing {
namespace {

struct Golden {
  const char* file;
  const char* arguments;  // paths are relative to the project
  int exit_code = 0;
};

constexpr Golden kGoldens[] = {
    {"help.txt", "--help"},
    {"help-inspect.txt", "inspect --help"},
    {"help-schema.txt", "schema --help"},
    {"help-dump.txt", "dump --help"},
    {"help-stats.txt", "stats --help"},
    {"help-check.txt", "check --help"},
    {"help-ls.txt", "ls --help"},
    {"help-orphans.txt", "orphans --help"},
    {"help-diff.txt", "diff --help"},
    {"help-files.txt", "files --help"},
    {"help-get.txt", "get --help"},
    {"help-rescale.txt", "rescale --help"},
    {"help-convert.txt", "convert --help"},
    {"help-relocate.txt", "relocate --help"},
    {"help-uid.txt", "uid --help"},
    {"inspect-2.3-hashmap-canonical.txt",
     "inspect testdata/flink2.3-hashmap-canonical --format text"},
    {"inspect-2.3-hashmap-canonical.json",
     "inspect testdata/flink2.3-hashmap-canonical --format json"},
    {"inspect-2.3-hashmap-canonical.csv",
     "inspect testdata/flink2.3-hashmap-canonical --format csv"},
    {"inspect-1.20-rocksdb-native.txt", "inspect testdata/flink1.20-rocksdb-native --format text"},
    {"schema-2.3-hashmap-canonical.txt",
     "schema testdata/flink2.3-hashmap-canonical --format text"},
    {"schema-1.20-profile.json",
     "schema testdata/flink1.20-hashmap-native --state profile --format json"},
    {"stats-2.3-hashmap-canonical.txt",
     "stats testdata/flink2.3-hashmap-canonical --operator keyed-string --operator broadcast "
     "--top 2 --format text --ttl ttl-map=12h --now 2026-11-25"},
    {"stats-2.3-hashmap-canonical.json",
     "stats testdata/flink2.3-hashmap-canonical --state counters --state SourceReaderState --top 2 "
     "--format json"},
    {"stats-2.3-hashmap-canonical.csv",
     "stats testdata/flink2.3-hashmap-canonical --top 1 --format csv"},
    {"files-2.3-hashmap-canonical.txt", "files testdata/flink2.3-hashmap-canonical --format text"},
    {"diff-2.3-chain.txt",
     "diff "
     "testdata/flink2.3-rocksdb-checkpoint-incremental-merged/00000000000000000000000000000001/"
     "chk-1 "
     "testdata/flink2.3-rocksdb-checkpoint-incremental-merged/00000000000000000000000000000001/"
     "chk-2 "
     "--map "
     "file:/tmp/savvy-testdata/flink2.3-rocksdb-checkpoint-incremental-merged=testdata/"
     "flink2.3-rocksdb-checkpoint-incremental-merged "
     "--limit 8 --format text",
     1},
    {"diff-2.3-chain.jsonl",
     "diff "
     "testdata/flink2.3-rocksdb-checkpoint-incremental-merged/00000000000000000000000000000001/"
     "chk-1 "
     "testdata/flink2.3-rocksdb-checkpoint-incremental-merged/00000000000000000000000000000001/"
     "chk-2 "
     "--map "
     "file:/tmp/savvy-testdata/flink2.3-rocksdb-checkpoint-incremental-merged=testdata/"
     "flink2.3-rocksdb-checkpoint-incremental-merged "
     "--limit 8 --format jsonl",
     1},
    {"diff-2.3-max-parallelism.txt",
     "diff testdata/flink2.3-hashmap-canonical-p1 testdata/flink2.3-hashmap-canonical-p4-of-4096 "
     "--kind keyed --kind timer --format text"},
    {"rescale-2.3-dry-run.txt",
     "rescale testdata/flink2.3-hashmap-canonical build/nowhere --parallelism 5 --dry-run "
     "--format text"},
    {"rescale-2.3-dry-run.json",
     "rescale testdata/flink2.3-hashmap-canonical build/nowhere --operator keyed-string=3 "
     "--dry-run "
     "--format json"},
    {"convert-2.3-dry-run.txt",
     "convert testdata/flink2.3-rocksdb-native build/nowhere --to canonical --for-flink 1.20 "
     "--dry-run --format text"},
    {"relocate-2.3-dry-run.txt",
     "relocate testdata/flink2.3-hashmap-checkpoint build/nowhere --for-flink 1.20 --dry-run "
     "--format text"},
    {"relocate-2.3-uris.txt",
     "relocate "
     "testdata/flink2.3-hashmap-checkpoint-merged/00000000000000000000000000000001/chk-2 "
     "build/nowhere --rewrite-prefix "
     "file:/tmp/savvy-testdata/flink2.3-hashmap-checkpoint-merged=s3://bucket/flink --dry-run "
     "--format text"},
    {"chain-2.3-merged.txt",
     "check --chain testdata/flink2.3-rocksdb-checkpoint-incremental-merged --map "
     "file:/tmp/savvy-testdata=testdata --without chk-1 --format text"},
    {"dump-2.3-broadcast.jsonl",
     "dump testdata/flink2.3-hashmap-canonical --operator broadcast --kind broadcast"},
    {"dump-2.3-keyed-pojo.csv",
     "dump testdata/flink2.3-hashmap-canonical --operator keyed-pojo --sort --format csv"},
    {"dump-1.20-windows.json",
     "dump testdata/flink1.20-hashmap-native --operator window-reduce --sort --limit 20 "
     "--format json"},
};

std::string golden_path(const Golden& golden) {
  return std::string(SAVVY_SOURCE_DIR) + "/tests/golden/" + golden.file;
}

}  // namespace

TEST_CASE("commands print what they printed before", "[cli][golden]") {
  const char* update = std::getenv("SAVVY_UPDATE_GOLDEN");
  for (const Golden& golden : kGoldens) {
    CAPTURE(golden.arguments);
    const Run run =
        run_shell("cd " + shell_word(SAVVY_SOURCE_DIR) + " && savvy " + golden.arguments);
    CHECK(run.exit_code == golden.exit_code);
    if (update != nullptr) std::ofstream(golden_path(golden), std::ios::binary) << run.out;
    CHECK(run.out == read_text(golden_path(golden)));
  }
}

}  // namespace savvy::testing
