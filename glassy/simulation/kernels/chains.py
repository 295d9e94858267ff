"""One chain: a replica of one sample, its exact state, and a way to run it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Int8Array, Patterns
from glassy.numerics.bits import histogram
from glassy.simulation.kernels.dynamics import Method
from glassy.simulation.kernels.exchanges import Exchanges
from glassy.simulation.kernels.extras import Extras, no_extras
from glassy.simulation.kernels.portable import run
from glassy.simulation.kernels.tables import KernelTables

IntArray = npt.NDArray[np.int64]


class Chain:
    """Spins of one replica with their bookkeeping: u (misaligned spins per pattern), b = B[u], a = sum A[u], sum b, the energy.

    Parameters
    ----------
    tables : KernelTables
        Integer tables.
    patterns : Patterns
        The patterns of the sample.
    sigma : array (N,) of int8
        Initial spins; copied.
    extras : Extras, optional
        What is added to the energies; default: nothing.
    """

    counts: type = np.uint32  # of the misaligned spins of a pattern

    def __init__(self, tables: KernelTables, patterns: Patterns, sigma: Int8Array, extras: Extras | None = None) -> None:
        self.tables = tables
        self.patterns = patterns
        self.extras = extras or no_extras(tables, patterns)
        self.unit = float(self.extras.step)
        self.own_u = self.extras.misaligned(sigma)
        self.sigma = sigma.copy()
        u, a, b_sum, self.energy = self.recompute()
        self._keep(u, a, b_sum)

    def _keep(self, u: npt.NDArray[Any], a: int, b_sum: int) -> None:
        """Set up what this kind of chain keeps up."""
        self.u, self.b, self.a, self.b_sum = u, self.tables.B[u], a, b_sum

    def count(self, sigma: Int8Array) -> tuple[npt.NDArray[Any], int, int, int]:
        """Return u, sum A[u], sum B[u] and the energy of a configuration."""
        u, t = self.patterns.misaligned(sigma, self.counts), self.tables
        counts = histogram(u, t.W.size)
        return (
            u,
            int(counts @ t.A),
            int(counts @ t.B.astype(np.int64)),
            self.extras.scale * int(counts @ t.W) + self.extras.energy(sigma),
        )

    def recompute(self) -> tuple[npt.NDArray[Any], int, int, int]:
        """Return the same of the spins at hand: running values must equal it."""
        return self.count(self.sigma)

    def draw(
        self, sweeps: int, method: Method, T: float, generator: np.random.Generator
    ) -> tuple[IntArray, npt.NDArray[np.float64]]:
        """Return the sites of the attempts and the largest accepted changes in units, both of shape (sweeps, N)."""
        N = self.sigma.size
        if method.order == "random":
            sites = generator.integers(0, N, size=(sweeps, N))
        else:
            sites = np.tile(np.arange(N), (sweeps, 1))
        thresholds = method.thresholds(generator.random((sweeps, N)), T)
        if self.unit <= 1.0:
            with np.errstate(over="ignore"):  # what is infinite accepts all
                thresholds /= self.unit
            return sites, thresholds
        with np.errstate(under="ignore"):  # what is below zero stays below: dE are integers
            return sites, np.where(thresholds < 0.0, np.minimum(thresholds / self.unit, -0.5), thresholds / self.unit)

    def advance(
        self, sweeps: int, method: Method, T: float, generator: np.random.Generator
    ) -> tuple[Int8Array, npt.NDArray[np.int64]]:
        """Run `sweeps` sweeps; return the spins (sweeps, N) and the trace (sweeps, 3): M of pattern 0, energy, accepted."""
        sites, thresholds = self.draw(sweeps, method, T, generator)
        spins, trace = np.empty(sites.shape, np.int8), np.empty((sweeps, 3), np.int64)
        self.run(sites, thresholds, spins, trace)
        self.adapt(trace)
        return spins, trace

    def adapt(self, trace: IntArray) -> None:
        """Learn from a trace how to run faster; the numbers stay the same."""

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        t, x = self.tables, self.extras
        self.a, self.b_sum, self.energy = run(
            self.patterns.signs, self.sigma, self.u, self.b, t.A, t.B, t.block, self.a, self.b_sum, self.energy,
            x.scale, x.turn, x.own, self.own_u, x.energies, sites, thresholds, spins, trace,
        )  # fmt: skip

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
        """Run chains at the rungs of a ladder, coldest first, and exchange them after the sweeps that are `due`.

        sites, thresholds, spins and trace are those of `run`, with a row for each rung; `chains` is put into the new order.
        """
        stops = [*np.flatnonzero(due) + 1, len(due)]
        for start, stop in pairwise([0, *stops]):
            for n, chain in enumerate(chains):
                chain.run(sites[n, start:stop], thresholds[n, start:stop], spins[n, start:stop], trace[n, start:stop])
            if stop > start and due[stop - 1]:
                above = [low.energy_above(high) for low, high in pairwise(chains)]
                chains[:] = [chains[w] for w in exchanges.step(above, np.array([c.sigma for c in chains]))]

    def wear(self, extras: Extras, change: int) -> None:
        """Go on from the same spins with something else added to the same patterns, by which their energy changes."""
        self.energy += change
        self.extras = extras

    def energy_above(self, other: Chain) -> float:
        """Return the energy above that of another chain of the sample, in units."""
        return self.energy - other.energy

    def energy_per_spin(self, units: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Turn integer energies into H/N: their exact unit and offset, applied once."""
        N, x = self.patterns.N, self.extras
        return np.asarray(float(x.base / N) + units * float(x.step / N), np.float64)
