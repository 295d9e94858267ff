"""Errors of Monte Carlo averages: autocorrelation time, thermal and disorder error told apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

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


def integrated_time(covariance: FloatArray, chains: int = 1, window_factor: float = 6.0) -> tuple[float, int]:
    """Return tau_int = 1/2 + sum rho in sweeps, and the window W at which the sum was cut (M.10).

    W is the first with W >= factor tau(W), and no less than the n values of `chains` chains afford: the sum has the relative
    error sqrt(4 W/(n chains)), a tenth at 0.4 sqrt(n chains) for 25000 of them. Weak slow modes, such as those of
    configurations that wander through a ladder, lie beyond 6 tau.

    Examples
    --------
    >>> tau, window = integrated_time(0.5 ** np.arange(100.0))       # AR(1): tau = (1 + r)/(2 (1 - r)) = 1.5
    >>> round(tau, 2)
    1.5
    """
    if covariance[0] <= 0.0:
        return 0.5, 0
    taus = np.cumsum(covariance / covariance[0]) - 0.5
    windows = np.arange(len(taus))
    least = min(len(taus) // 10, int(0.4 * math.sqrt(len(taus) * chains)))
    cut = np.nonzero((windows >= window_factor * np.maximum(taus, 0.5)) & (windows >= least))[0]
    window = int(cut[0]) if len(cut) else len(taus) - 1
    return float(taus[window]), window


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
    covariance = autocovariance(series - series.mean(axis=(1, 2), keepdims=True))
    if covariance[0] <= (1e-13 * float(np.abs(series).max())) ** 2:
        return 0.0, 0.5, 0
    tau, window = integrated_time(covariance, samples * chains)
    total = 2.0 * tau * float(covariance[0])
    variance = float(covariance[0]) + total / (n * chains)
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
    samples, chains, n = series.shape
    means = series.mean(axis=(1, 2))
    variance, tau, _ = memory(series)
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
    half = series.shape[-1] // 2
    if half == 0:
        return 1.0
    first, second = (part.reshape(-1, half) for part in (series[..., :half], series[..., -half:]))
    differences = second.mean(axis=-1) - first.mean(axis=-1)
    n, shift = len(differences), abs(float(differences.mean()))
    scatter = float(differences.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    thermal = math.sqrt((float(first.var(axis=-1).mean()) + float(second.var(axis=-1).mean())) * min(2 * tau / half, 1) / n)
    error = scatter if n >= SEVERAL else max(scatter, thermal)
    if error <= 1e-13 * max(float(np.abs(series).max()), 1e-300):
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


def jackknife(moments: Sequence[FloatArray], f: Callable[..., float]) -> Estimate:
    """Return f of sample means with jackknife errors: over samples, and over blocks of time (thermal).

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
    return from_left_out(value, thermal, [left_out(0, s) for s in range(samples)] if samples > 1 else [])


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
