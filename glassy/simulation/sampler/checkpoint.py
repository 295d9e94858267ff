"""Checkpoints inside a sample: a run stopped anywhere and continued equals the undisturbed one bit for bit.

A checkpoint holds what the past has left: spins, generators, counters and the series so far. Everything else of a chain is an
exact function of its spins. The clock decides when one is written, never what follows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from glassy.core import storage
from glassy.core.aside import MisplacedError, set_aside
from glassy.core.errors import InputError
from glassy.core.provenance import Provenance, joint_provenance, provenance
from glassy.core.storage import Saved
from glassy.model.patterns import Int8Array

SECONDS = 30.0  # between checkpoints,
SHARE = 0.05  # or longer, where writing would take more than this share of the time

IntArray = npt.NDArray[np.int64]
GeneratorState = tuple[int, int, int, int]


def generator_state(generator: np.random.Generator) -> GeneratorState:
    """Return the state of a PCG64 generator as plain integers."""
    state: Any = generator.bit_generator.state
    return state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]


def restore_generator(generator: np.random.Generator, saved: GeneratorState) -> None:
    """Put a PCG64 generator into a state."""
    state, inc, has, value = saved
    generator.bit_generator.state = {
        "bit_generator": "PCG64", "state": {"state": state, "inc": inc}, "has_uint32": has, "uinteger": value,
    }  # fmt: skip


@dataclass(frozen=True)
class SwapperState(Saved):
    """Exchanges of one replica so far; see `Swapper` for the fields."""

    generator: GeneratorState
    parity: int
    swaps: IntArray
    label: IntArray
    heading: Int8Array
    round_trips: int
    lowest: IntArray | None = None
    marks: Int8Array | None = None
    trips: IntArray | None = None
    kept: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class WalkState(Saved):
    """All chains of one sample between two blocks.

    Parameters
    ----------
    t : int
        Sweeps done; negative in burn-in.
    spins : array [rung, replica, N]
        By temperature, wherever the configuration came from.
    generators : tuple [rung][replica]
        States of the generators of the chains.
    trace : array [rung, replica, time, 3]
        Integers M of pattern 0, energy and accepted flips, up to t.
    q : array [rung, pair, time]
        Overlaps up to t.
    swappers : tuple of SwapperState
        One for each replica of a ladder.
    watched : array [rung, replica, pattern, time], optional
        m of the watched patterns up to t.
    marks : array [rung, replica, mark, N], optional
        Spins at the marks passed so far; None in states of older versions.
    near, near_m : arrays [rung, replica, mark], optional
        The nearest pattern there, and the overlap with it.
    least_m : array [rung, replica], optional
        Least overlap so far with the pattern of the first mark; None in states of versions that looked at the marks alone.
    """

    t: int
    spins: Int8Array
    generators: tuple[tuple[GeneratorState, ...], ...]
    trace: IntArray
    q: npt.NDArray[np.float64]
    swappers: tuple[SwapperState, ...]
    watched: npt.NDArray[np.float64] | None = None
    marks: Int8Array | None = None
    near: IntArray | None = None
    near_m: npt.NDArray[np.float64] | None = None
    least_m: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Checkpoint(Saved):
    """A state in its folder: of which run (digest) and sample, and by which code."""

    digest: str
    sample: int
    provenance: Provenance
    state: WalkState


class Resumable(Protocol):
    """What can be saved: its time, and its state."""

    t: int

    def state(self) -> WalkState:
        """Return what fixes all that follows."""
        ...


class Checkpoints:
    """The checkpoint of one sample: read once, written now and then, removed when the sample is finished.

    Parameters
    ----------
    path : Path
        Its file.
    digest : str
        Of the description of the run.
    sample : int
        Index of the sample.
    """

    def __init__(self, path: Path, digest: str, sample: int) -> None:
        self.path, self.digest, self.sample = path, digest, sample
        self.origin = provenance()
        self.due = time.monotonic() + SECONDS
        self.written: int | None = None  # time t of the file

    def read(self, strict: bool = False) -> WalkState | None:
        """Return where the sample stopped, or None: it starts afresh.

        A damaged file is set aside as *.damaged, one of another run or sample as *.foreign, with a StoreWarning; with `strict`
        the latter raises.
        """
        if not self.path.exists():
            return None
        try:
            found = storage.load(self.path)
            if not isinstance(found, Checkpoint) or (found.digest, found.sample) != (self.digest, self.sample):
                text = f"{self.path} must be a checkpoint of this very run and sample, but is not."
                raise MisplacedError(f"{text} Name a new folder, or move it away.")
        except InputError as error:
            if strict and isinstance(error, MisplacedError):
                raise
            set_aside(self.path, error, "its sample starts afresh")
            return None
        self.origin = joint_provenance([found.provenance, self.origin])
        self.written = found.state.t
        return found.state

    def keep(self, walk: Resumable, now: bool = False) -> None:
        """Write the state of a walk if it is time, or `now`."""
        begun = time.monotonic()
        if walk.t == self.written or not (now or begun >= self.due):
            return
        state = Checkpoint(self.digest, self.sample, self.origin, walk.state())
        storage.save(state, self.path, compressed=False)  # ten times faster, and soon gone
        self.written = walk.t
        ended = time.monotonic()
        self.due = ended + max(SECONDS, (ended - begun) / SHARE)

    def remove(self) -> None:
        """The sample is finished."""
        self.path.unlink(missing_ok=True)
