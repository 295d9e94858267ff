"""The retrieval spinodal of RSB(k): the turning point of the load along the branch of saddles at fixed T.

m is the parameter of the branch and the load an unknown. Nothing is singular at the fold, where d load/dm changes sign, and a
root of that derivative gives the load to second order in the error of m.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from glassy.network import DenseHebbian
from glassy.results import Status
from glassy.theory import rs_retrieval
from glassy.theory.ansatz import RSB
from glassy.theory.rs_equations import saddle as rs_saddle
from glassy.theory.rsb_equations import FloatArray, Problem, levels_of, padded, saddle
from glassy.theory.rsb_search import deepen, unresolved
from glassy.theory.rsb_solve import moved, solve_steps, stable
from glassy.theory.solution import Solution


class _Branch:
    """Saddles of RSB(k) with m given: w = (all other unknowns, ln load)."""

    def __init__(self, problem: Problem, w: FloatArray) -> None:
        self.problem = problem
        self.w = w

    def equations(self, m: float, w: FloatArray) -> FloatArray | None:
        at = replace(self.problem, load=math.exp(w[-1]))
        return at.equations(np.concatenate(([m], w[:-1])))

    def jacobian(self, m: float, w: FloatArray, F: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Return the derivatives in w, and in m."""
        at = replace(self.problem, load=math.exp(w[-1]))
        J = at.jacobian(np.concatenate(([m], w[:-1])), F)
        up = w.copy()
        up[-1] += 1e-6
        G = self.equations(m, up)
        if J is None or G is None:
            return None
        return np.column_stack((J[:, 1:], (G - F) / 1e-6)), J[:, 0]

    def go(self, m: float) -> float | None:
        """Move to m by Newton's method and return d ln(load)/dm there; None where it fails."""
        w = self.w.copy()
        for i in range(12):
            F = self.equations(m, w)
            both = None if F is None else self.jacobian(m, w, F)
            if F is None or both is None:
                return None
            d = np.linalg.solve(both[0], -F)
            w = w + d * min(1.0, 1.0 / float(np.abs(d).max()))
            size = float(np.abs(d).max())
            if size < 1e-8 or (i > 5 and size < 1e-3 and abs(float(d[-1])) < 1e-10):  # levels near merging: rounding
                self.w = w
                return float(np.linalg.solve(both[0], -both[1])[-1])
        return None

    def solution(self, m: float) -> Solution:
        """Return the saddle at m, where the branch stands."""
        levels, gaps = self.problem.unpack(np.concatenate(([m], self.w[:-1])))
        return saddle(self.problem.network, math.exp(self.w[-1]), self.problem.T, "retrieval", levels, gaps)


def _anchor(network: DenseHebbian, T: float, k: int, end: float) -> Solution | None:
    """Return a retrieval saddle of k distinct steps at a large load where one is easily found; `end` is the RS spinodal.

    Where RS breaks only close to its own spinodal the steps live in the sliver of load between the two.
    """

    def replicon(load: float) -> float:
        found = rs_retrieval.retrieval(network, load, T)
        return rs_saddle(network, load, T, "retrieval", found[0], 1.0 - T * found[1], found[1]).replicon if found else -1.0

    loads = [0.998, 0.99, 0.97, 0.93, 0.85, 0.7, 0.5]
    if T > 0.0 and replicon(0.998 * end) > 0.0:
        broken = brentq(replicon, 0.998 * end, end, xtol=1e-15) / end
        loads = [broken + part * (1.0 - broken) for part in (0.9, 0.6, 0.3)]
    for fraction in loads:
        s = solve_steps(network, fraction * end, T, "retrieval", k, None)
        if s is not None and s.status.ok and levels_of(s).k == k:
            return s
    return None


def fold(
    network: DenseHebbian, T: float, k: int, near: Solution | None = None, below: Solution | None = None
) -> Solution | None:
    """Return the RSB(k) saddle at the spinodal; None where it is not found.

    COLLAPSED to fewer steps where those are stable at their spinodal, or break by less than rounding shows. `near` is the
    spinodal at a neighbouring temperature, `below` that of k - 1 steps here. More steps never lower the load.
    """
    end = rs_retrieval.fold(network, T)
    if end is None:
        return None
    if k == 1:
        below = rs_saddle(network, end.load, T, "retrieval", end.m, end.q, end.C)
    elif below is None:
        below = fold(network, T, k - 1)
    if below is not None:
        problem = Problem(network, below.load, T, levels_of(below).k, True, True)
        if below.status is Status.COLLAPSED or stable(below) or unresolved(problem, levels_of(below)):
            return padded(replace(below, ansatz=RSB(k)), k)

    def climbed(starts: Iterator[Solution]) -> Solution | None:
        tops = (_climb(start, T, k) for start in starts)
        return next((s for s in tops if s and (below is None or s.load > below.load * (1.0 - 1e-9))), None)

    if near is not None and near.status.ok and levels_of(near).k == k and near.T > 0.0:
        found = climbed(iter((near,)))
        if found is not None:
            return found
    if below is not None and k > 1:
        found = climbed(_one_more(below, k))
        if found is not None:
            return found
        if unresolved(problem, levels_of(below), width=0.03):  # the load moves by less than 1e-8
            return padded(replace(below, ansatz=RSB(k)), k)
    anchor = _anchor(network, T, k, end.load)
    return climbed(iter((anchor,))) if anchor is not None else None


def _one_more(below: Solution, k: int) -> Iterator[Solution]:
    """Saddles of k steps a little below the fold of k - 1."""
    network, T = below.network, below.T
    assert isinstance(network, DenseHebbian)
    for shift in (1e-3, 1e-4, 1e-2):
        load = below.load * (1.0 - shift)
        base = solve_steps(network, load, T, "retrieval", k - 1, below)
        if base is None or not base.status.ok or levels_of(base).k != k - 1:
            continue
        found = deepen(Problem(network, load, T, k, has_m=True, has_q0=True), levels_of(base))
        if found is not None:
            yield saddle(network, load, T, "retrieval", *found)


def _climb(start: Solution, T: float, k: int) -> Solution | None:
    """Follow the branch through `start` at temperature T to the load where it turns."""
    problem = Problem(start.network, start.load, T, k, has_m=True, has_q0=True)
    u = problem.pack(moved(start, T))
    if u is None:
        return None
    branch = _Branch(problem, np.append(u[1:], math.log(start.load)))
    m = start.m
    slope = branch.go(m)
    step = 0.05 * (1.0 - m) if T == start.T else 0.005 * (1.0 - m)
    for _ in range(200):
        if slope is None or step < 1e-9:
            break
        stay, way = branch.w, -1.0 if slope < 0.0 else 1.0  # the load grows along the branch until it turns
        new = branch.go(m + way * step)
        if new is None or not problem.distinct(np.concatenate(([m + way * step], branch.w[:-1]))):
            branch.w, step = stay, 0.3 * step
            continue
        if new * slope <= 0.0:
            return _turn(branch, stay, m, m + way * step)
        m, slope, step = m + way * step, new, 1.5 * step
    return None


def _turn(branch: _Branch, w: FloatArray, high: float, low: float) -> Solution | None:
    def slope(m: float) -> float:
        branch.w = w
        at = branch.go(m)
        if at is None:
            raise ArithmeticError
        return at

    try:
        m = brentq(slope, low, high, xtol=1e-9)
        slope(m)
    except (ArithmeticError, ValueError):  # the branch was lost, or left for another
        return None
    return branch.solution(m)
