"""Finished samples in a folder: written whole or not at all, found again by the same call.

The folder holds description.json (everything that fixes the numbers, but not how many samples) and one file per sample, which
names its run, its index and the code that made it: a sample never passes for one of another run, for another sample, nor for
one of today's code. Beside them lie the checkpoints of the samples in work. What does not belong is set aside, named in
a warning.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from glassy.core import storage
from glassy.core.aside import MisplacedError, set_aside
from glassy.core.errors import InputError
from glassy.core.machine import is_alive
from glassy.core.provenance import Provenance
from glassy.core.storage import Saved, VersionError
from glassy.model.patterns import Int8Array
from glassy.simulation.sampler.checkpoint import Checkpoints
from glassy.simulation.sampler.run import Run
from glassy.simulation.sampler.series import Rungs, Series

LONGEST = f"{80 * 'x'}/{120 * 'x'}"  # place and file: no name of ours is longer


@dataclass(frozen=True)
class Kept(Saved):
    """One sample in its folder.

    Parameters
    ----------
    digest : str
        Digest of the description of its run.
    provenance : Provenance
        The code that made it.
    series : Series or Rungs
        Its series; those of every temperature of a ladder.
    sample : int
        Its index.
    description : str
        The description of its run, as JSON.
    """

    digest: str
    provenance: Provenance
    series: Series | Rungs
    sample: int
    description: str


@dataclass(frozen=True)
class Given(Saved):
    """Arrays of the user that belong to a run: they are data, and cannot be drawn again."""

    patterns: Int8Array | None
    spins: Int8Array | None


class Store:
    """Samples of one description in one folder. Small, and may be sent to workers that see the same folder.

    Raises
    ------
    InputError
        If the folder cannot be one, or holds samples of another description; the message shows the difference.
    """

    def __init__(self, folder: Path, description: dict[str, Any]) -> None:
        self.folder = Path(os.path.abspath(folder))
        make_folder(folder)
        path = folder / "description.json"
        self.text, self.digest = digest_of(description)
        self.described = path.exists()
        if self.described:
            _check_same(folder, _description(path), json.loads(self.text))
            return
        for sample in self.indices():
            try:
                self.examine(sample)
            except (MisplacedError, VersionError):
                raise
            except InputError:
                pass  # damaged: set aside when it is read
        for checkpoint in sorted(folder.glob(f"checkpoint_{6 * '[0-9]'}.npz")):
            self.checkpoints(int(checkpoint.stem[-6:])).read(strict=True)
        write_text(path, json.dumps(json.loads(self.text), indent=1))
        self.described = True

    def path(self, sample: int) -> Path:
        """Return the file of a sample."""
        return self.folder / f"sample_{sample:06d}.npz"

    def indices(self) -> list[int]:
        """Return the indices of all samples that have a file, whatever is in it."""
        with os.scandir(self.folder) as entries:
            found = [int(match[1]) for entry in entries if (match := re.fullmatch(r"sample_([0-9]{6,})\.npz", entry.name))]
            return sorted(k for k in set(found) if self.path(k).is_file())

    def examine(self, sample: int) -> Kept:
        """Return what the file of a sample holds, every byte checked.

        Raises InputError where it is damaged, MisplacedError where it is of another run or sample.
        """
        path = self.path(sample)
        found = storage.load(path)
        if not isinstance(found, Kept) or found.digest != self.digest or found.sample != sample:
            raise MisplacedError(
                f"{path} must be a sample of this very run, but is not known to be one. Name a new folder, or move it away."
            )
        return found

    def origin(self, sample: int) -> Provenance:
        """Return the code that made a sample; its series is not read."""
        found: Provenance = storage.part(self.path(sample), "provenance")
        return found

    def read(self, sample: int) -> Kept | None:
        """Return a finished sample, or None. A damaged or foreign file is set aside, with a warning, and computed again."""
        path = self.path(sample)
        if not path.exists():
            return None
        try:
            found = self.examine(sample)
        except InputError as error:
            self.set_aside(sample, error)
            return None
        self.checkpoints(sample).remove()  # of a process killed between writing this file and removing that
        return found

    def set_aside(self, sample: int, reason: InputError) -> None:
        """Move a file out of the way, for the user to look at, and say so."""
        set_aside(self.path(sample), reason, "its sample is computed again")

    def checkpoints(self, sample: int) -> Checkpoints:
        """Return the checkpoint of a sample in work."""
        return Checkpoints(self.folder / f"checkpoint_{sample:06d}.npz", self.digest, sample)

    def write(self, sample: int, series: Series | Rungs, origin: Provenance) -> bytes:
        """Keep a finished sample, its checkpoint has served; return the SHA-256 of the file."""
        digest = storage.seal(
            Kept(digest=self.digest, provenance=origin, series=series, sample=sample, description=self.text), self.path(sample)
        )
        self.checkpoints(sample).remove()
        return digest

    def clean(self) -> None:
        """Remove what processes of this machine left half written when they were killed."""
        for part in self.folder.glob("*.part"):
            match = re.search(r"\.(\d+)\.\d+\.part$", part.name)
            if match and f".{socket.gethostname()}.{match[1]}." in part.name and not is_alive(int(match[1])):
                part.unlink(missing_ok=True)

    # ---- arrays of the user ----

    def lend(self, run: Run) -> Run:
        """Write the user's patterns and spins of a run once, for the workers to read, and return the run without them."""
        if run.patterns is None and run.spins is None:
            return run
        storage.save(Given(run.patterns, run.spins), self.folder / "given.npz")
        return replace(run, patterns=None, spins=None)

    def borrow(self, run: Run) -> Run:
        """Return a run with the arrays that were lent; any other as it is."""
        path = self.folder / "given.npz"
        words = json.loads(self.text)
        if all(words[k] is None or getattr(run, k) is not None for k in ("patterns", "spins")):
            return run
        given = _given(path, path.stat().st_mtime_ns)
        return replace(run, patterns=given.patterns, spins=given.spins)


@lru_cache(maxsize=2)
def _given(path: Path, stamp: int) -> Given:
    found = storage.load(path)
    assert isinstance(found, Given)
    return found


def digest_of(description: dict[str, Any]) -> tuple[str, str]:
    """Return a description as JSON, and its digest."""
    text = json.dumps(description, sort_keys=True)
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


def folder_path(out: object, name: str = "out") -> Path:
    """Return the absolute path of a folder, or raise InputError where neither it nor our files in it could lie there."""
    if not isinstance(out, str | os.PathLike) or not isinstance(text := os.fspath(out), str) or not text:
        raise InputError(f"{name} must be the path of a folder, a str or pathlib.Path, got {out!r}. Name one: {name}='runs'.")
    path = Path(os.path.abspath(text))
    with _refused(text, name), contextlib.suppress(FileNotFoundError):
        os.lstat(path / LONGEST)
    return path


def make_folder(folder: Path) -> None:
    """Make a folder, or raise InputError."""
    with _refused(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def _refused(folder: str, name: str = "out") -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: no file system takes such a name
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{name} must be a folder or a new path, got {folder!r} ({why}). Name another path.") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step, or raise InputError: this is the first that is written into a folder."""
    part = path.with_suffix(".part")
    try:
        part.write_text(text)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise InputError(
            f"out must be a folder that can be written, but {path} could not ({error}). Free space, or name another path."
        ) from error


def _description(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
        if isinstance(found, dict):
            return found
        reason = f"it holds {found!r}"
    except ValueError as error:
        reason = str(error)
    raise InputError(
        f"{path} must describe the run whose samples lie beside it, but is damaged ({reason}). Delete it and repeat the call: "
        "the samples know their run; or name a new folder."
    )


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    """Yield what differs between the description of a folder and that of a call."""
    for k in sorted({*found, *wanted}):
        if found.get(k) != wanted.get(k):
            yield f"{k}: folder {found.get(k)!r}, call {wanted.get(k)!r}"


def _check_same(folder: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    differing = list(differences(found, wanted))
    if differing:
        raise InputError(
            f"{folder} must hold samples of this very run, but differs in {'; '.join(differing)}. "
            "Repeat the first call, or name a new folder."
        )
