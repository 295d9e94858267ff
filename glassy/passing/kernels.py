"""Sums over the spins of a pattern and over all patterns, by tables of 256 sums.

Eight spins are a byte of a row (K, bytes): what it adds to xi.x is looked up, and what its pattern adds to every spin is
gathered at the byte, to be told apart at the end.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glassy.numerics.bits import Bits
from glassy.numerics.jit import kernel

FloatArray = npt.NDArray[np.float64]
_M7, _M14, _M28 = np.uint64(0x00AA00AA00AA00AA), np.uint64(0x0000CCCC0000CCCC), np.uint64(0x00000000F0F0F0F0)


@kernel
def turn(bits: Bits, rows: Bits) -> None:
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
def add_at(sums: FloatArray, row: Bits, g: float) -> None:
    """Add a number to the table (bytes, 256) at the bytes of a pattern."""
    for b in range(row.size):
        sums[b, row[b]] += g


@kernel
def gathered(rows: Bits, g: FloatArray, sums: FloatArray) -> None:
    """Add the number g of every pattern to the table (bytes, 256) at its bytes."""
    for mu in range(len(rows)):
        add_at(sums, rows[mu], g[mu])


@kernel
def dense_pass(
    rows: Bits, weights: FloatArray, table: FloatArray, c: FloatArray, p: FloatArray, sums: FloatArray, totals: FloatArray
) -> None:
    """Add to sums what each pattern gives to the spins at even j, and to totals[j] at odd j; to totals[P] its energy.

    p[j] is given at even j. The last term of e_P, p_P/P, is left out of the energy.
    """
    P = c.size - 1
    e = np.zeros(P + 1)
    e[0] = 1.0
    for mu in range(len(rows)):
        row, w = rows[mu], weights[mu]
        for n in range(len(table)):
            p[2 * n + 1] = looked_up(table[n], row)
        for k in range(1, P + 1):
            total = 0.0
            for j in range(1, min(k, P - 1) + 1):
                total += e[k - j] * p[j] if j % 2 else -e[k - j] * p[j]
            e[k] = total / k
            totals[P] += w * c[k] * e[k]
        totals[P] += w * c[0]
        for j in range(P - 1):
            g = 0.0
            for k in range(j + 1, P + 1):
                g -= c[k] * e[k - 1 - j]
            if j % 2:
                totals[j] += w * g
            else:
                add_at(sums[j // 2], row, w * g)
        if P % 2 == 0:
            totals[P - 1] -= w * c[P]


@kernel
def pair_pass(
    rows: Bits, weights: FloatArray, table: FloatArray, scale: float, C: float, a: FloatArray, sums: FloatArray
) -> float:  # fmt: skip
    """Move every a by T.3 and add it to sums at its bytes; return sum_mu w_mu (xi_mu.x)^2."""
    total = 0.0
    for mu in range(len(rows)):
        row, w = rows[mu], weights[mu]
        p = looked_up(table, row)
        total += w * p * p
        a[mu] = w * (scale * p - C * a[mu]) / (1.0 - w * C)
        add_at(sums, row, a[mu])
    return total
