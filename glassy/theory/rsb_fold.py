"""The retrieval spinodal of RSB(k): the turning point of the load along the branch of saddles at fixed T.

m is the parameter of the branch and the load an unknown. Nothing is singular at the fold, where d load/dm changes sign, and a
root of that derivative gives the load to second order in the error of m.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from glassy.network import DenseHebbian
from glassy.theory import rs_retrieval
from glassy.theory.rsb_equations import FloatArray, Problem, levels_of, saddle
from glassy.theory.rsb_solve import solve_steps, stable
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
        for _ in range(12):
            F = self.equations(m, w)
            both = None if F is None else self.jacobian(m, w, F)
            if F is None or both is None:
                return None
            d = np.linalg.solve(both[0], -F)
            w = w + d * min(1.0, 1.0 / float(np.abs(d).max()))
            if float(np.abs(d).max()) < 1e-8:
                self.w = w
                return float(np.linalg.solve(both[0], -both[1])[-1])
        return None

    def solution(self, m: float) -> Solution:
        """Return the saddle at m, where the branch stands."""
        levels, gaps = self.problem.unpack(np.concatenate(([m], self.w[:-1])))
        return saddle(self.problem.network, math.exp(self.w[-1]), self.problem.T, "retrieval", levels, gaps)


def _anchor(network: DenseHebbian, T: float, k: int, load: float) -> Solution | None:
    """Return a retrieval saddle of k distinct steps at the largest load where one is easily found."""
    for fraction in (0.998, 0.99, 0.97, 0.93, 0.85, 0.7, 0.5):
        s = solve_steps(network, fraction * load, T, "retrieval", k, None)
        if s is not None and s.status.ok and levels_of(s).k == k:
            return s
    return None


def fold(network: DenseHebbian, T: float, k: int) -> Solution | None:
    """Return the RSB(k) saddle at the spinodal; COLLAPSED to RS where RS is stable there; None where it is not found."""
    end = rs_retrieval.fold(network, T)
    if end is None:
        return None
    start = _anchor(network, T, k, end.load)
    if start is None:
        last = solve_steps(network, end.load, T, "retrieval", k, None)
        return last if last is not None and last.status.ok and stable(last) else None
    problem = Problem(network, start.load, T, k, has_m=True, has_q0=True)
    u = problem.pack(levels_of(start))
    if u is None:
        return None
    branch = _Branch(problem, np.append(u[1:], math.log(start.load)))
    m = start.m
    slope = branch.go(m)
    step = 0.05 * (1.0 - m)
    while slope is not None and slope < 0.0 and step > 1e-9:
        stay = branch.w
        new = branch.go(m - step)
        if new is None or not problem.distinct(np.concatenate(([m - step], branch.w[:-1]))):
            branch.w, step = stay, 0.3 * step
            continue
        if new >= 0.0:
            return _turn(branch, stay, m, m - step)
        m, slope, step = m - step, new, 1.5 * step
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
    except ArithmeticError:
        return None
    return branch.solution(m)
