"""Exchanges of one replica's ladder (M.5): even and odd edges in turn, with exact differences of energies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassy.model.patterns import Int8Array
from glassy.numerics.elementary import ln_one_minus
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.sampler.checkpoint import SwapperState, generator_state, restore_generator


class Swapper:
    """Swaps neighbours of one replica, and counts.

    Parameters
    ----------
    T : sequence of float
        Temperatures, coldest first.
    generator : numpy.random.Generator
        Of the exchanges of this replica.
    step : float
        Energy of one unit of the integers.
    """

    def __init__(self, T: Sequence[float], generator: np.random.Generator, step: float) -> None:
        self.beta = step / np.array(T)  # per unit of the integer energies; 0 at T = inf
        self.generator = generator
        self.parity = 0
        self.swaps = np.zeros((len(T) - 1, 2), np.int64)
        self.label = np.arange(len(T))  # which configuration is at each temperature
        self.heading = np.zeros(len(T), np.int8)  # of each configuration: 1 from the cold end, -1 from the hot one
        self.round_trips = 0
        self.lowest = np.full(len(T), len(T) - 1)  # coldest rung of each configuration since it was last at the hottest,
        self.marks: Int8Array | None = None  # and its spins when it came there
        self.trips = np.zeros(len(T), np.int64)  # ways up to the hottest rung, by that coldest one,
        self.kept = np.zeros(len(T))  # and the overlaps with the spins left there that still remained, summed

    def state(self) -> SwapperState:
        """Return what fixes all later exchanges and counts."""
        generator = generator_state(self.generator)
        return SwapperState(
            generator=generator, parity=self.parity, swaps=self.swaps, label=self.label, heading=self.heading,
            round_trips=self.round_trips, lowest=self.lowest, marks=self.marks, trips=self.trips, kept=self.kept,
        )  # fmt: skip

    def restore(self, state: SwapperState) -> None:
        """Go on from there."""
        restore_generator(self.generator, state.generator)
        self.parity, self.round_trips = state.parity, state.round_trips
        self.swaps, self.label, self.heading = state.swaps, state.label, state.heading
        if state.lowest is not None and state.trips is not None and state.kept is not None:
            self.lowest, self.marks, self.trips, self.kept = state.lowest, state.marks, state.trips, state.kept

    def forget(self) -> None:
        """Count from here on."""
        self.swaps[:] = 0
        self.round_trips = 0
        self.heading[:] = 0
        self.lowest[:] = len(self.label) - 1
        self.trips[:] = 0
        self.kept[:] = 0.0

    def step(self, chains: list[list[Chain]], r: int) -> None:
        """Attempt every second edge of replica r; exp((beta_i - beta_j)(E_i - E_j)) is the ratio of the product measures."""
        least = ln_one_minus(self.generator.random(len(self.beta)))
        for i in range(self.parity, len(self.beta) - 1, 2):
            self.swaps[i, 0] += 1
            low, high = chains[i], chains[i + 1]
            gain = (self.beta[i] - self.beta[i + 1]) * low[r].energy_above(high[r])
            if least[i] <= gain:
                self.swaps[i, 1] += 1
                low[r], high[r] = high[r], low[r]
                self.label[i], self.label[i + 1] = self.label[i + 1], self.label[i]
        self.parity = 1 - self.parity
        cold, hot = self.label[0], self.label[-1]
        if self.heading[cold] == -1:
            self.round_trips += 1
        self.heading[cold] = 1
        if self.heading[hot] == 1:
            self.heading[hot] = -1
        self._remember(chains, r)

    def _remember(self, chains: list[list[Chain]], r: int) -> None:
        """Note the spins of a configuration where it is coldest, and what is left of them when it is next at the hottest."""
        top, sigma = len(self.label) - 1, chains[-1][r].sigma
        if self.marks is None:
            self.marks = np.zeros((top + 1, sigma.size), np.int8)
        for i in np.nonzero(np.arange(top) < self.lowest[self.label[:top]])[0].tolist():
            w = self.label[i]
            self.lowest[w], self.marks[w] = i, chains[i][r].sigma
        w = self.label[top]
        if (low := self.lowest[w]) < top:
            self.trips[low] += 1
            self.kept[low] += float(self.marks[w].astype(np.int64) @ sigma) / sigma.size
            self.lowest[w] = top
