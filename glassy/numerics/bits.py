"""Patterns as bits: rows of bytes, and the number of misaligned spins of every pattern.

Bit 7 - k % 8 of byte k // 8 of a row is 1 where pattern k is +1, as in numpy.packbits; bits beyond the last pattern are 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types
from numba.extending import intrinsic

from glassy.numerics.jit import COMPILED, kernel

Bits = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
BLOCK = 64  # rows are padded to a multiple of so many bytes
CHUNK = 4096  # bytes of a row at a time, so that the counts stay in the cache


def aligned(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return zeros that begin on a boundary of 64 bytes.

    Examples
    --------
    >>> aligned((3, 64), np.uint8).ctypes.data % 64
    0
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size].view(dtype).reshape(shape)


def empty_rows(N: int, K: int) -> Bits:
    """Return N rows for K patterns, all zero."""
    return aligned((N, -(-K // (8 * BLOCK)) * BLOCK), np.uint8)


@kernel
def misaligned(bits: Bits, sigma: npt.NDArray[np.int8], u: npt.NDArray[Any]) -> None:
    """Write to u (K,) how many spins of each pattern differ from sigma."""
    N, width = bits.shape
    counts = np.zeros((8, CHUNK), np.uint32)
    part = np.zeros((8, CHUNK), np.uint8)
    for start in range(0, width, CHUNK):
        stop = min(start + CHUNK, width)
        counts[:] = 0
        for first in range(0, N, 255):
            part[:] = 0
            for i in range(first, min(first + 255, N)):
                _count(bits[i, start:stop], np.uint8(255 if sigma[i] > 0 else 0), part)
            for j in range(8):
                counts[j] += part[j]
        for k in range(8 * start, min(8 * stop, u.size)):
            u[k] = counts[7 - k % 8, k // 8 - start]


@kernel
def _count(row: Bits, turn: Any, part: Bits) -> None:
    for j in range(8):
        _add_bit(row, turn, np.uint8(j), part[j])


@kernel
def _add_bit(row: Bits, turn: Any, j: Any, counts: Bits) -> None:
    for n in range(row.size):
        counts[n] = np.uint8(counts[n] + np.uint8(np.uint8(np.uint8(row[n] ^ turn) >> j) & np.uint8(1)))


@kernel
def histogram(u: npt.NDArray[Any], size: int) -> npt.NDArray[np.int64]:
    """Return how often each of 0..size - 1 is met."""
    counts = np.zeros(size, np.int64)
    for k in range(u.size):
        counts[u[k]] += 1
    return counts


@intrinsic
def _ctpop(context, word):  # type: ignore[no-untyped-def]
    """The number of set bits of a word, in a kernel: one instruction."""
    return types.int64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


_ones: Any = _ctpop if COMPILED else lambda word: int(word).bit_count()


@kernel
def odd_bits(a: Words, b: Words) -> int:
    """Return how many bits are set in one of a and b, and not in both."""
    total = np.int64(0)
    for w in range(a.size):
        total += _ones(a[w] ^ b[w])
    return total  # type: ignore[return-value]


@kernel
def pair_sums(rows: Words, K: int, J: npt.NDArray[np.int32]) -> None:
    """Write to J (N, N) the sums over K patterns of xi_i xi_j, rows (N, words) being the patterns."""
    for i in range(len(rows)):
        for j in range(i + 1):
            J[i, j] = J[j, i] = K - 2 * odd_bits(rows[i], rows[j])


@kernel
def product_sums(rows: Words, K: int, order: int, J: npt.NDArray[np.int64]) -> None:
    """Write to J the sums over K patterns of the products of 2, 3 or 4 spins, all sets of them in lexicographic order."""
    N, x = len(rows), 0
    pair, three = np.empty_like(rows[0]), np.empty_like(rows[0])
    for i in range(N):
        for j in range(i + 1, N):
            if order == 2:
                J[x] = K - 2 * odd_bits(rows[i], rows[j])
                x += 1
                continue
            for w in range(pair.size):
                pair[w] = rows[i, w] ^ rows[j, w]
            for k in range(j + 1, N):
                if order == 3:
                    J[x] = 2 * odd_bits(pair, rows[k]) - K
                    x += 1
                    continue
                for w in range(pair.size):
                    three[w] = pair[w] ^ rows[k, w]
                for m in range(k + 1, N):
                    J[x] = K - 2 * odd_bits(three, rows[m])
                    x += 1
