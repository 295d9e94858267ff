"""tau_int: how long a chain remembers, from the autocovariances of its series (M.10)."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft

FloatArray = npt.NDArray[np.float64]


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


def cut_sum(sums: FloatArray, W: npt.NDArray[np.int64], chains: int, window_factor: float = 6.0) -> tuple[float, int]:
    """Return tau_int = 1/2 + sum rho in sweeps, and the window at which it was cut (M.10), from autocovariances summed to W.

    The window is the first with W >= factor tau(W), and no less than the n values of `chains` chains afford: the sum has the
    relative error sqrt(4 W/(n chains)), a tenth at 0.4 sqrt(n chains) for 25000 of them. Weak slow modes, such as those of
    configurations that wander through a ladder, lie beyond 6 tau. Windows beyond 32 are a sixteenth apart (`windows`).

    Examples
    --------
    >>> W = windows(100)
    >>> round(cut_sum(np.cumsum(0.5 ** np.arange(100.0))[W], W, 1)[0], 2)  # AR(1): tau = (1 + r)/(2 (1 - r))
    1.5
    """
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


def integrated_autocorrelation(series: FloatArray) -> tuple[float, float, int]:
    """Return variance within a sample, tau_int and window of series [sample, chain, time], pooled over samples and chains.

    Each sample's mean is taken from the same data, which takes 2 tau_int/(n chains) of the variance away: it is put back
    (Wolff 2004). A series that moves by no more than rounding has variance 0.

    Examples
    --------
    >>> variance, tau, _ = integrated_autocorrelation(np.random.default_rng(0).normal(size=(500, 1, 20)))
    >>> round(variance, 1), round(tau, 1)
    (1.0, 0.5)
    """
    samples, chains, n = series.shape
    return integrated_autocorrelation_of(window_sums(series), float(np.abs(series).max()), samples, chains, n)


def integrated_autocorrelation_of(
    sums: FloatArray, largest: float, samples: int, chains: int, n: int
) -> tuple[float, float, int]:
    """Return what `integrated_autocorrelation` does, from the `window_sums` and the largest |value| of the series."""
    if sums[0] <= (1e-13 * largest) ** 2:
        return 0.0, 0.5, 0
    tau, window = cut_sum(sums, windows(n), samples * chains)
    total = 2.0 * tau * float(sums[0])
    variance = float(sums[0]) + total / (n * chains)
    return variance, max(total * (1.0 + (2.0 * window + 1.0) / (n * chains)) / (2.0 * variance), 0.5), window
