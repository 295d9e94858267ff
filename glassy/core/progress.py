"""Progress on stderr: a bar on a terminal, a line now and then in a file, nothing where there is no stderr."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, TextIO

from tqdm import tqdm

SECONDS = 30.0  # between lines in a file


class _Lines:
    """A file in which tqdm's rewritten bar becomes lines of their own; one that can no longer be written ends no run."""

    def __init__(self, file: TextIO | None) -> None:
        self.file, self.last = file, ""

    def write(self, text: str) -> None:
        """Write a line; nothing for the empty texts and the repetitions of a bar."""
        line = text.strip("\r\n ")
        if line and line != self.last and self.file is not None:
            with contextlib.suppress(OSError, ValueError):
                self.file.write(line + "\n")
            self.last = line

    def flush(self) -> None:
        """Flush the file."""
        if self.file is not None:
            with contextlib.suppress(OSError, ValueError):
                self.file.flush()

    def isatty(self) -> bool:
        """It is none."""
        return False


def progress_bar(total: float | None, progress: bool | None, unit: str = "sweep", seconds: float = SECONDS) -> Any:
    """Return a tqdm bar; None shows it where stderr is a terminal, True also in a file, as lines `seconds` apart."""
    file: Any = sys.stderr  # None under pythonw, and in some daemons
    if getattr(file, "closed", False):
        file = None
    tty = file is not None and file.isatty()
    pause = 0.1 if tty else seconds
    return tqdm(
        total=total, disable=file is None or not (tty if progress is None else progress), unit=unit,
        unit_scale=total is not None, mininterval=pause, maxinterval=max(pause, 10.0), file=file if tty else _Lines(file),
        ascii=None if tty else True, ncols=None if tty else 100,
    )  # fmt: skip
