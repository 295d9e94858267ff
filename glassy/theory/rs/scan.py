"""Many state points of RS in one call: compiled loops over chunks of a path, on threads.

They evaluate the formulas of `rs.formulas`, and find the saddles as `solve` does: retrieval by Newton's method from the
neighbour, m = 0 by Newton's method on every monotone branch of the curve R.5d. A point is left to `solve` wherever the answer
could depend on where it was started from: next to a fold, next to an onset, where the method does not settle. Chunks begin at
the same points whatever the number of threads, and so do the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.progress import Bar
from glassy.core.provenance import Provenance, provenance
from glassy.core.results import Status
from glassy.model.family import Network
from glassy.numerics.roots import all_roots
from glassy.theory.ansatz import RS
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs.equations import form_of
from glassy.theory.rs.scan_kernels import (
    CLEAR,
    FOUND,
    HIGH,
    LOW,
    NONE,
    OPEN,
    FloatArray,
    IntArray,
    free_chunk,
    log_load,
    retrieval_chunk,
    zero_chunk,
)
from glassy.theory.solution import Solution

FEW = 8  # points that do not repay the machine code
CHUNK = 1024
NODES = 257
PHASES = ("retrieval", "spin_glass", "paramagnetic", "equilibrium")  # the last where no phase exists
NAMES = (*PHASES, "example")
STATUSES = (Status.CONVERGED, Status.LEFT_PHASE, Status.NOT_CONVERGED)
NUMBERS = (
    "m",
    "q_EA",
    "local_susceptibility",
    "free_energy",
    "energy",
    "entropy",
    "complexity",
    "replicon",
    "residual",
    "n",
    "n_first",
)
FAR = 1e20  # loads and temperatures, and their inverses, beyond which units matter


@dataclass(frozen=True)
class Columns:
    """The numbers of a scan, from which its Solutions are made when they are asked for (`glassy.core.grid.Rows`)."""

    network: Network
    provenance: Provenance
    load: FloatArray
    T: FloatArray
    numbers: FloatArray  # [point, NUMBERS]
    phase: IntArray  # in NAMES
    status: IntArray  # in STATUSES

    def __len__(self) -> int:
        return len(self.load)

    def row(self, i: int) -> Solution:
        """Return the Solution at point i."""
        m, q, C, free, energy, entropy, complexity, replicon, residual, n, n_first = self.numbers[i].tolist()
        return Solution(
            network=self.network, load=float(self.load[i]), T=float(self.T[i]), phase=NAMES[self.phase[i]], ansatz=RS(), m=m,
            q_levels=(q,), x_levels=(), y_levels=(), local_susceptibility=C, free_energy=free, energy=energy, entropy=entropy,
            complexity=complexity, replicons=(replicon,), residual=residual, status=STATUSES[self.status[i]],
            n=n if self.network.has_examples else None, n_first=n_first if NAMES[self.phase[i]] == "example" else None,
            provenance=self.provenance,
        )  # fmt: skip

    def column(self, name: str) -> FloatArray | None:
        """Return an attribute of every point, if it is one of the numbers."""
        if name in ("load", "T"):
            return np.array(getattr(self, name))
        name = "q_EA" if name == "q" else name  # one level
        known = name in NUMBERS and (name not in ("n", "n_first") or self.network.has_examples)
        return self.numbers[:, NUMBERS.index(name)].copy() if known else None

    def statuses(self) -> tuple[Status, ...]:
        """Return the status of every point."""
        return tuple(STATUSES[i] for i in self.status.tolist())

    def take(self, picked: IntArray) -> Columns:
        """Return the table of some points."""
        return replace(self, **{x: getattr(self, x)[picked] for x in ("load", "T", "numbers", "phase", "status")})


def _array(network: Network) -> Any:
    """Return the form of a network for kernels."""
    return np.array(form_of(network))


@lru_cache(maxsize=64)
def branches_of(network: Network) -> FloatArray:
    """Return the monotone branches of ln load along y = ln B at T = 1: y at both ends, and ln load there.

    For P > 2 the curve R.5d at another temperature is the same but for 2 ln T. At P = 2 it is (B/sqrt q)(q - 1 + T) =
    sqrt(load), a product of rising functions: one branch.
    """
    if network.wishart:
        return np.array([[LOW, HIGH, math.nan, math.nan]])
    form = _array(network)
    grid = np.concatenate([np.linspace(LOW, math.log(20.0), 400), np.linspace(math.log(20.0), HIGH, 100)[1:]]).tolist()
    ends = [LOW, *all_roots(lambda y: log_load(form, 1.0, y)[1], grid), HIGH]
    loads = [log_load(form, 1.0, y)[0] for y in ends]
    return np.array([ends[:-1], ends[1:], loads[:-1], loads[1:]]).T.copy()


# ---- a path ----


def solve_path(
    network: Network, load: FloatArray, T: FloatArray, phase: str, threads: int, alone: Callable[[float, float], Solution],
    bar: Bar,
) -> Columns:  # fmt: skip
    """Return the table of a path; `alone` solves one point, and `bar` counts them."""
    if phase == "equilibrium" and not network.has_several:
        found = {x: _phase(network, load, T, x, threads, lambda n: bar.update(n / 3.0)) for x in PHASES[:3]}
        numbers, said, which = _winners(found)
    else:
        numbers, said = _phase(network, load, T, phase, threads, bar.update)
        which = np.full(len(load), NAMES.index(phase))
    numbers[said == NONE] = math.nan
    left = np.flatnonzero(said == OPEN)
    solutions = [alone(x, y) for x, y in zip(load[left].tolist(), T[left].tolist(), strict=True)]
    for i, s in zip(left.tolist(), solutions, strict=True):
        numbers[i] = [math.nan if (x := getattr(s, name)) is None else x for name in NUMBERS]
        said[i], which[i] = STATUSES.index(s.status), NAMES.index(s.phase)
    return Columns(network=network, provenance=provenance(), load=load, T=T, numbers=numbers, phase=which, status=said)


def _phase(
    network: Network, load: FloatArray, T: FloatArray, phase: str, threads: int, done: Callable[[float], None]
) -> tuple[FloatArray, IntArray]:
    """Return the numbers of one phase, and what is known of each point: FOUND, NONE or OPEN."""
    numbers, said = np.full((len(load), len(NUMBERS)), math.nan), np.full(len(load), OPEN)
    if not network.has_glass or phase in ("example", "equilibrium"):
        return numbers, said
    form, field = _array(network), network.unit_covariance.has_field
    run: Callable[..., None]
    more: tuple[FloatArray, ...] = ()
    if phase == "retrieval":
        if not network.has_signal:
            return numbers, np.full(len(load), NONE)
        least = {x: rs_retrieval.surely(network, x) for x in set(T.tolist())}
        run = partial(retrieval_chunk, form)
        more = (np.array([least[x] for x in T.tolist()]),)
    elif phase == "paramagnetic" and not field:
        run = partial(free_chunk, form)
    else:
        run = partial(zero_chunk, form, branches_of(network), field, phase == "spin_glass")
    load = np.where((load < FAR) & ((T == 0.0) | (T > 1.0 / FAR)) & (T < FAR) & (load > 1.0 / FAR), load, 0.0)  # 0 stays OPEN
    parts = [slice(i, i + CHUNK) for i in range(0, len(load), CHUNK)]
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        for part, _ in zip(
            parts,
            pool.map(lambda part: run(*(x[part] for x in more), load[part], T[part], numbers[part], said[part]), parts),
            strict=True,
        ):
            done(len(load[part]))
    if network.has_signal and phase == "retrieval":
        said[(said == OPEN) & _beyond(network, load, T, said == OPEN)] = NONE
    return numbers, said


def _beyond(network: Network, load: FloatArray, T: FloatArray, asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether points that are asked for lie clearly beyond the spinodal.

    It is taken from both sides of T on a grid: between two of its points the spinodal load does not rise by CLEAR above both.
    """
    beyond = network.signal.end[1] <= T
    asked = asked & ~beyond
    temperatures = np.unique(T[asked])
    if len(temperatures) > NODES:
        temperatures = np.linspace(temperatures[0], temperatures[-1], NODES)
    if len(temperatures):
        ends = [rs_retrieval.fold(network, x) for x in temperatures.tolist()]
        loads = np.array([end.load if end else 0.0 for end in ends])
        right = np.clip(np.searchsorted(temperatures, T[asked]), 0, len(ends) - 1)
        left = np.where(temperatures[right] == T[asked], right, np.maximum(right - 1, 0))
        beyond[asked] = load[asked] > (1.0 + CLEAR) * np.maximum(loads[left], loads[right])
    return beyond


def _winners(found: dict[str, tuple[FloatArray, IntArray]]) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the phase in equilibrium: of the m = 0 saddles the one of larger free energy, or retrieval below it."""
    free = {
        x: np.where(said == FOUND, numbers[:, NUMBERS.index("free_energy")], math.nan) for x, (numbers, said) in found.items()
    }
    known = np.array([said for _, said in found.values()])
    glass, none = free["spin_glass"], np.isnan(free["paramagnetic"])
    which = np.where((glass > free["paramagnetic"]) | none, PHASES.index("spin_glass"), PHASES.index("paramagnetic"))
    zero = np.where(which == PHASES.index("spin_glass"), glass, free["paramagnetic"])
    which[(free["retrieval"] <= zero) | np.isnan(zero)] = PHASES.index("retrieval")
    numbers = np.choose(which[:, None], [found[x][0] for x in PHASES[:3]])
    said = np.choose(which, [found[x][1] for x in PHASES[:3]])
    which[said == NONE] = PHASES.index("equilibrium")
    return numbers, np.where((known == OPEN).any(axis=0), OPEN, said), which
