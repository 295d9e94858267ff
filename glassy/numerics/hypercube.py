"""All 2^N spin states at once: energies by popcount, Walsh-Hadamard transform. State bit i is 1 where sigma_i = -1."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel


@kernel
def state_sums(masks: npt.NDArray[np.uint32], table: npt.NDArray[np.int64], out: npt.NDArray[np.int64]) -> None:
    """Add table[u] to out[state] for each pattern mask, u the number of spins where state and pattern differ."""
    for state in range(out.size):
        total = np.int64(0)
        for k in range(masks.size):
            x = np.uint32(state) ^ masks[k]
            u = 0
            while x:
                x &= np.uint32(x - np.uint32(1))
                u += 1
            total += table[u]
        out[state] += total


def popcounts(N: int) -> npt.NDArray[np.int64]:
    """Return the number of set bits of 0 .. 2^N - 1."""
    counts = np.zeros(1, np.int64)
    for _ in range(N):
        counts = np.concatenate((counts, counts + 1))
    return counts


def walsh_hadamard(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return sum_x (-1)^popcount(x & y) values[x] for every y; applied twice it multiplies by 2^N.

    Examples
    --------
    >>> walsh_hadamard(np.array([1.0, 2.0, 3.0, 4.0]))
    array([10., -2., -4.,  0.])
    """
    return np.asarray(_transformed(values), np.float64)


def signed_sums(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the same of integers: sum_x values[x] prod_(i in x) sigma_i of every state.

    Examples
    --------
    >>> signed_sums(np.array([0, 1, 2, 0])).tolist()
    [3, 1, -1, -3]
    """
    return np.asarray(_transformed(values), np.int64)


def _transformed(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    out = values.copy()
    half = 1
    while half < out.size:
        pairs = out.reshape(-1, 2, half)
        a, b = pairs[:, 0].copy(), pairs[:, 1].copy()
        pairs[:, 0] = a + b
        pairs[:, 1] = a - b
        half *= 2
    return out
