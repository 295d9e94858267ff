"""Roots of functions of one variable: all of them on a grid, and of functions that fail at single points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from scipy.optimize import brentq, minimize_scalar

Function = Callable[[float], float]
ASIDE = (1e-9, -1e-9, 1e-8, -1e-8, 1e-7, -1e-7, 1e-6, -1e-6)  # relative moves off a point where a function failed


def beside(f: Function, x: float) -> float:
    """Return the nearest point to x at which f is not NaN, 1e-9 to 1e-6 of x away; NaN where it fails there, too.

    Examples
    --------
    >>> abs(beside(lambda x: math.nan if x == 2.0 else x, 2.0) - 2.0) < 1e-8
    True
    """
    return next((near for near in (x * (1.0 + move) for move in ASIDE) if not math.isnan(f(near))), math.nan)


def aside(f: Function) -> Function:
    """Return f, read a little beside a point where it is NaN (`beside`); NaN where it fails there, too.

    Examples
    --------
    >>> f = aside(lambda x: math.nan if x == 2.0 else x)
    >>> f(1.0), abs(f(2.0) - 2.0) < 1e-8
    (1.0, True)
    """

    def read(x: float) -> float:
        values = (f(at) for at in (x, *(x * (1.0 + move) for move in ASIDE)))
        return next((value for value in values if not math.isnan(value)), math.nan)

    return read


class _FailedError(Exception):
    """A function is NaN at a point and all around it."""


def between(
    f: Function, low: float, high: float, at_low: float, at_high: float, xtol: float = 1e-300, rtol: float = 1e-13
) -> float:
    """Return the root of f between two points whose values have different signs (Brent); NaN where f fails on the way.

    The values at the ends are not computed again: from elsewhere they could differ by rounding, and in sign.

    Examples
    --------
    >>> root = between(lambda x: math.nan if x == 2.0 else x - 2.5, 0.0, 4.0, -2.5, 1.5)
    >>> round(root, 9)
    2.5
    """
    known = {low: at_low, high: at_high}
    read = aside(f)

    def value(x: float) -> float:
        y = known[x] if x in known else read(x)
        if math.isnan(y):
            raise _FailedError
        return y

    try:
        return float(brentq(value, low, high, xtol=xtol, rtol=rtol, maxiter=500))
    except _FailedError:
        return math.nan


def crossings(f: Function, grid: Iterable[float], xtol: float = 1e-300, rtol: float = 1e-13) -> Iterator[float]:
    """Yield a root between each two neighbours of a grid at which f has different signs, in order, one after the other.

    A point where f fails is left aside, and its neighbours are neighbours then.

    Examples
    --------
    >>> list(crossings(lambda x: math.nan if x == 1.0 else x - 1.25, [0.0, 1.0, 2.0]))
    [1.25]
    """
    last: tuple[float, float] | None = None
    for x in grid:
        y = f(x)
        if math.isnan(y):
            continue
        if y == 0.0:
            yield x
        elif last is not None and last[1] * y < 0.0:
            yield between(f, last[0], x, last[1], y, xtol, rtol)
        last = (x, y)


def all_roots(f: Function, grid: Iterable[float]) -> list[float]:
    """Return the roots of f between grid points, smallest first; where f is NaN it has none.

    Two roots between neighbouring points leave no change of sign but an extremum towards zero: each such extremum is
    refined, so a pair is missed only where f has two of them in one cell. A single point where f fails is left aside.

    Examples
    --------
    >>> [round(x, 9) for x in all_roots(lambda x: (x - 0.5) * (x - 0.51), [-1.0, 0.0, 1.0, 2.0])]
    [0.5, 0.51]
    """
    points = [(x, f(x)) for x in grid]
    points = [p for i, p in enumerate(points) if not (math.isnan(p[1]) and _single(points, i))]
    read = aside(f)
    extra = []
    for (x0, f0), (_, f1), (x2, f2) in zip(points, points[1:], points[2:], strict=False):
        sign = math.copysign(1.0, f1)
        if sign * f1 < sign * f0 and sign * f1 <= sign * f2 and f0 * f1 > 0.0 and f1 * f2 > 0.0:
            low = minimize_scalar(
                lambda x, sign=sign: sign * read(x), bounds=(x0, x2), method="bounded", options={"xatol": 1e-10 * (x2 - x0)}
            )
            if low.fun <= 0.0:
                extra.append((float(low.x), sign * float(low.fun)))
    points = sorted(points + extra)
    roots = [x for x, y in points if y == 0.0]
    found = [between(f, x0, x1, y0, y1, 1e-15, 1e-15) for (x0, y0), (x1, y1) in pairwise(points) if y0 * y1 < 0.0]
    return sorted(roots + [x for x in found if not math.isnan(x)])


def _single(points: list[tuple[float, float]], i: int) -> bool:
    """Whether both neighbours of a point are good."""
    return 0 < i < len(points) - 1 and not math.isnan(points[i - 1][1] + points[i + 1][1])
