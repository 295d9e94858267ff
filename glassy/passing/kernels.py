"""Sums over the spins of a pattern and over all patterns, by tables of 256 sums.

Eight spins are a byte: what it adds to xi.x is looked up, and what its pattern adds to every spin is gathered at the byte, to
be told apart at the end. Patterns are rows (blocks, K, 8 bytes): the tables of a block lie in the nearest cache, and a thousand
patterns at a time go through block after block.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glassy.numerics.bits import Bits
from glassy.numerics.jit import kernel

FloatArray = npt.NDArray[np.float64]
BLOCK = 8  # bytes
CHUNK = 1024  # patterns at a time
_M7, _M14, _M28 = np.uint64(0x00AA00AA00AA00AA), np.uint64(0x0000CCCC0000CCCC), np.uint64(0x00000000F0F0F0F0)


@kernel
def turn(bits: Bits, rows: Bits) -> None:
    """Turn spins by patterns into patterns by spins, 8 by 8 bits at a time (Warren, Hacker's Delight, 7-3)."""
    N, (blocks, K, _) = len(bits), rows.shape
    for g in range(blocks * BLOCK):
        for byte in range((K + 7) // 8):
            x = np.uint64(0)
            for i in range(8 * g, 8 * g + 8):
                x = x << np.uint64(8) | np.uint64(bits[i, byte] if i < N else 0)
            t = (x ^ (x >> np.uint64(7))) & _M7
            x ^= t ^ (t << np.uint64(7))
            t = (x ^ (x >> np.uint64(14))) & _M14
            x ^= t ^ (t << np.uint64(14))
            t = (x ^ (x >> np.uint64(28))) & _M28
            x ^= t ^ (t << np.uint64(28))
            for k in range(8 * byte, min(8 * byte + 8, K)):
                rows[g // BLOCK, k, g % BLOCK] = np.uint8(x >> np.uint64(56 - 8 * (k % 8)) & np.uint64(255))


@kernel
def tabulate(x: FloatArray, table: FloatArray) -> None:
    """Write to table (bytes, 256) the sum over its eight spins of +-x that each byte stands for."""
    for g in range(len(table)):
        table[g, 0] = 0.0
        for i in range(8 * g, min(8 * g + 8, x.size)):
            table[g, 0] -= x[i]
        for bit in range(8):
            i = 8 * g + 7 - bit
            twice = 2.0 * x[i] if i < x.size else 0.0
            for byte in range(1 << bit):
                table[g, (1 << bit) + byte] = table[g, byte] + twice


@kernel
def scattered(table: FloatArray, out: FloatArray) -> None:
    """Write to out (N,) the sums over patterns of xi_i g_mu, of a table (bytes, 256) that holds g added at each byte."""
    for i in range(out.size):
        bit = 7 - i % 8
        total = 0.0
        for byte in range(256):
            total += table[i // 8, byte] if byte >> bit & 1 else -table[i // 8, byte]
        out[i] = total


@kernel
def look_up(rows: Bits, first: int, table: FloatArray, out: FloatArray) -> None:
    """Write to out the sums over spins of xi_i x_i of the patterns from `first` on, from the table of x."""
    out[:] = 0.0
    for block in range(len(rows)):
        t = table[block * BLOCK : (block + 1) * BLOCK]
        for k in range(out.size):
            r = rows[block, first + k]
            half = (t[0, r[0]] + t[1, r[1]]) + (t[2, r[2]] + t[3, r[3]])
            out[k] += half + ((t[4, r[4]] + t[5, r[5]]) + (t[6, r[6]] + t[7, r[7]]))


@kernel
def gather(rows: Bits, first: int, g: FloatArray, table: FloatArray) -> None:
    """Add the number g of each pattern from `first` on to the table (bytes, 256) at its bytes."""
    for block in range(len(rows)):
        t = table[block * BLOCK : (block + 1) * BLOCK]
        for k in range(g.size):
            row, x = rows[block, first + k], g[k]
            for j in range(BLOCK):
                t[j, row[j]] += x


@kernel
def dense_pass(
    rows: Bits, weights: FloatArray, table: FloatArray, c: FloatArray, p: FloatArray, sums: FloatArray, totals: FloatArray
) -> None:
    """Add to sums what each pattern gives to the spins at even j, and to totals[j] at odd j; to totals[P] its energy.

    p[j] is given at even j. The last term of e_P, p_P/P, is left out of the energy. Loops over the patterns are the inner ones,
    for many of them at once (SIMD).
    """
    P, K = c.size - 1, weights.size
    e, given, scratch = np.empty((P + 1, CHUNK)), np.empty((len(table), CHUNK)), np.empty(CHUNK)
    e[0] = 1.0
    for first in range(0, K, CHUNK):
        w = weights[first : min(first + CHUNK, K)]
        for n in range(len(table)):  # p_j of odd j, later what is added to the spins
            look_up(rows, first, table[n], given[n, : w.size])
        for i in range(1, P + 1):
            row = e[i]
            row[:] = 0.0
            for j in range(1, min(i, P - 1) + 1):
                less, odd = e[i - j], given[j // 2 if j % 2 else 0]
                for k in range(w.size):
                    row[k] += less[k] * odd[k] if j % 2 else -less[k] * p[j]
            for k in range(w.size):
                row[k] /= i
        for j in range(-1, P - 1):  # minus the energy, then what is added at every j
            out = given[j // 2] if j % 2 == 0 else scratch
            out[:] = 0.0
            for i in range(j + 1, P + 1):
                less, factor = e[i - 1 - j], -c[i]
                for k in range(w.size):
                    out[k] += factor * less[k]
            total = 0.0
            for k in range(w.size):
                out[k] *= w[k]
                total += out[k]
            if j % 2:
                totals[j] += total if j > 0 else -total
        if P % 2 == 0:
            totals[P - 1] -= c[P] * w.sum()
        for n in range(len(table)):
            gather(rows, first, given[n, : w.size], sums[n])


@kernel
def pair_pass(
    rows: Bits, weights: FloatArray, table: FloatArray, scale: float, C: float, a: FloatArray, sums: FloatArray
) -> float:
    """Move every a by T.3 and add it to sums at its bytes; return sum_mu w_mu (xi_mu.x)^2."""
    total, products = 0.0, np.empty(CHUNK)
    for first in range(0, a.size, CHUNK):
        size = min(CHUNK, a.size - first)
        look_up(rows, first, table, products[:size])
        for k in range(first, first + size):
            w, x = weights[k], products[k - first]
            total += w * x * x
            a[k] = w * (scale * x - C * a[k]) / (1.0 - w * C)
        gather(rows, first, a[first : first + size], sums)
    return total
