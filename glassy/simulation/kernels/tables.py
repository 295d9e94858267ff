"""Integer tables of the kernel (M.1): the energy change of a flip is dE = a + sigma_i sum_mu xi_i^mu b_mu.

With x = xi_i sigma_i the flip takes M to M - 2x, and F(M - 2x) - F(M) = A(M) + x B(M) with A and B its even and odd parts in
x. A and B are kept as integers in the largest unit that leaves all of them integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import IntegerRangeError
from glassy.model.family import Network

LIMIT = 2**62


@dataclass(frozen=True)
class KernelTables:
    """Tables over u = (N - M)/2 = 0..N, and the unit that turns their integers into energies.

    Parameters
    ----------
    A, B : arrays of int64, and of int32 or int64
        Even and odd part of the change of one pattern's energy, in units of `step`.
    W : array of int64
        Energy of one pattern in units of `step`, relative to u = N // 2, where M is 0 or 1.
    largest : int
        The largest of their absolute values, at least 1.
    block : int
        Number of terms of a signed sum of B that cannot overflow B's type.
    step : Fraction
        Energy of one unit, > 0.
    base : Fraction
        Energy of one pattern at u = N // 2.
    """

    A: npt.NDArray[np.int64]
    B: npt.NDArray[Any]
    W: npt.NDArray[np.int64]
    largest: int
    block: int
    step: Fraction
    base: Fraction


@lru_cache(maxsize=64)
def kernel_tables(network: Network, N: int, K: int) -> KernelTables:
    """Build the kernel's tables in exact arithmetic.

    Raises
    ------
    IntegerRangeError
        If sums over K patterns could leave the range of 64-bit integers.
    """
    table = network.energy_table(N)
    sign = 1 if table.unit > 0 else -1
    F = [sign * v for v in table.values]
    down = [F[u + 1] - F[u] if u < N else 0 for u in range(N + 1)]  # x = +1: one more spin misaligned
    up = [F[u - 1] - F[u] if u > 0 else 0 for u in range(N + 1)]  # x = -1
    down[N], up[0] = -up[N], -down[0]  # never used; this choice keeps the tables smooth
    A2 = [d + e for d, e in zip(down, up, strict=True)]
    B2 = [d - e for d, e in zip(down, up, strict=True)]
    G = gcd(*A2, *B2) or 1
    A, B = [a // G for a in A2], [b // G for b in B2]
    W = [2 * (f - F[N // 2]) // G for f in F]
    largest = max(1, *map(abs, A), *map(abs, B), *map(abs, W))
    if 2 * K * largest >= LIMIT:
        raise IntegerRangeError(
            f"the exact energies of {network!r} with N={N}, K={K} must stay below 2^62, but reach "
            f"2^{(2 * K * largest).bit_length()}. Give kernel='auto' or 'wide'."
        )
    largest_b = max(1, *map(abs, B))
    block = (2**31 - 1) // largest_b
    narrow = block >= 64
    return KernelTables(
        A=np.array(A, np.int64),
        B=np.array(B, np.int32 if narrow else np.int64),
        W=np.array(W, np.int64),
        largest=largest,
        block=min(block, 8192) if narrow else 8192,
        step=abs(table.unit) * Fraction(G, 2),
        base=table.unit * table.values[N // 2],
    )
