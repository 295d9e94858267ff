"""Chains with cached local fields: an attempt is one product, a flip reads the couplings of one spin (M.17)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from glassy.model.integer_couplings import IntegerCouplings
from glassy.model.patterns import Int8Array, Patterns
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.cached_kernel import run_cached, start_fields
from glassy.simulation.kernels.chains import Chain, IntArray
from glassy.simulation.kernels.exchanges import Exchanges
from glassy.simulation.kernels.extras import Extras, given_extras
from glassy.simulation.kernels.interactions import Interactions, given_interactions
from glassy.simulation.kernels.portable import signed_sum
from glassy.simulation.kernels.tables import KernelTables


@lru_cache(maxsize=1)
def nothing_exchanged() -> Exchanges:
    """Return the exchanges of a chain alone."""
    return Exchanges(np.ones(1), np.random.default_rng(0), 0)


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
        N, t = self.patterns.N, self.tables
        self.first = self.patterns.pattern(0)
        self.m = N - 2 * int(u[0])
        b = t.B[u]
        own = zip(self.sigma.tolist(), self.patterns.signs, strict=True)
        h = np.array([sign * a + signed_sum(row, b, b_sum, t.block) for sign, row in own], np.int64)
        self.h = h.astype(np.int32) if self.narrow else h
        self._make_room()

    def _make_room(self) -> None:
        """Set up what flips of couplings of four need."""
        self.pairs = self.interactions.products(self.sigma)
        self.collected, self.f = self.interactions.room()

    @property
    def narrow(self) -> bool:
        """Whether 32 bits hold the local fields: those of pairs alone."""
        return (
            self.interactions.pairs_alone and 2 * self.patterns.N * self.patterns.K * abs(int(self.interactions.by[2])) < 2**31
        )

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        never = np.zeros(len(sites), np.bool_)
        self.run_ladder([self], sites[None], thresholds[None], spins[None], trace[None], never, nothing_exchanged())

    @classmethod
    def run_ladder(
        cls,
        chains: list[Self],
        sites: IntArray,
        thresholds: npt.NDArray[np.float64],
        spins: Int8Array,
        trace: IntArray,
        due: npt.NDArray[np.bool_],
        exchanges: Exchanges,
    ) -> None:
        """Run all rungs in one call; see `Chain.run_ladder`."""
        one, place = chains[0], np.arange(len(chains))
        x, J = one.extras, one.interactions
        pairs, sigma, h, own_u = (
            np.stack(rows) for rows in zip(*((c.pairs, c.sigma, c.h, c.own_u) for c in chains), strict=True)
        )
        m, energy = (np.array(values, np.int64) for values in zip(*((c.m, c.energy) for c in chains), strict=True))
        run_cached(
            J.two, J.three, J.four, J.layout, J.by, J.shift, J.listed, pairs, one.collected, one.f,
            one.first, sigma, h, m, energy, x.scale, x.turn, x.own, own_u, x.energies, sites, thresholds, spins, trace,
            due, exchanges.draw(int(due.sum())), exchanges.beta, place, *exchanges.arrays,
        )  # fmt: skip
        for w, c in enumerate(chains):
            c.pairs, c.sigma[:], c.h, c.own_u[:] = pairs[w], sigma[w], h[w], own_u[w]
            c.m, c.energy = int(m[w]), int(energy[w])
        chains[:] = [chains[w] for w in place]


class CouplingChain(CachedChain):
    """A chain of a network without patterns. Its pattern 0 is the state with all spins up, and its u that of this one.

    Parameters
    ----------
    interactions : Interactions
        The couplings, shared by the chains of one sample.
    patterns : Patterns
        The state with all spins up.
    sigma : array (N,) of int8
        Initial spins; copied.
    extras : Extras
        What is added, with the energy of one unit and the constant.
    """

    def __init__(self, interactions: Interactions, patterns: Patterns, sigma: Int8Array, extras: Extras) -> None:
        self.interactions, self.patterns, self.extras = interactions, patterns, extras
        self.unit = float(extras.step)
        self.own_u = extras.misaligned(sigma)
        self.sigma = sigma.copy()
        self.first = patterns.pattern(0)
        self.m = int(self.first.astype(np.int64) @ self.sigma)
        self._make_room()
        h, self.energy = self._start(self.sigma)
        self.h = h.astype(np.int32) if self.narrow else h

    @property
    def narrow(self) -> bool:
        """Whether 32 bits hold the local fields: those of pairs, and of single spins beside them."""
        J = self.interactions
        if not J.pairs_alone:
            return False
        most = np.abs(J.two.astype(np.int64)).sum(axis=1) * abs(int(J.by[2]))
        return int(most.max()) + abs(int(J.by[1])) * int(np.abs(J.one).max(initial=0)) < 2**31

    def _start(self, sigma: Int8Array) -> tuple[IntArray, int]:
        J, h = self.interactions, np.zeros(self.patterns.N, np.int64)
        collected, f = np.zeros_like(self.collected), np.zeros_like(self.f)
        four_times = start_fields(
            J.one, J.two, J.three, J.four, J.layout, J.by, J.listed, J.products(sigma), collected, f, sigma, h
        )
        return h, self.extras.scale * (four_times // 4) + self.extras.energy(sigma)

    def count(self, sigma: Int8Array) -> tuple[npt.NDArray[Any], int, int, int]:
        """Return u, two zeros, and the energy of a configuration."""
        return self.patterns.misaligned(sigma, self.counts), 0, 0, self._start(sigma)[1]


def coupling_maker(
    couplings: IntegerCouplings, patterns: Patterns, perturbation: Perturbation | None, sample: int
) -> tuple[Callable[[Int8Array], Chain], float]:
    """Return the function that makes a chain of a sample without patterns, and the unit in which its energies count.

    Examples
    --------
    >>> from glassy import SpinGlass
    >>> drawn = SpinGlass({3: 1.0}).couplings(1.0, 8, np.random.default_rng(1))
    >>> up = np.ones(8, np.int8)
    >>> make, unit = coupling_maker(drawn, Patterns.of(up[:, None]), None, 0)
    >>> make(up).energy == drawn.energy(up)
    True
    """
    interactions, extras = given_interactions(couplings), given_extras(couplings, perturbation, sample)
    return (lambda sigma: CouplingChain(interactions, patterns, sigma, extras)), float(extras.step)
