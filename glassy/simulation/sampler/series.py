"""What the chains of a sample leave: their series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glassy.core.storage import Saved

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Series(Saved):
    """Time series after burn-in, one value per sweep.

    Parameters
    ----------
    m, energy, acceptance : arrays [sample, replica, time]
        Mattis magnetization of pattern 0, H/N, accepted fraction of the sweep.
    q : array [sample, pair, time]
        Overlap of every pair of replicas of one sample, pairs (0,1), (0,2), ..., (1,2), ...
    pattern_energy : array [sample]
        H/N of the condensed pattern itself, sigma = xi^0.
    spins : array [sample, replica, N] of int8
        Final spins. Sums of int8 wrap beyond 127: take spins.astype(int) before a product such as S @ S.T.
    start_m : array [sample, replica]
        Overlap of the initial spins with pattern 0.
    settled : array [sample, replica] of bool, optional
        At T = 0: whether no single flip lowers the energy of the final spins. None at T > 0.
    watched : array [sample, replica, pattern, time], optional
        Mattis magnetization of the watched patterns. None where none are.
    near, near_m : arrays [sample, replica, mark], optional
        The nearest of all patterns, and the overlap with it (at even P the largest |m|), before the first measured sweep and at
        the end of every sixteenth of the run. None, as all that follow, in files of versions that did not look.
    self_q : array [sample, replica, lag], optional
        Mean overlap of the spins of a chain with themselves so many marks later. None in a ladder.
    renewals : array [sample, replica, 2], optional
        Of a ladder: how often each configuration came from this temperature, or from below, to the hottest one, and the mean
        overlap with the spins that it had when it was coldest.
    quantum : array [sample], optional
        Energy per spin of one flip from a chain that hardly moved; 0 where none did.
    n, n_first : arrays [sample, replica, time], optional
        Of a trained network, whose m is that of ground truth 0: the mean overlap with its examples, which is that with their
        mean, and the overlap with the first of them. None of others.
    least_m, rival_m : arrays [sample, replica], optional
        Least overlap at any measured sweep with the pattern that was nearest before the first (at even P with its mirror, where
        m was negative), and the largest overlap that this pattern has with another one; -1 if there is none.
    """

    m: FloatArray
    energy: FloatArray
    q: FloatArray
    acceptance: FloatArray
    pattern_energy: FloatArray
    spins: npt.NDArray[np.int8]
    start_m: FloatArray
    settled: npt.NDArray[np.bool_] | None = None
    watched: FloatArray | None = None
    near: npt.NDArray[np.int64] | None = None
    near_m: FloatArray | None = None
    self_q: FloatArray | None = None
    renewals: FloatArray | None = None
    quantum: FloatArray | None = None
    least_m: FloatArray | None = None
    rival_m: FloatArray | None = None
    n: FloatArray | None = None
    n_first: FloatArray | None = None


@dataclass(frozen=True)
class Rungs(Saved):
    """One finished sample of a ladder: the series of every temperature, coldest first, and what the exchange did.

    Parameters
    ----------
    series : tuple of Series
        One for each temperature.
    swaps : array [sample, replica, edge, 2]
        Attempted and accepted exchanges between neighbouring temperatures.
    round_trips : array [sample, replica]
        How often a configuration went from the coldest temperature to the hottest and back, summed over configurations.
    """

    series: tuple[Series, ...]
    swaps: IntArray
    round_trips: IntArray
