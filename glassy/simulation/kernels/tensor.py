"""P = 3 by cached local fields: the couplings of three spins as a tensor, shared by the chains of a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Int8Array, Patterns
from glassy.numerics.bits import aligned
from glassy.simulation.kernels.chains import Chain, IntArray
from glassy.simulation.kernels.extras import Extras
from glassy.simulation.kernels.portable import signed_sum
from glassy.simulation.kernels.tables import KernelTables
from glassy.simulation.kernels.tensor_kernel import fill, run_tensor

WIDTH = 32  # rows are padded to a multiple of so many numbers
MOST_BYTES = 2**28  # of a tensor that is made unasked
NEAR = 2**22  # bytes that stay in a cache


class TensorChain(Chain):
    """The same chain at P = 3, by cached local fields: spins, traces and energies are equal bit for bit.

    Parameters
    ----------
    J : array (N, N, width) of int16 or int32
        `tensor(patterns)`, shared by the chains of one sample.
    """

    def __init__(
        self, tables: KernelTables, patterns: Patterns, sigma: Int8Array, J: npt.NDArray[Any], extras: Extras | None = None
    ) -> None:
        self.J = J
        super().__init__(tables, patterns, sigma, extras)

    def _keep(self, u: npt.NDArray[Any], a: int, b_sum: int) -> None:
        N, t = self.patterns.N, self.tables
        self.first = self.patterns.pattern(0)
        self.m = N - 2 * int(u[0])
        # Both cubic energies make A linear in M, and J its slope: x sum_{j<k} x_j x_k has the even part -M in x = xi_i sigma_i
        self.double = int(t.A[N // 2 + 1] - t.A[N // 2])
        b = t.B[u]
        own = zip(self.sigma.tolist(), self.patterns.signs, strict=True)
        self.h = np.array([sign * a + signed_sum(row, b, b_sum, t.block) for sign, row in own], np.int64)

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        x = self.extras
        self.m, self.energy = run_tensor(
            self.J, self.first, self.sigma, self.h, self.double, self.m, self.energy,
            x.scale, x.turn, x.own, self.own_u, x.energies, sites, thresholds, spins, trace,
        )  # fmt: skip


def tensor(patterns: Patterns) -> npt.NDArray[Any]:
    """Return J_ijk = sum_mu xi_i xi_j xi_k, zero where two indices agree, in rows padded with zeros.

    Examples
    --------
    >>> J = tensor(Patterns.of(np.array([[1, 1], [1, -1], [-1, -1]], np.int8)))  # three spins, patterns 1 1 -1 and 1 -1 -1
    >>> int(J[0, 1, 2]), int(J[0, 0, 2]), J.shape, J.dtype.name
    (0, 0, (3, 3, 32), 'int16')
    """
    N, K = patterns.N, patterns.K
    J = aligned((N, N, _width(N)), _type(K))
    fill(patterns.bits.view(np.uint64), K, J)
    return J


def _width(N: int) -> int:
    return -(-N // WIDTH) * WIDTH


def _type(K: int) -> type:
    return np.int16 if K < 2**15 else np.int32  # slabs come from memory: the smaller the faster


def bytes_of_tensor(N: int, K: int) -> int:
    """Memory of the tensor.

    Examples
    --------
    >>> bytes_of_tensor(100, 667)
    2560000
    """
    return N * N * _width(N) * np.dtype(_type(K)).itemsize


def most_accepted(load: float, T: float) -> float:
    """Return more than the accepted share of attempts at P = 3 in the long run.

    dE of a network above its glass is normal, of variance 6 load (N.1) and mean 3 load/T, so that erfc(sqrt(3 load/4)/T) is
    accepted; in the glass, and in the retrieval phase, it was never more than T/8.

    Examples
    --------
    >>> most_accepted(0.2, float("inf")), round(most_accepted(0.2, 0.5), 2), most_accepted(0.2, 0.0)
    (1.0, 0.34, 0.0)
    """
    return min(1.0, math.erfc(math.sqrt(0.75 * load) / T) + T / 8.0) if T > 0.0 else 0.0


COSTS = {  # nanoseconds of an attempt and of a flip, and how many patterns add one: below what was measured
    64: ((50.0, 100.0), (30.0, 50.0)),
    32: ((50.0, 75.0), (30.0, 40.0)),
    16: ((50.0, 38.0), (30.0, 20.0)),
    0: ((40.0, 20.0), (0.0, 1.5)),
}


def tensor_pays(N: int, K: int, T: Sequence[float], attempts: float, width: int) -> bool:
    """Whether the tensor is sure to be faster for a sample with so many attempts at these temperatures, its making included.

    Nanoseconds as measured for each class of processors (benchmarks/processors.py), above what the tensor takes, an attempt 30
    and a flip one slab at 20 bytes or, from memory, 10, and below what the other takes: COSTS of the packed kernel by the bytes
    of its vectors, `width`, 64 for AVX-512; 0 for "patterns".

    Examples
    --------
    >>> tensor_pays(60, 1200, (0.5,), 1e6, 64), tensor_pays(60, 1200, (2.0,), 1e6, 64)
    (True, False)
    """
    load = 3.0 * K / N**2
    accepted = sum(most_accepted(load, t) for t in T) / len(T)
    size = bytes_of_tensor(N, K)
    making = N**3 / 6 * (40.0 + K / 100)
    attempt, flip = (base + K / patterns for base, patterns in COSTS[width])
    slab = size / N / (20.0 if size <= NEAR else 10.0)
    return making / attempts + 30.0 + accepted * slab < attempt + accepted * flip
