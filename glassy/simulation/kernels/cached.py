"""Chains with cached local fields: an attempt is one product, a flip reads the couplings of one spin (M.17)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Int8Array, Patterns
from glassy.simulation.kernels.cached_kernel import run_cached
from glassy.simulation.kernels.chains import Chain, IntArray
from glassy.simulation.kernels.extras import Extras
from glassy.simulation.kernels.interactions import Interactions
from glassy.simulation.kernels.portable import signed_sum
from glassy.simulation.kernels.quadruples import fill_pairs
from glassy.simulation.kernels.tables import KernelTables


class CachedChain(Chain):
    """The same chain at P <= 4, by cached local fields: spins, traces and energies are equal bit for bit.

    Parameters
    ----------
    interactions : Interactions
        The couplings, shared by the chains of one sample.
    """

    def __init__(
        self,
        tables: KernelTables,
        patterns: Patterns,
        sigma: Int8Array,
        interactions: Interactions,
        extras: Extras | None = None,
    ) -> None:
        self.interactions = interactions
        super().__init__(tables, patterns, sigma, extras)

    def _keep(self, u: npt.NDArray[Any], a: int, b_sum: int) -> None:
        N, t, J = self.patterns.N, self.tables, self.interactions
        self.first = self.patterns.pattern(0)
        self.m = N - 2 * int(u[0])
        b = t.B[u]
        own = zip(self.sigma.tolist(), self.patterns.signs, strict=True)
        h = np.array([sign * a + signed_sum(row, b, b_sum, t.block) for sign, row in own], np.int64)
        self.h = h.astype(np.int32) if self.narrow else h
        self.pairs = np.zeros(J.layout[1, -1] if J.four.size else 0, np.int16)
        if J.four.size:
            fill_pairs(self.sigma, J.layout, self.pairs)
        self.collected, self.f = J.room()

    @property
    def narrow(self) -> bool:
        """Whether 32 bits hold the local fields: those of pairs alone."""
        J = self.interactions
        alone = J.two.size > 0 and J.three.size == J.four.size == J.shift == 0
        return alone and 2 * self.patterns.N * self.patterns.K * abs(int(J.by[2])) < 2**31

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        x, J = self.extras, self.interactions
        self.m, self.energy = run_cached(
            J.two, J.three, J.four, J.layout, J.by, J.shift, self.pairs, self.collected, self.f,
            self.first, self.sigma, self.h, self.m, self.energy,
            x.scale, x.turn, x.own, self.own_u, x.energies, sites, thresholds, spins, trace,
        )  # fmt: skip
