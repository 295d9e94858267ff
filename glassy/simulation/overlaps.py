"""P(q): the distribution of the overlap of two replicas, of each sample."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy import checks
from glassy.simulation.statistics import block_edges

FloatArray = npt.NDArray[np.float64]


def lattice_bins(N: int, bins: int) -> FloatArray:
    """Return the edges of about `bins` bins that each hold equally many of the values q = 1 - 2k/N, symmetric about 0.

    The outermost may reach beyond 1, where there is no value.

    Examples
    --------
    >>> lattice_bins(4, 5), lattice_bins(20, 7)[[0, -1]]  # the values themselves; three to a bin
    (array([-1.25, -0.75, -0.25,  0.25,  0.75,  1.25]), array([-1.05,  1.05]))
    """
    bins = checks.integer("bins", bins, 2, "The interval is [-1, 1].")
    each = max(round((N + 1) / bins), 1)
    if each % 2 == 0 and N % 2 == 0:
        each += 1  # an odd number of values has one in the middle
    count = -(-(N + 1) // each)
    count += (count * each - N - 1) % 2
    return np.asarray((np.arange(count + 1) - count / 2.0) * (2.0 * each / N))


def histograms(q: FloatArray, N: int, bins: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the centres of about `bins` bins, and density and thermal error of each sample, [sample, bin].

    The error is the scatter between 20 blocks of time, all pairs [sample, pair, time] of a sample together.

    Examples
    --------
    >>> spins = np.random.default_rng(0).integers(-3, 4, (2, 1, 4000))  # 7 values
    >>> q, p, error = histograms(spins / 3.0, 6, 7)
    >>> q.round(2), bool(np.all(np.abs(p - 3 / 7) < 5 * error))
    (array([-1.  , -0.67, -0.33,  0.  ,  0.33,  0.67,  1.  ]), True)
    """
    edges = lattice_bins(N, bins)
    parts = [q[..., a:b] for a, b in block_edges(q.shape[-1])]
    blocks = np.array([[np.histogram(x, edges)[0] / (x.size * (edges[1] - edges[0])) for x in part] for part in parts])
    each = np.array([np.histogram(x, edges)[0] / (x.size * (edges[1] - edges[0])) for x in q])
    n = len(parts)
    error = blocks.std(axis=0, ddof=1) / math.sqrt(n) if n > 1 else np.full_like(each, math.nan)
    return 0.5 * (edges[1:] + edges[:-1]), each, error
