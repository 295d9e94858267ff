"""The window of u in which B[u] is kept as bytes: as digits that are looked up, or in the three kinds of `numerics.lanes`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from glassy.numerics.bits import aligned
from glassy.numerics.lanes import (
    ABSOLUTE,
    DIGITS,
    EVEN,
    HALF,
    MOST_SUM,
    ODD,
    PART,
    PER_BYTE,
    PRODUCTS,
    SQUARES,
    STATE,
    WIDTH,
)  # fmt: skip
from glassy.numerics.vector import MOST_SQUARES
from glassy.simulation.kernels.packed_kernel import MARGIN

IntArray = npt.NDArray[np.int64]
SIZES = (128, 256)  # entries of a table that the vector passes look up
MOST_SPINS = 2**14  # beyond, no window holds enough


@dataclass(frozen=True)
class Window:
    """2^shift B[u] = base + unit t + line state over low <= u < low + width, t = t[state] of the state step u - zero mod size.

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
    shift, step, zero, line : int
        The other numbers of these relations; line is 0 but in windows for `numerics.lanes` where t is odd.
    form : tuple
        What a pass is compiled for: as many zeros as there are digits; or, for `numerics.lanes`, six tuples of zeros.
    squares : bool
        Whether t is the square of the state.
    kept : array (n, 256) of uint8
        The bytes that `numerics.lanes` keeps of a state mod 256; otherwise none.
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
    line: int = 0
    form: tuple[Any, ...] = (0,)
    squares: bool = False
    kept: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 256), np.uint8))

    @property
    def masked(self) -> bool:
        """Whether a pass sums over the +1 patterns, and over all: else it sums with signs."""
        return not len(self.kept)

    @property
    def sums(self) -> int:
        """Numbers that a pass sums of a row: digits, or one."""
        if self.masked:
            return len(self.form)
        kind, tables = self.form[:2]
        return len(tables) if len(kind) == DIGITS else 1


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
    return Window(low=low, width=high - low + 1, base=base, unit=unit, t=t, digits=digits, form=(0,) * n)


def find_squares(A: IntArray, B: IntArray, N: int, K: int, most: int = 127) -> Window | None:
    """Return a window in which B goes with the square of the state, of size `most`, and A is a line, as at P = 3; else None.

    Examples
    --------
    >>> u = np.arange(101)
    >>> w = find_squares(2 * u, -3 * (100 - 2 * u) ** 2 + 8, 100, 5000)
    >>> w.low, w.width, w.base, w.unit, w.shift, w.step, w.zero, w.sums
    (1, 99, 64, -96, 3, 1, 50, 1)
    >>> find_squares(2 * u, (100 - 2 * u) ** 3, 100, 5000) is None
    True
    """
    step = 1 + N % 2  # the state is M/2, or M where that is odd
    zero = N * step // 2
    reach = most // step
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
    return Window(
        low=low, width=high - low + 1, base=base, unit=unit, t=signed.astype(np.int64) ** 2, digits=table, shift=3, step=step,
        zero=zero, squares=True,
    )  # fmt: skip


def _needed(N: int, K: int, margin: int = 2 * MARGIN) -> int:
    """Return how far from N/2 a window must reach to hold nearly all of K random patterns."""
    share = min(max(1.0, K / 4000) / (2 * K), 0.5)
    return math.ceil(-float(ndtri(share)) * math.sqrt(N) / 2.0) + margin


# ---- of numerics.lanes ----

MOST_FIELDS = 2**11  # spins, beyond which a line in the state costs too much: the couplings of pairs
TERMS = (7, 4, 2, 1)  # that are added in 16 bits: the fewer, the more instructions
KINDS = ((DIGITS, 7), *((PRODUCTS, terms) for terms in TERMS))


def find_kept(A: IntArray, B: IntArray, N: int, K: int) -> Window | None:
    """Return the window for `numerics.lanes` whose pass is shortest, as wide as it then can be; None if none is wide enough.

    Squares where B is one; a single digit; products; more digits.

    Examples
    --------
    >>> u = np.arange(101)
    >>> M = 100 - 2 * u
    >>> [len(part) for part in find_kept(2 * u, 8 - 3 * M**2, 100, 5000).form]  # squares
    [1, 1, 7, 1, 1, 1]
    >>> w = find_kept(np.zeros(101, int), M**3 - 292 * M, 100, 5000)  # a line, and products, looked up at |state|, odd
    >>> [len(part) for part in w.form], w.low, w.width, w.line
    ([2, 2, 4, 2, 2, 2], 21, 59, 576)
    >>> [len(part) for part in find_kept(np.zeros(101, int), 2**u % 1009, 100, 5000).form]  # digits at the state
    [3, 2, 7, 4, 1, 1]
    """
    for terms in TERMS:
        w = find_squares(A, B, N, K, min(math.isqrt(MOST_SUM // (2 * terms)), 127))
        if w is not None and _bounded(K, 127**2):
            return _squares_kept(w, terms)
    parity = EVEN if np.array_equal(B, B[::-1]) else ODD if np.array_equal(B, -B[::-1]) else None
    found = []
    for odd, kind, terms in ((odd, kind, terms) for odd in dict.fromkeys((parity, None)) for kind, terms in KINDS):
        half, best = min(_needed(N, K, MARGIN + 2), N // 2 + 1), None
        while half <= N // 2 + 1 and (w := _window_kept(B, N, K, half, odd, kind, terms)) is not None:
            if best is not None and len(w.form[1]) + len(w.form[3]) > len(best.form[1]) + len(best.form[3]):
                break  # another digit, or another part of the table
            half, best = half + 1, w
        found += [best] if best is not None else []
    return min(found, key=_length) if found else None


def _bounded(K: int, most: int) -> bool:
    """Whether lanes of 32 bits hold the sum of the terms of K patterns."""
    return -(-K // (PER_BYTE * WIDTH)) * 4 * PER_BYTE * most < 2**31


def _length(w: Window) -> float:
    """Return the instructions of a pass for a row and as many patterns as there are bytes in a vector."""
    kind, tables, terms = (len(part) for part in w.form[:3])
    return (13 + 15 * tables) / 7 if kind == DIGITS else (27 - -PER_BYTE // terms) / 7


def _form(*numbers: int) -> tuple[tuple[int, ...], ...]:
    return tuple((0,) * n for n in numbers)


def _squares_kept(w: Window, terms: int) -> Window:
    size = np.abs(np.arange(256).astype(np.int8).astype(np.int64)).astype(np.uint8)
    return replace(w, digits=aligned((1, PART), np.uint8), form=_form(SQUARES, 1, terms, 1, STATE, EVEN), kept=size[None])


def _factors(t: int) -> tuple[int, int] | None:
    """Return a and b, 0 <= a < 256 and |b| < 128, whose product is t."""
    for b in range(1, 128):
        if t % b == 0 and abs(t) // b < 256:
            return abs(t) // b, b if t > 0 else -b
    return None


def _window_kept(B: IntArray, N: int, K: int, half: int, odd: int | None, kind: int, terms: int) -> Window | None:
    """Return the window of u within `half` of N/2; None where it is too wide, or its numbers too large for the kind.

    With a parity the table is that of u >= N/2, looked up at |state|, or half of it where N is odd. The line makes an odd t
    zero at the first state: M^3, for one, becomes a product of three numbers in a row.
    """
    whole = odd is not None
    step, first = (1 + N % 2, (N + 1) // 2) if whole else (1, max(N // 2 - half, 0))
    last = min(first + half if whole else N // 2 + half, N)
    values = B[first : last + 1].tolist()
    if N > MOST_FIELDS and odd == ODD:
        return None
    states = [step * u - N * step // 2 for u in range(first, last + 1)]
    line = next((v // s for v, s in zip(values, states, strict=True) if s != 0), 0) if odd == ODD else 0
    if abs(line) * step * N >= 2**62:
        return None
    values = [v - line * s for v, s in zip(values, states, strict=True)]
    base = 0 if odd == ODD else min(values)
    unit = math.gcd(*(v - base for v in values)) or 1
    unit = unit if max(values) - base > 0 else -unit
    t = [(v - base) // unit for v in values]
    low, index = (N - last, HALF if N % 2 else ABSOLUTE) if whole else (first, STATE)
    if len(t) > {STATE: 256, ABSOLUTE: 128, HALF: 64}[index]:
        return None
    if kind == DIGITS:
        rows = [[v >> 8 * n & 255 for v in t] for n in range(max(1, -(-max(t).bit_length() // 8)))]
        fits = min(t) >= 0 and _bounded(K, 255)
    else:
        factors = [_factors(v) for v in t]
        rows = [list(row) for row in zip(*(f or (0, 0) for f in factors), strict=True)]
        most = max(map(abs, t))
        fits = None not in factors and 2 * terms * most <= MOST_SUM and _bounded(K, most)
    if not fits:
        return None
    parts = -(-len(t) // PART)
    table = np.zeros((len(rows), PART * parts), np.int64)
    table[:, : len(t)] = rows
    state = np.arange(256) if index == STATE else np.arange(256).astype(np.int8).astype(np.int64)
    at = np.abs(state) // (2 if index == HALF else 1)
    sign = np.sign(state) if odd == ODD else np.ones_like(state)
    kept = np.where(at < len(t), table[:, np.minimum(at, len(t) - 1)], 0)
    if odd == ODD and kind == DIGITS:
        kept = np.vstack([kept, sign])
    elif odd == ODD:
        kept[1] *= sign
    digits = aligned(table.shape, np.uint8)
    digits[:] = table % 256
    numbers = np.where(at < len(t), sign * np.array(t)[np.minimum(at, len(t) - 1)], 0)
    return Window(
        low=low, width=last - low + 1, base=base, unit=unit, t=numbers, digits=digits, step=step,
        zero=N * step // 2 if whole else low, line=line,
        form=_form(kind, len(rows), terms, parts, index, ODD if odd == ODD else EVEN), kept=(kept % 256).astype(np.uint8),
    )  # fmt: skip
