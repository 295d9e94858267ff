"""Whether a run stands still: p-values of no drift, and of the agreement of its replicas (M.16)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, stdtr

from glassy.analysis.statistics import Summary

FloatArray = npt.NDArray[np.float64]
SEVERAL = 16  # chains whose scatter alone is an error


def drift(summary: Summary) -> float:
    """Return the p-value of no drift: the smaller one of two contrasts, of the halves, and of first quarter and last half.

    With SEVERAL chains or more a t-test over the chains, which needs no autocorrelation time. Student's tails of few chains
    are too wide to see anything: there the errors follow from the differences of neighbouring blocks, which hold no drift.

    Examples
    --------
    >>> from glassy.analysis.statistics import summarise
    >>> drift(summarise(np.zeros((1, 2, 10))))
    1.0
    """
    samples, chains, n = summary.blocks.shape
    if n < 4:
        return 1.0
    half, quarter = n // 2, n // 4
    block = float((np.diff(summary.blocks, axis=-1) ** 2).sum()) / (2.0 * samples * chains * (n - 1))  # of one block
    least = 1e-13 * max(summary.largest, 1e-300)
    p = 1.0
    for early in (half, quarter):
        each = (summary.blocks[..., -half:].mean(axis=-1) - summary.blocks[..., :early].mean(axis=-1)).ravel()
        shift, many = abs(float(each.mean())), len(each)
        if many >= SEVERAL:
            error, free = float(each.std(ddof=1)) / math.sqrt(many), many - 1
        else:
            error, free = math.sqrt(block * (1.0 / half + 1.0 / early) / many), 2.0 / 3.0 * many * (n - 1)
        if error <= least:
            p = min(p, 1.0 if shift <= 10.0 * least else 0.0)
        else:
            p = min(p, 2.0 * float(stdtr(free, -shift / error)))
    return p


def disagreement(summary: Summary) -> float:
    """Return the p-value of the agreement of a sample's replicas, by an F-test against the scatter of blocks of time.

    For pairs of replicas both are jackknives over replicas (M.15b).
    Its degrees of freedom are the effective ones of Satterthwaite: where one sample moves and the others are at rest, they are
    those of one sample.

    Examples
    --------
    >>> from glassy.analysis.statistics import summarise
    >>> x = np.random.default_rng(0).normal(size=(1, 4, 400))
    >>> disagreement(summarise(x)) > 0.01, disagreement(summarise(x + np.arange(4.0)[:, None])) < 1e-6
    (True, True)
    """
    _, chains, blocks = summary.wide.shape
    upper, own = summary.between_each(), max(chains, summary.left_out.shape[1]) - 1
    lower, free = (summary.within_each(), chains) if summary.shown is None else (summary.shown, own)
    if not upper.size or blocks < 2:
        return 1.0
    apart, within = float(upper.mean()), float(lower.mean())
    least = (1e-13 * max(summary.largest, 1e-300)) ** 2
    if within <= least:
        return 1.0 if apart <= 100.0 * least else 0.0
    return float(fdtrc(_freedom(upper, own), _freedom(lower, free * (blocks - 1)), apart / within))


def _freedom(each: FloatArray, d: int) -> float:
    """Return the degrees of freedom of the mean of variances of d each, by their own inequality.

    Examples
    --------
    >>> _freedom(np.ones(10), 3), _freedom(np.array([1.0, 0.0, 0.0]), 3)
    (30.0, 3.0)
    """
    squares = float((each**2).sum())
    if squares <= 0.0:
        return float(d * len(each))
    return float(min(max((d + 2) * each.sum() ** 2 / squares - 2.0, d), d * len(each)))


def p_value(z: float, n: int) -> float:
    """Return the two-sided p-value of z among n chains: Student's law from SEVERAL on, the normal law below.

    Examples
    --------
    >>> round(p_value(1.96, 3), 3), p_value(1.96, 20) > p_value(1.96, 3)
    (0.05, True)
    """
    return float(2.0 * stdtr(n - 1, -abs(z))) if n >= SEVERAL else math.erfc(abs(z) / math.sqrt(2.0))
