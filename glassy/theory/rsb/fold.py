"""The retrieval spinodal of RSB(k): the turning point of the load along the branch of saddles at fixed T, and the way down.

m is the parameter of the branch and the load an unknown. Nothing is singular at the fold, where d load/dm changes sign, and a
root of that derivative gives the load to second order in the error of m.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from glassy.core.progress import current_bar
from glassy.core.results import Status
from glassy.model.family import Network
from glassy.theory.ansatz import RSB
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs.saddle import rs_saddle
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.functional import FloatArray
from glassy.theory.rsb.saddle import padded, rsb_saddle
from glassy.theory.rsb.search import deepen, unresolved
from glassy.theory.rsb.steps import moved, retrieval, stable
from glassy.theory.solution import Solution, levels_of

ROUNDING = 1e-12  # relative accuracy of the load at a fold
GAIN = 3.0  # no spinodal lies higher than this times that of RS: stored patterns reach 1.23 (P = 3, T = 0), few examples 1.78
LOWER = 0.1  # part by which a further step may lower the load where patterns are learned: 0.5 % were seen


class Branch:
    """Saddles of RSB(k) with m as the parameter and w = (all other unknowns, ln load); it stands at one of them."""

    def __init__(self, problem: Problem, u: FloatArray, load: float) -> None:
        self.problem = problem
        self.m = float(u[0])
        self.w = np.append(u[1:], math.log(load))
        self.J: FloatArray | None = None  # derivatives of the equations in (m, w), here or nearby
        self.tangent: FloatArray = np.zeros(self.w.size)  # dw/dm

    @classmethod
    def through(cls, start: Solution, T: float) -> Branch | None:
        """Return the branch through a saddle, or through its levels carried to another temperature."""
        problem = Problem(start.network, start.load, T, levels_of(start).k, has_m=True, has_q0=True)
        u = problem.pack(moved(start, T) if T != start.T else levels_of(start))
        if u is None:
            return None
        branch = cls(problem, u, start.load)
        return branch if branch.to(branch.m) else None

    @property
    def place(self) -> tuple[float, FloatArray, FloatArray | None, FloatArray]:
        """Where it stands, to come back to."""
        return self.m, self.w, self.J, self.tangent

    @place.setter
    def place(self, place: tuple[float, FloatArray, FloatArray | None, FloatArray]) -> None:
        self.m, self.w, self.J, self.tangent = place

    @property
    def slope(self) -> float:
        """Return d ln(load)/dm, to the accuracy of a Jacobian by forward differences."""
        return float(self.tangent[-1])

    @property
    def load(self) -> float:
        """Return the load here."""
        return math.exp(self.w[-1])

    def equations(self, m: float, w: FloatArray) -> FloatArray | None:
        """Return the saddle-point equations at any m and w."""
        return replace(self.problem, load=math.exp(w[-1])).equations(np.concatenate(([m], w[:-1])))

    def jacobian(self, m: float, w: FloatArray, F: FloatArray) -> FloatArray | None:
        """Return the derivatives of the equations in (m, w)."""
        J = replace(self.problem, load=math.exp(w[-1])).jacobian(np.concatenate(([m], w[:-1])), F)
        up = w.copy()
        up[-1] += 1e-6
        G = self.equations(m, up)
        return None if J is None or G is None else np.column_stack((J, (G - F) / 1e-6))

    def to(self, m: float, tolerance: float = 1e-13, renew: bool = True) -> bool:
        """Move to m by Newton's method from the tangent; the Jacobian is kept while it converges fast. False where it fails.

        With `renew` the last step is one with the Jacobian there, which gives the tangent. Without it both stay those of a
        point nearby, enough where m moves little.
        """
        J, last, fresh, w = self.J, 0.0, False, self.w + self.tangent * (m - self.m)
        try:
            for i in range(20):
                F = self.equations(m, w) if float(np.abs(w - self.w).max()) < 3.0 else None
                if F is None:
                    return False
                if J is None:
                    J, fresh = self.jacobian(m, w, F), True
                    if J is None:
                        return False
                d = -np.linalg.solve(J[:, 1:], F)
                size = float(np.abs(d).max())
                w = w + d * min(1.0, 1.0 / size)
                left = size * (max(size, 1e-6) if fresh else size / last if last > 0.0 else 1.0)  # of the error
                rounding = i > 5 and size < 1e-3 and abs(float(d[-1])) < 1e-10  # levels near merging
                if (fresh or not renew) and (left < tolerance or rounding):
                    self.m, self.w, self.J = m, w, J
                    if renew:
                        self.tangent = np.asarray(-np.linalg.solve(J[:, 1:], J[:, 0]), float)
                    return True
                if size > 0.1 * last > 0.0 or size > 0.3 or (renew and left < 1e-5):
                    J, last = None, 0.0
                else:
                    last = size
                fresh = False
        except (np.linalg.LinAlgError, OverflowError, ZeroDivisionError):
            pass
        return False

    def distinct(self) -> bool:
        """Whether all levels are distinct here."""
        return self.problem.distinct(np.concatenate(([self.m], self.w[:-1])))

    def refine(self) -> bool:
        """Correct the tangent until the equations do not change along it, by differences of fourth order."""
        if self.J is None:
            return False
        for _ in range(8):
            v = self.tangent
            step = 2e-3 / max(1.0 / (1.0 - self.m), float(np.abs(v).max()))
            a, b, c, d = (self.equations(self.m + i * step, self.w + i * step * v) for i in (-2, -1, 1, 2))
            if a is None or b is None or c is None or d is None:
                return False
            change = np.linalg.solve(self.J[:, 1:], (8.0 * (c - b) - (d - a)) / (12.0 * step))
            self.tangent = v - change
            if float(np.abs(change).max()) < 1e-5 * float(np.abs(v).max()):  # the next would be as much smaller
                return True
        return False

    def solution(self, load: float | None = None) -> Solution:
        """Return the saddle here; at a given load where that is known more exactly."""
        levels, gaps = self.problem.unpack(np.concatenate(([self.m], self.w[:-1])))
        return rsb_saddle(self.problem.network, load or self.load, self.problem.T, "retrieval", levels, gaps)


def _anchor(network: Network, T: float, k: int, end: float) -> Solution | None:
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
        s = retrieval(network, fraction * end, T, k)
        if s is not None and s.status.ok and levels_of(s).k == k:
            return s
    return None


@lru_cache(maxsize=256)
def lone_fold(network: Network, T: float, k: int) -> Solution | None:
    """Return the RSB(k) saddle at the spinodal as `fold` finds it without a neighbour."""
    found = fold(network, T, k)
    current_bar("step").reach(k)
    return found


def fold(network: Network, T: float, k: int, near: Solution | None = None, below: Solution | None = None) -> Solution | None:
    """Return the RSB(k) saddle at the spinodal; None where it is not found.

    COLLAPSED to fewer steps where those are stable at their spinodal, or break by less than rounding shows. `near` is the
    spinodal at a neighbouring temperature, `below` that of k - 1 steps. Of stored patterns more steps never lower the load.
    """
    end = rs_retrieval.fold(network, T)
    if end is None:
        return None
    if k == 1:
        below = rs_saddle(network, end.load, T, "retrieval", end.m, end.q, end.C)
    elif below is None:
        below = lone_fold(network, T, k - 1)
    if below is not None:
        problem = Problem(network, below.load, T, levels_of(below).k, has_m=True, has_q0=True)
        if below.status is Status.COLLAPSED or stable(below) or unresolved(problem, levels_of(below)):
            return padded(replace(below, ansatz=RSB(k)), k)

    def climbed(starts: Iterator[Solution]) -> Solution | None:
        tops = (_climb(start, T) for start in starts)
        least = 0.0 if below is None else below.load * (1.0 - (1e-9 if network.signal.uniform else LOWER))
        return next((s for s in tops if s and s.load > least), None)

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
    for shift in (1e-3, 1e-4, 1e-2):
        load = below.load * (1.0 - shift)
        base = descended(below, load)
        found = deepen(Problem(network, load, T, k, has_m=True, has_q0=True), levels_of(base)) if base else None
        if found is not None:
            yield rsb_saddle(network, load, T, "retrieval", *found)


def _climb(start: Solution, T: float) -> Solution | None:
    """Follow the branch through `start` at temperature T to the load where it turns.

    The load grows along the branch until it turns: steps towards larger loads, and once the slope bends the right way, to where
    it would vanish. At last the slope is taken by differences of fourth order.
    """
    branch = Branch.through(start, T)
    if branch is None:
        return None
    step = (0.02 if T == start.T else 0.005) * (1.0 - branch.m) * (-1.0 if branch.slope < 0.0 else 1.0)
    bend = math.nan
    for _ in range(100):
        if abs(step) < 1e-10 * (1.0 - branch.m):
            return None
        before = branch.place
        slope = branch.slope
        if not branch.to(branch.m + step, 1e-8) or not branch.distinct():
            branch.place = before
            step *= 0.3
            continue
        bend = (branch.slope - slope) / step
        if not bend < 0.0:
            step = 1.5 * abs(step) * (-1.0 if branch.slope < 0.0 else 1.0)
            continue
        there = -branch.slope / bend
        if abs(there) < 1e-4 * (1.0 - branch.m):
            return _turn(branch, bend)
        step = math.copysign(min(abs(there), 4.0 * abs(step)), there)
    return None


def _turn(branch: Branch, bend: float) -> Solution | None:
    """Return the saddle where the slope vanishes, by the secant method from close by; `bend` is the derivative of the slope."""
    previous = math.nan, math.nan
    for _ in range(8):
        if not branch.refine():
            return None
        m, slope = branch.m, branch.slope
        if abs(m - previous[0]) > 1e-7 * (1.0 - m):
            bend = (slope - previous[1]) / (m - previous[0])
        step = -slope / bend
        if not abs(step) < 0.1 * (1.0 - m) or not branch.to(m + step, renew=False):
            return None
        if abs(step) < 1e-8 * (1.0 - m):
            return branch.solution() if branch.distinct() else None
        previous = m, slope
    return None


def descended(end: Solution, load: float) -> Solution | None:
    """Return the saddle at a load below that of a fold, with the distinct levels of the fold; None where the branch is lost.

    ln load falls from the fold in proportion to the square of the distance in m: so it begins, and the secant method goes on
    until rounding stops it.
    """
    branch = Branch.through(end, end.T)
    if branch is None:
        return None
    if load >= end.load * (1.0 - ROUNDING):
        return branch.solution(load)
    start, at = branch.place, [(branch.m, 0.0)]  # m and ln(load of the fold/load)
    top, drop, best = float(branch.w[-1]), math.log(end.load / load), math.inf
    step, lost = 1e-3 * (1.0 - branch.m), 0
    for i in range(60):
        before = branch.place
        if not branch.to(branch.m + step) or not branch.distinct():
            branch.place = before
            step, lost = 0.3 * step, lost + 1
            if lost > 10:  # levels merge on the way
                return None
            continue
        at.append((branch.m, top - float(branch.w[-1])))
        (m0, drop0), (m, drop1) = at[-2:]
        left = drop - drop1
        if abs(left) < 1e-15 or (abs(left) > 0.5 * best and best < 5.0 * ROUNDING):
            return branch.solution(load)
        best = min(best, abs(left))
        if i == 0 and drop1 > 0.0:
            step = (m - start[0]) * (math.sqrt(drop / drop1) - 1.0)
        elif drop1 != drop0:
            step = left * (m - m0) / (drop1 - drop0)
        step = max(min(step, 0.2 * (1.0 - m)), -0.99 * (m - start[0]))
    return None
