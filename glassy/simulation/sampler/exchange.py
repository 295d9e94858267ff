"""Exchanges of one replica's ladder (M.5), as a checkpoint keeps them."""

from __future__ import annotations

from glassy.simulation.kernels.exchange_kernel import PARITY, TRIPS
from glassy.simulation.kernels.exchanges import Exchanges
from glassy.simulation.sampler.checkpoint import SwapperState, generator_state, restore_generator


class Swapper(Exchanges):
    """Exchanges whose state can be saved."""

    def state(self) -> SwapperState:
        """Return what fixes all later exchanges and counts."""
        return SwapperState(
            generator=generator_state(self.generator), parity=self.parity, swaps=self.swaps, label=self.label,
            heading=self.heading, round_trips=self.round_trips, lowest=self.lowest, marks=self.marks, trips=self.trips,
            kept=self.kept,
        )  # fmt: skip

    def restore(self, state: SwapperState) -> None:
        """Go on from there."""
        restore_generator(self.generator, state.generator)
        self.counts[PARITY], self.counts[TRIPS] = state.parity, state.round_trips
        self.swaps, self.label, self.heading = state.swaps, state.label, state.heading
        if state.lowest is not None and state.trips is not None and state.kept is not None:
            self.lowest, self.trips, self.kept = state.lowest, state.trips, state.kept
            self.marks = self.marks if state.marks is None else state.marks

    def forget(self) -> None:
        """Count from here on."""
        self.counts[TRIPS] = 0
        self.lowest[:] = len(self.label) - 1
        for array in (self.swaps, self.heading, self.trips, self.kept):
            array[:] = 0
