"""The Solution at a saddle point of RSB(k): thermodynamics, replicons, complexity, residual; and what a collapsed one holds."""

from __future__ import annotations

import math
from dataclasses import replace

from glassy.core.results import Status
from glassy.model.family import Network
from glassy.theory.ansatz import RSB
from glassy.theory.rsb.equations import TOLERANCE, replicons, residual
from glassy.theory.rsb.functional import FloatArray, Levels, evaluate
from glassy.theory.rsb.signals import signal_of
from glassy.theory.solution import Solution


def rsb_saddle(
    network: Network, load: float, T: float, phase: str, levels: Levels, gaps: FloatArray, *, marginal: bool = False
) -> Solution:
    """Return the Solution at a saddle: thermodynamics, one replicon for every level, the complexity, the residual.

    `marginal`: the x_k = 1 form between T_c and T_d, whose last breakpoint is no stationary point: exp(N complexity) states
    dominate, and the entropy is that of all of them.
    """
    at = evaluate(network, load, T, levels, gaps=gaps)
    k, of = levels.k, signal_of(network)
    error = residual(network, load, T, levels, at, held=int(marginal))
    y = levels.y[-1]
    complexity = float(y * (y * at.work[k] - at.gain[k])) if marginal else 0.0
    status = Status.CONVERGED if error <= TOLERANCE else Status.NOT_CONVERGED
    return Solution(
        network=network, load=load, T=T, phase=phase, ansatz=RSB(k),
        m=levels.m if of.uniform or not levels.m else at.along, q_levels=tuple(float(q) for q in at.q),
        x_levels=(*(T * y for y in levels.y[:-1]), 1.0 if marginal else T * y), y_levels=levels.y,
        local_susceptibility=levels.C, free_energy=at.free_energy, energy=at.energy,
        entropy=at.entropy + complexity, complexity=complexity, replicons=replicons(T, at),
        residual=error, status=status, n=of.full * levels.m if network.has_examples else None,
    )  # fmt: skip


def padded(solution: Solution, k: int) -> Solution:
    """Return a saddle of fewer steps as what RSB(k) has collapsed to: levels merged at the top, their breakpoints at 1."""
    missing = k - len(solution.x_levels)
    return replace(
        solution,
        ansatz=RSB(k),
        q_levels=solution.q_levels + (solution.q_levels[-1],) * missing,
        x_levels=solution.x_levels + (1.0,) * missing,
        y_levels=solution.y_levels + (1.0 / solution.T if solution.T > 0.0 else math.inf,) * missing,
        replicons=solution.replicons + (solution.replicons[-1],) * missing,
        status=Status.COLLAPSED if solution.status.ok else solution.status,
    )
