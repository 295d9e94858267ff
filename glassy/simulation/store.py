"""Finished samples in a folder: written whole or not at all, found again by the same call.

The folder holds description.json (everything that fixes the numbers, but not how many samples) and one file per sample, which
names its run and the code that made it: a sample never passes for one of another run, nor for one of today's code. Beside
them lie the checkpoints of the samples in work.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassy import storage
from glassy.errors import InputError
from glassy.provenance import Provenance
from glassy.simulation.checkpoint import Checkpoints
from glassy.simulation.ladder import Rungs
from glassy.simulation.samples import Series
from glassy.storage import Saved

_UNKNOWN = Provenance(*["unknown"] * 7)


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
    """

    digest: str
    provenance: Provenance
    series: Series | Rungs


class Store:
    """Samples of one description in one folder.

    Raises
    ------
    InputError
        If the folder cannot be one, or holds samples of another description; the message shows the difference.
    """

    def __init__(self, folder: Path, description: dict[str, Any]) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"out must be a folder or a new path, got {folder} ({error}). Name another path.") from error
        path = folder / "description.json"
        wanted = json.loads(json.dumps(description))
        self.digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]
        self.described = path.exists()
        if self.described:
            _check_same(folder, _description(path), wanted)
            return
        for sample in sorted(folder.glob("sample_*.npz")):
            self._open(sample)
        for checkpoint in sorted(folder.glob(f"checkpoint_{6 * '[0-9]'}.npz")):
            self.checkpoints(int(checkpoint.stem[-6:])).read()
        part = path.with_suffix(".part")
        part.write_text(json.dumps(wanted, indent=1))
        part.replace(path)

    def _path(self, sample: int) -> Path:
        return self.folder / f"sample_{sample:06d}.npz"

    def _open(self, path: Path) -> Kept | None:
        """Return what a file holds, None if it is damaged; raise if it does not belong to this run."""
        try:
            found = storage.load(path)
        except InputError:
            return None
        if isinstance(found, Series) and self.described:  # an older version: description.json alone speaks for it
            return Kept(self.digest, _UNKNOWN, found)
        if not isinstance(found, Kept) or found.digest != self.digest:
            raise InputError(
                f"{path} must be a sample of this very run, but is not known to be one. Name a new folder, or move it away."
            )
        return found

    def read(self, sample: int) -> Kept | None:
        """Return a finished sample, or None. A damaged file is set aside as *.damaged and computed again."""
        path = self._path(sample)
        if not path.exists():
            return None
        found = self._open(path)
        if found is None:
            path.replace(path.with_suffix(".damaged"))
        else:
            self.checkpoints(sample).remove()  # of a process killed between writing this file and removing that
        return found

    def checkpoints(self, sample: int) -> Checkpoints:
        """Return the checkpoint of a sample in work."""
        return Checkpoints(self.folder / f"checkpoint_{sample:06d}.npz", self.digest, sample)

    def write(self, sample: int, series: Series | Rungs, origin: Provenance) -> None:
        """Keep a finished sample; its checkpoint has served."""
        storage.save(Kept(self.digest, origin, series), self._path(sample))
        self.checkpoints(sample).remove()


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


def _check_same(folder: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    differing = [
        f"{k}: folder {found.get(k)!r}, call {wanted.get(k)!r}"
        for k in sorted({*found, *wanted})
        if found.get(k) != wanted.get(k)
    ]
    if differing:
        raise InputError(
            f"{folder} must hold samples of this very run, but differs in {'; '.join(differing)}. "
            "Repeat the first call, or name a new folder."
        )
