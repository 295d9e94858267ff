"""The jackknife: errors of what is no mean of a series, over blocks of time, replicas and samples (M.15)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from glassy.core.results import Estimate

FloatArray = npt.NDArray[np.float64]
BLOCKS = 16  # of a run
TAIL, FLUCTUATES = 2.0, 4.0  # excess kurtosis over samples that is allowed for: of means, of variances within a sample


def freedom(samples: int, kurtosis: float = TAIL) -> float:
    """Return the degrees of freedom of a scatter between samples: (S - 1)/(1 + k (S - 1)/(2 S)), and at least 1 (M.15).

    They are S - 1 for Gaussian values, and these for an excess kurtosis k, as far as the variance of a variance goes. Few
    samples do not tell k, and means over finite networks have long tails: k = 2 is allowed for, k = 4 for fluctuations.

    Examples
    --------
    >>> [round(freedom(S), 1) for S in (2, 8, 32)], round(freedom(8, FLUCTUATES), 1)
    ([1.0, 3.7, 15.7], 2.5)
    """
    return max((samples - 1.0) / (1.0 + kurtosis * (samples - 1.0) / (2.0 * samples)), 1.0)


def block_edges(n: int, blocks: int = BLOCKS) -> list[tuple[int, int]]:
    """Return [start, stop) of each of `blocks` blocks of n sweeps, fewer where n is smaller."""
    edges = np.linspace(0, n, min(blocks, n) + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))


def block_means(series: FloatArray, blocks: int = BLOCKS) -> FloatArray:
    """Return means of series [sample, chain, time] over blocks of time, [sample, chain, block]."""
    return np.stack([series[..., a:b].mean(axis=-1) for a, b in block_edges(series.shape[-1], blocks)], axis=-1)


Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Parts:
    """Which parts of the data of a sample are left out in turn, as masks [chain, block]: the jackknife of M.15.

    Parameters
    ----------
    fine, times : tuples of masks
        Sixteen and eight stretches of time of all chains.
    quarters : tuple of masks
        Four stretches of each chain, where there are two chains or more.
    replicas : tuple of masks
        Each replica.
    both : tuple of masks
        Each replica in each of the eight stretches, where the chains are pairs of replicas.
    """

    fine: tuple[Mask, ...]
    times: tuple[Mask, ...]
    quarters: tuple[Mask, ...]
    replicas: tuple[Mask, ...]
    both: tuple[Mask, ...] = ()

    def __iter__(self) -> Iterator[Mask]:
        yield from self.fine
        yield from self.times
        yield from self.quarters
        yield from self.replicas
        yield from self.both


@lru_cache(maxsize=64)
def parts_of(chains: int, blocks: int, replicas: int = 0) -> Parts:
    """Return the parts of `chains` chains of `blocks` blocks; with `replicas` the chains are all pairs of so many.

    Examples
    --------
    >>> parts = parts_of(2, 16)
    >>> [len(x) for x in (parts.fine, parts.times, parts.quarters, parts.replicas, parts_of(6, 16, 4).replicas)]
    [16, 8, 8, 2, 4]
    """

    def mask(which: npt.NDArray[Any], start: int, stop: int) -> Mask:
        out = np.zeros((chains, blocks), np.bool_)
        out[which, start:stop] = True
        return out

    every = np.ones(chains, np.bool_)
    fine = tuple(mask(every, a, b) for a, b in block_edges(blocks, 16)) if blocks > 8 else ()
    times = tuple(mask(every, a, b) for a, b in block_edges(blocks, 8)) if blocks > 1 else ()
    single = list(np.eye(chains, dtype=np.bool_)) if chains > 1 and not replicas else []
    quarters = tuple(mask(c, a, b) for c in single for a, b in block_edges(blocks, 4)) if blocks > 1 else ()
    if replicas > 2:
        a, b = np.triu_indices(replicas, 1)
        single = [(a == r) | (b == r) for r in range(replicas)]
    each = tuple(mask(c, 0, blocks) for c in single)
    return Parts(fine, times, quarters, each, tuple(r & t for r in each for t in times) if replicas else ())


def jackknife(
    moments: Sequence[FloatArray],
    f: Callable[..., float],
    replicas: int = 0,
    *,
    unbiased: bool = False,
    kurtosis: float = TAIL,
) -> Estimate:
    """Return f of sample means with jackknife errors: over samples, and over parts of each sample (thermal, M.15).

    Parameters
    ----------
    moments : sequence of arrays [sample, chain, block]
        Block means of each moment, from `block_means`.
    f : callable
        Takes the means of each moment over chains and time, arrays [sample], and returns a number.
    replicas : int
        If the chains are all pairs of so many replicas: their number.
    unbiased : bool
        Whether the bias of order 1/n of f is taken away: over the samples, with one sample over the stretches of time.
    kurtosis : float
        What `freedom` allows for over the samples.

    Returns
    -------
    Estimate
        error = the larger of the two; with one sample error = thermal and disorder is None.

    Examples
    --------
    >>> x = np.array([[[1.0, 3.0]], [[2.0, 4.0]]])
    >>> jackknife([x], lambda m: float(m.mean())).disorder
    0.0
    """
    samples, chains, blocks = moments[0].shape
    value = f(*(m.mean(axis=(1, 2)) for m in moments))
    parts = parts_of(chains, blocks, replicas)
    left = [f(*(m[:, ~gone].mean(axis=1) for m in moments)) for gone in parts]
    each = [f(*(np.delete(m, i, 0).mean(axis=(1, 2)) for m in moments)) for i in range(samples)] if samples > 1 else []
    if unbiased:
        rest = each or left[len(parts.fine) : len(parts.fine) + len(parts.times)]
        value = len(rest) * value - (len(rest) - 1) * float(np.mean(rest)) if len(rest) > 1 else value
    return from_left_out(value, parts, left, each, kurtosis)


def from_left_out(
    value: float, parts: Parts, left: Sequence[float], samples: Sequence[float], kurtosis: float = TAIL
) -> Estimate:
    """Return an Estimate from the values with each part left out, in their order, and with one sample left out (none: one).

    Examples
    --------
    >>> from_left_out(2.0, parts_of(1, 2), [1.5, 2.5], []).thermal
    0.5
    """
    h, i, j, k = itertools.accumulate(map(len, (parts.fine, parts.times, parts.quarters, parts.replicas)))
    found = [(_spread(x), len(x) - 1.0) for x in (left[:h], left[h:i], left[i:j]) if len(x) > 1]
    variance, free = max((v for v, _ in found), default=math.nan), min((d for _, d in found), default=1.0)
    if h:
        variance = max(variance, 2.0 * found[1][0] - found[0][0])  # of wider stretches, if their correlation falls as 1/width
    if k > j + 1:
        apart, own = _spread(left[j:k]), k - j - 1.0
        if parts.both:
            R, B = k - j, i - h
            part = (R * B - 2.0) / (R - 2.0) * np.reshape(left[k:], (R, B))  # a stretch without a replica, beside the others
            apart = of_pairs(apart, float(shown_by(part)), _spread(left[h:i]), R, B)
        if not apart <= variance:
            free = own if not apart <= variance * float(fdtri(own, free, 0.99)) else free
            variance = apart
    thermal = math.sqrt(variance)
    if len(samples) < 2:
        return Estimate(value, thermal, thermal, None, None, 1, free)
    scatter = math.sqrt(_spread(samples))
    disorder = math.sqrt(max(scatter**2 - thermal**2, 0.0))
    dof = freedom(len(samples), kurtosis)
    return Estimate(value, max(scatter, thermal), thermal, disorder, None, len(samples), dof, free)


def shown_by(parts: FloatArray) -> FloatArray:
    """Return what the jackknife over replicas is if they agree, from stretches [..., replica, stretch] without each replica.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(2000, 5, 8))  # one without each of five replicas: of variance 1/8
    >>> abs(float(shown_by(x).mean()) / (4 * 4 / 5 / 8) - 1.0) < 0.02
    True
    """
    R, n = parts.shape[-2:]
    apart = (parts - parts.mean(axis=-1, keepdims=True)).var(axis=-2)
    return np.asarray((R - 1) * apart.sum(axis=-1) / (max(n - 1, 1) * n))


def of_pairs(apart: float, shown: float, within: float, replicas: int, blocks: int, samples: int = 1) -> float:
    """Return the variance of a mean over pairs of replicas from its jackknife over replicas (M.15b).

    With q_ab = mean + u_a + u_b + r_ab the variance is 4 U/R + 2 s/(R (R - 1)); the jackknife gives 4 U/R + 4 s/(R (R - 2)).
    Blocks of time know how both parts share: of what they allow for the mean has their share, beyond that it has all.

    Parameters
    ----------
    apart : float
        The jackknife over replicas of the whole run.
    shown : float
        The same to blocks of time, about the mean of each pair.
    within : float
        Variance of the mean from the scatter of these blocks.
    replicas, blocks, samples : int
        R, blocks of time, and samples over which the three are averaged.

    Examples
    --------
    >>> [round(of_pairs(3.0, 3.0, within, 4, 8), 3) for within in (3.0, 1.0, 0.5)]  # s = 0, U = 0, chance
    [3.0, 1.0, 1.0]
    >>> of_pairs(0.5, 0.0, 0.0, 4, 8)  # blocks show nothing
    0.5
    """
    if shown <= 0.0:
        return apart
    own = samples * (replicas - 1)
    chance = min(apart, shown * float(fdtri(own, own * max(blocks - 1, 1), 0.99)))
    share = min(max(within / shown, (replicas - 2) / (2.0 * (replicas - 1))), 1.0)
    return apart - (1.0 - share) * chance


def _spread(values: Sequence[float]) -> float:
    """Jackknife variance from the values with one part left out."""
    return (len(values) - 1) * float(np.var(values))
