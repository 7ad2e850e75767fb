"""The cases of bench.py: what is measured beside what, and what is wanted of each."""

from collections import namedtuple

from measuring import Side, bytes_below

# How a case is judged, and what its ratio is; results.json has the cases with `wanted`.
#   SPEED    time of the reference by time of savvy
#   RATE     entries a second by the entries a second that are wanted
#   MB_RATE  megabytes a second by those that are wanted
SPEED, RATE, MB_RATE = "speed", "rate", "MB rate"

# `starts` are commands whose time is no part of either side's: savvy's and the reference's.
Case = namedtuple("Case", "name savvy reference judge wanted size_bytes entries starts rounds",
                  defaults=(None, None))

METADATA_HANDLES = 420_000
KEYED_ENTRIES = 10_000_000
SMALL_ENTRIES = 1_000_000
LARGE_ENTRIES = 50_000_000
START_ENTRIES = 1_000
UID = "operator-0"


def synced_copy(source, target):
    return ["sh", "-c", f"cp -r '{source}' '{target}' && find '{target}' -type f -exec sync {{}} +"]


class Cases:
    """All cases over one set of data."""

    def __init__(self, data, size, jobs, reader):
        self.data = data
        self.savvy = data.savvy
        self.tool = data.tool
        self.jobs = jobs
        self.reader = reader
        self.out = data.path("out")
        self.reference_out = data.path("reference-out")
        folder = data.job(size)
        self.rocksdb, self.canonical, self.hashmap = (
            folder / name for name in ("rocksdb", "canonical", "hashmap"))
        self.job_entries = data.entries(self.rocksdb)

    def all(self):
        yield from self.inspect()
        yield from self.dump_kinds()
        yield from self.dump_like_flink()
        yield from self.dump_rocksdb()
        yield from self.rescale()
        yield from self.convert()
        yield from self.check()
        yield from self.two_threads()
        yield from self.others()

    def case(self, name, command, of, *, makes=None, reference=None, judge=SPEED, wanted=None,
             entries=None):
        return Case(name, Side([self.savvy] + command, makes), reference, judge, wanted,
                    bytes_below(of), self.job_entries if entries is None else entries)

    def inspect(self):
        references = self.data.references(METADATA_HANDLES)
        yield self.case("inspect 100 MB of metadata", ["inspect", references], references,
                        reference=Side(["cat", references / "_metadata"]), judge=MB_RATE,
                        wanted=300, entries=METADATA_HANDLES)

    def dump_kinds(self):
        for kind, wanted in (("long", 2_000_000), ("pojo", 700_000), ("row", 700_000)):
            source = self.data.keyed(kind, KEYED_ENTRIES)
            yield self.case(f"dump canonical, {kind}, 1 thread", ["dump", source, "--jobs", 1],
                            source, judge=RATE, wanted=wanted, entries=KEYED_ENTRIES)

    def dump_like_flink(self):
        """Beside the State Processor API, where Flink is to be had."""
        if not self.reader:
            return
        small, large, start = (self.data.keyed("long", entries)
                               for entries in (SMALL_ENTRIES, LARGE_ENTRIES, START_ENTRIES))

        def flink(source):
            return Side([*self.reader, source, UID, self.jobs])

        yield self.case("dump 1 M entries, as a process", ["dump", small], small,
                        reference=flink(small), wanted=20, entries=SMALL_ENTRIES)
        case = self.case("dump 50 M entries, rate", ["dump", large], large, reference=flink(large),
                         wanted=10, entries=LARGE_ENTRIES)
        yield case._replace(starts=(Side([self.savvy, "dump", start]), flink(start)), rounds=1)

    def dump_rocksdb(self):
        for threads in sorted({1, self.jobs}):
            yield self.case(f"dump rocksdb, {threads} thread", ["dump", self.rocksdb, "--jobs", threads],
                            self.rocksdb, wanted=0.6,
                            reference=Side([self.tool, "scan", self.rocksdb, "--threads", threads]))

    def rescaled(self, source, *more):
        return ["rescale", source, self.out, "--parallelism", "3", "--no-verify", *more]

    def rescale(self):
        for source in (self.canonical, self.hashmap):
            yield self.case(f"rescale {source.name}", self.rescaled(source), source, makes=self.out,
                            reference=self.copy(source), wanted=0.8)
        yield self.case("rescale rocksdb", self.rescaled(self.rocksdb), self.rocksdb,
                        makes=self.out, reference=self.written("rewrite", self.rocksdb), wanted=0.8)

    def copy(self, source):
        return Side(synced_copy(source, self.reference_out), self.reference_out)

    def written(self, what, source):
        return Side([self.tool, what, source, self.reference_out, "--threads", self.jobs],
                    self.reference_out)

    def converted(self, source, layout, *more):
        return ["convert", source, self.out, "--to", layout, "--no-verify", *more]

    def convert(self):
        write = self.written("write", self.data.spilled(self.rocksdb))
        spill = self.written("spill", self.rocksdb)
        for source, layout, reference, wanted in (
                (self.canonical, "rocksdb", write, 0.6), (self.hashmap, "rocksdb", write, 0.6),
                (self.rocksdb, "canonical", spill, 0.6), (self.rocksdb, "hashmap", spill, 0.6),
                (self.canonical, "hashmap", self.copy(self.canonical), None),
                (self.hashmap, "canonical", self.copy(self.hashmap), None)):
            yield self.case(f"convert {source.name} to {layout}", self.converted(source, layout),
                            source, makes=self.out, reference=reference, wanted=wanted)

    def check(self):
        for source, wanted in ((self.canonical, 0.3), (self.hashmap, None), (self.rocksdb, None)):
            files = [path for path in sorted(source.rglob("*")) if path.is_file()]
            yield self.case(f"check {source.name}", ["check", source, "--read-data"], source,
                            reference=Side(["cat", *files]), wanted=wanted)

    def two_threads(self):
        """The same command with one thread and with two."""
        keyed = {kind: self.data.keyed(kind, KEYED_ENTRIES) for kind in ("long", "pojo", "row")}
        commands = [(f"dump canonical, {kind}", ["dump", source], source, None, KEYED_ENTRIES)
                    for kind, source in keyed.items()]
        commands += [
            ("dump rocksdb", ["dump", self.rocksdb], self.rocksdb, None, None),
            ("rescale canonical", self.rescaled(self.canonical), self.canonical, self.out, None),
            ("rescale hashmap", self.rescaled(self.hashmap), self.hashmap, self.out, None),
            ("rescale rocksdb", self.rescaled(self.rocksdb), self.rocksdb, self.out, None),
            ("convert canonical to rocksdb", self.converted(self.canonical, "rocksdb"),
             self.canonical, self.out, None),
            ("check canonical", ["check", self.canonical, "--read-data"], self.canonical, None, None)]
        for name, command, source, makes, entries in commands:
            yield self.case(f"{name}: 2 threads beside 1", [*command, "--jobs", 2], source,
                            makes=makes, reference=Side([self.savvy, *command, "--jobs", 1], makes),
                            wanted=1.7, entries=entries)

    def streaming(self, size):
        """A case of every command that reads all entries, of so much state."""
        folders = self.data.layouts(size)
        for name, source in folders.items():
            # So small that it is full with less state, too; what check takes is fixed.
            cache = ["--block-cache", "8MB"] if name == "rocksdb" else []
            for command in (["dump", source, *cache], ["stats", source, *cache],
                            ["check", source, "--read-data"], ["diff", source, source, *cache]):
                yield self.case(f"{command[0]} {name}", command, source, entries=0)
            yield self.case(f"rescale {name}", self.rescaled(source, *cache), source,
                            makes=self.out, entries=0)
            for layout in folders:
                if layout != name:
                    yield self.case(f"convert {name} to {layout}",
                                    self.converted(source, layout, *cache), source,
                                    makes=self.out, entries=0)

    def others(self):
        """What verifying costs, and commands of which nothing is wanted."""
        for source in (self.canonical, self.rocksdb):
            yield self.case(f"verifying the rescaled {source.name}",
                            ["diff", source, self.data.rescaled(source)], source)
        for source in (self.rocksdb, self.canonical):
            yield self.case(f"stats {source.name}", ["stats", source], source)
