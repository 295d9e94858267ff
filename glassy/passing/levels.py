"""Sums over sets of two, three or four spins: each set is handed down to those that have one spin less."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glassy.numerics.jit import kernel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]


@kernel
def ranks_without(members: Int32Array, choose: IntArray) -> IntArray:
    """Return where each set without the spin of each column stands among all such sets in lexicographic order."""
    N, size = len(choose) - 1, members.shape[1] - 1
    out = np.empty(members.shape, np.int64)
    for n in range(len(members)):
        for a in range(size + 1):
            rank = choose[N, size] - 1
            for k in range(size):
                rank -= choose[N - 1 - members[n, k if k < a else k + 1], size - k]
            out[n, a] = rank
    return out


@kernel
def hand_down(members: Int32Array, below: Int32Array, values: FloatArray, x: FloatArray, out: FloatArray) -> None:
    """Add to out (sets of one spin less) the value of each set times x of the spin that is left out."""
    for n in range(len(members)):
        for a in range(members.shape[1]):
            out[below[n, a]] += values[n] * x[members[n, a]]


@kernel
def react(members: Int32Array, below: Int32Array, A: FloatArray, less: FloatArray, x: FloatArray, out: FloatArray) -> None:
    """Add to out (spins) A_S (A_U - x_i A_S) times 1 - x^2 of the spins of U, for every set S and S = U and i."""
    size = members.shape[1]
    for n in range(len(members)):
        for a in range(size):
            i, others = members[n, a], 1.0
            for b in range(size):
                if b != a:
                    others *= 1.0 - x[members[n, b]] ** 2
            out[i] += A[n] * (less[below[n, a]] - x[i] * A[n]) * others


@kernel
def squares(members: Int32Array, A: FloatArray, x: FloatArray) -> float:
    """Return the sum over sets of A^2 times 1 - x^2 of all their spins."""
    total = 0.0
    for n in range(len(members)):
        each = A[n] ** 2
        for a in range(members.shape[1]):
            each *= 1.0 - x[members[n, a]] ** 2
        total += each
    return total
