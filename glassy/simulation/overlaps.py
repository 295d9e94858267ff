"""P(q): the distribution of the overlap of two replicas, of each sample."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy import checks
from glassy.simulation.statistics import block_edges

FloatArray = npt.NDArray[np.float64]


def histograms(q: FloatArray, bins: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the centres of the bins on [-1, 1], and density and thermal error of each sample, [sample, bin].

    The error is the scatter between 20 blocks of time, all pairs [sample, pair, time] of a sample together.

    Examples
    --------
    >>> q, p, error = histograms(np.random.default_rng(0).uniform(-1, 1, (2, 1, 4000)), 4)
    >>> q, bool(np.all(np.abs(p - 0.5) < 5 * error))
    (array([-0.75, -0.25,  0.25,  0.75]), True)
    """
    bins = checks.integer("bins", bins, 2, "The interval is [-1, 1].")
    edges = np.linspace(-1.0, 1.0, bins + 1)
    parts = [q[..., a:b] for a, b in block_edges(q.shape[-1])]
    blocks = np.array([[np.histogram(x, edges)[0] / (x.size * (edges[1] - edges[0])) for x in part] for part in parts])
    each = np.array([np.histogram(x, edges)[0] / (x.size * (edges[1] - edges[0])) for x in q])
    n = len(parts)
    error = blocks.std(axis=0, ddof=1) / math.sqrt(n) if n > 1 else np.full_like(each, math.nan)
    return 0.5 * (edges[1:] + edges[:-1]), each, error
