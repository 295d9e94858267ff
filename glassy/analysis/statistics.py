"""Errors of Monte Carlo averages: what is left of a series, thermal and disorder error told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from glassy.analysis.jackknife import BLOCKS, block_edges, freedom, of_pairs, shown_by
from glassy.analysis.tau_int import integrated_autocorrelation_of, window_sums
from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.core.storage import Saved

FloatArray = npt.NDArray[np.float64]
FEWEST = 8  # blocks of one sample that make an error: 7 degrees of freedom or more


@dataclass(frozen=True)
class Summary(Saved):
    """What is left of the series of one observable: enough for its mean, its errors and the tests for equilibrium.

    Parameters
    ----------
    mean : array [sample]
        Mean of each sample.
    blocks : array [sample, chain, block]
        Means over BLOCKS equal stretches of time (fewer in shorter runs).
    sums : array
        `window_sums`, pooled over samples and chains.
    largest : float
        Largest |value|.
    sweeps : int
        Length of a chain.
    left_out : array [sample, replica]
        For a mean over pairs of replicas: what it is without each replica. Empty where the chains are the replicas.
    shown : array [sample], optional
        Variance of the mean by the jackknife over `left_out` if the replicas agree: what it is in blocks of time. None where
        there is no `left_out`, and in files of older versions.
    """

    mean: FloatArray
    blocks: FloatArray
    sums: FloatArray
    largest: float
    sweeps: int
    left_out: FloatArray
    shown: FloatArray | None = None

    @property
    def integrated_autocorrelation(self) -> tuple[float, float, int]:
        """Variance within a sample, tau_int, and window."""
        samples, chains, _ = self.blocks.shape
        return integrated_autocorrelation_of(self.sums, self.largest, samples, chains, self.sweeps)

    def scatter(self, blocks: int) -> tuple[float, float]:
        """Return the variance of a sample's mean from the scatter of `blocks` blocks a chain, and its degrees of freedom."""
        samples, chains, n = self.blocks.shape
        x = self.blocks.reshape(samples, chains, blocks, n // blocks).mean(axis=-1)
        free = samples * (chains * blocks - 1)
        each = float(((x - x.mean(axis=(1, 2), keepdims=True)) ** 2).sum()) / max(free, 1)
        return each / (chains * blocks), free

    def between(self) -> tuple[float, int]:
        """Return the variance of a sample's mean from what its replicas disagree by, and its degrees of freedom (0: none)."""
        samples, chains, _ = self.blocks.shape
        each, R = self.between_each(), max(chains, self.left_out.shape[1])
        if not each.size:
            return 0.0, 0
        apart = float(each.mean())
        if self.shown is not None:
            within, blocks = float(self.within_each().mean()), self.wide.shape[-1]
            apart = of_pairs(apart, float(self.shown.mean()), within, R, blocks, samples)
        return apart, samples * (R - 1)

    def between_each(self) -> FloatArray:
        """Return for each sample the variance of its mean from what its replicas disagree by; empty where there is one.

        That of a mean over pairs is the jackknife over replicas, too large as `of_pairs` says.
        """
        chains, R = self.blocks.shape[1], self.left_out.shape[1]
        if R > 2:
            return np.asarray(self.left_out.var(axis=1) * (R - 1))
        return np.asarray(self.blocks.mean(axis=-1).var(axis=1, ddof=1) / chains if chains > 1 else np.zeros(0))

    @property
    def wide(self) -> FloatArray:
        """Means over the blocks [sample, chain, block] that show whether replicas agree."""
        return _wider(self.blocks)

    def within_each(self) -> FloatArray:
        """Return for each sample the variance of its mean from the scatter of each chain's blocks about its own mean."""
        _, chains, blocks = self.wide.shape
        each = ((self.wide - self.wide.mean(axis=-1, keepdims=True)) ** 2).sum(axis=(1, 2)) / max(chains * (blocks - 1), 1)
        return np.asarray(each / (chains * blocks))

    def thermal(self) -> tuple[float, float]:
        """Return the variance of a sample's mean that the run itself gives, and its degrees of freedom (M.15).

        The largest of: that of tau_int; the scatter of 16, 8 and 4 blocks of each chain, as long as a sample has FEWEST or more
        of them, and what it is for wider blocks if their correlation falls as 1/width; what the replicas disagree by. The
        degrees of freedom are those of the widest blocks, and of the replicas where these disagree by more than blocks allow
        (1 %).
        """
        _, chains, n = self.blocks.shape
        variance, tau, _ = self.integrated_autocorrelation
        found, free = variance * min(2.0 * tau / self.sweeps, 1.0) / chains, math.inf
        blocks, before = n, math.inf
        while blocks > 1 or n == 1:
            value, free = self.scatter(blocks)
            found, before = max(found, value, 2.0 * value - before), value
            if n == 1 or blocks % 2 or chains * blocks // 2 < FEWEST or blocks == 4:
                break
            blocks //= 2
        apart, own = self.between()
        if apart > found and free > 0 and apart > found * float(fdtri(own, free, 0.99)):
            free = own
        return max(found, apart), max(free, 1.0)


def summarise(series: FloatArray, replicas: int = 0) -> Summary:
    """Return the Summary of series [sample, chain, time]; with `replicas` it holds all pairs, whose mean is one chain.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(3, 6, 100))  # the pairs of four replicas
    >>> summarise(x, 4).blocks.shape, summarise(x, 4).left_out.shape
    ((3, 1, 16), (3, 4))
    """
    left_out, shown = np.zeros((len(series), 0)), None
    if replicas:
        if replicas > 2:
            left_out = _without_each(series.mean(axis=-1), replicas)
            shown = shown_by(_without_each(_wider(_blocks(series)), replicas))
        series = series.mean(axis=1, keepdims=True)
    return Summary(
        mean=series.mean(axis=(1, 2)), blocks=_blocks(series), sums=window_sums(series), largest=float(np.abs(series).max()),
        sweeps=series.shape[-1], left_out=left_out, shown=shown,
    )  # fmt: skip


def _blocks(series: FloatArray) -> FloatArray:
    """Return means over BLOCKS stretches of time."""
    n = series.shape[-1]
    starts = np.array([a for a, _ in block_edges(n, BLOCKS)])
    return np.asarray(np.add.reduceat(series, starts, axis=-1) / np.diff([*starts, n]))


def _wider(blocks: FloatArray) -> FloatArray:
    """Return the means of the blocks that show whether replicas agree: 8, or all where they are not 16."""
    n = blocks.shape[-1]
    return np.asarray(blocks.reshape(*blocks.shape[:-1], 8, n // 8).mean(axis=-1)) if n % 8 == 0 else blocks


def _without_each(pairs: FloatArray, replicas: int) -> FloatArray:
    """Return the mean over pairs [sample, pair, ...] without each replica, [sample, replica, ...]."""
    a, b = np.triu_indices(replicas, 1)
    return np.stack([pairs[:, (a != r) & (b != r)].mean(axis=1) for r in range(replicas)], axis=1)


def estimate(series: npt.ArrayLike, replicas: int = 0) -> Estimate:
    """Average series [sample, chain, time] with its errors (M.10, M.15).

    The mean of each sample is taken over its chains and time. The scatter of the sample means holds thermal and disorder error
    together.

    Parameters
    ----------
    series : array [sample, chain, time]
        Chains of one sample are independent given its patterns.
    replicas : int
        If the chains are all pairs of so many replicas: their number.

    Returns
    -------
    Estimate
        error = the larger of scatter and thermal error, with the `freedom` of so many samples; with one sample error = thermal,
        with the degrees of freedom of its blocks, and disorder is None.

    Raises
    ------
    InputError
        If the series is no array of finite numbers with three axes, or its chains are not all pairs of the replicas.

    Examples
    --------
    >>> found = estimate(np.random.default_rng(0).normal(size=(200, 2, 50)))  # 20000 independent numbers
    >>> abs(found.z(0.0)) < 4.0, round(found.tau_int, 1)
    (True, 0.5)
    """
    found = checks.numbers("series", series, "[sample, chain, time]", "One chain of one sample is series[None, None, :].")
    replicas, chains = checks.integer("replicas", replicas, 0, "0 says that the chains are no pairs."), found.shape[1]
    if replicas and replicas * (replicas - 1) != 2 * chains:
        raise InputError(f"chains must be all pairs of {replicas} replicas, got {chains} chains. Give one for each pair.")
    return estimate_of(summarise(found, replicas))


def estimate_of(summary: Summary, quantum: float = 0.0) -> Estimate:
    """Return the Estimate of `estimate` from what is left of the series.

    `quantum` is by how much one event moves the value at one time, of pairs the R - 1 that hold its replica: see
    `Estimate.with_event`.
    """
    samples, chains, _ = summary.blocks.shape
    _, tau, _ = summary.integrated_autocorrelation
    variance, free = summary.thermal()
    thermal, value = math.sqrt(variance / samples), float(summary.mean.mean())
    least = 1e-13 * max(summary.largest, 1e-300)
    thermal = thermal if thermal > least else 0.0
    event = quantum / (summary.sweeps * max(chains, summary.left_out.shape[1] / 2.0) * samples)
    if samples == 1:
        return Estimate(value, thermal, thermal, None, tau, 1, free).with_event(event)
    scatter = math.sqrt(float(summary.mean.var(ddof=1)) / samples)
    scatter = scatter if scatter > least else 0.0
    disorder = math.sqrt(max(scatter**2 - thermal**2, 0.0))
    return Estimate(value, max(scatter, thermal), thermal, disorder, tau, samples, freedom(samples), free).with_event(event)
