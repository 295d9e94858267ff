"""Fluctuations of a mean within samples, as a specific heat, and Binder cumulants, by the jackknife (M.9, M.15)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.analysis.jackknife import FLUCTUATES, block_means, jackknife
from glassy.analysis.tau_int import integrated_autocorrelation
from glassy.core.results import Estimate

FloatArray = npt.NDArray[np.float64]


def fluctuation(series: FloatArray, N: int, T: float, power: int, quantum: float) -> Estimate:
    """Return N times the variance of series [sample, chain, time] within each sample over T^power, averaged.

    T^power itself may be no float; NaN at T = 0, 0 at T = inf. `quantum` is by how much one flip moves the value at one time.

    Examples
    --------
    >>> x = 0.1 * np.random.default_rng(1).normal(size=(4, 2, 500))
    >>> abs(fluctuation(x, 100, 0.5, 2, 0.0).z(4.0)) < 4.0
    True
    """
    if T == 0.0:
        return Estimate(math.nan, math.nan, None, None, None, len(series))
    if math.isinf(T):
        return Estimate(0.0, 0.0, 0.0, None, None, len(series))
    shifted = series - series.mean(axis=(1, 2), keepdims=True)  # fewer digits lost
    if np.abs(shifted).max() <= 1e-13 * np.abs(series).max():
        shifted[:] = 0.0
    moments, variance = [block_means(shifted), block_means(shifted**2)], float((shifted**2).mean())
    whole = integrated_autocorrelation(series)[0]  # with what the mean of the same data takes away
    factor = N * (whole / variance if variance > 0.0 else 1.0)
    found = jackknife(moments, lambda a, b: float(factor * (b - a * a).mean()), kurtosis=FLUCTUATES)
    found = found.with_event(N * quantum**2 / series.size)
    for _ in range(power):
        found = found.divided(T)
    return found


def binder(series: FloatArray, replicas: int, N: int) -> Estimate:
    """Return the Binder cumulant of overlaps of N spins; NaN where all are zero.

    One event changes x^2 by up to 4 (|x| + 1/N)/N, by 4 (1 - 1/N)/N at 1, and the cumulant by half the square of its share.
    """
    moments = [block_means(series**2), block_means(series**4)]
    square = float(moments[0].mean())
    if square == 0.0:
        return Estimate(math.nan, math.nan, None, None, None, len(series))

    def cumulant(a: FloatArray, b: FloatArray) -> float:
        return float(0.5 * (3.0 - b.mean() / max(a.mean() ** 2, 1e-300)))

    typical = math.sqrt(square)
    change = 4.0 * (typical + (1.0 / N if typical < 1.0 else 0.0)) / N
    event = 0.5 * (change / square) ** 2 / series.size
    return jackknife(moments, cumulant, replicas, unbiased=True).with_event(event)
