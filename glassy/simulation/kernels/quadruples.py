"""Couplings of four spins, shared by the chains of a sample: a third of the numbers that a flip needs, each used thrice.

A flip of spin l changes the field of spin i by sum_(j<k) J_lijk sigma_j sigma_k: the gradient of a cubic form. The slab of l
holds each triple i < j < k once, in the row of i, along the pairs (j, k) in lexicographic order, of which those with j > i are
the last. A row gives i its field by one product with sigma_j sigma_k, and adds sigma_i J to what the pairs (j, k) collect, from
which j and k get theirs. Rows begin and end at multiples of STEP numbers, zero where there is no triple.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.bits import Words, odd_bits
from glassy.numerics.jit import inlined, kernel, part

STEP = 32  # numbers of a row at a time
TAIL = 16  # of the pairs of one spin
IntArray = npt.NDArray[np.int64]
Int8Array = npt.NDArray[np.int8]


@lru_cache(maxsize=8)
def quadruple_layout(N: int) -> IntArray:
    """Return, for each spin i: its first pair (i, i + 1), where its row begins among the pairs, its steps, and its offset.

    The last column holds how many pairs there are, how long all are with padding, and the numbers of a slab.
    """
    found = np.zeros((4, N + 1), np.int64)
    first = np.concatenate([[0], np.cumsum(N - 1 - np.arange(N))])
    begin = first[1:] // STEP * STEP
    steps = -(-(first[N] - begin) // STEP)
    found[0] = first
    found[1, :N], found[1, N] = begin, -(-first[N] // STEP) * STEP + N + TAIL
    found[2, :N] = steps
    found[3] = np.concatenate([[0], np.cumsum(steps * STEP)])
    found.flags.writeable = False
    return found


@inlined
def _place(layout: IntArray, i: int, j: int, k: int) -> int:
    return layout[3, i] - layout[1, i] + layout[0, j] + k - j - 1  # type: ignore[no-any-return]


@part
def put_quadruple(four: npt.NDArray[Any], layout: IntArray, i: int, j: int, k: int, m: int, value: Any) -> None:
    """Write the coupling of i < j < k < m into the slabs of all four."""
    four[m, _place(layout, i, j, k)] = value
    four[k, _place(layout, i, j, m)] = value
    four[j, _place(layout, i, k, m)] = value
    four[i, _place(layout, j, k, m)] = value


@kernel
def fill_quadruples(words: Words, K: int, four: npt.NDArray[Any], layout: IntArray) -> int:
    """Write J_ijkm = sum_mu xi_i xi_j xi_k xi_m of patterns as bits; return the largest |J|, which the type must hold."""
    N = four.shape[0]
    pair, three = np.empty_like(words[0]), np.empty_like(words[0])
    most = np.int64(0)
    for i in range(N):
        for j in range(i + 1, N):
            for w in range(pair.size):
                pair[w] = words[i, w] ^ words[j, w]
            for k in range(j + 1, N):
                for w in range(pair.size):
                    three[w] = pair[w] ^ words[k, w]
                for m in range(k + 1, N):
                    value = K - 2 * odd_bits(three, words[m])
                    most = max(most, np.int64(abs(value)))
                    put_quadruple(four, layout, i, j, k, m, value)
    return most  # type: ignore[return-value]


@kernel
def place_quadruples(values: npt.NDArray[np.int64], four: npt.NDArray[Any], layout: IntArray) -> None:
    """Write couplings of all i < j < k < m, in lexicographic order."""
    N, x = four.shape[0], 0
    for i in range(N):
        for j in range(i + 1, N):
            for k in range(j + 1, N):
                for m in range(k + 1, N):
                    put_quadruple(four, layout, i, j, k, m, values[x])
                    x += 1


@kernel
def most_collected(four: npt.NDArray[Any], layout: IntArray) -> int:
    """Return the most that a pair (j, k) can collect: the largest sum of |J_lijk| over i < j."""
    N = four.shape[0]
    most = np.int64(0)
    pairs = np.empty(layout[1, N], np.int64)
    for m in range(N):
        pairs[:] = 0
        for i in range(N):
            begin, offset = layout[1, i], layout[3, i]
            for x in range(STEP * layout[2, i]):
                pairs[begin + x] += abs(np.int64(four[m, offset + x]))
        most = max(most, pairs.max())
    return most  # type: ignore[return-value]


@kernel
def fill_pairs(sigma: Int8Array, layout: IntArray, pairs: npt.NDArray[np.int16]) -> None:
    """Write sigma_j sigma_k of all pairs."""
    x = 0
    for j in range(sigma.size):
        for k in range(j + 1, sigma.size):
            pairs[x] = sigma[j] * sigma[k]
            x += 1


@part
def turn_pairs(i: int, layout: IntArray, pairs: npt.NDArray[np.int16]) -> None:
    """Change the sign of all pairs of spin i."""
    for j in range(i):
        x = layout[0, j] + i - j - 1
        pairs[x] = -pairs[x]
    for x in range(layout[0, i], layout[0, i + 1]):
        pairs[x] = -pairs[x]


@part
def _dot(row: npt.NDArray[Any], signs: npt.NDArray[np.int16], size: int, like: npt.NDArray[Any]) -> int:
    total = like.dtype.type(0)
    for x in range(size):
        total = like.dtype.type(total + like.dtype.type(row[x]) * like.dtype.type(signs[x]))
    return total  # type: ignore[no-any-return]


@part
def _collect(row: npt.NDArray[Any], by: Any, size: int, pairs: npt.NDArray[Any]) -> None:
    for x in range(size):
        pairs[x] = pairs.dtype.type(pairs[x] + row[x] * by)


@part
def _spread(row: npt.NDArray[Any], by: Any, size: int, f: npt.NDArray[Any]) -> None:
    for x in range(size):
        f[x] = f.dtype.type(f[x] + f.dtype.type(row[x]) * by)


@part
def add_quadruples(
    slab: npt.NDArray[Any],
    layout: IntArray,
    signs: npt.NDArray[np.int16],
    pairs: npt.NDArray[np.int16],
    collected: npt.NDArray[Any],
    f: npt.NDArray[Any],
    by: int,
    g: npt.NDArray[np.int64],
) -> None:
    """Add to g_i `by` sum_(j<k) J_ijk sigma_j sigma_k of the slab of one spin.

    `signs` (with zeros behind) and `pairs` are the spins and their products; `collected` and `f` are room for what pairs and
    spins collect, of types that hold it.
    """
    N = g.size
    collected[:] = 0
    f[:] = 0
    for i in range(N):
        begin, size = layout[1, i], STEP * layout[2, i]
        row = slab[layout[3, i] :]
        f[i] += _dot(row, pairs[begin:], size, f)
        _collect(row, collected.dtype.type(signs[i]), size, collected[begin:])
    for j in range(N - 1):
        row = collected[layout[0, j] :]
        size = (N - 2 - j + TAIL) // TAIL * TAIL
        f[j] += _dot(row, signs[j + 1 :], size, f)
        _spread(row, f.dtype.type(signs[j]), size, f[j + 1 :])
    for i in range(N):
        g[i] += by * np.int64(f[i])
