"""The sampler's inner loop over packed patterns: the same numbers as `kernels.run`, bit for bit, many patterns at a time.

2^shift b = base + unit t with t = t[state], state = step u - zero mod size, exact for u within the window low .. low + width
- 1: t is looked up as digits, or is the square of the state. A pass of `numerics.vector` sums t over the +1 patterns of the
next few spins, and applies the flip that was accepted before: rows summed in vain are thrown away, so the order of events is
that of the plain loop. With S the sum of a row, total the sum of t over all patterns and R_i = sum_mu xi_i,

    h_i = sum_mu xi_i b_mu = (unit (2 S - total) + base R_i) / 2^shift + sum_outliers xi_i (B[u] - (base + unit t) / 2^shift)

(`numerics.lanes` sums with signs: S' = 2 S - total; and a line in the state adds line L_i to h_i, L_i = sum_mu xi_i state_mu =
-step/2 sum_j J_ij sigma_j with the couplings J_ij = sum_mu xi_i xi_j, kept up for every spin),

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

from glassy.numerics import passes
from glassy.numerics.jit import inlined, kernel
from glassy.numerics.lanes import PER_BYTE, WIDTH
from glassy.simulation.kernels.portable import extra_change, move_own

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
MARGIN = 8  # patterns this near to an open end of the window become outliers when it is surveyed
FOREVER = 2**62
CHUNK = 512  # places whose extent is found at once: those with one outside are looked through
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
    kept: npt.NDArray[np.uint8]  # of a state mod 256, for `lanes`
    form: tuple[Any, ...]
    masked: int  # 1 where passes sum over the +1 patterns, 0 where with signs
    sums: int  # of a row
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
    line: int
    J: npt.NDArray[np.int32]  # (N, N), or nothing where there is no line


class Moving(NamedTuple):
    """A chain: spins, states of all places, what is kept of them, the outliers (place, u, what the
    rest leaves of b), eight numbers, L.
    """

    sigma: Int8
    state: npt.NDArray[Any]
    kept: npt.NDArray[np.uint8]
    place: Int64
    u: Int64
    extra: Int64
    now: Int64
    L: Int64


@inlined
def _join(out: Int64, s: int, n_p: int) -> int:
    """Return the sum of t over row s from the sums of its planes."""
    total = np.int64(0)
    for n in range(n_p):
        total += out[s * n_p + n] << np.int64(8 * n)
    return total  # type: ignore[return-value]


@inlined
def _sign(bits: npt.NDArray[np.uint8], i: int, place: int, masked: int) -> int:
    """Return xi_i of the pattern at a place: bit j of byte l of block b is at 512 b + 64 j + l, or as `lanes` has it."""
    if masked:
        byte = bits[i, (place >> 9 << 6) + (place & 63)]
        return 2 * ((np.int64(byte) >> np.int64(place >> 6 & 7)) & 1) - 1  # type: ignore[return-value]
    block, rest = np.uint64(place) // np.uint64(PER_BYTE * WIDTH), np.uint64(place) % np.uint64(PER_BYTE * WIDTH)
    byte = bits[i, np.int64(block * np.uint64(WIDTH) + rest % np.uint64(WIDTH))]
    return 1 - 2 * ((np.int64(byte) >> np.int64(np.uint64(7) - rest // np.uint64(WIDTH))) & 1)  # type: ignore[return-value]


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
    (
        bits, R, first, pads, B, t, digits, _kept, form, masked, n_p, squares, slope, bend, base, unit, shift, step, zero, _low,
        _width, N, line, J,
    ) = fixed  # fmt: skip
    sigma, state, kept, places, u, extra, now, L = moving
    last_residue, times = t.size - 1, 1 + masked
    blocks = bits.shape[1] // (64 if masked else WIDTH)
    chosen, out = np.zeros(4, np.int64), np.zeros(6 * n_p, np.int64)
    order, barriers = sites.ravel(), thresholds.ravel()
    p, end, sweep, attempt = start, sites.size, start // N, start % N
    while p < end or now[SITE] >= 0:
        for s in range(rows):
            chosen[s] = order[p + s] if p + s < end else 0
        flipped = now[SITE]
        if flipped < 0:
            if rows == 1:
                passes.look_1(bits, chosen, 0, 0, state, kept, form, digits, blocks, out)
            elif rows == 2:
                passes.look_2(bits, chosen, 0, 0, state, kept, form, digits, blocks, out)
            else:
                passes.look_4(bits, chosen, 0, 0, state, kept, form, digits, blocks, out)
        else:
            if now[LEFT] == 0 and not survey(fixed, moving):
                return p
            old = -np.int64(sigma[flipped])
            if rows == 1:
                passes.flip_1(bits, chosen, flipped, old * step, state, kept, form, digits, blocks, out)
            elif rows == 2:
                passes.flip_2(bits, chosen, flipped, old * step, state, kept, form, digits, blocks, out)
            else:
                passes.flip_4(bits, chosen, flipped, old * step, state, kept, form, digits, blocks, out)
            beyond = t[state[pads[0]] & last_residue] * pads.size if pads.size > 0 else 0
            now[TOTAL] = _join(out, rows, n_p) - beyond if masked else beyond
            if line != 0:
                for i in range(N):
                    L[i] += old * step * J[flipped, i]
            h = np.int64(0)
            for k in range(now[OUTLIERS]):
                xi = _sign(bits, flipped, places[k], masked)
                now[A] -= bend[u[k]]
                u[k] += old * xi
                now[A] += bend[u[k]]
                extra[k] = B[u[k]] - ((base + unit * t[state[places[k]] & last_residue]) >> shift) - line * (step * u[k] - zero)
                h += xi * extra[k]
            if squares:
                now[A] += slope * old * R[flipped]
            else:
                h += unit * (times * _join(out, rows + masked, n_p) - now[TOTAL]) + base * R[flipped]
                if line != 0:
                    h += line * L[flipped]
                now[A] = old * h - now[DE]
            now[SITE] = -1
            now[LEFT] -= 1
        for s in range(rows):
            if p == end:
                break
            i = chosen[s]
            h = (unit * (times * _join(out, s, n_p) - now[TOTAL]) + base * R[i]) >> shift
            if line != 0:
                h += line * L[i]
            for k in range(now[OUTLIERS]):
                h += _sign(bits, i, places[k], masked) * extra[k]
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
    t = fixed.t[np.int64(moving.state[place]) & (fixed.t.size - 1)]
    left = fixed.B[u] - ((fixed.base + fixed.unit * t) >> fixed.shift)
    return left - fixed.line * (fixed.step * u - fixed.zero)  # type: ignore[no-any-return]


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
    total = now[TOTAL]
    for place in fixed.pads:
        _put(fixed, moving, place, low + fixed.width // 2)
    now[TOTAL] = total  # their t is not in it, or is added anew
    origin, step, mask = _residue(fixed, low), fixed.step, fixed.t.size - 1
    least, most = fixed.width, 0
    for start in range(0, state.size, CHUNK):
        stop = min(start + CHUNK, state.size)
        one, other = _extent(state[start:stop], np.uint8(origin), np.uint8(mask))
        least, most = min(least, one // step), max(most, other // step)
        if low + one // step >= first and low + other // step <= last:
            continue
        for place in range(start, stop):
            u = low + ((np.int64(state[place]) - origin) & mask) // step
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
    if fixed.masked:
        moving.now[TOTAL] += fixed.t[r] - fixed.t[np.int64(moving.state[place]) & (fixed.t.size - 1)]
    moving.state[place] = r
    for n in range(len(fixed.kept)):
        moving.kept[n, place] = fixed.kept[n, r]


@kernel
def _extent(state: npt.NDArray[Any], low: Any, mask: Any) -> tuple[int, int]:
    """Return the smallest and the largest distance of the states from the lower end of the window."""
    least, most = np.uint8(255), np.uint8(0)
    for place in range(state.size):
        distance = np.uint8(np.uint8(np.uint8(state[place]) - low) & mask)
        least = min(least, distance)
        most = max(most, distance)
    return np.int64(least), np.int64(most)  # type: ignore[return-value]
