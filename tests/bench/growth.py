#!/usr/bin/env python3
"""How time and memory of each command grow with what a snapshot holds; draws growth.svg.

Run by ./dev bench growth. One thing grows and all else stays, but that every operator, subtask, key
group and file has entries of its own. Prints the exponent that each command's cost has in what grows,
fitted from the runs, as a table for README.md. What is measured is kept in growth.json, so that
--draw needs no runs.
"""

import argparse
import json
import math
import os
import sys
from collections import namedtuple
from pathlib import Path

from data import Data
from measuring import Side, measure, run

SOURCE = Path(__file__).resolve().parent
KEY = "1"  # the first of all snapshots
SHORT_S = 1.0  # what takes less is run again
FLAT = 1.5  # cost that at last is below so many times its least does not grow

# `make` makes the snapshot of a size; `layout` is the one that convert writes.
Axis = namedtuple("Axis", "name sizes make layout")


def axes(data, largest):
    """What grows. The entries of all operators, subtasks, key groups and files grow with them."""
    sizes = [size for size in (10**4, 10**5, 10**6, 10**7, 10**8) if size <= largest]
    return [
        Axis("entries", sizes, lambda n: data.keyed("long", n), "rocksdb"),
        Axis("operators", [1, 10, 100, 1000, 10_000],
             lambda n: data.keyed("long", 10 * n, operators=n), "hashmap"),
        Axis("subtasks", [1, 4, 16, 64, 256, 1024, 4096],
             lambda n: data.keyed("long", 10 * n, subtasks=n, key_groups=4096), "hashmap"),
        Axis("key groups", [128, 512, 2048, 8192, 32768],
             lambda n: data.keyed("long", 10 * n, subtasks=1, key_groups=n), "hashmap"),
        Axis("SST files", [1, 10, 100, 1000, 10_000], lambda n: data.sst_files(100 * n, n),
             "canonical")]


def commands(savvy, snapshot, axis, out):
    """Every command that reads one snapshot, by name."""
    read = {
        "inspect": ["inspect", snapshot],
        "schema": ["schema", snapshot],
        "files": ["files", snapshot],
        "dump": ["dump", snapshot],
        "get": ["get", snapshot, "--key", KEY],
        "stats": ["stats", snapshot],
        "check": ["check", snapshot],
        "check --read-data": ["check", snapshot, "--read-data"],
        "diff": ["diff", snapshot, snapshot]}
    written = {
        "rescale": ["rescale", snapshot, out, "--parallelism", "3", "--no-verify"],
        "convert": ["convert", snapshot, out, "--to", axis.layout, "--no-verify"],
        "relocate": ["relocate", snapshot, out, "--no-verify"]}
    sides = {name: Side([savvy, *words]) for name, words in read.items()}
    sides.update({name: Side([savvy, *words], out) for name, words in written.items()})
    return sides


def read_all(snapshot):
    """Into the page cache: the first command is not to pay for what the others find there."""
    run(Side(["find", snapshot, "-type", "f", "-exec", "cat", "{}", "+"]))


def measured(side, rounds):
    taken = run(side)
    return taken if taken.wall_s >= SHORT_S else measure([side], rounds)[0]


def points(data, rounds, largest):
    """One dictionary a run."""
    out = data.path("out")
    for axis in axes(data, largest):
        for size in axis.sizes:
            snapshot = axis.make(size)
            read_all(snapshot)
            for name, side in commands(data.savvy, snapshot, axis, out).items():
                taken = measured(side, rounds)
                print(f"{axis.name} {size}: {name} {taken.wall_s:.3f} s {taken.peak_mib:.0f} MiB",
                      file=sys.stderr, flush=True)
                yield {"axis": axis.name, "size": size, "command": name,
                       "seconds": round(taken.wall_s, 4), "peak_mib": round(taken.peak_mib, 1)}


def slope(pairs):
    """Of the line through the logarithms of sizes and costs, by least squares."""
    xs = [math.log(size) for size, _ in pairs]
    ys = [math.log(cost) for _, cost in pairs]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return (sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) /
            sum((x - mean_x) ** 2 for x in xs))


def exponent(curve):
    """The power of the size that cost grows with, beyond what even the smallest costs.

    None if it does not grow. The least cost (the program's start) is taken off, and only sizes at
    which it is the smaller part are fitted.
    """
    least = min(cost for _, cost in curve)
    if curve[-1][1] <= FLAT * least:
        return None
    grown = [(size, cost - least) for size, cost in curve if cost > FLAT * least]
    if len(grown) == 1:
        smaller = max(((size, cost) for size, cost in curve if size < grown[0][0]), default=None)
        if smaller is None or smaller[1] <= least:
            return None
        grown.insert(0, (smaller[0], smaller[1] - least))
    return slope(grown)


def curves(runs, field):
    """Axis to command to the points of its curve."""
    found = {}
    for each in runs:
        found.setdefault(each["axis"], {}).setdefault(each["command"], []).append(
            (each["size"], each[field]))
    return found


def exponent_text(value):
    return "flat" if value is None else f"{value:.2f}"


def print_table(runs):
    seconds, memory = curves(runs, "seconds"), curves(runs, "peak_mib")
    names = list(seconds)
    print("| command | " + " | ".join(names) + " |")
    print("| --- |" + " ---: |" * len(names))
    for command in dict.fromkeys(each["command"] for each in runs):
        cells = [f"{exponent_text(exponent(seconds[name][command]))} / "
                 f"{exponent_text(exponent(memory[name][command]))}" for name in names]
        print(f"| `{command}` | " + " | ".join(cells) + " |")


def draw(runs, path):
    # Only who draws needs it.
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "savvy"
    from matplotlib import pyplot
    seconds, memory = curves(runs, "seconds"), curves(runs, "peak_mib")
    figure, grid = pyplot.subplots(2, len(seconds), figsize=(4 * len(seconds), 7), sharex="col",
                                   sharey="row", layout="constrained")
    for column, axis in enumerate(seconds):
        for line, (found, unit) in enumerate(((seconds, "seconds"), (memory, "peak MiB"))):
            panel = grid[line][column]
            for number, (command, curve) in enumerate(found[axis].items()):
                panel.plot(*zip(*curve), marker="o", markersize=3, linewidth=1, label=command,
                           color=f"C{number % 10}", linestyle="-" if number < 10 else "--")
            panel.set(xscale="log", yscale="log")
            panel.grid(alpha=0.3)
            if column == 0:
                panel.set_ylabel(unit)
        grid[1][column].set_xlabel(axis)
    figure.get_layout_engine().set(rect=(0, 0.1, 1, 0.9))  # room for the legend
    figure.legend(*grid[0][0].get_legend_handles_labels(), loc="lower center", ncol=6)
    figure.savefig(path, metadata={"Date": None})


def options():
    parser = argparse.ArgumentParser(description="How the cost of savvy grows.")
    parser.add_argument("--largest", type=int, default=10**8, help="entries at most (default 10^8)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of what takes no second")
    parser.add_argument("--draw", action="store_true", help="only draw and fit growth.json")
    parser.add_argument("--build", type=Path, default=SOURCE.parents[1] / "build",
                        help="where release/ is, and bench/ will be")
    return parser.parse_args()


def main():
    wanted = options()
    kept = SOURCE / "growth.json"
    if not wanted.draw:
        release = wanted.build / "release"
        data = Data(release / "cli" / "savvy", release / "tests" / "bench" / "savvy_bench",
                    wanted.build / "bench")
        print(f"load {os.getloadavg()[0]:.1f} before the first run", file=sys.stderr)
        runs = list(points(data, wanted.rounds, wanted.largest))
        kept.write_text("[\n" + ",\n".join(json.dumps(each) for each in runs) + "\n]\n")
    runs = json.loads(kept.read_text())
    print_table(runs)
    draw(runs, SOURCE / "growth.svg")


if __name__ == "__main__":
    main()
