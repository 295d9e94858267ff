"""Files that cannot be used are set aside, for the user to look at, with a warning that names them: never in silence."""

from __future__ import annotations

import contextlib
from pathlib import Path

from glassy.core.errors import InputError, StoreWarning, warn
from glassy.core.storage import VersionError


class MisplacedError(InputError):
    """A file is whole, but belongs to another run or sample."""


def set_aside(path: Path, reason: Exception, then: str) -> None:
    """Rename a file that cannot be used to *.damaged or *.foreign, and say which, why and what `then` follows.

    One of another version is good: it stays, and the reason is raised.
    """
    if isinstance(reason, VersionError):
        raise reason
    word = "foreign" if isinstance(reason, MisplacedError) else "damaged"
    with contextlib.suppress(FileNotFoundError):  # another run saw it first
        path.replace(path.with_suffix(f".{word}"))
    text = str(reason).split(" Name a new folder")[0]
    warn(f"{path.name} in {path.parent} was set aside as {path.stem}.{word}, and {then}: {text}", StoreWarning, 3)
