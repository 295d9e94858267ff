"""The sampler's inner loop over packed patterns: the same numbers as `kernels.run`, bit for bit, many patterns at a time.

2^shift b = base + unit t with t = t[state], state = step u - zero mod size, exact for u within the window low .. low + width
- 1: t is looked up as digits, or is the square of the state. A pass of `numerics.vector` sums t over the +1 patterns of the
next few spins, and applies the flip that was accepted before: rows summed in vain are thrown away, so the order of events is
that of the plain loop. With S the sum of a row, total the sum of t over all patterns and R_i = sum_mu xi_i,

    h_i = sum_mu xi_i b_mu = (unit (2 S - total) + base R_i) / 2^shift + sum_outliers xi_i (B[u] - (base + unit t) / 2^shift)

and after a flip a = sum A[u] follows from the same field: flipping back costs -dE, so a' = -dE + sigma_i h_i', sigma_i the
old spin. With squares A is a line, slope u, and a bend that only outliers have: a' = a + slope sigma_i R_i + what they bend
more. Outliers are the few patterns outside the window, the condensed one among them; they are kept with their true u in a
list. Every accepted flip moves each u by one, so the window is surveyed again after as many flips as its outermost pattern
needs to leave it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from glassy.numerics import vector
from glassy.numerics.jit import inlined, kernel
from glassy.simulation.kernels import extra_change, move_own

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
MARGIN = 8  # patterns this near to an open end of the window become outliers when it is surveyed
FOREVER = 2**62
A, TOTAL, ENERGY, M, SITE, DE, LEFT, OUTLIERS = range(8)  # of Moving.now


class Fixed(NamedTuple):
    """What the chains of a sample share: bits (N, W), R (N,), pattern 0, places without a pattern, and the window's tables."""

    bits: npt.NDArray[np.uint8]
    R: Int64
    first: Int8
    pads: Int64
    B: Int64
    t: Int64
    digits: npt.NDArray[Any]
    planes: tuple[int, ...]  # as many as there are digits
    squares: bool
    slope: int
    bend: Int64
    base: int
    unit: int
    shift: int
    step: int
    zero: int
    low: int
    width: int
    N: int


class Moving(NamedTuple):
    """A chain: spins, states of all places, the outliers (place, u, what t leaves of b), eight numbers."""

    sigma: Int8
    state: npt.NDArray[Any]
    place: Int64
    u: Int64
    extra: Int64
    now: Int64


@inlined
def _join(out: Int64, s: int, n_p: int) -> int:
    """Return the sum of t over row s from the sums of its planes."""
    total = np.int64(0)
    for n in range(n_p):
        total += out[s * n_p + n] << np.int64(8 * n)
    return total  # type: ignore[return-value]


@inlined
def _sign(bits: npt.NDArray[np.uint8], i: int, place: int) -> int:
    """Return xi_i of the pattern at a place: bit j of byte l of block b is at 512 b + 64 j + l."""
    byte = bits[i, (place >> 9 << 6) + (place & 63)]
    return 2 * ((np.int64(byte) >> np.int64(place >> 6 & 7)) & 1) - 1  # type: ignore[return-value]


@kernel
def run_packed(
    constants: tuple[Any, ...],
    variables: tuple[Any, ...],
    scale: int,
    turn: Int64,
    own: Int8,
    own_u: Int64,
    energies: Int64,
    rows: int,
    start: int,
    sites: Int64,
    thresholds: npt.NDArray[np.float64],
    spins: Int8,
    trace: Int64,
) -> int:
    """Attempt flips from number `start` on, `rows` (1, 2 or 4) in one pass; return how many are done.

    The first two are a Fixed and a Moving as plain tuples, which numba takes over in half the time; scale, turn, own, own_u and
    energies are as in `kernels.run`.

    Fewer than all are done where the lists of outliers are full: with longer ones it goes on from there.
    """
    fixed, moving = Fixed(*constants), Moving(*variables)
    bits, R, first, pads, B, t, digits, planes, squares, slope, bend, base, unit, shift, step, _zero, _low, _width, N = fixed
    sigma, state, places, u, extra, now = moving
    n_p, last_residue, blocks = len(planes), t.size - 1, bits.shape[1] // 64
    chosen, out = np.zeros(4, np.int64), np.zeros(6 * n_p, np.int64)
    order, barriers = sites.ravel(), thresholds.ravel()
    p, end, sweep, attempt = start, sites.size, start // N, start % N
    while p < end or now[SITE] >= 0:
        for s in range(rows):
            chosen[s] = order[p + s] if p + s < end else 0
        flipped = now[SITE]
        if flipped < 0:
            if rows == 1:
                vector.look_1(bits, chosen, 0, 0, state, planes, digits, blocks, out)
            elif rows == 2:
                vector.look_2(bits, chosen, 0, 0, state, planes, digits, blocks, out)
            else:
                vector.look_4(bits, chosen, 0, 0, state, planes, digits, blocks, out)
        else:
            if now[LEFT] == 0 and not survey(fixed, moving):
                return p
            old = -np.int64(sigma[flipped])
            if rows == 1:
                vector.flip_1(bits, chosen, flipped, old * step, state, planes, digits, blocks, out)
            elif rows == 2:
                vector.flip_2(bits, chosen, flipped, old * step, state, planes, digits, blocks, out)
            else:
                vector.flip_4(bits, chosen, flipped, old * step, state, planes, digits, blocks, out)
            now[TOTAL] = _join(out, rows, n_p)
            if pads.size > 0:
                now[TOTAL] -= t[state[pads[0]] & last_residue] * pads.size
            h = np.int64(0)
            for k in range(now[OUTLIERS]):
                xi = _sign(bits, flipped, places[k])
                now[A] -= bend[u[k]]
                u[k] += old * xi
                now[A] += bend[u[k]]
                extra[k] = B[u[k]] - ((base + unit * t[state[places[k]] & last_residue]) >> shift)
                h += xi * extra[k]
            if squares:
                now[A] += slope * old * R[flipped]
            else:
                h += unit * (2 * _join(out, rows + 1, n_p) - now[TOTAL]) + base * R[flipped]
                now[A] = old * h - now[DE]
            now[SITE] = -1
            now[LEFT] -= 1
        for s in range(rows):
            if p == end:
                break
            i = chosen[s]
            h = (unit * (2 * _join(out, s, n_p) - now[TOTAL]) + base * R[i]) >> shift
            for k in range(now[OUTLIERS]):
                h += _sign(bits, i, places[k]) * extra[k]
            dE = now[A] + sigma[i] * h
            change = scale * dE + extra_change(i, sigma[i], turn, own, own_u, energies)
            accepted = change <= barriers[p]
            if attempt == 0:
                trace[sweep, 2] = 0
            if accepted:
                now[SITE], now[DE] = i, dE
                now[ENERGY] += change
                move_own(i, sigma[i], own, own_u)
                now[M] -= 2 * sigma[i] * np.int64(first[i])
                sigma[i] = -sigma[i]
                trace[sweep, 2] += 1
            p += 1
            attempt += 1
            if attempt == N:
                for i in range(N):
                    spins[sweep, i] = sigma[i]
                trace[sweep, 0], trace[sweep, 1] = now[M], now[ENERGY]
                sweep, attempt = sweep + 1, 0
            if accepted:
                break
    return p


@kernel
def _residue(fixed: Fixed, u: Any) -> int:
    return (fixed.step * u - fixed.zero) & (fixed.t.size - 1)  # type: ignore[no-any-return]


@kernel
def _extra(fixed: Fixed, moving: Moving, place: Any, u: Any) -> int:
    """Return what t leaves of b of an outlier."""
    t = fixed.t[_residue(fixed, np.int64(moving.state[place]))]
    return fixed.B[u] - ((fixed.base + fixed.unit * t) >> fixed.shift)  # type: ignore[no-any-return]


@kernel
def survey(fixed: Fixed, moving: Moving) -> bool:
    """Find the outliers anew, and how many flips the window holds for the rest; False where their lists are too short."""
    now, state, low = moving.now, moving.state, fixed.low
    first = low + MARGIN if low > 0 else 0
    last = low + fixed.width - 1 - MARGIN if low + fixed.width <= fixed.N else fixed.N
    kept = 0
    for k in range(now[OUTLIERS]):
        place, u = moving.place[k], moving.u[k]
        if first <= u <= last:
            _put(fixed, moving, place, u)
        else:
            _put(fixed, moving, place, low + fixed.width // 2)
            moving.place[kept], moving.u[kept] = place, u
            moving.extra[kept] = _extra(fixed, moving, place, u)
            kept += 1
    now[OUTLIERS] = kept
    for place in fixed.pads:
        moving.state[place] = _residue(fixed, low + fixed.width // 2)  # their t is not in the total
    origin, step = _residue(fixed, low), fixed.step
    least, most = _extent(state, np.uint8(origin), np.uint8(fixed.t.size - 1))
    least, most = least // step, most // step
    if low + least < first or low + most > last:
        for place in range(state.size):
            u = low + ((np.int64(state[place]) - origin) & (fixed.t.size - 1)) // step
            if u < first or u > last:
                if now[OUTLIERS] == moving.place.size:
                    return False
                k = now[OUTLIERS]
                _put(fixed, moving, place, low + fixed.width // 2)
                moving.place[k], moving.u[k], moving.extra[k] = place, u, _extra(fixed, moving, place, u)
                now[OUTLIERS] += 1
        least, most = max(least, first - low), min(most, last - low)
    down = least if low > 0 else FOREVER
    up = fixed.width - 1 - most if low + fixed.width <= fixed.N else FOREVER
    now[LEFT] = min(down, up)
    return True


@kernel
def _put(fixed: Fixed, moving: Moving, place: Any, u: Any) -> None:
    """Give a place the state of u, and the total its t."""
    r = _residue(fixed, u)
    moving.now[TOTAL] += fixed.t[r] - fixed.t[_residue(fixed, np.int64(moving.state[place]))]
    moving.state[place] = r


@kernel
def _extent(state: npt.NDArray[Any], low: Any, mask: Any) -> tuple[int, int]:
    """Return the smallest and the largest distance of the states from the lower end of the window."""
    least, most = np.uint8(255), np.uint8(0)
    for place in range(state.size):
        distance = np.uint8(np.uint8(np.uint8(state[place]) - low) & mask)
        least = min(least, distance)
        most = max(most, distance)
    return np.int64(least), np.int64(most)  # type: ignore[return-value]
