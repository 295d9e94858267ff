"""Integers of many words: sums of multiples of given numbers, exact at every range, and the double nearest to a sum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import inlined, kernel

Int64 = npt.NDArray[np.int64]
BITS = 32  # of a digit: 2^31 multiples of it are summed in 64 bits without a carry
MASK = 2**BITS - 1


class Words(NamedTuple):
    """Numbers by their digits in base 2^32.

    Parameters
    ----------
    digits : array (n, W) of int64
        Digits of every number, lowest first, each with the sign of the number.
    low, high : array (n,)
        Those that are not zero are among digits[r, low[r] : high[r]].
    """

    digits: Int64
    low: Int64
    high: Int64


def words(numbers: Sequence[int], terms: int) -> Words:
    """Return the digits of integers, as many as a sum of `terms` multiples by +-1 may need; `terms` < 2^31.

    Examples
    --------
    >>> words([1, -(2**40)], 10)
    Words(digits=array([[   1,    0],
           [   0, -256]]), low=array([0, 1]), high=array([1, 2]))
    """
    width = max(2, -(-(max(map(abs, numbers)) * terms).bit_length() // BITS))
    raw = b"".join(abs(v).to_bytes(4 * width, "little") for v in numbers)
    digits = np.frombuffer(raw, "<u4").reshape(len(numbers), width).astype(np.int64)
    digits *= np.array([-1 if v < 0 else 1 for v in numbers])[:, None]
    there, none = digits != 0, ~digits.any(axis=1)
    high = width - np.argmax(there[:, ::-1], axis=1)
    return Words(digits, np.argmax(there, axis=1), np.where(none, 0, high))


@inlined
def add(total: Int64, digits: Int64, low: Int64, high: Int64, r: Any, times: Any) -> None:
    """Add a multiple of number r to a sum, digit by digit."""
    for w in range(low[r], high[r]):
        total[w] += times * digits[r, w]


@kernel
def _carry(total: Int64) -> int:
    """Bring all digits into 0 .. 2^32 - 1; return 0, or -1 for what is left of a negative sum."""
    carry = np.int64(0)
    for w in range(total.size):
        digit = total[w] + carry
        carry = digit >> BITS
        total[w] = digit & MASK
    return carry  # type: ignore[return-value]


@kernel
def take_integer(total: Int64) -> int:
    """Return a sum that fits into 64 bits, and set it to zero."""
    _carry(total)
    found = total[0] + (total[1] << BITS)
    total[:] = 0
    return found  # type: ignore[no-any-return]


@kernel
def take_double(total: Int64, shift: int) -> float:
    """Return the double nearest to 2^shift times a sum (ties to even), and set the sum to zero.

    It is inf beyond the largest, and no nearer to zero than the smallest unless the sum is zero.
    """
    sign = 1.0
    if _carry(total) < 0:  # two's complement
        sign = -1.0
        for w in range(total.size):
            total[w] = -total[w]
        _carry(total)
    top = total.size - 1
    while top >= 0 and total[top] == 0:
        top -= 1
    if top < 0:
        return 0.0
    lead = 0  # leading zeros of the top digit
    while total[top] >> (BITS - 1 - lead) == 0:
        lead += 1
    middle = total[top - 1] if top > 0 else np.int64(0)
    below = total[top - 2] if top > 1 else np.int64(0)
    # 62 bits from the leading one on, and whether anything is left below them: enough to round once
    mantissa = (total[top] << (30 + lead)) | ((middle << lead) >> 2) | (below >> (34 - lead))
    rest = ((middle << lead) & 3) | (below & ((np.int64(1) << (34 - lead)) - 1))
    for w in range(top - 2):
        rest |= total[w]
    total[:] = 0
    if rest != 0:
        mantissa |= 1
    exponent = BITS * top - 30 - lead + shift
    power: Any = np.int32(min(max(exponent, -5000), 5000))
    return sign * max(5e-324, math.ldexp(np.float64(mantissa), int(power)))
