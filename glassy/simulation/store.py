"""Finished samples in a folder: written whole or not at all, found again by the same call.

The folder holds description.json (everything that fixes the numbers, but not how many samples) and one file per sample.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from glassy import storage
from glassy.errors import InputError
from glassy.simulation.samples import Series


class Store:
    """Samples of one description in one folder.

    Raises
    ------
    InputError
        If the folder holds samples of another description; the message shows the difference.
    """

    def __init__(self, folder: Path, description: dict[str, Any]) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "description.json"
        wanted = json.loads(json.dumps(description))
        if path.exists():
            found = json.loads(path.read_text())
            if found != wanted:
                differing = [
                    f"{k}: folder {found.get(k)!r}, call {wanted.get(k)!r}"
                    for k in sorted({*found, *wanted})
                    if found.get(k) != wanted.get(k)
                ]
                raise InputError(
                    f"{folder} must hold samples of this very run, but differs in {'; '.join(differing)}. "
                    "Repeat the first call, or name a new folder."
                )
        else:
            part = path.with_suffix(".part")
            part.write_text(json.dumps(wanted, indent=1))
            part.replace(path)

    def _path(self, sample: int) -> Path:
        return self.folder / f"sample_{sample:06d}.npz"

    def read(self, sample: int) -> Series | None:
        """Return a finished sample, or None. A damaged file is set aside as *.damaged and computed again."""
        path = self._path(sample)
        if not path.exists():
            return None
        try:
            series = storage.load(path)
        except InputError:
            path.replace(path.with_suffix(".damaged"))
            return None
        return series if isinstance(series, Series) else None

    def write(self, sample: int, series: Series) -> None:
        """Keep a finished sample."""
        storage.save(series, self._path(sample))
