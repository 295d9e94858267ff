"""The Solution at a saddle point of replica symmetry: its thermodynamics and its replicon (R.5, R.5a, R.5b, S.1)."""

from __future__ import annotations

import math

from glassy.core.results import Status
from glassy.model.family import Network
from glassy.theory.ansatz import RS
from glassy.theory.rs.equations import form_of
from glassy.theory.rs.example import Point
from glassy.theory.rs.formulas import (
    TOLERANCE,
    averages_of,
    local_signal,
    local_variance,
    overlaps_of,
    thermodynamics,
    wishart_rest,
)
from glassy.theory.solution import Solution


def rs_saddle(
    network: Network, load: float, T: float, phase: str, v: float, q: float, C: float, s: float | None = None
) -> Solution:
    """Return the Solution at a saddle point, where v = E[S tanh] is m of a stored pattern (L.3).

    1 - C of P = 2 is taken without cancellation where q = 0 or the standard deviation s of the field is known.
    """
    form = form_of(network)
    if q == 0.0:
        s, D = 0.0, (T - 1.0) / T
    elif s is None:
        s, D = math.sqrt(load * local_variance(form, q, C)) if load > 0.0 else 0.0, 1.0 - C
    else:
        D = wishart_rest(form, load, q, s) if network.wishart else 1.0
    averages = averages_of(form, local_signal(form, v), s, T)
    free, energy, entropy, replicon, error = thermodynamics(form, load, T, v, q, C, s, D, averages)
    m, n = overlaps_of(form, v, averages)
    status = Status.CONVERGED if error <= TOLERANCE else Status.NOT_CONVERGED
    return Solution(
        network=network, load=load, T=T, phase=phase, ansatz=RS(), m=m, q_levels=(q,), x_levels=(), y_levels=(),
        local_susceptibility=C, free_energy=free, energy=energy, entropy=entropy, complexity=0.0, replicons=(replicon,),
        residual=error, status=status, n=n if network.has_examples else None,
    )  # fmt: skip


def example_saddle(network: Network, load: float, T: float, at: Point) -> Solution:
    """Return the Solution at a saddle at one example (L.6): noise and spins as anywhere, and its own signal."""
    n, C, s, P = at.at[:2], at.C, float(at.at[2]), network.P
    averages = (at.soft, 0.0, C, 0.0, 0.0, at.E4, at.entropy, C, 0.0)
    q, D = 1.0 - T * C, 1.0 - C
    free, energy, entropy, replicon, error = thermodynamics(form_of(network), load, T, 0.0, q, C, s, D, averages)
    signal = network.one_example.energy(n)
    error = max(error, *map(abs, (at.new[:2] - n).tolist()))
    if load > 0.0:  # in C: q as the noise has it
        error = max(error, abs(math.sqrt(at.load / load) - 1.0))
    return Solution(
        network=network, load=load, T=T, phase="example", ansatz=RS(), m=at.m, q_levels=(q,), x_levels=(), y_levels=(),
        local_susceptibility=C, free_energy=free - (P - 1) * signal, energy=energy + signal, entropy=entropy, complexity=0.0,
        replicons=(replicon,), residual=error, status=Status.CONVERGED if error <= TOLERANCE else Status.NOT_CONVERGED,
        n=float(network.one_example.shares @ n), n_first=float(n[0]),
    )  # fmt: skip
