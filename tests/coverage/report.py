#!/usr/bin/env python3
"""Prints how many lines of format/ and readers/ the tests ran, by file and by folder.

Run by ./dev coverage, on a build tree with gcc's counters in it. Exit code 1 if a folder has less
than what is wanted.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("format", "readers")
WANTED = 90.0


def summary(build):
    filters = [f"--filter={ROOT}/{folder}/" for folder in FOLDERS]
    text = subprocess.run(
        ["gcovr", "--root", ROOT, *filters, "--json-summary", "-j2", build],
        check=True, stdout=subprocess.PIPE).stdout
    return json.loads(text)["files"]


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0


def main():
    sums = defaultdict(lambda: [0, 0])
    files = summary(sys.argv[1])
    for each in sorted(files, key=lambda file: file["filename"]):
        covered, total = each["line_covered"], each["line_total"]
        print(f"{percent(covered, total):6.1f}  {covered:5} of {total:5}  {each['filename']}")
        # Each folder with all below it.
        for folder in Path(each["filename"]).parents[:-1]:
            sums[str(folder)][0] += covered
            sums[str(folder)][1] += total
    print()
    for folder, (covered, total) in sorted(sums.items()):
        print(f"{percent(covered, total):6.1f}  {covered:5} of {total:5}  {folder}/")
    low = [folder for folder in FOLDERS if percent(*sums[folder]) < WANTED]
    if low:
        sys.exit(f"below {WANTED} %: {', '.join(low)}")


if __name__ == "__main__":
    main()
