#!/usr/bin/env python3
"""Measures savvy beside what bounds it, prints one table and writes results.json beside this file.

Run by ./dev bench. Each case runs in turns with its reference, round after round; figures are
medians. Everything is warm: the data fits the page cache where memory allows, and is read once
before. What a case is, is told in README.md.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
SEED = 20240601
MIB = 1024 * 1024
MEMORY_BUDGET_MIB = 256 + 64  # of the design, and the block cache of RocksDB
KEYS = 20
UNITS = {"K": 1024, "M": MIB, "G": 1024 * MIB}

# One side of a case; `makes` is what the command writes, and is removed again.
Side = namedtuple("Side", "command makes codes", defaults=(None, (0,)))
# Without a reference there is no ratio; results.json has the cases with `wanted`.
Case = namedtuple("Case", "name savvy reference wanted size_bytes entries")
Run = namedtuple("Run", "wall_s cpu_s peak_mib")


def size_of(text):
    unit = UNITS.get(text[-1:].upper())
    return int(text[:-1]) * unit if unit else int(text)


def options():
    parser = argparse.ArgumentParser(description="The benchmark of savvy.")
    parser.add_argument("--size", type=size_of, default="1G",
                        help="bytes of files of each snapshot: 64M, 1G (default)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each case (default 3)")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="only cases whose name holds this; results.json stays as it is")
    parser.add_argument("--build", type=Path, default=SOURCE.parents[1] / "build",
                        help="where release/ is, and bench/ will be")
    return parser.parse_args()


def run(side):
    """Runs a command alone and returns what it took."""
    if side.makes:
        shutil.rmtree(side.makes, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in side.command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in side.codes:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, side.command))}")
    if side.makes:
        shutil.rmtree(side.makes)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs):
    return Run(statistics.median(r.wall_s for r in runs), statistics.median(r.cpu_s for r in runs),
               max(r.peak_mib for r in runs))


def measure(case, rounds):
    """The medians of both sides, which run in turns."""
    sides = [side for side in (case.savvy, case.reference) if side]
    runs = [[] for _ in sides]
    for number in range(rounds):
        order = list(zip(sides, runs))
        for side, taken in order if number % 2 == 0 else reversed(order):
            taken.append(run(side))
    return [median(taken) for taken in runs]


def bytes_below(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def make_data(savvy, tool, folder, size):
    """The snapshots, kept between runs."""
    if not (folder / "canonical" / "_metadata").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        print(f"making {size / MIB:.0f} MiB a snapshot in {folder}", file=sys.stderr)
        # Deletions and compression take some of what was asked for.
        subprocess.run([tool, "make", folder, str(size * 9 // 8), str(SEED)], check=True)
    if not (folder / "hashmap" / "_metadata").exists():
        subprocess.run([savvy, "convert", folder / "canonical", folder / "hashmap", "--to",
                        "hashmap"], check=True, stdout=subprocess.DEVNULL)
    for name in ("rocksdb", "canonical", "hashmap"):
        found = bytes_below(folder / name)
        if found < size:
            sys.exit(f"{folder / name} has {found} bytes, fewer than {size}")


def synced_copy(source, target):
    return ["sh", "-c", f"cp -r '{source}' '{target}' && find '{target}' -type f -exec sync {{}} +"]


def cases(savvy, tool, data, jobs):
    out = data / "out"
    reference_out = data / "reference-out"
    rocksdb, canonical = data / "rocksdb", data / "canonical"
    scan = subprocess.run([tool, "scan", rocksdb, str(jobs)], check=True, capture_output=True)
    entries = int(scan.stdout.split()[0])

    def case(name, command, of, makes=None, reference=None, wanted=None):
        return Case(name, Side([savvy] + command, makes), reference, wanted,
                    bytes_below(of), entries)

    def rescale(source):
        return ["rescale", source, out, "--parallelism", "3", "--no-verify"]

    for threads in sorted({1, jobs}):
        yield case(f"dump rocksdb, {threads} jobs", ["dump", rocksdb, "--jobs", threads], rocksdb,
                   reference=Side([tool, "scan", rocksdb, threads]), wanted=0.6)
    for threads in sorted({1, jobs}):
        yield case(f"dump canonical, {threads} jobs", ["dump", canonical, "--jobs", threads],
                   canonical)
    yield case("rescale canonical", rescale(canonical), canonical, out,
               Side(synced_copy(canonical, reference_out), reference_out), 0.8)
    yield case("rescale rocksdb", rescale(rocksdb), rocksdb, out,
               Side([tool, "rewrite", rocksdb, reference_out, jobs], reference_out), 0.8)
    yield from conversions(case, tool, data, jobs)
    for source in (canonical, rocksdb):
        rescaled = data / f"{source.name}-at-3"
        shutil.rmtree(rescaled, ignore_errors=True)
        subprocess.run([savvy, "rescale", source, rescaled, "--parallelism", "3", "--no-verify"],
                       check=True, stdout=subprocess.DEVNULL)
        yield case(f"verify {source.name}: diff", ["diff", source, rescaled], source)
        shutil.rmtree(rescaled)
    for source in (canonical, rocksdb):
        files = [path for path in sorted(source.rglob("*")) if path.is_file()]
        yield case(f"check {source.name}", ["check", source, "--read-data"], source,
                   reference=Side(["cat"] + files))
    for source in (rocksdb, canonical):
        yield case(f"stats {source.name}", ["stats", source], source)


def conversions(case, tool, data, jobs):
    """From each layout to each other; the reference reads and writes about the same bytes."""
    out = data / "out"
    reference_out = data / "reference-out"
    rocksdb, canonical, hashmap = (data / name for name in ("rocksdb", "canonical", "hashmap"))
    spill = Side([tool, "spill", rocksdb, reference_out, jobs], reference_out)
    rewrite = Side([tool, "rewrite", rocksdb, reference_out, jobs], reference_out)

    def copy(source):
        return Side(synced_copy(source, reference_out), reference_out)

    for source, layout, reference, wanted in (
            (canonical, "rocksdb", rewrite, 0.6), (hashmap, "rocksdb", rewrite, 0.6),
            (rocksdb, "canonical", spill, 0.6), (rocksdb, "hashmap", spill, 0.6),
            (canonical, "hashmap", copy(canonical), None),
            (hashmap, "canonical", copy(hashmap), None)):
        yield case(f"convert {source.name} to {layout}",
                   ["convert", source, out, "--to", layout, "--no-verify"], source, out,
                   reference, wanted)


def row(cells):
    return (f"{cells[0]:34}{cells[1]:>9}{cells[2]:>12}{cells[3]:>9}{cells[4]:>9}{cells[5]:>10}"
            f"{cells[6]:>8}")


def figures(name, size_bytes, entries, taken, ratio=""):
    return row([name, f"{size_bytes / 1e6 / taken.wall_s:.0f}", f"{entries / taken.wall_s:.0f}",
                f"{taken.wall_s:.3f}", f"{taken.cpu_s:.3f}", f"{taken.peak_mib:.0f}", ratio])


def lookups(savvy, snapshot, rounds):
    """One row each for a key that is there, and for a program that only starts."""
    keys = (snapshot / "keys.txt").read_text().split()
    found = []
    for key in keys:
        side = Side([savvy, "get", snapshot, "--key", key], None, (0, 1))
        command = [str(word) for word in side.command]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            found.append(side)
    if len(found) < KEYS:
        sys.exit(f"only {len(found)} of the listed keys are there")
    runs = [run(side) for side in found[:KEYS] for _ in range(rounds)]
    starts = [run(Side([savvy, "--version"])) for _ in range(KEYS)]
    for name, taken in ((f"get rocksdb, {KEYS} keys", runs), ("  start of the program", starts)):
        middle = median(taken)
        yield row([name, "", f"{1 / middle.wall_s:.0f}", f"{middle.wall_s:.4f}",
                   f"{middle.cpu_s:.4f}", f"{middle.peak_mib:.0f}", ""]), middle


def machine(folder):
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in info.splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MIB / 1024
    mount = max((line.split() for line in Path("/proc/mounts").read_text().splitlines()
                 if str(folder).startswith(line.split()[1])), key=lambda words: len(words[1]))
    return (f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB memory, "
            f"{mount[2]} on {mount[0]}, Linux {platform.release()}, "
            f"load {os.getloadavg()[0]:.1f} before the first case")


def main():
    wanted = options()
    jobs = os.cpu_count()
    savvy = wanted.build / "release" / "cli" / "savvy"
    tool = wanted.build / "release" / "tests" / "bench" / "savvy_bench"
    data = wanted.build / "bench" / str(wanted.size)
    make_data(savvy, tool, data, wanted.size)
    print(machine(data.resolve()))
    print("".join(f"{name}: {bytes_below(data / name) / MIB:.0f} MiB  "
                  for name in ("rocksdb", "canonical", "hashmap")) + f"rounds: {wanted.rounds}\n")
    print(row(["case", "MB/s", "entries/s", "wall s", "CPU s", "peak MiB", "ratio"]))
    results = []
    peak_mib = 0.0
    for case in cases(savvy, tool, data, jobs):
        if wanted.only not in case.name:
            continue
        taken = measure(case, wanted.rounds)
        peak_mib = max(peak_mib, taken[0].peak_mib)
        ratio = taken[1].wall_s / taken[0].wall_s if case.reference else None
        print(figures(case.name, case.size_bytes, case.entries, taken[0],
                      f"{ratio:.2f}" if ratio else ""))
        if ratio:
            print(figures("  its reference", case.size_bytes, case.entries, taken[1]), flush=True)
        if ratio and case.wanted:
            results.append({"case": case.name, "ratio": round(ratio, 3), "wanted": case.wanted})
    if wanted.only:
        return
    for line, taken in lookups(savvy, data / "rocksdb", wanted.rounds):
        print(line)
        peak_mib = max(peak_mib, taken.peak_mib)
    results.append({"case": "peak memory, budget / largest",
                    "ratio": round(MEMORY_BUDGET_MIB / peak_mib, 3), "wanted": 1.0})
    (SOURCE / "results.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
