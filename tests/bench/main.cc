// savvy_bench: makes the data of the benchmark, and is what savvy is compared with (bench.py and
// growth.py run it; --help lists what it does).

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "tests/bench/bare_rocksdb.h"
#include "tests/bench/make_data.h"
#include "tests/bench/make_keyed.h"
#include "tests/bench/make_metadata.h"

namespace {

namespace fs = std::filesystem;
using namespace savvy::bench;

// Where a snapshot is read and where one is written, and how much of it.
struct Request {
  std::string source;
  std::string folder;
  std::uint64_t count = 0;
  std::uint64_t seed = 1;
  unsigned threads = 1;
  std::string kind = "long";
  std::string testdata = "testdata";
  KeyedShape shape;
  std::size_t files = 1;
};

void print(const Scanned& scanned) { fmt::print("{} {}\n", scanned.entries, scanned.bytes); }

template <typename Run>
CLI::App& add(CLI::App& app, const std::string& name, const std::string& text, Run run) {
  CLI::App* command = app.add_subcommand(name, text);
  command->callback(run);
  return *command;
}

void add_makers(CLI::App& app, Request& request) {
  CLI::App& make = add(app, "make", "one job's state in RocksDB and as canonical savepoint", [&] {
    make_rocksdb(fs::path(request.folder) / "rocksdb", request.count, request.seed);
    make_canonical(fs::path(request.folder) / "rocksdb", fs::path(request.folder) / "canonical");
  });
  CLI::App& keyed = add(app, "keyed", "a canonical savepoint of one kind of entries", [&] {
    request.shape.entries = request.count;
    make_keyed(request.folder, *make_entry_kind(request.kind, request.seed, request.testdata),
               request.shape);
  });
  keyed.add_option("--operators", request.shape.operators);
  keyed.add_option("--subtasks", request.shape.subtasks);
  keyed.add_option("--key-groups", request.shape.key_groups);
  CLI::App& files = add(app, "files", "a RocksDB checkpoint of so many SST files", [&] {
    make_sst_files(request.folder, *make_entry_kind(request.kind, request.seed, request.testdata),
                   request.count, request.files);
  });
  files.add_option("--files", request.files);
  for (CLI::App* command : {&keyed, &files}) {
    command->add_option("--kind", request.kind, "long, pojo or row");
    command->add_option("--testdata", request.testdata, "where the serializers of rows come from");
  }
  CLI::App& handles = add(app, "handles", "metadata of files that are there",
                          [&] { make_handles(request.folder, request.count); });
  CLI::App& references = add(app, "references", "metadata of files that lie elsewhere",
                             [&] { make_references(request.folder, request.count); });
  CLI::App& operators = add(app, "operators", "metadata of operators with inline state",
                            [&] { make_operators(request.folder, request.count); });
  for (CLI::App* command : {&make, &keyed, &files, &handles, &references, &operators}) {
    command->add_option("FOLDER", request.folder)->required();
    command->add_option("COUNT", request.count, "bytes for make, else how many")->required();
    command->add_option("--seed", request.seed);
  }
}

void add_references(CLI::App& app, Request& request) {
  CLI::App& scanning = add(app, "scan", "iterates all entries",
                           [&] { print(scan(request.source, request.threads)); });
  CLI::App& spilling = add(app, "spill", "iterates and writes plain files",
                           [&] { print(spill(request.source, request.folder, request.threads)); });
  CLI::App& writing = add(app, "write", "writes what spill wrote as SST files",
                          [&] { print(write(request.source, request.folder, request.threads)); });
  CLI::App& rewriting = add(app, "rewrite", "iterates and writes SST files", [&] {
    print(rewrite(request.source, request.folder, request.threads));
  });
  for (CLI::App* command : {&scanning, &spilling, &writing, &rewriting}) {
    command->add_option("SNAPSHOT", request.source, "for write a folder")->required();
    if (command != &scanning) command->add_option("DESTINATION", request.folder)->required();
    command->add_option("--threads", request.threads);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App app("The data of the benchmark, and what savvy is compared with");
  app.require_subcommand(1);
  add_makers(app, request);
  add_references(app, request);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "savvy_bench: {}\n", error.what());
    return 1;
  }
}
