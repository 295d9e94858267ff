"""The ledger of a store: the averages of its finished samples in one file, so that ten thousand open in a second.

It is a cache and never truth. Each entry carries its own checksum and the SHA-256 of the sample's file; a file that is not the
one of its entry, or has none, is read itself. A run appends to a ledger of its own, so no two processes write the same file.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from glassy.analysis import statistics
from glassy.core import storage
from glassy.core.errors import InputError
from glassy.simulation import samples
from glassy.simulation.keep import averages as averages_module
from glassy.simulation.keep.averages import FloatArray, Records, averages, record_type
from glassy.simulation.keep.joined import points
from glassy.simulation.keep.store import Kept, Store, folder_path
from glassy.simulation.sampler.run import Run

IntArray = npt.NDArray[np.int64]
BLOCK = 512  # entries that are looked at together
LONGEST = 1e7  # seconds of a sample


def entry_type(run: Run) -> np.dtype[Any]:
    """Return the type of an entry: which file, how long it took, its averages, and a checksum of all these."""
    return _entry_type(run.replicas, run.sweeps, len(run.temperatures))


def _entry_type(replicas: int, sweeps: int, rungs: int) -> np.dtype[Any]:
    averages = record_type(replicas, sweeps, rungs)
    return np.dtype(
        [("sample", "i8"), ("seconds", "f8"), ("size", "i8"), ("time", "i8"), ("file", "u1", 32), ("averages", averages),
         ("check", "u4")]
    )  # fmt: skip


def _check(entry: Records, salt: int) -> int:
    return zlib.crc32(entry.tobytes()[:-4], salt)


def make_entry(
    store: Store, run: Run, sample: int, kept: Kept, digest: bytes | None = None, seconds: float = np.nan
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


def _salt(store: Store, run: Run) -> int:
    return zlib.crc32(f"{store.digest} {entry_type(run).descr}".encode(), _code())


@lru_cache(maxsize=1)
def _code() -> int:
    """Return a checksum of the code that averages: what other code averaged is not believed."""
    files = [Path(str(module.__file__)) for module in (averages_module, samples)]
    files += sorted(Path(str(statistics.__file__)).parent.glob("*.py"))
    return zlib.crc32(b"".join(path.read_bytes() for path in files))


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
    run: Run
    name: str = "0of1"
    _files: list[IO[bytes]] = field(default_factory=list, init=False)
    _where: IntArray = field(default_factory=lambda: np.zeros((0, 3), np.int64), init=False)  # sample, file, row

    @property
    def path(self) -> Path:
        """The file to which this one appends."""
        return self.store.folder / f"ledger_{self.name}.bin"

    @cached_property
    def _kind(self) -> np.dtype[Any]:
        return entry_type(self.run)

    def open(self) -> Ledger:
        """Find every good entry of every ledger in the folder."""
        kind, salt = entry_type(self.run), _salt(self.store, self.run)
        self.close()
        found = [np.zeros((0, 3), np.int64)]
        for path in sorted(self.store.folder.glob("ledger_*.bin")):
            start = 0
            while len(block := np.fromfile(path, kind, BLOCK, offset=start * kind.itemsize)):
                good = np.nonzero([entry["check"] == _check(entry, salt) for entry in block])[0]
                found.append(np.column_stack([block["sample"][good], np.full(len(good), len(self._files)), start + good]))
                start += len(block)
            self._files.append(path.open("rb"))
        where = np.concatenate(found)
        self._where = where[np.argsort(where[:, 0], kind="stable")]
        return self

    def close(self) -> None:
        """Let go of the entries."""
        for file in self._files:
            file.close()
        self._files, self._where = [], self._where[:0]

    def seconds(self) -> FloatArray:
        """Return how long the samples took of which this is known."""
        kind = entry_type(self.run)
        known = [np.fromfile(path, kind)["seconds"].copy() for path in self.store.folder.glob("ledger_*.bin")]
        times = np.concatenate(known) if known else np.zeros(0)
        return times[np.isfinite(times) & (times > 0.0)]

    def find(self, sample: int, verify: bool) -> Records | None:
        """Return the entry of the file of a sample as it is now, or None.

        With `verify` every byte of the file is held against its SHA-256; else its size and time of change are compared.
        """
        first, last = np.searchsorted(self._where[:, 0], [sample, sample + 1])
        if first == last:
            return None
        with self.store.path(sample).open("rb") as file:
            try:
                digest = storage.fingerprint(file) if verify else None
            except ValueError:
                return None
            status = os.fstat(file.fileno())
        for _, f, row in self._where[first:last][::-1].tolist():
            entry: Records = self._read(f, row)
            stamp = int(entry["size"]), int(entry["time"])
            same = entry["file"].tobytes() == digest if verify else stamp == (status.st_size, status.st_mtime_ns)
            if same:
                return entry
        return None

    def _read(self, file: int, row: int) -> Records:
        kind = self._kind
        entry: Records = np.frombuffer(os.pread(self._files[file].fileno(), kind.itemsize, row * kind.itemsize), kind)[0]
        return entry

    def __exit__(self, *_: object) -> None:
        self.close()

    def __enter__(self) -> Ledger:
        return self.open()

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


def sampling_seconds(out: str | os.PathLike[str]) -> float:
    """Return how many seconds of one core the finished samples in a folder, and in those below it, took.

    Each run writes them down as a sample is finished; of what was done before an interruption nothing is known.

    Parameters
    ----------
    out : path
        A folder that was given to `simulate` or `Ensemble.run`, or one that holds such folders.

    Examples
    --------
    >>> import glassy, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=2, sweeps=60, seed=1, out=folder)
    ...     0.0 < glassy.sampling_seconds(folder) < 600.0
    True
    """
    total = 0.0
    for path in sorted(folder_path(out).rglob("description.json")):
        try:
            found = json.loads(path.read_text())
        except ValueError:  # damaged: `simulate` says so
            continue
        rungs = len(found["T"]) if isinstance(found["T"], list) else 1
        kind = _entry_type(found["replicas"], found["sweeps"], rungs)
        for ledger in path.parent.glob("ledger_*.bin"):
            entries = np.fromfile(ledger, kind)
            seconds = entries["seconds"][(entries["sample"] >= 0) & (entries["sample"] < 10**9) & (entries["size"] > 0)]
            total += float(seconds[(seconds > 0.0) & (seconds < LONGEST)].sum())  # no other bytes pass for a time
    return total
