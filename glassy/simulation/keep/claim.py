"""Who works on a folder: one run for each part of its tasks, held by a lock that ends with its process.

Part (i, n) is every n-th task from the i-th on. Parts (i, n) and (j, m) share tasks where i and j are equal modulo gcd(n, m),
so the whole, (0, 1), shares with all. Locks are those of the operating system (flock): a killed process holds none.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from glassy.core import checks
from glassy.core.errors import InputError, StoreError

Part = tuple[int, int]
PAUSE = 0.5  # seconds between looks at a lock that is waited for


@dataclass(frozen=True)
class Journal:
    """What a run at work says of itself, in its file run_<i>of<n>.json."""

    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    since: float = field(default_factory=time.time)
    workers: int = 1
    in_work: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path, part: Part) -> None:
        """Write it in one step; where that fails the run goes on without."""
        path = folder / f"run_{name(part)}.json"
        with contextlib.suppress(OSError):
            new = path.with_suffix(".json.part")
            new.write_text(json.dumps(asdict(self)))
            new.replace(path)


def name(part: Part) -> str:
    """Return the name of a part in file names."""
    return f"{part[0]}of{part[1]}"


def check_part(part: object) -> Part:
    """Return a part (i, n) with 0 <= i < n, or raise InputError."""
    if not isinstance(part, tuple | list) or len(part) != 2:
        raise InputError(f"part must be (i, n), every n-th task from the i-th on, got {part!r}. Count i from 0.")
    n = checks.integer("n of part=(i, n)", part[1], 1, "It counts the parts.")
    return checks.integer("i of part=(i, n)", part[0], 0, "Parts are counted from 0.", most=n - 1), n


def _locks(folder: Path) -> Iterator[tuple[Part, Path]]:
    for path in sorted(folder.glob("run_*.lock")):
        match = re.fullmatch(r"run_(\d+)of(\d+)", path.stem)
        if match:
            yield (int(match[1]), int(match[2])), path


def is_held(path: Path) -> bool:
    """Whether a living process holds a lock, for longer than a look at it takes."""
    lock = FileLock(path, timeout=0.2)
    try:
        lock.acquire(poll_interval=0.02)
    except Timeout:
        return True
    except OSError:  # of a reader who may not write: nobody knows
        return False
    lock.release()
    return False


def read_journal(folder: Path, part: Part) -> Journal | None:
    """Return what the last run of a part wrote, or None."""
    try:
        found = json.loads((folder / f"run_{name(part)}.json").read_text())
        return Journal(**{**found, "in_work": tuple(found["in_work"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def journals(folder: Path) -> list[tuple[Part, Journal, bool]]:
    """Return what every run wrote, and whether it is at work now."""
    found = ((part, read_journal(folder, part), path) for part, path in _locks(folder))
    return [(part, journal, is_held(path)) for part, journal, path in found if journal is not None]


@contextlib.contextmanager
def claim(folder: Path, part: Part = (0, 1), wait: bool = False) -> Iterator[None]:
    """Hold a part of a folder; where a run that shares tasks with it is at work, wait for its end or raise StoreError."""
    lock = FileLock(folder / f"run_{name(part)}.lock", timeout=5)
    while True:
        with gate(folder):
            busy = _holder(folder, part)
            if busy is None:
                lock.acquire()
                break
        if not wait:
            raise StoreError(
                f"{folder} is in use: {busy}. Two runs on the same samples would do all work twice. Wait for its end, stop it, "
                "or run another part=(i, n)."
            )
        time.sleep(PAUSE)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def gate(folder: Path) -> Iterator[None]:
    """Let one process at a time through, for the short time in which it sets up a folder or claims a part of it."""
    lock = FileLock(folder / "run.lock", timeout=60)
    try:
        (folder / "run.lock").open("ab").close()
        lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise StoreError(
            f"{folder} must be a folder where files can be written and locked ({error}). Name another path."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _holder(folder: Path, part: Part) -> str | None:
    """Return who holds a part that shares tasks with this one, or None."""
    for other, path in _locks(folder):
        if (other[0] - part[0]) % math.gcd(other[1], part[1]) == 0 and is_held(path):
            journal = read_journal(folder, other)
            who = "another process"
            if journal is not None:
                who = f"process {journal.pid} on {journal.host}, since {time.ctime(journal.since)}"
            return f"{who}, runs {'all of it' if other == (0, 1) else f'part {other}'}"
    return None
