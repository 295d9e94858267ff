"""One chain: a replica of one sample, its exact state, and a way to run it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.patterns import Int8Array
from glassy.simulation.kernels import run
from glassy.simulation.methods import Method
from glassy.simulation.tables import KernelTables


class Chain:
    """Spins of one replica with their bookkeeping: u (misaligned spins per pattern), b = B[u], a = sum A[u], sum b, the energy.

    Parameters
    ----------
    tables : KernelTables
        Integer tables.
    xi : array (N, K) of int8
        Patterns spin by spin.
    sigma : array (N,) of int8
        Initial spins; copied.
    """

    def __init__(self, tables: KernelTables, xi: Int8Array, sigma: Int8Array) -> None:
        self.tables = tables
        self.xi = xi
        self.sigma = sigma.copy()
        self.u, self.b, self.a, self.b_sum, self.energy = self.recompute()

    def recompute(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[Any], int, int, int]:
        """Return u, b, a, sum b and the energy computed afresh from the spins: what the running values must equal exactly."""
        N, K = self.xi.shape
        M = np.zeros(K, np.int64)
        for i in range(N):
            M += self.xi[i] if self.sigma[i] > 0 else -self.xi[i]
        u = ((N - M) // 2).astype(np.uint32)
        t = self.tables
        b = t.B[u]
        return u, b, int(t.A[u].sum()), int(b.sum(dtype=np.int64)), int(t.W[u].sum())

    def advance(
        self, sweeps: int, method: Method, T: float, generator: np.random.Generator
    ) -> tuple[Int8Array, npt.NDArray[np.int64]]:
        """Run `sweeps` sweeps; return the spins (sweeps, N) and the trace (sweeps, 3): M of pattern 0, energy, accepted."""
        N = self.sigma.size
        if method.order == "random":
            sites = generator.integers(0, N, size=(sweeps, N))
        else:
            sites = np.tile(np.arange(N), (sweeps, 1))
        thresholds = method.thresholds(generator.random((sweeps, N)), T) / float(self.tables.step)
        spins = np.empty((sweeps, N), np.int8)
        trace = np.empty((sweeps, 3), np.int64)
        t = self.tables
        self.a, self.b_sum, self.energy = run(
            self.xi, self.sigma, self.u, self.b, t.A, t.B, t.block, self.a, self.b_sum, self.energy,
            sites, thresholds, spins, trace,
        )  # fmt: skip
        return spins, trace

    def energy_per_spin(self, units: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Turn integer energies into H/N: the exact unit and offset of the tables, applied once."""
        N, K = self.xi.shape
        return np.asarray(float(self.tables.base * K / N) + units * float(self.tables.step / N), np.float64)
