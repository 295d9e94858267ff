"""Crossings: where a measured share passes one half, and by how much a measured curve moves the root of a known one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from glassy.analysis.statistics import jackknife
from glassy.core.results import Estimate


def crossing(x: Sequence[float], shares: npt.ArrayLike, *, falling: bool) -> Estimate:
    """Return the x at which the mean share of the samples passes 1/2, linear between neighbours; its error by the jackknife.

    Parameters
    ----------
    x : sequence of float
        In ascending order.
    shares : array [x, sample]
        A share of each sample at each x.
    falling : bool
        Whether it is the first x at which the share falls below 1/2, NaN where there is none; else the last from which it is
        above, the first x where it always is. NaN where the other end is on the wrong side.

    Examples
    --------
    >>> shares = np.array([[1.0, 1.0], [0.8, 0.7], [0.2, 0.3]])
    >>> round(float(crossing([0.1, 0.2, 0.3], shares, falling=True)), 9)
    0.25
    """

    def half(*each: npt.NDArray[np.float64]) -> float:
        share = np.array([float(s.mean()) if s.size else math.nan for s in each])
        below = np.nonzero(share < 0.5)[0]
        if falling:
            k = int(below[0]) - 1 if len(below) else -1
        elif not len(below):
            return float(x[0])
        else:
            k = int(below[-1]) if share[-1] >= 0.5 else -1
        return math.nan if k < 0 else float(x[k] + (x[k + 1] - x[k]) * (0.5 - share[k]) / (share[k + 1] - share[k]))

    return jackknife([np.repeat(s[:, None, None], 2, axis=2) for s in np.asarray(shares, np.float64)], half)


def rising_root(f: Callable[[float], float], start: float) -> tuple[float, float]:
    """Return the first root of a rising function from `start` < root on, looked for in steps of 2 %, and the slope there.

    Parameters
    ----------
    f : callable
        Negative at `start`; the slope is its symmetric difference over 1e-4.
    start : float
        Greater than 0.

    Examples
    --------
    >>> root, slope = rising_root(lambda x: x**2 - 2.0, 1.0)
    >>> round(root, 9), round(slope, 6)
    (1.414213562, 2.828427)
    """
    above = start
    while f(above) < 0.0:
        above *= 1.02
    root = float(brentq(f, above / 1.02, above, xtol=1e-10))
    return root, (f(root + 1e-4) - f(root - 1e-4)) / 2e-4


def moved_root(root: float, slope: float, off: Sequence[Estimate], common: Estimate) -> Estimate:
    """Return the root of a curve that theory knows, moved by what was measured of it.

    Parameters
    ----------
    root, slope : float
        Of the curve, where theory has it.
    off : sequence of Estimate
        Measured minus theoretical values of the curve at points near the root: independent measurements of one shift.
    common : Estimate
        What is subtracted from all of them.

    Examples
    --------
    >>> moved_root(0.5, 2.0, [Estimate(0.3, 0.02), Estimate(0.3, 0.02)], Estimate(0.1, 0.0))
    0.4000(71)
    """
    weight = np.array([(slope / e.error) ** 2 for e in off])
    moved = np.array([(float(e) - float(common)) / slope for e in off])
    found = root - float(np.sum(moved * weight) / np.sum(weight))
    return Estimate(found, math.hypot(float(np.sum(weight) ** -0.5), common.error / slope))
