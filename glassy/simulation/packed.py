"""Chains over packed patterns: the window of u in which b = B[u] is kept as digits, and the chain that uses it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from glassy.numerics.bits import BLOCK, aligned
from glassy.numerics.vector import MOST_SQUARES
from glassy.patterns import Int8Array, Patterns
from glassy.simulation import packed_kernel
from glassy.simulation.chains import Chain
from glassy.simulation.extras import Extras
from glassy.simulation.packed_kernel import MARGIN, Fixed, Moving, run_packed
from glassy.simulation.tables import KernelTables

IntArray = npt.NDArray[np.int64]
SIZES = (128, 256)  # entries of a table that the vector passes look up
MOST_SPINS = 2**14  # beyond, no window holds enough


@dataclass(frozen=True)
class Window:
    """2^shift B[u] = base + unit t over low <= u < low + width, t = t[state] of the state step u - zero mod size.

    Parameters
    ----------
    low, width : int
        The stretch of u.
    base, unit : int
        Origin and unit of t.
    t : array (size,)
        The numbers.
    digits : array (planes, size) of int8, or (1, 256) of uint8
        Their digits, between -128 and 127, lowest first; or the state, whose square t is.
    shift, step, zero : int
        The other numbers of these relations.
    """

    low: int
    width: int
    base: int
    unit: int
    t: IntArray
    digits: npt.NDArray[Any]
    shift: int = 0
    step: int = 1
    zero: int = 0

    @property
    def squares(self) -> bool:
        """Whether t is the square of the state."""
        return self.digits.dtype == np.uint8

    @property
    def planes(self) -> int:
        """Digits of t: for a square, the state alone."""
        return len(self.digits)


def _numbers(B: IntArray, low: int, high: int) -> tuple[int, int, list[int]]:
    """Return base, unit and t over low..high, with t as small as can be."""
    values = B[low : high + 1].tolist()
    unit = math.gcd(*(v - values[0] for v in values)) or 1
    steps = [(v - values[0]) // unit for v in values]
    middle = -(-(min(steps) + max(steps)) // 2)
    return values[0] + unit * middle, unit, [s - middle for s in steps]


def _planes(t: list[int]) -> int:
    """Return how many digits between -128 and 127 the numbers need."""
    n = 1
    while not (-128 * (256**n - 1) // 255 <= min(t) and max(t) <= 127 * (256**n - 1) // 255):
        n += 1
    return n


def find_window(B: IntArray, N: int, K: int, half: int | None = None) -> Window | None:
    """Return the window about N/2 that holds u of nearly all of K random patterns with fewest digits; None if none is wide
    enough.

    Parameters
    ----------
    B : array (N + 1,)
        Table over u.
    N, K : int
        Numbers of spins and patterns.
    half : int, optional
        Half the width, instead of one found from N and K.

    Examples
    --------
    >>> u = np.arange(101)
    >>> w = find_window((100 - 2 * u) ** 2, 100, 5000)
    >>> w.low, w.width, w.unit, len(w.digits)
    (0, 101, 4, 2)
    >>> bool(np.all(w.base + w.unit * w.t[u % 128] == (100 - 2 * u) ** 2))
    True
    """
    centre = N // 2

    def ends(half: int) -> tuple[int, int]:
        return max(centre - half, 0), min(centre + half - 1, N)

    if half is None:
        half = _needed(N, K)
    whole = N // 2 + 2  # everything
    half = min(half, whole)
    size = next((s for s in SIZES if np.ptp(ends(half)) < s), None)
    if size is None:
        return None
    n = _planes(_numbers(B, *ends(half))[2])
    while half < whole and np.ptp(ends(half + 1)) < size and _planes(_numbers(B, *ends(half + 1))[2]) == n:
        half += 1
    low, high = ends(half)
    base, unit, numbers = _numbers(B, low, high)
    t, digits = np.zeros(size, np.int64), aligned((n, size), np.int8)
    t[np.arange(low, high + 1) % size] = numbers
    rest = t
    for row in digits:
        row[:] = (rest + 128) % 256 - 128
        rest = (rest - row) // 256
    return Window(low, high - low + 1, base, unit, t, digits)


def find_squares(A: IntArray, B: IntArray, N: int, K: int) -> Window | None:
    """Return a window in which B goes with the square of the state and A is a line, as at P = 3; None if they do not.

    Examples
    --------
    >>> u = np.arange(101)
    >>> w = find_squares(2 * u, -3 * (100 - 2 * u) ** 2 + 8, 100, 5000)
    >>> w.low, w.width, w.base, w.unit, w.shift, w.step, w.zero, w.planes
    (1, 99, 64, -96, 3, 1, 50, 1)
    >>> find_squares(2 * u, (100 - 2 * u) ** 3, 100, 5000) is None
    True
    """
    step = 1 + N % 2  # the state is M/2, or M where that is odd
    zero = N * step // 2
    reach = 127 // step
    low, high = max((zero + step - 1) // step - reach, 1), min(zero // step + reach, N - 1)  # both tables bend at their ends
    bounded = 8 * K * max(map(abs, B.tolist())) < 2**62  # sums of 2^shift B are shifted back
    if K > MOST_SQUARES or (high - low) // 2 < _needed(N, K) or not bounded or np.any(np.diff(A[1:N], 2)):
        return None
    state, inner = step * np.arange(N + 1) - zero, slice(1, N)
    unit = 4 * int(B[3] - 2 * B[2] + B[1]) // step**2
    base = 8 * int(B[1]) - unit * int(state[1]) ** 2
    squares = [base + unit * x**2 for x in state[inner].tolist()]  # integers of any size
    if unit == 0 or squares != (8 * B[inner]).tolist():
        return None
    signed, table = np.arange(256).astype(np.int8), aligned((1, 256), np.uint8)
    table[0] = np.arange(256)
    return Window(low, high - low + 1, base, unit, signed.astype(np.int64) ** 2, table, shift=3, step=step, zero=zero)


def _needed(N: int, K: int) -> int:
    """Return how far from N/2 a window must reach to hold nearly all of K random patterns."""
    share = min(max(1.0, K / 4000) / (2 * K), 0.5)
    return math.ceil(-float(ndtri(share)) * math.sqrt(N) / 2.0) + 2 * MARGIN


def fixed_part(tables: KernelTables, patterns: Patterns, window: Window) -> Fixed:
    """Return what all chains of a sample share."""
    bits, K = patterns.bits, patterns.K
    width = bits.shape[1]
    beyond = np.arange(K, 8 * width)
    R = np.array([2 * int(np.unpackbits(row).sum()) - K for row in bits], np.int64)
    A = tables.A.astype(np.int64)
    slope = int(A[2] - A[1]) if window.squares else 0
    bend = A - A[1] - slope * (np.arange(A.size) - 1) if window.squares else np.zeros_like(A)
    return Fixed(
        bits=bits, R=R, first=patterns.pattern(0), pads=_places(beyond), B=tables.B.astype(np.int64), t=window.t,
        digits=window.digits, planes=(0,) * window.planes, squares=window.squares, slope=slope, bend=bend,
        base=window.base, unit=window.unit, shift=window.shift, step=window.step, zero=window.zero, low=window.low,
        width=window.width, N=patterns.N,
    )  # fmt: skip


def _places(k: Any) -> IntArray:
    """Return the places of patterns: bit j of byte l of block b is at 512 b + 64 j + l."""
    return np.asarray(k // 512 * 512 + (7 - k % 8) * 64 + k % 512 // 8, np.int64)


class PackedChain(Chain):
    """The same chain over packed patterns: spins, traces and energies are equal bit for bit.

    Parameters
    ----------
    fixed : Fixed
        `fixed_part`, shared by the chains of one sample.
    """

    counts = np.uint16  # N < 2^16

    def __init__(
        self, tables: KernelTables, patterns: Patterns, sigma: Int8Array, fixed: Fixed, extras: Extras | None = None
    ) -> None:
        self.fixed = fixed
        self.rows = 2
        super().__init__(tables, patterns, sigma, extras)

    def _keep(self, u: npt.NDArray[Any], a: int, b_sum: int) -> None:
        f, size = self.fixed, self.fixed.t.size
        shape, centre = (f.bits.shape[1] // BLOCK, 8, BLOCK), f.low + f.width // 2
        state = aligned(shape, np.uint8 if size == 256 and not f.squares else np.int8)
        here = (f.step * centre - f.zero) % size
        total, found = 0, []
        for j in range(8):  # a bit of all bytes: little memory beside what stays
            eighth = u[7 - j :: 8]
            inside = (eighth >= f.low) & (eighth < f.low + f.width)
            residues = np.full(f.bits.shape[1], here, self.counts)
            residues[: eighth.size] = (f.step * np.where(inside, eighth, self.counts(centre)) - f.zero) % size
            total += int(f.t[residues[: eighth.size]].sum())
            state[:, j] = residues.reshape(-1, BLOCK)
            found += [(8 * byte + 7 - j, int(eighth[byte])) for byte in np.nonzero(~inside)[0]]
        lists = np.zeros((3, max(64, 2 * len(found))), np.int64)
        for n, (k, true_u) in enumerate(found):
            lists[:, n] = _places(np.int64(k)), true_u, f.B[true_u] - ((f.base + f.unit * f.t[here]) >> f.shift)
        now = np.zeros(8, np.int64)
        now[packed_kernel.A], now[packed_kernel.ENERGY] = a, self.energy
        now[packed_kernel.TOTAL] = total
        now[packed_kernel.M] = f.N - 2 * int(u[0])
        now[packed_kernel.SITE], now[packed_kernel.OUTLIERS] = -1, len(found)
        self.moving = Moving(self.sigma, state.reshape(-1), lists[0], lists[1], lists[2], now)

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        done, x = 0, self.extras
        while True:
            done = run_packed(
                tuple(self.fixed), tuple(self.moving), x.scale, x.turn, x.own, self.own_u, x.energies,
                self.rows, done, sites, thresholds, spins, trace,
            )  # fmt: skip
            if done == sites.size and self.moving.now[packed_kernel.SITE] < 0:
                break
            m = self.moving
            place, true_u, extra = (np.concatenate([x, np.zeros_like(x)]) for x in (m.place, m.u, m.extra))
            self.moving = m._replace(place=place, u=true_u, extra=extra)
        self.energy = int(self.moving.now[packed_kernel.ENERGY])

    def adapt(self, trace: IntArray) -> None:
        """Choose how many spins a pass looks ahead, by the accepted share."""
        rate = trace[:, 2].mean() / self.sigma.size
        alone, two = (0.4, 0.08) if self.fixed.squares else (0.9, 0.2)  # a flip of squares costs little beside rows in vain
        self.rows = 1 if rate > alone else 2 if rate > two else 4
