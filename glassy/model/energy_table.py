"""EnergyTable: the exact energies of one pattern (H.4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb

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

    def multilinear(self, degree: int) -> tuple[Fraction, ...]:
        """Return c_0 .. c_degree of F(M) = sum_k c_k e_k(xi sigma) exactly, for a table of that degree in M.

        e_k has the generating function (1 - z)^u (1 + z)^(N - u), whose j-th difference in u is, at u = 0,
        (-2 z)^j (1 + z)^(N - j): a triangular system for the differences of the table.

        Examples
        --------
        >>> EnergyTable((4, 0, 4), Fraction(1)).multilinear(2)             # M^2 of two spins is 2 + 2 e_2
        (Fraction(2, 1), Fraction(0, 1), Fraction(2, 1))
        """
        differences, row = [], [self.unit * v for v in self.values[: degree + 1]]
        while row:
            differences.append(row[0])
            row = [b - a for a, b in pairwise(row)]
        c = [Fraction(0)] * (degree + 1)
        for j in range(degree, -1, -1):
            above = sum((c[k] * comb(self.N - j, k - j) for k in range(j + 1, degree + 1)), Fraction(0))
            c[j] = differences[j] / (-2) ** j - above
        return tuple(c)
