"""Couplings as a list of terms for every spin: for those that are few, or that 16 bits do not hold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import part

IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]


class ListedTerms(NamedTuple):
    """The terms of every spin.

    Parameters
    ----------
    start : array (N + 1,)
        Those of spin i are start[i] to start[i + 1].
    others : array (n, 3)
        The other spins of a term; `SPARE` behind the last spin, whose sign is 1, where there are fewer.
    values : array (n,)
        Four times the value in units, factor included.
    order : array (n,)
        How many spins the term has.
    """

    start: IntArray
    others: Int32Array
    values: IntArray
    order: IntArray


MOST = 4  # spins of a term
SPARE = 63  # places behind the last spin, of which the last holds a sign 1


@part
def turn_listed(
    i: int, sign: Any, start: IntArray, others: Int32Array, values: IntArray, signs: npt.NDArray[np.int16], h: IntArray
) -> None:
    """Add to h what the flip of spin i, now `sign`, changes: 4 J sigma_i times the other spins of a term and its own."""
    N = h.size
    for t in range(start[i], start[i + 1]):
        a, b, c = others[t, 0], others[t, 1], others[t, 2]
        product = values[t] * sign * (signs[a] * signs[b] * signs[c])
        if a < N:
            h[a] += product * signs[a]
        if b < N:
            h[b] += product * signs[b]
        if c < N:
            h[c] += product * signs[c]


@part
def start_listed(
    start: IntArray, others: Int32Array, values: IntArray, order: IntArray, signs: npt.NDArray[np.int16], h: IntArray
) -> int:
    """Take from h_i = sigma_i dE_i the fields of all terms; return four times their energy."""
    energy = np.int64(0)
    for p in range(1, MOST + 1):
        total = np.int64(0)
        for i in range(h.size):
            for t in range(start[i], start[i + 1]):
                if order[t] == p:
                    field = values[t] * signs[others[t, 0]] * signs[others[t, 1]] * signs[others[t, 2]]
                    h[i] -= field // 2
                    total += field * signs[i]
        energy += total // p
    return energy  # type: ignore[return-value]
