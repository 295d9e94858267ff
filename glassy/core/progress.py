"""Progress on stderr: one bar for one call of a user, moved by all that the call does, however deep.

`progress=None` shows it where a call lasts longer than `SLOW` and somebody looks on: in a terminal or a notebook, for the main
thread of a process that no other has started. True shows it at once, in a file as lines now and then; False never. A call in
another opens no bar of its own: it moves the one that is open, within the unit that is at work.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, TextIO

from glassy.core.errors import InputError
from glassy.numerics.jit import before_compiling

SLOW = 2.0  # seconds after which a bar is shown that nobody asked for
SECONDS = 30.0  # between lines in a file
COMPILES = "glassy compiles machine code for this processor, once: up to half a minute. The next run finds it on the disk."


class Bar:
    """What a call says of its way from 0 to `total` units, from any thread; this one says it to nobody.

    Parameters
    ----------
    total, unit
        Units of the whole way, and what they are.
    """

    def __init__(self, total: float, unit: str = "") -> None:
        self.total, self.unit, self.done = total, unit, 0.0
        self.step = 1.0  # units that `update` counts, and within which a call at work moves

    def update(self, n: float | None = None) -> None:
        """Count n more units as done; default: one step."""
        with _lock:
            self.done += self.step if n is None else n
            self.show(self.done)

    def reach(self, done: float) -> None:
        """Count so many units as done, unless more are."""
        self.update(max(done - self.done, 0.0))

    def say(self, text: str) -> None:
        """Put a text behind the bar."""

    def show(self, at: float) -> None:
        """Move to a place, whole units or not."""


class _Part(Bar):
    """The way of a call within the step of the bar around it that is at work: it never goes beyond, and never back."""

    def __init__(self, outer: Bar, total: float, unit: str) -> None:
        super().__init__(total, unit)
        self.outer, self.start, self.width = outer, outer.done, outer.step

    def show(self, at: float) -> None:
        self.outer.show(self.start + self.width * min(at / self.total, 1.0))


class _Shown(Bar):
    """A bar for people: one of tqdm, made when the call has lasted long enough."""

    def __init__(self, total: float, what: str, unit: str, scaled: bool, estimate: bool, patience: float) -> None:
        super().__init__(total, unit)
        self.what, self.scaled, self.estimate, self.patience = what, scaled, estimate, patience
        self.begun, self.at, self.text = time.monotonic(), 0.0, ""
        self.bar: Any = None
        if patience == 0.0:
            self._open().refresh()

    def say(self, text: str) -> None:
        self.text = text

    def show(self, at: float) -> None:
        self.at = max(self.at, at)  # what is tried again moves nothing
        if self.bar is None and time.monotonic() - self.begun < self.patience:
            return
        bar, counted = self._open(), f"{int(self.at + 1e-9)} of {self.total:g} {self.unit}s"
        bar.set_postfix_str(self.text or ("" if self.scaled else counted), refresh=False)
        bar.update(self.at - bar.n)

    def close(self, whole: bool) -> None:
        """Leave the bar as it is; full, where the call ended well with less than its most."""
        if self.bar is not None:
            if whole:
                self.bar.update(self.total - self.bar.n)
            self.bar.close()

    def _open(self) -> Any:
        if self.bar is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a notebook has no ipywidgets: its bar is text
                from tqdm.auto import tqdm
            seen = is_seen(sys.stderr)
            pause = 0.1 if seen else SECONDS
            left = "<{remaining}" if self.estimate else ""
            rate = ", {rate_fmt}" if self.scaled else ""
            self.bar = tqdm(
                total=self.total, desc=self.what, unit=f" {self.unit}s", unit_scale=True, miniters=0, mininterval=pause,
                maxinterval=max(pause, 10.0), file=sys.stderr if seen else _Lines(sys.stderr), ascii=None if seen else True,
                ncols=None if seen else 100, bar_format=f"{{l_bar}}{{bar}}| {{elapsed}}{left}{rate}{{postfix}}",
                delay=1e-9,  # until the time that has passed is told
            )  # fmt: skip
            past = time.monotonic() - self.begun
            self.bar.start_t, self.bar.last_print_t = self.bar.start_t - past, self.bar.last_print_t - past
        return self.bar


class _Lines:
    """A file in which tqdm's rewritten bar becomes lines of their own; one that can no longer be written ends no run."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.last = file, ""

    def write(self, text: str) -> None:
        """Write a line; nothing for the empty texts and the repetitions of a bar."""
        line = text.strip("\r\n ")
        if line and line != self.last:
            with contextlib.suppress(OSError, ValueError):
                self.file.write(line + "\n")
            self.last = line

    def flush(self) -> None:
        """Flush the file."""
        with contextlib.suppress(OSError, ValueError):
            self.file.flush()

    def isatty(self) -> bool:
        """It is none."""
        return False


_lock = threading.RLock()
_open_bar: ContextVar[Bar | None] = ContextVar("open_bar", default=None)
_wishes: list[bool | None] = []  # of the calls at work
_said: list[str] = []


@contextlib.contextmanager
def progress_bar(
    total: float,
    progress: bool | None = None,
    unit: str = "part",
    what: str = "",
    *,
    scaled: bool = False,
    estimate: bool = True,
) -> Iterator[Bar]:
    """Open the bar of a call, or a part of the one that is open.

    Parameters
    ----------
    total : float
        Units of the whole way.
    progress : bool, optional
        What the user wishes; that of the outermost call counts.
    unit, what : str
        What is counted; what the call is about.
    scaled : bool
        Whether units are as many as flips: their rate is shown, k, M, G, and not how many they are.
    estimate : bool
        Whether the units are alike enough for an estimate of the time that is left.
    """
    outer = _open_bar.get()
    if outer is not None:
        bar: Bar = _Part(outer, total, unit)
    else:
        if progress is not None and not isinstance(progress, bool):
            raise InputError(f"progress must be True, False or None, got {progress!r}. None: where it is slow and is seen.")
        shown = _wanted(progress) and (progress or threading.current_thread() is threading.main_thread())
        bar = _Shown(total, what, unit, scaled, estimate, 0.0 if progress else SLOW) if shown else Bar(total, unit)
        _wishes.append(progress)
    token, whole = _open_bar.set(bar), False
    try:
        yield bar
        whole = True
    finally:
        _open_bar.reset(token)
        if outer is None:
            _wishes.remove(progress)
        if isinstance(bar, _Shown):
            bar.close(whole)


def current_bar(unit: str) -> Bar:
    """Return the bar that is open, if it counts these units, or one that says nothing."""
    bar = _open_bar.get()
    return bar if bar is not None and bar.unit == unit else Bar(1.0)


def is_seen(file: Any) -> bool:
    """Whether somebody looks on while a file is written: it is a terminal, or the output of a notebook."""
    if file is None or getattr(file, "closed", False):
        return False
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return file.isatty() or "IPKernelApp" in getattr(shell, "config", ())


def _wanted(progress: bool | None) -> bool:
    file, process = sys.stderr, sys.modules.get("multiprocessing.process")
    if file is None or getattr(file, "closed", False):  # under pythonw, and in some daemons
        return False
    if progress is not None:
        return progress
    return is_seen(file) and (process is None or process.parent_process() is None)  # bars of two would write over each other


def say_compiling() -> None:
    """Say in one line, once, that machine code is being made, where the calls at work may show progress."""
    if not _said and _wanted(_wishes[-1] if _wishes else None):
        from tqdm import tqdm

        _said.append(COMPILES)
        with contextlib.suppress(OSError, ValueError):
            tqdm.write(COMPILES, file=sys.stderr)  # above a bar that may be there


before_compiling.append(say_compiling)
