"""All roots of a function of one variable on a grid, hidden pairs included."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

from scipy.optimize import brentq, minimize_scalar


def all_roots(f: Callable[[float], float], grid: Iterable[float]) -> list[float]:
    """Return the roots of f between grid points, smallest first; where f is NaN it has none.

    Two roots between neighbouring points leave no change of sign but an extremum towards zero: each such extremum is
    refined, so a pair is missed only where f has two of them in one cell.

    Examples
    --------
    >>> [round(x, 9) for x in all_roots(lambda x: (x - 0.5) * (x - 0.51), [-1.0, 0.0, 1.0, 2.0])]
    [0.5, 0.51]
    """
    points = [(x, f(x)) for x in grid]
    extra = []
    for (x0, f0), (_, f1), (x2, f2) in zip(points, points[1:], points[2:], strict=False):
        sign = math.copysign(1.0, f1)
        if sign * f1 < sign * f0 and sign * f1 <= sign * f2 and f0 * f1 > 0.0 and f1 * f2 > 0.0:
            low = minimize_scalar(
                lambda x, sign=sign: sign * f(x), bounds=(x0, x2), method="bounded", options={"xatol": 1e-10 * (x2 - x0)}
            )
            if low.fun <= 0.0:
                extra.append((float(low.x), sign * float(low.fun)))
    points = sorted(points + extra)
    roots = [x for x, y in points if y == 0.0]
    for (x0, f0), (x1, f1) in pairwise(points):
        if f0 * f1 < 0.0:
            roots.append(brentq(f, x0, x1, xtol=1e-15, rtol=1e-15, maxiter=500))
    return sorted(roots)
