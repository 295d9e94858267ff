"""Sweeps with energies of any range: 64-bit sums decide where they surely can, integers of many words elsewhere (M.14).

The numbers are rows of one table: N edges F(u + 1) - F(u), N + 1 energies F(u), N fields; then N edges and N + 1 energies of
each chosen pattern. `rough` holds the same as doubles.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import inlined, kernel
from glassy.numerics.words import add, take_double, take_integer
from glassy.simulation.kernels.portable import move_own, signed_sum

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

BLOCK = 8192
FULL = 2.0**58  # about the sum of all changes that a configuration can make, in units of its 64-bit numbers
LEAST = 1e-307  # a change that is not zero is no nearer to it, and all thresholds below zero are
A_SUM, B_SUM = 0, 1
UNIT, SIZE = 0, 1


class Fixed(NamedTuple):
    """What all chains of a sample share; see `Wide` for the numbers.

    Parameters
    ----------
    xi, own : arrays (N, K) and (n, N)
        The patterns, and the chosen ones.
    digits, low, high : arrays
        `Words` of all rows.
    rough, reach : arrays of float64
        All rows as doubles; the larger of the two changes that a pattern can make, over u.
    shift, whole : int, bool
        A double is 2^shift times the integer; whether energies are written as integers of 64 bits.
    """

    xi: Int8
    own: Int8
    digits: Int64
    low: Int64
    high: Int64
    rough: Float
    reach: Float
    shift: int
    whole: bool


class Moving(NamedTuple):
    """What a chain keeps up: spins, u of all and of the chosen patterns, and 64-bit numbers in units of 1/scale.

    A, B (N + 1,) are twice the even and odd part of a pattern's change (M.1), b = B[u], sums = (sum A[u], sum b). Where scale
    is 0 they are not used. scale = (scale, sum of the largest changes of all patterns).
    """

    sigma: Int8
    u: npt.NDArray[np.uint32]
    own_u: Int64
    b: Int64
    A: Int64
    B: Int64
    sums: Int64
    scale: Float


@kernel
def settle(
    rough: Float, reach: Float, u: npt.NDArray[np.uint32], b: Int64, A: Int64, B: Int64, sums: Int64, scale: Float
) -> None:
    """Make the 64-bit numbers of a configuration, in a unit that fits its changes."""
    N, size = A.size - 1, 0.0
    for k in range(u.size):
        size += reach[u[k]]
    scale[SIZE] = size
    if not FULL / 64.0 <= size * scale[UNIT] <= 2.0 * FULL:
        scale[UNIT] = 0.0
        if 1e-290 < size < math.inf:
            scale[UNIT] = math.ldexp(FULL, -math.frexp(size)[1])
            most = 4.0 * FULL  # beyond it are tables' entries that are not met
            for v in range(N + 1):
                down = min(max(rough[v] * scale[UNIT], -most), most) if v < N else 0.0
                up = min(max(-rough[v - 1] * scale[UNIT], -most), most) if v > 0 else 0.0
                x, y = np.int64(round(down)), np.int64(round(up))
                A[v], B[v] = x + y, x - y
    if scale[UNIT] > 0.0:
        a = total = np.int64(0)
        for k in range(u.size):
            v = u[k]
            b[k] = B[v]
            a += A[v]
            total += B[v]
        sums[A_SUM], sums[B_SUM] = a, total


@kernel
def exact_change(
    i: int, sign: int, row: Int8, own: Int8, digits: Int64, low: Int64, high: Int64, shift: int,
    u: npt.NDArray[np.uint32], own_u: Int64, counts: Int64, total: Int64,
) -> float:  # fmt: skip
    """Return the double nearest to dE of flipping spin i, now `sign`; no nearer to zero than LEAST where it is not zero."""
    N = counts.size - 1
    for k in range(row.size):
        x = sign * np.int64(row[k])
        counts[np.int64(u[k]) - (x < 0)] += x  # up along this edge, or down
    for e in range(N):
        if counts[e] != 0:
            add(total, digits, low, high, e, counts[e])
            counts[e] = 0
    add(total, digits, low, high, 2 * N + 1 + i, 2 * sign)
    for w in range(own_u.size):
        x = sign * np.int64(own[w, i])
        add(total, digits, low, high, 3 * N + 1 + w * (2 * N + 1) + own_u[w] - (x < 0), x)
    found = take_double(total, shift)
    if found == 0.0:
        return 0.0
    return max(found, LEAST) if found > 0.0 else min(found, -LEAST)


@kernel
def _add_energy(
    digits: Int64, low: Int64, high: Int64, sigma: Int8, u: npt.NDArray[np.uint32], own_u: Int64, times: int,
    counts: Int64, total: Int64,
) -> None:  # fmt: skip
    """Add `times` the energy of a configuration to a sum."""
    N = sigma.size
    for k in range(u.size):
        counts[u[k]] += times
    for v in range(N + 1):
        if counts[v] != 0:
            add(total, digits, low, high, N + v, counts[v])
            counts[v] = 0
    for i in range(N):
        add(total, digits, low, high, 2 * N + 1 + i, -times * np.int64(sigma[i]))
    for w in range(own_u.size):
        add(total, digits, low, high, 4 * N + 1 + w * (2 * N + 1) + own_u[w], times)


@inlined
def _code(total: Int64, shift: int, whole: bool) -> int:
    """Return a sum as an integer, or the bits of the nearest double."""
    if whole:
        return take_integer(total)
    bits = np.empty(1, np.float64)
    bits[0] = take_double(total, shift)
    return bits.view(np.int64)[0]  # type: ignore[no-any-return]


@kernel
def energy_code(
    digits: Int64, low: Int64, high: Int64, shift: int, whole: bool, sigma: Int8, u: npt.NDArray[np.uint32], own_u: Int64
) -> int:
    """Return the energy of a configuration as it stands in a trace."""
    total, counts = np.zeros(digits.shape[1], np.int64), np.zeros(sigma.size + 1, np.int64)
    _add_energy(digits, low, high, sigma, u, own_u, 1, counts, total)
    return _code(total, shift, whole)


@kernel
def energy_difference(
    digits: Int64, low: Int64, high: Int64, shift: int,
    sigma: Int8, u: npt.NDArray[np.uint32], own_u: Int64, sigma_: Int8, u_: npt.NDArray[np.uint32], own_u_: Int64,
) -> float:  # fmt: skip
    """Return the double nearest to the energy of one configuration above another."""
    total, counts = np.zeros(digits.shape[1], np.int64), np.zeros(sigma.size + 1, np.int64)
    _add_energy(digits, low, high, sigma, u, own_u, 1, counts, total)
    _add_energy(digits, low, high, sigma_, u_, own_u_, -1, counts, total)
    return take_double(total, shift)


@kernel
def run_wide(
    fixed: tuple[Any, ...], moving: tuple[Any, ...], sites: Int64, thresholds: Float, spins: Int8, trace: Int64
) -> int:
    """Attempt `sites.shape = (sweeps, N)` flips in order; write spins[t] and trace[t] as `kernels.run` does.

    A flip is accepted where the double nearest to dE is at most the threshold, as by the other kernels. Returns how many
    attempts needed all words.
    """
    xi, own, digits, low, high, rough, reach, shift, whole = fixed
    sigma, u, own_u, b, A, B, sums, scale = moving
    N, K = xi.shape
    total, counts = np.zeros(digits.shape[1], np.int64), np.zeros(N + 1, np.int64)
    hard = 0
    for t in range(sites.shape[0]):
        accepted = 0
        for j in range(sites.shape[1]):
            i, threshold = sites[t, j], thresholds[t, j]
            sign = int(sigma[i])
            row, extra = xi[i], 2.0 * rough[2 * N + 1 + i] * sign
            size = abs(extra)
            for w in range(own_u.size):
                x = sign * np.int64(own[w, i])
                one = x * rough[3 * N + 1 + w * (2 * N + 1) + own_u[w] - (x < 0)]
                extra += one
                size += abs(one)
            if scale[UNIT] > 0.0:
                twice = sums[A_SUM] + sign * signed_sum(row, b, sums[B_SUM], BLOCK)
                above = np.float64(twice) + 2.0 * scale[UNIT] * (extra - threshold)
                error = 2.0 * K + 4096.0 + 2.0**-48 * scale[UNIT] * (size + min(abs(threshold), size))
            else:
                above = extra - threshold
                error = 2.0 * scale[SIZE] + 1e-280 + 2.0**-48 * size
            sure, accept = abs(above) > error, above <= 0.0
            if not sure:
                hard += 1
                accept = exact_change(i, sign, row, own, digits, low, high, shift, u, own_u, counts, total) <= threshold
            if accept:
                for k in range(K):
                    u[k] = np.uint32(u[k] + sign * row[k])
                move_own(i, sign, own, own_u)
                sigma[i] = -sigma[i]
                settle(rough, reach, u, b, A, B, sums, scale)
                accepted += 1
        for i in range(N):
            spins[t, i] = sigma[i]
        trace[t, 0] = N - 2 * np.int64(u[0])
        _add_energy(digits, low, high, sigma, u, own_u, 1, counts, total)
        trace[t, 1] = _code(total, shift, whole)
        trace[t, 2] = accepted
    return hard
