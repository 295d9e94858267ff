"""Patterns as rows of bytes, pattern by pattern, and sums over the spins of a row and over all rows, by tables of 256 sums.

Eight spins are a byte: what it adds to xi.x is looked up, and what its pattern adds to every spin is gathered at the byte.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Patterns
from glassy.numerics.bits import Bits
from glassy.numerics.jit import kernel

FloatArray = npt.NDArray[np.float64]
_M7, _M14, _M28 = np.uint64(0x00AA00AA00AA00AA), np.uint64(0x0000CCCC0000CCCC), np.uint64(0x00000000F0F0F0F0)


def rows_of_patterns(patterns: Patterns) -> Bits:
    """Return the patterns as an array (K, bytes): bit 7 - i % 8 of byte i // 8 is 1 where spin i is +1; 0 beyond the last."""
    rows = np.zeros((patterns.K, -(-patterns.N // 8)), np.uint8)
    _turn(patterns.bits, rows)
    return rows


@kernel
def _turn(bits: Bits, rows: Bits) -> None:
    """Turn spins by patterns into patterns by spins, 8 by 8 bits at a time (Warren, Hacker's Delight, 7-3)."""
    N, (K, width) = len(bits), rows.shape
    for g in range(width):
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
                rows[k, g] = np.uint8(x >> np.uint64(56 - 8 * (k % 8)) & np.uint64(255))


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
def looked_up(table: FloatArray, row: Bits) -> float:
    """Return sum_i xi_i x_i of one pattern from the table of x."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0  # four sums that do not wait for each other
    whole = row.size - row.size % 4
    for g in range(0, whole, 4):
        a += table[g, row[g]]
        b += table[g + 1, row[g + 1]]
        c += table[g + 2, row[g + 2]]
        d += table[g + 3, row[g + 3]]
    for g in range(whole, row.size):
        a += table[g, row[g]]
    return (a + b) + (c + d)


@kernel
def gathered(rows: Bits, g: FloatArray, sums: FloatArray) -> None:
    """Add the number g of every pattern to the table (bytes, 256) at its bytes."""
    for mu in range(len(rows)):
        for b in range(rows.shape[1]):
            sums[b, rows[mu, b]] += g[mu]
