"""The ledger of a store: the averages of its finished samples in one file, so that ten thousand open in a second.

It is a cache and never truth. Each entry carries its own checksum and the SHA-256 of the sample's file; a file that is not the
one of its entry, or has none, is read itself. A run appends to a ledger of its own, so no two processes write the same file.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from glassy import storage
from glassy.errors import InputError
from glassy.simulation.averages import FloatArray, Records, averages, record_type
from glassy.simulation.joined import points
from glassy.simulation.ladder import LadderRun
from glassy.simulation.run import Run
from glassy.simulation.store import Kept, Store

BLOCK = 512  # entries that are looked at together


def entry_type(run: Run | LadderRun) -> np.dtype[Any]:
    """Return the type of an entry: which file, how long it took, its averages, and a checksum of all these."""
    first, n = (run.rungs[0], len(run.rungs)) if isinstance(run, LadderRun) else (run, 1)
    averages = record_type(first.replicas, first.sweeps, n)
    return np.dtype(
        [("sample", "i8"), ("seconds", "f8"), ("size", "i8"), ("time", "i8"), ("file", "u1", 32), ("averages", averages),
         ("check", "u4")]
    )  # fmt: skip


def _check(entry: Records, salt: int) -> int:
    return zlib.crc32(entry.tobytes()[:-4], salt)


def make_entry(
    store: Store, run: Run | LadderRun, sample: int, kept: Kept, digest: bytes | None = None, seconds: float = np.nan
) -> Records:
    """Return the entry of a finished sample whose file is written, with this digest if it is known."""
    entry = np.zeros((), entry_type(run))
    path = store.path(sample)
    if digest is None:
        with path.open("rb") as file:
            digest = storage.fingerprint(file)
    status = path.stat()
    entry["file"] = np.frombuffer(digest, np.uint8)
    entry["sample"], entry["seconds"], entry["size"], entry["time"] = sample, seconds, status.st_size, status.st_mtime_ns
    entry["averages"] = averages(points(run, {sample: (kept.series, kept.provenance)}))
    entry["check"] = _check(entry, _salt(store, run))
    return entry


def _salt(store: Store, run: Run | LadderRun) -> int:
    return zlib.crc32(f"{store.digest} {entry_type(run).descr}".encode())


@dataclass
class Ledger:
    """All entries of a store, and the file to which one run appends.

    Parameters
    ----------
    store, run
        Of what.
    name : str
        Name of the run's own file.
    """

    store: Store
    run: Run | LadderRun
    name: str = "0of1"
    _files: list[Records] = field(default_factory=list, init=False)
    _rows: dict[int, list[tuple[int, int]]] = field(default_factory=dict, init=False)

    @property
    def path(self) -> Path:
        """The file to which this one appends."""
        return self.store.folder / f"ledger_{self.name}.bin"

    def open(self) -> Ledger:
        """Find every good entry of every ledger in the folder."""
        kind, salt = entry_type(self.run), _salt(self.store, self.run)
        self._files, self._rows = [], {}
        for path in sorted(self.store.folder.glob("ledger_*.bin")):
            count = path.stat().st_size // kind.itemsize
            if not count:
                continue
            entries = np.memmap(path, kind, "r", shape=(count,))
            for start in range(0, count, BLOCK):
                for row, entry in enumerate(np.array(entries[start : start + BLOCK]), start):
                    if entry["check"] == _check(entry, salt):
                        self._rows.setdefault(int(entry["sample"]), []).append((len(self._files), row))
            self._files.append(entries)
        return self

    def close(self) -> None:
        """Let go of the entries."""
        self._files, self._rows = [], {}

    def seconds(self) -> FloatArray:
        """Return how long the samples took of which this is known."""
        kind = entry_type(self.run)
        known = []
        for path in self.store.folder.glob("ledger_*.bin"):
            count = path.stat().st_size // kind.itemsize
            if count:
                known.append(np.array(np.memmap(path, kind, "r", shape=(count,))["seconds"]))
        times = np.concatenate(known) if known else np.zeros(0)
        return times[np.isfinite(times) & (times > 0.0)]

    def find(self, sample: int, verify: bool) -> Records | None:
        """Return the entry of the file of a sample as it is now, or None.

        With `verify` every byte of the file is held against its SHA-256; else its size and time of change are compared.
        """
        rows = self._rows.get(sample)
        if rows is None:
            return None
        with self.store.path(sample).open("rb") as file:
            try:
                digest = storage.fingerprint(file) if verify else None
            except ValueError:
                return None
            status = os.fstat(file.fileno())
        for f, row in reversed(rows):
            entry: Records = self._files[f][row]
            stamp = int(entry["size"]), int(entry["time"])
            same = entry["file"].tobytes() == digest if verify else stamp == (status.st_size, status.st_mtime_ns)
            if same:
                return entry
        return None

    def append(self, entry: Records) -> None:
        """Add an entry of the file at hand; what a killed process wrote of one is cut off first."""
        # a cache: where it cannot be written the files are read
        with contextlib.suppress(OSError), self.path.open("ab") as file:
            whole = file.tell() // entry.dtype.itemsize * entry.dtype.itemsize
            if whole != file.tell():
                file.truncate(whole)
            file.write(entry.tobytes())

    def survey(self, samples: int, verify: bool = True) -> Iterator[tuple[int, Records | InputError, bool]]:
        """Yield for every sample file its index, its entry or what is wrong with it, and whether the entry had to be made."""
        for sample in self.store.indices():
            if sample >= samples:
                return
            try:
                entry = self.find(sample, verify)
                if entry is not None:
                    yield sample, entry, False
                    continue
                made = make_entry(self.store, self.run, sample, self.store.examine(sample))
            except InputError as error:
                yield sample, error, False
            except FileNotFoundError:
                continue  # set aside by a run at work
            else:
                yield sample, made, True
