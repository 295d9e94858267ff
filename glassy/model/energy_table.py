"""EnergyTable: the exact energies of one pattern (H.4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from glassy.numerics.integers import binomial_mean


@dataclass(frozen=True)
class EnergyTable:
    """Exact energies of one pattern (H.4): H = unit * sum_mu values[u_mu], u = (N - M)/2 the number of misaligned spins.

    Parameters
    ----------
    values : tuple of int
        N + 1 exact integers (Python integers, no overflow): e_P for H.2, M^P for H.3.
    unit : Fraction
        Energy of one unit: -P!/(2 N^(P-1)) for H.2, -1/(2 N^(P-1)) for H.3.
    """

    values: tuple[int, ...]
    unit: Fraction

    @property
    def N(self) -> int:
        """Number of spins."""
        return len(self.values) - 1

    @property
    def energies(self) -> npt.NDArray[np.float64]:
        """Energies [u] of one pattern."""
        return np.array([float(self.unit * v) for v in self.values])

    @property
    def mean(self) -> Fraction:
        """Mean of the energy of one pattern over fair random patterns (M.3): zero for H.2 and for odd P."""
        return self.unit * binomial_mean(self.values)
