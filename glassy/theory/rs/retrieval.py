"""RS retrieval saddles, m > 0: the explicit curve R.5c, its fold (the spinodal), and Newton's method.

At fixed T every retrieval saddle is met once when m runs over the interval where m < tanh(a/T), a = (P/2) m^(P-1):
E tanh((a + s z)/T) falls monotonically in s, so m fixes the noise s, and the load = s^2 / (r per unit load) is explicit.
The retrieval phase is the part of that curve from the largest load to its large-m end, see `fold`. The spinodal is a
turning point that no continuation can miss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfcinv

from glassy.model.family import Network
from glassy.model.signal import FROZEN, flip_range
from glassy.theory.rs.equations import form_of, soft_limit, unit_variance, unit_variance_slope
from glassy.theory.rs.formulas import TOLERANCE, Form, averages_of, local_signal, newton_step

_TINY = 1e-300


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
        s = brentq(mismatch, 0.0, top, xtol=1e-300, rtol=1e-15) if mismatch(0.0) < 0.0 else 0.0
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


@lru_cache(maxsize=1024)
def fold(network: Network, T: float) -> Point | None:
    """Return the end of the retrieval phase at temperature T, where d load/dm = 0; None where no load retrieves.

    The load may have two maxima. Of a stored pattern the larger one ends the retrieval phase, and of several sizes of the
    signal (L.3), where the one at small m may be larger, the first from m = 1 on: with it the phase of small loads ends.
    """
    if network.signal.end[1] <= T:
        return None
    low, high = flip_range(network.signal, T)
    low, high = max(low, 1e-16), min(high, 1.0 - 1e-6)  # below m = 1e-6, 1 - flip has lost m, and there is no fold there
    ends = [math.log(low / (1.0 - low)), math.log(high / (1.0 - high))]
    grid = ends[0] + (ends[1] - ends[0]) * 0.5 * (1.0 - np.cos(np.pi * np.arange(1, 64) / 64.0))
    points, close = [], math.inf
    for y in grid:
        points.append(point(network, T, _from_logit(y), close))
        width = points[-1].load * unit_variance(network, points[-1].q, points[-1].C) if points[-1].load > 0.0 else 0.0
        close = math.sqrt(width) if width > 0.0 else math.inf
    loads = np.array([p.load for p in points])
    i = int(np.argmax(loads))
    if not network.signal.uniform:
        rising = [k for k, p in enumerate(points) if p.slope < 0.0]
        falls = [k for k in range(min(rising, default=0) + 1, len(points)) if points[k].slope > 0.0]
        i = min(falls, default=i)
        i -= i > 0 and loads[i - 1] > loads[i]
    if loads[i] == 0.0:
        return None
    ends_i = (grid[i - 1] if i > 0 else ends[0], grid[i + 1] if i + 1 < len(grid) else ends[1])
    best = points[i]
    inner = (ends_i[0], grid[i], ends_i[1])
    for y0, y1 in ((inner[0], inner[1]), (inner[1], inner[2])):
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
    """Whether a locally stable saddle at m is on the retrieval phase's part of the curve, from the largest load to large m.

    load(m) can have a second, lower maximum at smaller m, whose large-m side is locally stable too but is not the retrieval
    phase. The minimum between the two lies below m = 1 - 0.9/P (P = 3 .. 40, all T): above that no search is needed.
    """
    if network.signal.uniform and m > 1.0 - 0.75 / network.P:
        return True
    end = fold(network, T)
    return end is not None and m >= end.m * (1.0 - 1e-9)


def newton(network: Network, load: float, T: float, m: float, C: float) -> tuple[float, float] | None:
    """Newton's method for R.5 in (m, C); None unless it ends on a saddle of the retrieval phase (`in_retrieval`)."""
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
            return (m, C) if det > 0.0 and m > 1e-9 and in_retrieval(network, T, m) else None
        if det == 0.0 or not math.isfinite(det):
            return None
        previous, m, C = error, m_next, C_next
    return None


def retrieval(network: Network, load: float, T: float, start: tuple[float, float] | None = None) -> tuple[float, float] | None:
    """Return (m, C) of the retrieval phase, or None where the load exceeds the spinodal.

    Newton's method from `start` (a neighbour on a path) or from the Curie-Weiss magnetization; where that does not end on
    the stable side of the fold, the explicit curve decides whether the saddle exists and gives the bracket.
    """
    if network.signal.end[1] <= T:
        return None
    low = flip_range(network.signal, T)[0]
    m = 1.0 - low
    if load == 0.0:
        if len(network.signal.sizes) == 1:
            return m, (low * (2.0 - low) / T if T > 0.0 else 0.0)
        return m, averages_of(form_of(network), local_signal(form_of(network), m), 0.0, T)[2]
    if start is None:
        C = 0.0
        for _ in range(4):
            q = max(1.0 - T * C, 0.0)
            s = math.sqrt(load * unit_variance(network, q, min(C, 0.5, 0.5 * soft_limit(network))))
            _, flip, C, *_ = averages_of(form_of(network), local_signal(form_of(network), m), s, T)
            m = 1.0 - flip
        start = (m, C)
    found = newton(network, load, T, *start) if start[0] > 0.0 else None
    return found or _on_curve(network, load, T, low)


def _on_curve(network: Network, load: float, T: float, low: float) -> tuple[float, float] | None:
    end = fold(network, T)
    if end is None or load > end.load:
        return None
    lo, hi = math.log(max(low, 1e-290)), math.log(1.0 - end.m)

    def mismatch(y: float) -> float:
        return math.log(max(point(network, T, math.exp(y)).load, _TINY)) - math.log(load)

    if mismatch(hi) <= 0.0:
        return end.m, end.C
    if mismatch(lo) >= 0.0:  # m = 1 to machine precision
        return 1.0, 0.0
    at = point(network, T, math.exp(brentq(mismatch, lo, hi, xtol=1e-14, rtol=1e-15)))
    return newton(network, load, T, at.m, at.C) or (at.m, at.C)
