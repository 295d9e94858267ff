"""OneExample: how the examples of a ground truth act on the spins where one of them is told from the others (L.6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
TINY = 1e-25  # probability of a value of S that is left out


@dataclass(frozen=True)
class OneExample:
    """The field at a spin is a_1 chi + a_2 chi S, chi of the first example and chi S the mean of the M - 1 others.

    Parameters
    ----------
    P, examples, quality
        Those of the network; two examples at least.

    Examples
    --------
    >>> one = OneExample(3, 2, 0.5)                           # two examples agree with probability (1 + r^2)/2
    >>> [x.round(6).tolist() for x in (one.sizes, one.weights, one.aligned)]
    [[-1.0, 1.0], [0.375, 0.625], [0.0, 0.5]]
    >>> [x.round(6).tolist() for x in (one.fields(np.array([1.0, 0.5])), one.growth(np.array([1.0, 0.5])))]
    [[6.0, 1.5], [12.0, 6.0]]
    """

    P: int
    examples: int
    quality: float

    @cached_property
    def _values(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        from scipy.stats import binom  # at first use: it takes a sixth of the import of glassy

        n, right = self.examples - 1, 0.5 * (1.0 + self.quality)
        k = np.arange(n + 1)  # of the others that agree with the first
        true, false = right * binom(n, right).pmf(k), (1.0 - right) * binom(n, right).pmf(n - k)
        kept = true + false > TINY
        S, weight, aligned = (x[kept] for x in ((2.0 * k - n) / n, true + false, true - false))
        return S, weight / weight.sum(), aligned / weight.sum()

    @property
    def sizes(self) -> FloatArray:
        """The values of S."""
        return self._values[0]

    @property
    def weights(self) -> FloatArray:
        """Their probabilities."""
        return self._values[1]

    @property
    def aligned(self) -> FloatArray:
        """Of each value its probability times the mean of chi: m = sum_j aligned_j E tanh where chi = 1."""
        return self._values[2]

    @property
    def shares(self) -> FloatArray:
        """The shares of the first example and of the others in H."""
        return np.array([1.0, self.examples - 1.0]) / self.examples

    def fields(self, n: FloatArray) -> FloatArray:
        """Return a_1 and a_2 at n_1 and n_2."""
        return 0.5 * self.P / self.quality**self.P * self.shares * n ** (self.P - 1)

    def growth(self, n: FloatArray) -> FloatArray:
        """Return da_1/dn_1 and da_2/dn_2."""
        return 0.5 * self.P * (self.P - 1) / self.quality**self.P * self.shares * n ** (self.P - 2)

    def energy(self, n: FloatArray) -> float:
        """Return the energy per spin of the signal."""
        return float(-0.5 / self.quality**self.P * (self.shares @ n**self.P))
