#!/usr/bin/env python3
"""Measures savvy beside what bounds it, prints one table and writes results.json beside this file.

Run by ./dev bench. Each case runs in turns with its reference, round after round; figures are
medians. Everything is warm: the data fits the page cache where memory allows, and is read once
before. What a case is, is told in README.md and cases.py.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from cases import MB_RATE, METADATA_HANDLES, RATE, Cases
from data import Data
from measuring import MIB, Run, Side, bytes_below, measure, median, run, size_of

SOURCE = Path(__file__).resolve().parent
MEMORY_BUDGET_MIB = 256  # of the design
START_BUDGET_S = 0.010
KEYS = 20
LARGER = 8  # times the state, for the peaks of memory
FLINK_LINE = "2.3"


def options():
    parser = argparse.ArgumentParser(description="The benchmark of savvy.")
    parser.add_argument("--size", type=size_of, default="1G",
                        help="bytes of files of each snapshot: 64M, 1G (default)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each case (default 3)")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="only cases whose name holds this; those of before stay in results.json")
    parser.add_argument("--build", type=Path, default=SOURCE.parents[1] / "build",
                        help="where release/ is, and bench/ will be")
    return parser.parse_args()


class Table:
    """Prints rows as they come and keeps the ratios."""

    def __init__(self):
        self.results = []
        self.row("case", "MB/s", "entries/s", "wall s", "CPU s", "peak MiB", "ratio", "wanted")

    @staticmethod
    def row(name, *cells):
        print(f"{name:40}" + "".join(f"{cell:>{width}}" for cell, width in
                                     zip(cells, (8, 12, 10, 10, 10, 9, 8))), flush=True)

    def figures(self, name, size_bytes, entries, taken, ratio=None, wanted=None):
        wall = max(taken.wall_s, 1e-6)
        self.row(name, f"{size_bytes / 1e6 / wall:.0f}" if size_bytes else "",
                 f"{entries / wall:.0f}" if entries else "", f"{taken.wall_s:.4f}",
                 f"{taken.cpu_s:.4f}", f"{taken.peak_mib:.0f}",
                 "" if ratio is None else f"{ratio:.2f}", "" if wanted is None else f"{wanted:g}")
        self.keep(name, ratio, wanted)

    def keep(self, name, ratio, wanted):
        if wanted is not None:
            self.results.append({"case": name, "ratio": round(ratio, 3), "wanted": wanted})


def without(taken, start):
    return Run(taken.wall_s - start.wall_s, taken.cpu_s - start.cpu_s, taken.peak_mib)


def ratio_of(case, taken):
    """Larger is better."""
    if case.judge == RATE:
        return case.entries / taken[0].wall_s / case.wanted
    if case.judge == MB_RATE:
        return case.size_bytes / 1e6 / taken[0].wall_s / case.wanted
    return taken[1].wall_s / taken[0].wall_s if case.reference else None


def run_case(case, rounds, table):
    taken = measure([side for side in (case.savvy, case.reference) if side], case.rounds or rounds)
    if case.starts:
        starts = measure(case.starts, rounds)
        taken = [without(*pair) for pair in zip(taken, starts)]
    rate = case.judge in (RATE, MB_RATE)
    table.figures(case.name, case.size_bytes, case.entries, taken[0], ratio_of(case, taken),
                  1 if rate else case.wanted)
    if case.reference:
        table.figures("  its reference", case.size_bytes, case.entries, taken[1])
    return taken[0]


def metadata_memory(cases, only, table):
    """Four times the file at most."""
    name = "inspect: 4 x the file by its memory"
    if only not in name:
        return
    references = cases.data.references(METADATA_HANDLES)
    file_mib = (references / "_metadata").stat().st_size / MIB
    taken = run(Side([cases.savvy, "inspect", references]))
    table.figures(name, 0, 0, taken, 4 * file_mib / taken.peak_mib, 1)


def lookups(cases, only, rounds, table):
    """One key, the start of the program included."""
    name = f"get rocksdb, one of {KEYS} keys"
    if only not in name:
        return
    keys = (cases.rocksdb / "keys.txt").read_text().split()
    found = []
    for key in keys:
        side = Side([cases.savvy, "get", cases.rocksdb, "--key", key], None, (0, 1))
        command = [str(word) for word in side.command]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            found.append(side)
    if len(found) < KEYS:
        sys.exit(f"only {len(found)} of the listed keys are there")
    table.figures(name, 0, 1,
                  median([run(side) for side in found[:KEYS] for _ in range(rounds)]))


def start(cases, only, table):
    """The program alone, beside `true`."""
    name = "start: 10 ms by what it takes beyond true"
    if only not in name:
        return
    taken, nothing = measure([Side([cases.savvy, "--version"]), Side(["true"])], KEYS)
    more = without(taken, nothing)
    table.figures(name, 0, 0, more, START_BUDGET_S / more.wall_s, 1)


def memory(cases, only, size, table):
    """The peaks of every streaming command, and of the same with more state."""
    if only and not only.startswith("memory"):
        return
    folder = cases.data.folder
    # Three layouts, what is written, and that entries take more than the bytes that are asked for.
    if shutil.disk_usage(folder).free < 6 * LARGER * size and not any(folder.glob("pojo-*-rocksdb")):
        print(f"skipped: no room for snapshots of {LARGER * size / MIB:.0f} MiB, "
              "the peaks of memory are not compared", file=sys.stderr)
        return
    peaks = []
    for small, large in zip(cases.streaming(size), cases.streaming(LARGER * size)):
        if only not in f"memory of {small.name}":
            continue
        taken = [run(small.savvy), run(large.savvy)]
        peaks += [each.peak_mib for each in taken]
        table.figures(f"memory of {small.name}", small.size_bytes, 0, taken[0])
        table.figures(f"memory with {LARGER} x: {small.name}", large.size_bytes, 0, taken[1],
                      taken[0].peak_mib / taken[1].peak_mib, 0.9)
    if only in ("", "memory"):  # every one of them was measured
        table.keep("memory: budget by the largest peak", MEMORY_BUDGET_MIB / max(peaks), 1)


def reader_command():
    """The program of the State Processor API; None where it cannot be had."""
    script = SOURCE.parent / "flink" / "reader_command.sh"
    found = subprocess.run([script, FLINK_LINE], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode == 77:
        return None
    found.check_returncode()
    return found.stdout.splitlines()


def keep(results):
    """In results.json, in the place of those of before."""
    path = SOURCE / "results.json"
    fresh = {each["case"] for each in results}
    before = [each for each in json.loads(path.read_text()) if each["case"] not in fresh]
    path.write_text(json.dumps(before + results, indent=2) + "\n")


def machine(folder):
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in info.splitlines()
                  if line.startswith("model name")), platform.machine())
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MIB / 1024
    mount = max((line.split() for line in Path("/proc/mounts").read_text().splitlines()
                 if str(folder).startswith(line.split()[1])), key=lambda words: len(words[1]))
    return (f"{model}, {os.cpu_count()} cores, {memory_gib:.0f} GiB memory, "
            f"{mount[2]} on {mount[0]}, Linux {platform.release()}, "
            f"load {os.getloadavg()[0]:.1f} before the first case")


def main():
    wanted = options()
    release = wanted.build / "release"
    data = Data(release / "cli" / "savvy", release / "tests" / "bench" / "savvy_bench",
                wanted.build / "bench")
    cases = Cases(data, wanted.size, os.cpu_count(), reader_command())
    print(machine(data.folder.resolve()))
    print("".join(f"{path.name}: {bytes_below(path) / MIB:.0f} MiB  "
                  for path in (cases.rocksdb, cases.canonical, cases.hashmap))
          + f"rounds: {wanted.rounds}\n")
    table = Table()
    for case in cases.all():
        if wanted.only in case.name:
            run_case(case, wanted.rounds, table)
    metadata_memory(cases, wanted.only, table)
    lookups(cases, wanted.only, wanted.rounds, table)
    start(cases, wanted.only, table)
    memory(cases, wanted.only, wanted.size, table)
    keep(table.results)


if __name__ == "__main__":
    main()
