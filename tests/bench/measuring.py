"""Runs commands and takes their time, for bench.py and growth.py."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple

MIB = 1024 * 1024
UNITS = {"K": 1024, "M": MIB, "G": 1024 * MIB}

# A command; `makes` is what it writes, and is removed again. `codes` are the exit codes it may end with.
Side = namedtuple("Side", "command makes codes", defaults=(None, (0,)))
Run = namedtuple("Run", "wall_s cpu_s peak_mib")


def size_of(text):
    """Bytes, from 64M or 1G."""
    unit = UNITS.get(text[-1:].upper())
    return int(text[:-1]) * unit if unit else int(text)


def bytes_below(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


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


def measure(sides, rounds):
    """The medians of all sides, which run in turns, every other round the other way."""
    runs = [[] for _ in sides]
    for number in range(rounds):
        order = list(zip(sides, runs))
        for side, taken in order if number % 2 == 0 else reversed(order):
            taken.append(run(side))
    return [median(taken) for taken in runs]
