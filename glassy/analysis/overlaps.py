"""P(q): the distribution of the overlap of two replicas, of each sample."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.analysis.jackknife import block_edges
from glassy.core import checks
from glassy.core.errors import InputError

FloatArray = npt.NDArray[np.float64]


def lattice_bins(N: int, bins: int) -> FloatArray:
    """Return the edges of about `bins` bins of the values q = 1 - 2k/N, halfway between two of them, symmetric about 0.

    All hold equally many values where a divisor of N + 1 gives between `bins`/2 and 2 `bins` of them; else (N + 1 may be prime)
    the two outermost hold fewer than the others. The first and the last edge lie half a step 2/N beyond -1 and 1.

    Examples
    --------
    >>> lattice_bins(4, 5), np.diff(lattice_bins(20, 7)).round(2)  # the values themselves; three to a bin
    (array([-1.25, -0.75, -0.25,  0.25,  0.75,  1.25]), array([0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]))
    >>> (10 * np.diff(lattice_bins(40, 10))).round().astype(int)  # 41 values: 3, 5, ..., 5, 3
    array([1, 2, 2, 2, 2, 2, 2, 2, 1])
    """
    bins, values = checks.integer("bins", bins, 2, "The interval is [-1, 1]."), N + 1
    fitting = [n for n in range(1, values) if values % n == 0 and bins <= 2 * values // n <= 4 * bins]
    if fitting:
        each = ends = min(fitting, key=lambda n: abs(math.log(values / n / bins)))
    else:
        each = max(round(values / bins), 1)
        each += values % 2 * (1 - each % 2)  # an odd number of values has one in the middle
        inner = (values - 2) // each
        inner -= (values - inner * each) % 2
        ends = (values - inner * each) // 2
    inner = (values - 2 * ends) // each
    return np.asarray((2 * np.cumsum([0, ends, *inner * [each], ends]) - values) / N)


def density(series: npt.ArrayLike, edges: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return centres of bins, density of a series in them, and its error by the scatter between samples.

    Several series on the same bins compare, as m and q do. Values q = 1 - 2k/N of bins that hold unequally many of them make
    steps: `lattice_bins` are even.

    Parameters
    ----------
    series : array [sample, chain, time]
        Two samples or more.
    edges : array
        Edges of the bins, rising.

    Raises
    ------
    InputError
        If they are not so, or a sample has no value in any bin.

    Examples
    --------
    >>> x, p, error = density(np.random.default_rng(0).uniform(size=(50, 1, 100)), np.linspace(0.0, 1.0, 5))
    >>> x, bool(np.all(np.abs(p - 1.0) < 4.0 * error))
    (array([0.125, 0.375, 0.625, 0.875]), True)
    """
    found = checks.numbers("series", series, "[sample, chain, time]", "One sample shows no scatter.", least=2)
    edges = checks.numbers("edges", edges, "[edge]", "Each two neighbours bound a bin.", least=2)
    if np.any(np.diff(edges) <= 0.0) or not all(np.any((x >= edges[0]) & (x <= edges[-1])) for x in found):
        raise InputError(f"edges must rise, and hold values of every sample, got {edges!r}. Take in more of the series.")
    each = np.array([np.histogram(x, edges, density=True)[0] for x in found])
    return 0.5 * (edges[:-1] + edges[1:]), each.mean(axis=0), each.std(axis=0, ddof=1) / math.sqrt(len(each))


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
    width = np.diff(edges)
    parts = [q[..., a:b] for a, b in block_edges(q.shape[-1])]
    blocks = np.array([[np.histogram(x, edges)[0] / (x.size * width) for x in part] for part in parts])
    each = np.array([np.histogram(x, edges)[0] / (x.size * width) for x in q])
    n = len(parts)
    error = blocks.std(axis=0, ddof=1) / math.sqrt(n) if n > 1 else np.full_like(each, math.nan)
    return 0.5 * (edges[1:] + edges[:-1]), each, error
