"""Errors of Monte Carlo averages: autocorrelation time, thermal and disorder error told apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import stdtr

from glassy.results import Estimate

FloatArray = npt.NDArray[np.float64]
SEVERAL = 16  # chains whose scatter alone is an error


def autocovariance(series: FloatArray) -> FloatArray:
    """Autocovariance of series [..., time] about zero, averaged over the leading axes (subtract the mean first)."""
    n = series.shape[-1]
    size = next_fast_len(2 * n, real=True)
    transform = rfft(series.reshape(-1, n), size)
    power: FloatArray = np.asarray(irfft((np.abs(transform) ** 2).mean(axis=0), size), np.float64)[:n]
    return np.asarray(power / (n - np.arange(n)), np.float64)


@lru_cache(maxsize=64)
def windows(n: int) -> npt.NDArray[np.int64]:
    """Return the windows at which the sum of n autocovariances may be cut: 0 .. 32, then each a sixteenth wider.

    Examples
    --------
    >>> windows(100)[[0, 1, 31, 32, 33, 34, -1]].tolist(), len(windows(10**6))
    ([0, 1, 31, 32, 34, 36, 99], 208)
    """
    found = list(range(min(n, 33)))
    while found[-1] < n - 1:
        found.append(min(found[-1] * 17 // 16, n - 1))
    return np.array(found)


def integrated_time(covariance: FloatArray, chains: int = 1, window_factor: float = 6.0) -> tuple[float, int]:
    """Return tau_int = 1/2 + sum rho in sweeps, and the window W at which the sum was cut (M.10).

    W is the first with W >= factor tau(W), and no less than the n values of `chains` chains afford: the sum has the relative
    error sqrt(4 W/(n chains)), a tenth at 0.4 sqrt(n chains) for 25000 of them. Weak slow modes, such as those of
    configurations that wander through a ladder, lie beyond 6 tau. Windows beyond 32 are tried a sixteenth apart (`windows`).

    Examples
    --------
    >>> tau, window = integrated_time(0.5 ** np.arange(100.0))       # AR(1): tau = (1 + r)/(2 (1 - r)) = 1.5
    >>> round(tau, 2)
    1.5
    """
    W = windows(len(covariance))
    return cut_sum(np.cumsum(covariance)[W], W, chains, window_factor)


def cut_sum(sums: FloatArray, W: npt.NDArray[np.int64], chains: int, window_factor: float = 6.0) -> tuple[float, int]:
    """Return what `integrated_time` does, from the sums of the autocovariance over 0 .. W."""
    if sums[0] <= 0.0:
        return 0.5, 0
    taus, n = sums / sums[0] - 0.5, int(W[-1]) + 1
    least = min(n // 10, int(0.4 * math.sqrt(n * chains)))
    cut = np.nonzero((window_factor * np.maximum(taus, 0.5) <= W) & (least <= W))[0]
    i = int(cut[0]) if len(cut) else len(taus) - 1
    return float(taus[i]), int(W[i])


def window_sums(series: FloatArray) -> FloatArray:
    """Return the autocovariance of series [sample, chain, time] within samples, summed over the lags 0 .. W of `windows`."""
    covariance = autocovariance(series - series.mean(axis=(1, 2), keepdims=True))
    return np.asarray(np.cumsum(covariance)[windows(series.shape[-1])])


def memory(series: FloatArray) -> tuple[float, float, int]:
    """Return variance within a sample, tau_int and window of series [sample, chain, time], pooled over samples and chains.

    Each sample's mean is taken from the same data, which takes 2 tau_int/(n chains) of the variance away: it is put back
    (Wolff 2004). A series that moves by no more than rounding has variance 0.

    Examples
    --------
    >>> variance, tau, _ = memory(np.random.default_rng(0).normal(size=(500, 1, 20)))
    >>> round(variance, 1), round(tau, 1)
    (1.0, 0.5)
    """
    samples, chains, n = series.shape
    return memory_of(window_sums(series), float(np.abs(series).max()), samples, chains, n)


def memory_of(sums: FloatArray, largest: float, samples: int, chains: int, n: int) -> tuple[float, float, int]:
    """Return what `memory` does, from the `window_sums` and the largest |value| of the series."""
    if sums[0] <= (1e-13 * largest) ** 2:
        return 0.0, 0.5, 0
    tau, window = cut_sum(sums, windows(n), samples * chains)
    total = 2.0 * tau * float(sums[0])
    variance = float(sums[0]) + total / (n * chains)
    return variance, max(total * (1.0 + (2.0 * window + 1.0) / (n * chains)) / (2.0 * variance), 0.5), window


def estimate(series: FloatArray) -> Estimate:
    """Average series [sample, chain, time] with its errors.

    The mean of each sample is taken over its chains and time. The thermal error follows from the autocovariance pooled over
    samples and chains (chains of one sample are compared with their common mean, so chains that disagree raise tau_int).
    The scatter of the sample means holds thermal and disorder error together.

    Parameters
    ----------
    series : array [sample, chain, time]
        Chains of one sample are independent given its patterns.

    Returns
    -------
    Estimate
        error = the larger of scatter and thermal error; with one sample error = thermal and disorder is None.
    """
    _, chains, n = series.shape
    return from_sums(series.mean(axis=(1, 2)), window_sums(series), float(np.abs(series).max()), chains, n)


def from_sums(means: FloatArray, sums: FloatArray, largest: float, chains: int, n: int) -> Estimate:
    """Return the Estimate of `estimate` from what is left of the series.

    Parameters
    ----------
    means : array [sample]
        Mean of each sample.
    sums : array
        `window_sums`.
    largest : float
        Largest |value| of the series.
    chains, n : int
        Chains of each sample; sweeps of each chain.
    """
    samples = len(means)
    variance, tau, _ = memory_of(sums, largest, samples, chains, n)
    # n >= 2 tau: a chain cannot hold less than one independent value
    thermal = math.sqrt(variance * min(2.0 * tau / n, 1.0) / chains / samples)
    value = float(means.mean())
    if samples == 1:
        return Estimate(value, thermal, thermal, None, tau, 1)
    scatter = math.sqrt(float(means.var(ddof=1)) / samples)
    disorder = math.sqrt(max(scatter**2 - thermal**2, 0.0))
    return Estimate(value, max(scatter, thermal), thermal, disorder, tau, samples)


def drift(series: FloatArray, tau: float) -> float:
    """Return the p-value of the difference between the second and the first halves of the runs [sample, chain, time].

    With SEVERAL chains or more a t-test over the chains, which needs no autocorrelation time. Student's tails of few chains
    are too wide to see anything: there a normal law with the larger of the chains' scatter and the thermal error.

    Examples
    --------
    >>> drift(np.zeros((1, 2, 10)), tau=0.5)
    1.0
    """
    return drift_of(halves(series).reshape(-1, 3), float(np.abs(series).max()), series.shape[-1], tau)


def halves(series: FloatArray) -> FloatArray:
    """Return of each chain the difference of the means of its halves, and the variance of each: [sample, chain, 3]."""
    half = series.shape[-1] // 2
    if half == 0:
        return np.zeros((*series.shape[:2], 3))
    first, second = series[..., :half], series[..., -half:]
    return np.stack([second.mean(axis=-1) - first.mean(axis=-1), first.var(axis=-1), second.var(axis=-1)], axis=-1)


def drift_of(halves: FloatArray, largest: float, sweeps: int, tau: float) -> float:
    """Return the p-value of `drift` from the `halves` [chain, 3] of all chains and the largest |value| of the series."""
    half = sweeps // 2
    if half == 0:
        return 1.0
    n, shift = len(halves), abs(float(halves[:, 0].mean()))
    scatter = float(halves[:, 0].std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    thermal = math.sqrt((float(halves[:, 1].mean()) + float(halves[:, 2].mean())) * min(2 * tau / half, 1) / n)
    error = scatter if n >= SEVERAL else max(scatter, thermal)
    if error <= 1e-13 * max(largest, 1e-300):
        return 1.0 if shift <= 1e-12 else 0.0
    return p_value(shift / error, n)


def p_value(z: float, n: int) -> float:
    """Return the two-sided p-value of z among n chains: Student's law from SEVERAL on, the normal law below.

    Examples
    --------
    >>> round(p_value(1.96, 3), 3), p_value(1.96, 20) > p_value(1.96, 3)
    (0.05, True)
    """
    return float(2.0 * stdtr(n - 1, -abs(z))) if n >= SEVERAL else math.erfc(abs(z) / math.sqrt(2.0))


def block_edges(n: int, blocks: int = 20) -> list[tuple[int, int]]:
    """Return [start, stop) of each of `blocks` blocks of n sweeps, fewer where n is smaller."""
    edges = np.linspace(0, n, min(blocks, n) + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))


def block_means(series: FloatArray, blocks: int = 20) -> FloatArray:
    """Return means of series [sample, chain, time] over chains and blocks of time, [sample, block]."""
    return np.stack([series[..., a:b].mean(axis=(1, 2)) for a, b in block_edges(series.shape[-1], blocks)], axis=1)


def jackknife(moments: Sequence[FloatArray], f: Callable[..., float], unbiased: bool = False) -> Estimate:
    """Return f of sample means with jackknife errors: over samples, and over blocks of time (thermal).

    `unbiased` takes the bias of f to first order away, n f - (n - 1) mean of f with one of n samples (one: blocks) left out.

    Parameters
    ----------
    moments : sequence of arrays [sample, block]
        Block means of each moment, from `block_means`.
    f : callable
        Takes the means of each moment over time, arrays [sample], and returns a number.

    Returns
    -------
    Estimate
        error = the larger of the two; with one sample error = thermal and disorder is None.

    Examples
    --------
    >>> x = np.array([[1.0, 3.0], [2.0, 4.0]])
    >>> jackknife([x], lambda m: float(m.mean())).disorder
    0.0
    """

    def left_out(axis: int, i: int) -> float:
        return f(*(np.delete(m, i, axis).mean(axis=1) for m in moments))

    samples, blocks = moments[0].shape
    value = f(*(m.mean(axis=1) for m in moments))
    thermal = [left_out(1, b) for b in range(blocks)] if blocks > 1 else []
    scatter = [left_out(0, s) for s in range(samples)] if samples > 1 else []
    if unbiased and (few := scatter or thermal):
        value += (len(few) - 1) * (value - math.fsum(few) / len(few))
    return from_left_out(value, thermal, scatter)


def from_left_out(value: float, blocks: Sequence[float], samples: Sequence[float]) -> Estimate:
    """Return an Estimate from the values with one block of time left out, and with one sample left out (none: one sample).

    Examples
    --------
    >>> from_left_out(2.0, [1.5, 2.5], []).thermal
    0.5
    """
    thermal = _spread(blocks) if len(blocks) > 1 else math.nan
    if len(samples) < 2:
        return Estimate(value, thermal, thermal, None, None, 1)
    scatter = _spread(samples)
    disorder = math.sqrt(max(scatter**2 - thermal**2, 0.0))
    return Estimate(value, max(scatter, thermal), thermal, disorder, None, len(samples))


def _spread(values: Sequence[float]) -> float:
    """Jackknife error from the values with one part left out."""
    n = len(values)
    return math.sqrt((n - 1) * float(np.var(values)))
