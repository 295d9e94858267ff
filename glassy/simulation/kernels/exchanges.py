"""What the exchanges of one replica's ladder have done so far: arrays that compiled ladders change as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.numerics.elementary import ln_one_minus
from glassy.simulation.kernels.exchange_kernel import PARITY, TRIPS, exchange

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Exchanges:
    """Swaps neighbours of one replica, even and odd edges in turn, and counts.

    Parameters
    ----------
    beta : array
        1/T of each rung per unit of the integer energies, coldest first; 0 at T = inf.
    generator : numpy.random.Generator
        Of the exchanges of this replica.
    N : int
        Number of spins.
    """

    def __init__(self, beta: FloatArray, generator: np.random.Generator, N: int) -> None:
        n = len(beta)
        self.beta = beta
        self.generator = generator
        self.swaps = np.zeros((n - 1, 2), np.int64)
        self.label = np.arange(n)  # which configuration is at each temperature
        self.heading = np.zeros(n, np.int8)  # of each configuration: 1 from the cold end, -1 from the hot one
        self.lowest = np.full(n, n - 1)  # coldest rung of each configuration since it was last at the hottest,
        self.marks = np.zeros((n, N), np.int8)  # and its spins when it came there
        self.trips = np.zeros(n, np.int64)  # ways up to the hottest rung, by that coldest one,
        self.kept = np.zeros(n)  # and the overlaps with the spins left there that still remained, summed
        self.counts = np.zeros(2, np.int64)

    @property
    def parity(self) -> int:
        """First edge of the next exchange: 0 or 1."""
        return int(self.counts[PARITY])

    @property
    def round_trips(self) -> int:
        """Ways of a configuration from the coldest rung to the hottest and back."""
        return int(self.counts[TRIPS])

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What `exchange` changes, in its order."""
        return self.swaps, self.label, self.heading, self.lowest, self.marks, self.trips, self.kept, self.counts

    def draw(self, times: int) -> FloatArray:
        """Return the least changes that are accepted at so many exchanges, one for each rung."""
        return ln_one_minus(self.generator.random((times, self.beta.size)))

    def step(self, above: Sequence[float], spins: npt.NDArray[np.int8]) -> list[int]:
        """Exchange once; return which row of `spins` (rungs, N) is now at each rung. `above`: see `exchange`."""
        place = np.arange(self.beta.size)
        exchange(self.beta, self.draw(1)[0], np.array(above, np.float64), place, spins, *self.arrays)
        return [int(i) for i in place]
