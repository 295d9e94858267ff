"""RS retrieval saddles, m > 0: the explicit curve R.5c, its fold (the spinodal), and Newton's method.

At fixed T every retrieval saddle is met once when m runs over the interval where m < tanh(a/T), a = (P/2) m^(P-1):
E tanh((a + s z)/T) falls monotonically in s, so m fixes the noise s, and the load = s^2 / (r per unit load) is explicit.
The retrieval phase is the part of that curve from the largest load to its large-m end, see `branches`. The spinodal is a
turning point that no continuation can miss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfcinv

from glassy.model.family import Network
from glassy.model.signal import FROZEN, flip_range
from glassy.theory.rs.equations import form_of, soft_limit, unit_variance, unit_variance_slope
from glassy.theory.rs.formulas import TOLERANCE, Form, averages_of, local_signal, newton_step

_TINY = 1e-300
MISSED = 0.02  # of ln load in the middle of two points of the grid, where something may lie between them
LOW = 1e-3  # part of the largest load below which no maximum is looked for between two points
DEEPEST = 6  # times that a cell of the grid is halved


@dataclass(frozen=True)
class Point:
    """A retrieval saddle at given T and m: its load, overlap, C = beta(1-q), and d ln(load)/dm along the curve.

    In all of this file m is E[S tanh] (L.3): the magnetization of a stored pattern, and of a trained network n over its largest
    value.
    """

    m: float
    q: float
    C: float
    load: float
    slope: float


def point(network: Network, T: float, flip: float, close: float = math.inf) -> Point:
    """Return the saddle of the retrieval curve with 1 - m = flip; `close` is the width of the field at a neighbour."""
    m = 1.0 - flip
    T = T if T >= FROZEN else 0.0
    form = form_of(network)
    a, alike = local_signal(form, m), len(network.signal.sizes) == 1
    s = a / (math.sqrt(2.0) * float(erfcinv(flip)))  # of one size exact at T = 0, an upper bound at T > 0
    found = _newton(form, a, min(s, close), T, flip) if T > 0.0 or not alike else s
    if found is not None:
        s = found
    else:
        target = math.log(flip)

        def mismatch(s: float) -> float:
            return math.log(max(averages_of(form, a, s, T)[1], _TINY)) - target

        top = s * (1.0 + 1e-12)
        while mismatch(top) < 0.0:
            top *= 1.0 + 1e-9 if alike else 2.0
        s = brentq(mismatch, 0.0, top, xtol=1e-300, rtol=1e-15, maxiter=2000) if mismatch(0.0) < 0.0 else 0.0
    v = s * s
    _, _, C, X, Y, _, _, response, _ = averages_of(form, a, s, T)
    q = 1.0 - T * C
    r = unit_variance(network, q, C) if soft_limit(network) > C else math.inf
    if v == 0.0 or not 0.0 < r < math.inf:
        return Point(m=m, q=q, C=C, load=0.0, slope=math.nan)
    a_slope = (network.P - 1) * a / m
    v_slope = (response * a_slope - 1.0) / X
    C_slope = -2.0 * X * a_slope + Y * v_slope
    slope = v_slope / v - unit_variance_slope(network, q, C, T) * C_slope / r
    return Point(m=m, q=q, C=C, load=v / r, slope=slope)


def _newton(form: Form, a: float, s: float, T: float, flip: float) -> float | None:
    """Return the width at which 1 - m is flip, by Newton's method from s; None where it is not clear at once.

    In the unknown 1/s^2 the logarithm of the flip is nearly linear where the field is wider than T.
    """
    v = s * s
    for _ in range(10):
        _, at, _, X, *_ = averages_of(form, a, math.sqrt(v), T)
        if not (at > 1e-12 and X > 0.0):
            return None
        change = math.log(at / flip) * at / (X * v)  # of 1/v, in units of it
        if not -0.9 < change < 1e3:
            return None
        v /= 1.0 + change
        if abs(change) < 1e-8:
            return math.sqrt(v)
    return None


def _from_logit(y: float) -> float:
    return 1.0 / (1.0 + math.exp(-y))


@dataclass(frozen=True)
class Branch:
    """Stable saddles at one temperature: the load grows as m falls, from about m = 1 - flip, where it is least, to the end."""

    flip: float
    end: Point


def fold(network: Network, T: float) -> Point | None:
    """Return the end of the retrieval phase at temperature T, of the first of `branches`; None where no load retrieves."""
    return next((branch.end for branch in branches(network, T)), None)


@lru_cache(maxsize=1024)
def branches(network: Network, T: float) -> tuple[Branch, ...]:
    """Return the branches of stable saddles from m = 1 on, each of which reaches a larger load than all before it.

    The retrieval phase is the first. Of a stored pattern it is the one of the largest load: the load may have a second, lower
    maximum at smaller m, which is no state of the pattern. Of several sizes of the signal (L.3) larger maxima may lie at
    smaller m, and the retrieval phase is that of small loads, the one that begins at m = 1.
    """
    if network.signal.end[1] <= T:
        return ()
    low, high = flip_range(network.signal, T)
    low, high = max(low, 1e-16), min(high, 1.0 - 1e-6)  # below m = 1e-6, 1 - flip has lost m, and there is no fold there
    ends = [math.log(low / (1.0 - low)), math.log(high / (1.0 - high))]
    cells = 64 if network.signal.uniform else 20  # of several sizes it is refined
    nodes = ends[0] + (ends[1] - ends[0]) * 0.5 * (1.0 - np.cos(np.pi * np.arange(1, cells) / cells))
    grid, points, close = nodes.tolist(), [], math.inf
    for y in grid:
        points.append(point(network, T, _from_logit(y), close))
        width = points[-1].load * unit_variance(network, points[-1].q, points[-1].C) if points[-1].load > 0.0 else 0.0
        close = math.sqrt(width) if width > 0.0 else math.inf
    if network.signal.uniform:
        i = int(np.argmax([p.load for p in points]))
        end = _turning(network, T, (ends[0], *grid, ends[1])[i : i + 3], points[i]) if points[i].load > 0.0 else None
        return (Branch(low, end),) if end is not None else ()
    grid, points = _refined(network, T, [*grid, ends[1]], [*points, point(network, T, _from_logit(ends[1]))])
    found: list[Branch] = []
    flip, highest = low, 0.0
    for i, p in enumerate(points):
        before, after = points[i - 1].load if i > 0 else 0.0, points[i + 1].load if i + 1 < len(points) else 0.0
        if p.load < min(before, after):
            flip = 1.0 - p.m
        if p.load >= before and p.load > after and p.load > 0.9 * highest:
            end = _turning(network, T, (grid[i - 1] if i > 0 else ends[0], grid[i], grid[min(i + 1, len(grid) - 1)]), p)
            if end.load > highest:
                found.append(Branch(flip, end))
                highest = end.load
    return tuple(found)


def _refined(network: Network, T: float, grid: list[float], points: list[Point]) -> tuple[list[float], list[Point]]:
    """Return a grid with points between those where a cubic through loads and slopes does not tell the load in the middle."""
    least = LOW * max(p.load for p in points)
    todo, found = [(a, b, 0) for a, b in pairwise(zip(grid, points, strict=True))], [(grid[0], points[0])]
    while todo:
        (y0, p0), (y1, p1), depth = todo.pop(0)
        if depth == DEEPEST or max(p0.load, p1.load) <= least:
            found.append((y1, p1))
            continue
        y = 0.5 * (y0 + y1)
        p = point(network, T, _from_logit(y))
        slopes = [-p.slope * (1.0 - p.m) * p.m for p in (p0, p1)]  # of ln load along y
        known = min(p0.load, p.load, p1.load) > 0.0 and all(map(math.isfinite, slopes))
        guess = 0.5 * math.log(p0.load * p1.load) + 0.125 * (y1 - y0) * (slopes[0] - slopes[1]) if known else math.nan
        if not (known and abs(guess - math.log(p.load)) < MISSED):
            todo[:0] = [((y0, p0), (y, p), depth + 1), ((y, p), (y1, p1), depth + 1)]
        else:
            found += [(y, p), (y1, p1)]
    return [y for y, _ in found], [p for _, p in found]


def _turning(network: Network, T: float, inner: Sequence[float], best: Point) -> Point:
    """Return the largest load between the ends of three points of the grid, of which `best` is the middle one."""
    for y0, y1 in pairwise(inner):
        p0, p1 = point(network, T, _from_logit(y0)), point(network, T, _from_logit(y1))
        if p0.slope < 0.0 < p1.slope:  # ordered by falling m
            y = brentq(lambda y: point(network, T, _from_logit(y)).slope, y0, y1, xtol=1e-15, rtol=1e-15)
            turning = point(network, T, _from_logit(y))
            if turning.load >= best.load * (1.0 - 1e-12):
                best = turning
    return best


def surely(network: Network, T: float) -> float:
    """Return the m above which every locally stable saddle is one of the retrieval phase, see `in_retrieval`."""
    if not network.signal.uniform:
        end = fold(network, T)
        return end.m if end is not None else 1.0
    return 1.0 - 0.75 / network.P if network.P > 2 else 0.0


def in_retrieval(network: Network, T: float, m: float) -> bool:
    """Whether a locally stable saddle at m is on the retrieval phase's part of the curve, from its end to large m.

    load(m) can have a second maximum at smaller m, whose large-m side is locally stable too but is not the retrieval phase. Of
    a stored pattern the minimum between the two lies below m = 1 - 0.9/P (P = 3 .. 40, all T): above that no search is needed.
    """
    if network.signal.uniform and m > 1.0 - 0.75 / network.P:
        return True
    end = fold(network, T)
    return end is not None and m >= end.m * (1.0 - 1e-9)


def newton(network: Network, load: float, T: float, m: float, C: float, any_branch: bool = False) -> tuple[float, float] | None:
    """Newton's method for R.5 in (m, C); None unless it ends on a saddle of the retrieval phase, or on any stable one."""
    form, limit = form_of(network), soft_limit(network)
    previous = math.inf
    for _ in range(40):
        q = 1.0 - T * C
        if not (0.0 < m <= 1.0 and 0.0 <= q <= 1.0 + 1e-15 and limit > C):
            return None
        s = math.sqrt(load * unit_variance(network, min(q, 1.0), C))
        averages = averages_of(form, local_signal(form, m), s, T)
        error, m_next, C_next, det, final = newton_step(form, load, T, m, C, s, averages)
        met = error <= 1e-15 or (error <= 0.1 * TOLERANCE and error >= 0.5 * previous)
        if final:
            m, C = m_next, C_next
        if final or met:
            return (m, C) if det > 0.0 and m > 1e-9 and (any_branch or in_retrieval(network, T, m)) else None
        if det == 0.0 or not math.isfinite(det):
            return None
        previous, m, C = error, m_next, C_next
    return None


def retrieval(network: Network, load: float, T: float, start: tuple[float, float] | None = None) -> tuple[float, float] | None:
    """Return (m, C) of the retrieval phase, or None where the load exceeds the spinodal.

    Newton's method from `start` (a neighbour on a path) or from the Curie-Weiss magnetization; where that does not end on
    the stable side of the fold, the explicit curve decides whether the saddle exists and gives the bracket. Of several sizes of
    the signal (L.3) a start leads to any stable saddle, so that each branch may be followed.
    """
    if network.signal.end[1] <= T:
        return None
    low = flip_range(network.signal, T)[0]
    m = 1.0 - low
    if load == 0.0:
        if len(network.signal.sizes) == 1:
            return m, (low * (2.0 - low) / T if T > 0.0 else 0.0)
        return m, averages_of(form_of(network), local_signal(form_of(network), m), 0.0, T)[2]
    given = start is not None
    if start is None:
        C = 0.0
        for _ in range(4):
            q = max(1.0 - T * C, 0.0)
            s = math.sqrt(load * unit_variance(network, q, min(C, 0.5, 0.5 * soft_limit(network))))
            _, flip, C, *_ = averages_of(form_of(network), local_signal(form_of(network), m), s, T)
            m = 1.0 - flip
        start = (m, C)
    found = newton(network, load, T, *start, any_branch=given and not network.signal.uniform) if start[0] > 0.0 else None
    return found or on_branch(network, load, T, low, next(iter(branches(network, T)), None))


def elsewhere(network: Network, load: float, T: float) -> tuple[float, float] | None:
    """Return (m, C) on the first branch beyond the retrieval phase that reaches a load; None where none does."""
    branch = next((branch for branch in branches(network, T)[1:] if branch.end.load >= load), None)
    return on_branch(network, load, T, branch.flip, branch) if branch else None


def on_branch(network: Network, load: float, T: float, low: float, branch: Branch | None) -> tuple[float, float] | None:
    """Return (m, C) of the saddle at a load on a branch that begins at 1 - m = low; None beyond its end."""
    if branch is None or load > branch.end.load:
        return None
    end = branch.end
    lo, hi = math.log(max(low, 1e-290)), math.log(1.0 - end.m)

    def mismatch(y: float) -> float:
        return math.log(max(point(network, T, math.exp(y)).load, _TINY)) - math.log(load)

    if mismatch(hi) <= 0.0:
        return end.m, end.C
    if mismatch(lo) >= 0.0:  # m = 1 to machine precision
        return 1.0, 0.0
    at = point(network, T, math.exp(brentq(mismatch, lo, hi, xtol=1e-14, rtol=1e-15)))
    return newton(network, load, T, at.m, at.C, any_branch=True) or (at.m, at.C)
