"""The fields that the other patterns put on the spins of pattern 0, as control variates of a phase at the pattern.

Most of the scatter between samples of such a phase is that of these fields. The expected means of functions of them over the
spins are known for N spins, but for the Gaussian limit of K summands, so that a regression on them takes the scatter away.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad

from glassy.analysis.control_variates import controlled_mean, mean_of_samples
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.model.family import check_network
from glassy.model.patterns import draw_patterns
from glassy.simulation.samples import Samples

FloatArray = npt.NDArray[np.float64]
MANY = 30  # samples with an unstable spin in the pattern from which a regression on five controls has enough to explain


@dataclass(frozen=True)
class PatternFields:
    """Half the energy that a flip of each spin of pattern 0 costs, and the mean and variance it has by chance.

    Parameters
    ----------
    h : array [sample, N]
        Of every spin.
    mean, variance : float
        Expected over all patterns.
    """

    h: FloatArray
    mean: float
    variance: float

    def controls(self, T: float) -> FloatArray:
        """Return the control variates minus their expectations, [sample, kind]: h, h^2, spins that turn, their cost, f."""
        functions: tuple[Callable[[FloatArray], FloatArray], ...] = (
            lambda h: h,
            np.square,
            lambda h: (h < 0.0).astype(float),
            lambda h: np.minimum(h, 0.0),
            lambda h: -T * np.logaddexp(0.0, -2.0 * h / T),
        )
        return np.column_stack([g(self.h).mean(axis=1) - self._expectation(g) for g in functions])

    def mean_of(self, values: npt.ArrayLike, T: float) -> Estimate:
        """Return the mean of one number for each sample, with control variates where enough happens for a regression."""
        enough = (self.h < 0.0).any(axis=1).sum() >= MANY
        return controlled_mean(values, self.controls(T)) if enough else mean_of_samples(values)

    def _expectation(self, g: Callable[[Any], Any]) -> float:
        from scipy.stats import norm

        sigma = math.sqrt(self.variance)
        edge = -self.mean / sigma  # where h = 0: min and the share have a kink or a step there
        pieces = ((-9.0, edge), (edge, 9.0))
        return float(
            sum(quad(lambda z: norm.pdf(z) * g(np.array(self.mean + sigma * z)), a, b, epsabs=1e-11)[0] for a, b in pieces)
        )


def pattern_fields(run: Samples) -> PatternFields:
    """Return the fields at pattern 0 of every sample of a run (H.4), from the patterns drawn again.

    Parameters
    ----------
    run : Samples
        Of a DenseHebbian whose patterns were drawn.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.2, T=0.4, N=40, samples=3, sweeps=10, seed=1)
    >>> fields = pattern_fields(r)
    >>> fields.h.shape, fields.controls(0.4).shape
    ((3, 40), (3, 5))
    """
    network, K, N = check_network(run.network, "stored", "table", "signal"), run.K, run.N
    if not run.patterns_drawn:
        raise InputError("the patterns of the run must be those of its seed, but were given: they cannot be drawn again.")
    F = network.energy_table(N).energies
    u = np.arange(N + 1)
    lose = np.where(u < N, F[np.minimum(u + 1, N)], 0.0) - F  # a flip of an aligned spin: u + 1 are misaligned
    gain = np.where(u > 0, F[np.maximum(u - 1, 0)], 0.0) - F
    h = []
    for sample in range(run.samples):
        xi = draw_patterns(K, N, run.seed, sample)
        x = (xi * xi[0]).astype(np.float32)
        k = np.rint((N - x.sum(axis=1)) / 2.0).astype(np.int64)
        even, odd = 0.5 * (lose[k] + gain[k]), 0.5 * (lose[k] - gain[k])
        h.append(0.5 * (x.T.astype(np.float64) @ odd + even.sum()))
    # one more pattern costs lose[u] with probability 1 - u/N, gain[u] with u/N, at binomial u
    from scipy.stats import binom  # at first use, as `norm`: it takes a sixth of the import of glassy

    weight = binom(N, 0.5).pmf(u)
    first = weight @ (lose * (1.0 - u / N) + gain * u / N)
    second = weight @ (lose**2 * (1.0 - u / N) + gain**2 * u / N)
    mean = float(0.5 * (lose[0] + (K - 1) * first))
    return PatternFields(np.array(h), mean, float(0.25 * (K - 1) * (second - first**2)))
