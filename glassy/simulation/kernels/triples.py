"""Couplings of three spins as a tensor, shared by the chains of a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.bits import Words, odd_bits
from glassy.numerics.jit import kernel, part

WIDTH = 32  # rows are padded to a multiple of so many numbers


@kernel
def fill_triples(words: Words, K: int, J: npt.NDArray[Any]) -> None:
    """Write J_ijk = sum_mu xi_i xi_j xi_k into zeros, of patterns as bits: a product is +1 where an odd number is set."""
    N = J.shape[0]
    pair = np.empty_like(words[0])
    for i in range(N):  # slab by slab, from the slabs before it and by symmetry
        slab = J[i]
        for j in range(i):
            slab[j] = J[j, i]
            for k in range(i + 1, N):
                slab[k, j] = slab[j, k]
        for j in range(i + 1, N):
            for w in range(pair.size):
                pair[w] = words[i, w] ^ words[j, w]
            for k in range(j + 1, N):
                slab[j, k] = slab[k, j] = 2 * odd_bits(pair, words[k]) - K


@part
def _dot(row: npt.NDArray[Any], signs: npt.NDArray[np.int16]) -> int:
    total = np.int32(0)
    for j in range(row.size):
        total = np.int32(total + np.int32(row[j]) * np.int32(signs[j]))
    return total  # type: ignore[return-value]


@kernel
def place_triples(values: npt.NDArray[np.int64], J: npt.NDArray[Any]) -> None:
    """Write couplings of all i < j < k, in lexicographic order, into zeros."""
    N, x = J.shape[0], 0
    for i in range(N):
        for j in range(i + 1, N):
            for k in range(j + 1, N):
                J[i, j, k] = J[i, k, j] = J[j, i, k] = J[j, k, i] = J[k, i, j] = J[k, j, i] = values[x]
                x += 1


@part
def add_triples(slab: npt.NDArray[Any], signs: npt.NDArray[np.int16], by: int, g: npt.NDArray[np.int64]) -> None:
    """Add to g_i `by` sum_j J_ij sigma_j of the slab of one spin; the sum stays below 2^31.

    `signs` are the spins in 16 bits, so that products of two such summed in 32 bits are one instruction.
    """
    for i in range(slab.shape[0]):
        g[i] += by * np.int64(_dot(slab[i], signs))
