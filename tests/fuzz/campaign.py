#!/usr/bin/env python3
"""Runs the fuzz entries until each has had so many CPU seconds, and keeps count; run by ./dev fuzz.

An entry runs in rounds. What a round took and reached is a line of JOURNAL/<entry>.jsonl, so that a
campaign can be stopped and goes on where it was: CPU seconds are those of the process, since wall
time on a shared machine says nothing. Corpora grow in FOUND/<entry>, what broke an entry lies in
FOUND/<entry>.broken.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
INPUTS = SOURCE / "inputs"
# An entry that ends this often by itself is left alone: its corpus leads to the same place.
MOST_BREAKS = 3
# Larger inputs cost more than they show: inputs are cut there, and not kept from here on.
MOST_BYTES = 16384
MOST_KEPT_BYTES = 4096


def options():
    parser = argparse.ArgumentParser(description="Fuzzes by CPU seconds.")
    parser.add_argument("action", choices=["run", "merge", "table"])
    parser.add_argument("entries", nargs="*", help="all by default, in the order given")
    parser.add_argument("--seconds", type=float, default=1800, help="CPU seconds an entry, in all")
    parser.add_argument("--round", type=int, default=300, help="most seconds of a round, by the clock")
    # By the clock too, so that a busy machine must have time for an input that is none too slow.
    parser.add_argument("--timeout", type=int, default=60, help="seconds of an input")
    build = SOURCE.parents[1] / "build" / "fuzz"
    parser.add_argument("--programs", type=Path, default=build / "tests" / "fuzz")
    parser.add_argument("--found", type=Path, default=build / "found")
    parser.add_argument("--journal", type=Path, default=build / "journal")
    return parser.parse_args()


def names(args):
    return args.entries or sorted(path.name for path in INPUTS.iterdir())


def rounds_of(args, name):
    path = args.journal / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def cpu_seconds(rounds):
    return sum(each["cpu_s"] for each in rounds)


def last_number(text, pattern):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def command(args, name, folders, *more):
    words = [args.programs / f"fuzz_{name}", f"-timeout={args.timeout}",
             "-rss_limit_mb=2048", f"-max_len={MOST_BYTES}", *more]
    dictionary = SOURCE / "dictionaries" / f"{name}.dict"
    if dictionary.exists():
        words.append(f"-dict={dictionary}")
    return [str(word) for word in words + folders]


def wait_for(process):
    """What the process used; if this one is to end, it ends first and what it did counts."""
    try:
        _, status, usage = os.wait4(process.pid, 0)
        stopped = False
    except KeyboardInterrupt:
        process.terminate()
        _, status, usage = os.wait4(process.pid, 0)
        stopped = True
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage, stopped


def run_round(args, name, seconds):
    found, broken = args.found / name, args.found / f"{name}.broken"
    found.mkdir(parents=True, exist_ok=True)
    broken.mkdir(parents=True, exist_ok=True)
    log = args.journal / f"{name}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command(args, name, [found, INPUTS / name], f"-max_total_time={seconds}",
                    "-print_final_stats=1", f"-artifact_prefix={broken}/"),
            stdout=out, stderr=out)
        usage, stopped = wait_for(process)
    text = log.read_text(errors="replace")
    return {
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "runs": last_number(text, r"number_of_executed_units: (\d+)"),
        "edges": last_number(text, r"cov: (\d+)"),
        "features": last_number(text, r" ft: (\d+)"),
        "corpus": last_number(text, r"corp: (\d+)"),
        "peak_mib": last_number(text, r"peak_rss_mb:\s+(\d+)"),
        "exit": process.returncode,
    }, stopped


def run(args):
    """In turns: the entry that has had the least goes next, so that all have come as far."""
    args.journal.mkdir(parents=True, exist_ok=True)
    breaks = dict.fromkeys(names(args), 0)
    while True:
        left = {name: args.seconds - cpu_seconds(rounds_of(args, name))
                for name, broken in breaks.items() if broken < MOST_BREAKS}
        name = max(left, key=left.get, default=None)
        if name is None or left[name] <= 0:
            break
        taken, stopped = run_round(args, name, max(1, min(args.round, round(left[name]))))
        with (args.journal / f"{name}.jsonl").open("a") as journal:
            journal.write(json.dumps(taken) + "\n")
        print(name, json.dumps(taken), flush=True)
        if stopped:
            sys.exit("stopped")
        if taken["exit"] != 0:
            breaks[name] += 1
            shutil.copy(args.journal / f"{name}.log", args.journal / f"{name}.broken.log")
    broken = [name for name, count in breaks.items() if count]
    if broken:
        sys.exit(f"broken: {', '.join(broken)}; see {args.found}/*.broken")


def copies(folder, paths):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in paths:
        shutil.copy(path, folder)
    return folder


def merge(args):
    """Adds to inputs/ those of the found inputs that reach edges which the inputs there do not."""
    for name in names(args):
        if not (args.found / name).exists():
            continue
        fresh = copies(args.found / f"{name}.fresh", (INPUTS / name).iterdir())
        small = copies(args.found / f"{name}.small",
                       (path for path in (args.found / name).iterdir()
                        if path.stat().st_size <= MOST_KEPT_BYTES))
        kept = {path.name for path in fresh.iterdir()}
        # Counters of edges would keep ten times as many inputs, and replaying is to be short.
        subprocess.run(command(args, name, [fresh, small], "-set_cover_merge=1",
                               "-use_counters=0"),
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        added = [path for path in fresh.iterdir() if path.name not in kept]
        for path in added:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            shutil.move(path, INPUTS / name / f"found-{digest}")
        shutil.rmtree(fresh)
        shutil.rmtree(small)
        print(f"{name}: {len(added)} inputs added to {len(kept)}")


def table(args):
    print("| entry | CPU minutes | runs | edges | features | inputs kept |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in names(args):
        rounds = rounds_of(args, name)
        last = rounds[-1] if rounds else {"edges": 0, "features": 0}
        runs = sum(each["runs"] for each in rounds)
        kept = sum(1 for _ in (INPUTS / name).iterdir())
        print(f"| `{name}` | {cpu_seconds(rounds) / 60:.1f} | {runs:,} | {last['edges']} "
              f"| {last['features']} | {kept} |")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = options()
    {"run": run, "merge": merge, "table": table}[arguments.action](arguments)
