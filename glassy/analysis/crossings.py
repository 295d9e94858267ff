"""Crossings: of a measured share and one half, of a measured line and a known curve; a root moved by what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from glassy.analysis.jackknife import jackknife
from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.results import Estimate


def crossing(x: npt.ArrayLike, shares: npt.ArrayLike, *, falling: bool) -> Estimate:
    """Return the x at which the mean share of the samples passes 1/2, linear between neighbours; its error by the jackknife.

    Parameters
    ----------
    x : array
        In ascending order.
    shares : array [x, sample]
        A share of each sample at each x.
    falling : bool
        Whether it is the first x at which the share falls below 1/2, NaN where there is none; else the last from which it is
        above, the first x where it always is. NaN where the other end is on the wrong side.

    Raises
    ------
    InputError
        If there is not a share in [0, 1] of each sample at each x, or x does not ascend.

    Examples
    --------
    >>> shares = np.array([[1.0, 1.0], [0.8, 0.7], [0.2, 0.3]])
    >>> round(float(crossing([0.1, 0.2, 0.3], shares, falling=True)), 9)
    0.25
    """
    share = checks.numbers("shares", shares, "[x, sample]", "Give a share of each sample at each x.")
    at = checks.numbers("x", x, "[x]", "Give them in ascending order.")
    if len(at) != len(share) or np.any(np.diff(at) <= 0.0) or np.any((share < 0.0) | (share > 1.0)):
        raise InputError(f"shares must lie in [0, 1], one row for each x, x ascending, got shape {share.shape} for x={x!r}.")

    def half(*each: npt.NDArray[np.float64]) -> float:
        mean = np.array([float(s.mean()) if s.size else math.nan for s in each])
        below = np.nonzero(mean < 0.5)[0]
        if falling:
            k = int(below[0]) - 1 if len(below) else -1
        elif not len(below):
            return float(at[0])
        else:
            k = int(below[-1]) if mean[-1] >= 0.5 else -1
        return math.nan if k < 0 else float(at[k] + (at[k + 1] - at[k]) * (0.5 - mean[k]) / (mean[k + 1] - mean[k]))

    return jackknife([np.repeat(s[:, None, None], 2, axis=2) for s in share], half)


def line_crossing(
    x: npt.ArrayLike, values: Sequence[Estimate], curve: Callable[[float], float], *, within: tuple[float, float]
) -> Estimate:
    """Return the x at which the straight line through measured values, prolonged, crosses a known curve.

    The line is that of least squares. Errors are taken as independent: where they are one common error of all values, as of the
    same samples at several T, the error of a line that is prolonged comes out too large.

    Parameters
    ----------
    x : array
        Where it was measured, at two places at least.
    values : sequence of Estimate
        One for each x, with an error above 0.
    curve : callable
        What the line crosses.
    within : pair of numbers
        Between which the crossing is looked for: the line lies on different sides of the curve there.

    Raises
    ------
    InputError
        If there is not one value with an error at each of two x, or the line does not cross the curve there.

    Examples
    --------
    >>> energies = [Estimate(-1.6, 0.01), Estimate(-1.5, 0.01)]
    >>> line_crossing([1.0, 2.0], energies, lambda T: -2.0 / T, within=(1.0, 2.0))
    1.2716(68)
    """
    at = np.asarray(x, np.float64)
    if at.shape != (len(values),) or len(set(at.tolist())) < 2 or not all(0.0 < e.error < math.inf for e in values):
        raise InputError(f"values must be one Estimate with an error for each of two x, got {list(values)!r} for x={x!r}. "
                         "Leave out those whose error is not known.")  # fmt: skip
    middle = float(at.mean())
    design = np.stack([at - middle, np.ones_like(at)], axis=1) / np.array([[e.error] for e in values])
    covariance = np.linalg.inv(design.T @ design)
    slope, level = covariance @ design.T @ np.array([float(e) / e.error for e in values])

    def gap(x: float) -> float:
        return float(level + slope * (x - middle) - curve(x))

    low, high = within
    if not gap(low) * gap(high) < 0.0:
        raise InputError(f"the line must cross the curve between {low:g} and {high:g}, where they are {gap(low):.3g} and "
                         f"{gap(high):.3g} apart. Give other ends.")  # fmt: skip
    root, step = float(brentq(gap, low, high, xtol=1e-12)), 1e-4 * (high - low)
    way = np.array([root - middle, 1.0])
    steep = (gap(root + step) - gap(root - step)) / (2.0 * step)
    return Estimate(root, math.sqrt(float(way @ covariance @ way)) / abs(steep))


def moved_root(
    curve: Callable[[float], float], x: npt.ArrayLike, off: Sequence[Estimate], level: Estimate, *, near: float = 0.25
) -> tuple[float, Estimate]:
    """Return the root of a rising curve that theory knows, and the root as moved by what was measured of the curve.

    Theory carries the curve from the measured x to its root: what is measured is by how much it must be shifted.

    Parameters
    ----------
    curve : callable
        Negative at the smallest x, from which on its root is looked for in steps of 2 % up to three times the largest.
    x : array
        Where it was measured, greater than 0.
    off : sequence of Estimate
        Measured minus theoretical value at each x: independent measurements of one shift.
    level : Estimate
        Measured minus theoretical value of what is subtracted from the whole curve.
    near : float
        Distance from the root, in units of it, up to which an x counts; all count where none is so near.

    Raises
    ------
    InputError
        If there is not one value with an error at each x, or the curve does not rise through 0 there.

    Examples
    --------
    >>> off = [Estimate(0.3, 0.02), Estimate(0.3, 0.02)]
    >>> moved_root(lambda x: 2.0 * x - 1.0, [0.4, 0.45], off, Estimate(0.1, 0.0))
    (0.5, 0.4000(71))
    """
    at = np.asarray(x, np.float64)
    if at.shape != (len(off),) or not len(off) or not all(e.error > 0.0 for e in off):
        raise InputError(f"off must be one Estimate with an error for each x, got {list(off)!r} for x={x!r}.")
    start = above = float(at.min())
    while curve(above) < 0.0 and 0.0 < above < 3.0 * at.max():
        above *= 1.02
    if not curve(start) < 0.0 <= curve(above):
        raise InputError(f"the curve must rise through 0 between x={start:g} and {above:g}. Measure on both sides of its root.")
    root = float(brentq(curve, above / 1.02, above, xtol=1e-10))
    slope = (curve(root + 1e-4) - curve(root - 1e-4)) / 2e-4
    used = [e for place, e in zip(at, off, strict=True) if abs(place - root) < near * root] or off
    weight = np.array([(slope / e.error) ** 2 for e in used])
    moved = np.array([(float(e) - float(level)) / slope for e in used])
    found = root - float(np.sum(moved * weight) / np.sum(weight))
    return root, Estimate(found, math.hypot(float(np.sum(weight) ** -0.5), level.error / slope))
