"""From a saddle to its neighbours: one step more, another load or temperature; and retrieval, step by step from RS."""

from __future__ import annotations

from dataclasses import replace

from glassy.core.progress import current_bar
from glassy.core.results import Status
from glassy.model.family import Network
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs.saddle import rs_saddle
from glassy.theory.rsb.breaking import whole
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.functional import Levels
from glassy.theory.rsb.saddle import padded, rsb_saddle
from glassy.theory.rsb.search import converge, deepen, first, negligible, unresolved
from glassy.theory.solution import Solution, aligned, levels_of


def stable(solution: Solution) -> bool:
    """Whether no further step exists, by the replicons of a saddle, whatever its status."""
    return whole(solution.network, solution.load, solution.T, solution.local_susceptibility, solution.replicons)


def deepened(solution: Solution, k: int, has_q0: bool) -> Solution:
    """Add one step after the other up to k, as long as a replicon is negative."""
    network, load, T, phase = solution.network, solution.load, solution.T, solution.phase
    for depth in range(len(solution.x_levels) + 1, k + 1):
        current_bar("step").reach(depth - 1)
        if stable(solution) or solution.x_levels[-1] >= 1.0:
            return padded(solution, k)
        problem = Problem(network, load, T, depth, has_m=phase == "retrieval", has_q0=has_q0)
        found = deepen(problem, levels_of(solution))
        deeper = rsb_saddle(network, load, T, phase, *found) if found else None
        if deeper is None or not deeper.status.ok:
            merged = padded(solution, k)
            return merged if negligible(problem, levels_of(solution)) else replace(merged, status=Status.NOT_CONVERGED)
        solution = deeper
    return solution


def moved(solution: Solution, T: float) -> Levels:
    """Return the levels of a saddle carried to a neighbouring temperature."""
    levels = levels_of(solution)
    q, C = levels.overlaps(solution.T), levels.C
    if T > 0.0 and solution.T == 0.0:
        C = C / (1.0 + T * C)
    scale = (1.0 - T * C) / q[-1]
    while T > 0.0 and levels.k and q[-2] >= 1.0 - T * C:
        C *= 0.7
        scale = 1.0
    y = tuple(v / (1.0 + v * (T - solution.T)) if v * (T - solution.T) > -0.9 else v for v in levels.y)
    return Levels(levels.m, tuple(v * min(scale, 1.0) for v in levels.q), C, y)


def near(solution: Solution, load: float, T: float, k: int) -> Solution | None:
    """Newton's method from a neighbouring saddle of the same depth."""
    if levels_of(solution).k != k or not solution.status.ok:
        return None
    network, phase = solution.network, solution.phase
    problem = Problem(network, load, T, k, has_m=phase == "retrieval", has_q0=solution.q_levels[0] > 0.0)
    found = converge(problem, moved(solution, T))
    return found and rsb_saddle(network, load, T, phase, *found)


def retrieval(network: Network, load: float, T: float, k: int) -> Solution | None:
    """Return the retrieval saddle at a load where RS has one; None where RS breaks and its breaking is not found."""
    rs = rs_retrieval.retrieval(network, load, T)
    if rs is None:
        return None
    base = rs_saddle(network, load, T, "retrieval", rs[0], 1.0 - T * rs[1], rs[1])
    if load == 0.0 or stable(base):
        return padded(base, k)
    problem = Problem(network, load, T, 1, has_m=True, has_q0=True)
    found = first(problem, aligned(base), base.q_EA, base.local_susceptibility)
    if found is None:
        return padded(base, k) if unresolved(problem, levels_of(base)) else None
    return deepened(rsb_saddle(network, load, T, "retrieval", *found), k, has_q0=True)
