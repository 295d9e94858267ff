"""k steps of replica symmetry breaking at a given m: the noise in a field along the pattern that holds it there (J.2)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from glassy.core.results import Status
from glassy.model.family import Network
from glassy.numerics.roots import all_roots
from glassy.theory.rs.pinned import Pinned, pinned
from glassy.theory.rsb.breaking import whole
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.functional import Levels, evaluate
from glassy.theory.rsb.saddle import rsb_saddle
from glassy.theory.rsb.search import best, broken_tops, deepen, first_starts, negligible, unresolved
from glassy.theory.rsb.solve import rest_of, solve_steps
from glassy.theory.rsb.steps import stable
from glassy.theory.solution import levels_of

FAINT = 1e-6  # complexities above minus this leave x_1 so close to 1 that f moves by less than rounding


def held(network: Network, load: float, T: float, m: float, k: int) -> Pinned | None:
    """Return the state of k steps at m > 0 and load > 0; None if none is found although fewer steps are not stable.

    Where RS is stable steps exist if those at x_1 = 1 have a negative complexity: they set in discontinuously.
    """
    rs = pinned(network, load, T, m)
    if rs is None or m == 1.0:
        return rs
    base = Levels(m, (), rs.C, (), a=rs.field)
    problem = Problem(network, load, T, 1, has_m=True, has_q0=True, held=(m, rs.field))
    settled = whole(network, load, T, rs.C, (rs.replicon,)) or unresolved(problem, base)
    frozen, complexity = _frozen(problem, base) if settled else (None, 0.0)
    if settled and frozen is None:
        return rs
    found = best(problem, _starts(problem, base, frozen))
    if found is None:
        return rs if settled and complexity > -FAINT else None
    state = rsb_saddle(network, load, T, "retrieval", *found)
    for depth in range(2, k + 1):
        if stable(state):
            break
        problem = replace(problem, k=depth)
        deeper = deepen(problem, found[0])
        if deeper is None:
            if not negligible(problem, found[0]):
                return None
            break
        found, state = deeper, rsb_saddle(network, load, T, "retrieval", *deeper)
    a = found[0].field(network)
    return Pinned(
        m,
        a,
        state.free_energy,
        state.energy,
        state.entropy,
        state.q,
        state.local_susceptibility,
        state.replicon,
        state.residual,
    )


def _frozen(problem: Problem, rs: Levels) -> tuple[Levels | None, float]:
    """Return the levels of the states at x_1 = 1 beside RS, which have its m, field and q_0, if the complexity is negative."""
    network, load, T = problem.network, problem.load, problem.T
    if network.wishart or T == 0.0:  # steps set in continuously
        return None, 0.0
    q0 = rs.overlaps(T)[0]
    deep = 0.5 * load * network.unit_covariance(1.0, 1) / T**2  # 1 - q_1 is of order exp(-deep), at m = 0
    if deep > 650.0:
        return None, 0.0

    def broken(x: float) -> Levels:
        return rs.with_steps((q0,), rest_of(x) / T, (1.0 / T,))

    def excess(x: float) -> float:
        return float(1.0 - T * evaluate(network, load, T, broken(x)).C / rest_of(x)) / (1.0 - rest_of(x) - q0)

    top = min(4.0, math.log((1.0 - q0) / q0) - 1e-3)  # q_1 = q_0 is RS
    least, at = 0.0, None
    for x in all_roots(excess, np.linspace(min(-40.0, -deep - 10.0), top, 90 + int(deep)).tolist()):
        averages = evaluate(network, load, T, broken(x))
        complexity = float(averages.work[1] / T - averages.gain[1]) / T
        if complexity < least:
            least, at = complexity, broken(x)
    return at, least


def _starts(problem: Problem, rs: Levels, frozen: Levels | None) -> Iterator[Levels]:
    """One step beside RS at this m, at x_1 below 1, the glass of m = 0 with an outer overlap of m^2, or anywhere."""
    if frozen is not None:
        yield from (frozen.with_steps(frozen.q, frozen.C, (x * frozen.y[0],)) for x in (0.98, 0.9))
    yield from broken_tops(problem, rs)
    m, C = rs.m, rs.C
    glass = _glass(problem.network, problem.load, problem.T)
    if glass is not None:
        yield replace(
            glass, m=m, q=(glass.q[0] + (1.0 - glass.q[0]) * m * m,), C=(1.0 - m * m) * glass.C, D=None, a=rs.a
        )  # fmt: skip
    for start in first_starts(problem, m, 1.0 - problem.T * C, C):
        yield replace(start, a=rs.a)


@lru_cache(maxsize=16)
def _glass(network: Network, load: float, T: float) -> Levels | None:
    """Return the levels of one step at m = 0; None where there is none."""
    state = solve_steps(network, load, T, "spin_glass", 1, None)
    levels = levels_of(state) if state is not None and state.status is Status.CONVERGED else None
    return levels if levels is not None and levels.k == 1 else None
