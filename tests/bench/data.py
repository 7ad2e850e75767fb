"""Makes the snapshots that bench.py and growth.py measure with. They are seeded and kept."""

import shutil
import subprocess
import sys
from pathlib import Path

from measuring import bytes_below

SEED = 20240601
ROOT = Path(__file__).resolve().parents[2]


class Data:
    """The snapshots below one folder, each made when it is first asked for."""

    def __init__(self, savvy, tool, folder):
        self.savvy = savvy
        self.tool = tool
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return self.folder / name

    def make(self, name, words):
        """savvy_bench WORDS…, with {} for the folder; it gets its name when it is complete."""
        target = self.path(name)
        if not target.exists():
            making = self.path(f"{name}.making")
            shutil.rmtree(making, ignore_errors=True)
            print(f"making {target}", file=sys.stderr)
            command = [making if word == "{}" else str(word) for word in words]
            subprocess.run([self.tool, *command, "--seed", str(SEED)], check=True)
            making.rename(target)
        return target

    def keyed(self, kind, entries, operators=1, subtasks=2, key_groups=128):
        """A canonical savepoint of one kind of entries."""
        name = f"{kind}-{entries}-{operators}-{subtasks}-{key_groups}"
        return self.make(name, ["keyed", "{}", entries, "--kind", kind, "--operators", operators,
                                "--subtasks", subtasks, "--key-groups", key_groups, "--testdata",
                                ROOT / "testdata"])

    def sst_files(self, entries, files):
        """A RocksDB checkpoint of so many files."""
        return self.make(f"sst-{entries}-{files}", ["files", "{}", entries, "--files", files])

    def references(self, handles):
        """Metadata of files that lie elsewhere."""
        return self.make(f"references-{handles}", ["references", "{}", handles])

    def job(self, size):
        """A job's state as RocksDB checkpoint, canonical savepoint and in the hashmap layout."""
        # Deletions and compression take some of what was asked for.
        folder = self.make(f"job-{size}", ["make", "{}", size * 9 // 8])
        self.converted(folder / "canonical", folder / "hashmap", "hashmap")
        self.require(size, [folder / name for name in ("rocksdb", "canonical", "hashmap")])
        return folder

    def layouts(self, size):
        """Entries of a String and 6 fields in all three layouts, each of `size` bytes or more."""
        canonical = self.keyed("pojo", size // 48)
        folders = {"canonical": canonical}
        for layout in ("hashmap", "rocksdb"):
            target = canonical.parent / f"{canonical.name}-{layout}"
            folders[layout] = self.converted(canonical, target, layout)
        self.require(size, folders.values())
        return folders

    @staticmethod
    def require(size, folders):
        for folder in folders:
            found = bytes_below(folder)
            if found < size:
                sys.exit(f"{folder} has {found} bytes, fewer than {size}")

    def converted(self, source, target, layout):
        """What convert makes of a snapshot."""
        if not (target / "_metadata").exists():
            subprocess.run([self.savvy, "convert", source, target, "--to", layout, "--no-verify"],
                           check=True, stdout=subprocess.DEVNULL)
        return target

    def rescaled(self, source):
        """The same at parallelism 3."""
        target = source.parent / f"{source.name}-at-3"
        if not (target / "_metadata").exists():
            subprocess.run([self.savvy, "rescale", source, target, "--parallelism", "3"],
                           check=True, stdout=subprocess.DEVNULL)
        return target

    def spilled(self, source):
        """The entries of a RocksDB checkpoint as plain files, sorted."""
        target = source.parent / f"{source.name}-spilled"
        if not target.exists():
            making = source.parent / "spilled.making"
            shutil.rmtree(making, ignore_errors=True)
            subprocess.run([self.tool, "spill", source, making], check=True,
                           stdout=subprocess.DEVNULL)
            making.rename(target)
        return target

    def entries(self, rocksdb):
        """How many entries a RocksDB checkpoint has."""
        scan = subprocess.run([self.tool, "scan", rocksdb], check=True, capture_output=True)
        return int(scan.stdout.split()[0])
