"""The iteration on one network (T.1, T.3), and what its last magnetizations say (T.2)."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from glassy.core.results import Status
from glassy.passing.fixed_point import FixedPoint
from glassy.passing.kernels import FloatArray

ROUNDING = 1e-9  # of the entropy per spin, which is 0 where all spins are frozen


class System(Protocol):
    """One network as the iteration sees it: `Dense`, `Pairs` or `Coupled`."""

    N: int
    beta: float

    def bare(self, x: FloatArray) -> tuple[FloatArray, float]:
        """Return the field of the multilinear energy, and that energy per spin."""

    def field(self, x: FloatArray, old: FloatArray) -> FloatArray:
        """Return the local field with its Onsager term."""

    def reaction(self, x: FloatArray) -> tuple[float, float]:
        """Return what the reaction of the other spins adds to f and to the energy per spin (T.2)."""

    def replicon(self, x: FloatArray) -> float:
        """Return S.1 of this network."""

    def own_energy(self, x: FloatArray) -> float:
        """Return the energy of the means in T.2, per spin."""


@np.errstate(divide="ignore", invalid="ignore")  # 1 - C = 0 at P = 2: the status says it
def iterate(
    system: System, start: FloatArray, pattern: FloatArray, field: FloatArray, *, damping: float, tolerance: float,
    max_iterations: int, least: float, origin: FloatArray | None = None,
) -> FixedPoint:  # fmt: skip
    """Iterate x = tanh(beta h[x]) from `start` until no entry changes by more than the tolerance.

    Parameters
    ----------
    system : Dense, Pairs or Coupled
        The network.
    start, pattern, field : array (N,)
        First magnetizations; pattern 0; the external field.
    damping : float
        Share of the last magnetizations that is kept.
    tolerance, max_iterations
        When it ends.
    least : float
        Overlap of the last magnetizations with their origin from which on they are at it; 0: they did not begin there.
    origin : array (N,), optional
        The example at which they began; default: the pattern.
    """
    N, x, old = system.N, start, np.zeros_like(start)
    m, q, changes = [float(x @ pattern) / N], [float(x @ x) / N], []
    for _ in range(max_iterations):
        new = np.tanh(system.beta * (system.field(x, old) + field))
        change = float(np.abs(new - x).max())
        if not math.isfinite(change):  # 1 - C = 0 at P = 2
            break
        changes.append(change)
        x, old = (1.0 - damping) * new + damping * x, x
        m.append(float(x @ pattern) / N)
        q.append(float(x @ x) / N)
        if change <= tolerance:
            break
    stayed = least == 0.0 or abs(float(x @ (pattern if origin is None else origin)) / N) >= least
    return _fixed_point(system, x, pattern, field, (m, q, changes), tolerance, stayed)


def _fixed_point(
    system: System, x: FloatArray, pattern: FloatArray, field: FloatArray,
    history: tuple[list[float], list[float], list[float]], tolerance: float, stayed: bool,
) -> FixedPoint:  # fmt: skip
    m, q, changes = history
    free, energy = free_energy(system, x, field)
    replicon = system.replicon(x)
    status = Status.CONVERGED
    entropy = (energy - free) * system.beta
    if not changes or changes[-1] > tolerance or not (replicon >= 0.0 and entropy >= -ROUNDING):  # NaN as well
        status = Status.DIVERGED
    elif not stayed:
        status = Status.LEFT_PHASE
    return FixedPoint(
        m=m[-1], q=q[-1], energy=energy, free_energy=free, entropy=entropy,
        pattern_energy=system.bare(pattern)[1] - float(field @ pattern) / system.N, replicon=replicon,
        iterations=len(changes), change=changes[-1] if changes else math.inf, status=status, magnetizations=x,
        m_history=np.array(m), q_history=np.array(q), change_history=np.array(changes),
    )  # fmt: skip


def free_energy(system: System, x: FloatArray, field: FloatArray) -> tuple[float, float]:
    """Return f_TAP of any magnetizations (T.2), whose stationary points are the fixed points, and the energy, per spin."""
    own = system.own_energy(x) - float(field @ x) / system.N
    f_reaction, e_reaction = system.reaction(x)
    return own - _entropy(x) / system.beta + f_reaction, own + e_reaction


def _entropy(x: FloatArray) -> float:
    """Return the entropy per spin of independent spins of means x, without 0 ln 0."""
    up, down = 0.5 * (1.0 + x), 0.5 * (1.0 - x)
    terms = [np.where(p > 0.0, -p * np.log(np.maximum(p, 1e-300)), 0.0) for p in (up, down)]
    return float(np.mean(terms[0] + terms[1]))
