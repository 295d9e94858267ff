"""Signal: how the condensed pattern acts on the spins in theory, one strength for all or several (R.5, L.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from glassy.numerics.roots import all_roots

FROZEN = 1e-15  # below this temperature, in units of the field, every order parameter equals its T = 0 value to rounding
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Signal:
    """The field of the condensed pattern at a spin is a S, a = strength (P/2) v^(P-1), with v = E[S tanh beta h] and E[S] = 1.

    A stored pattern has S = 1 at every spin, and v is its m. The mean S of M noisy examples has several values (L.3).

    Parameters
    ----------
    P : int
        Interaction order.
    strength : float
        Of the field; the energy of the signal is -strength v^P/2.
    sizes, weights : tuple of float
        The values of S >= 0, and their probabilities.
    aligned : tuple of float
        Of each value its probability times the mean sign of the field along the pattern: m = sum_j aligned_j E tanh.
    full : float
        The overlap n with an example is full v.
    """

    P: int
    strength: float = 1.0
    sizes: tuple[float, ...] = (1.0,)
    weights: tuple[float, ...] = (1.0,)
    aligned: tuple[float, ...] = (1.0,)
    full: float = 1.0

    @property
    def uniform(self) -> bool:
        """Whether it is that of a stored pattern."""
        return self.strength == 1.0 and self.sizes == (1.0,) and self.aligned == (1.0,)

    @property
    def idle(self) -> float:
        """Share of the spins that it does not reach: those on which the examples cancel."""
        return self.weights[0] if self.sizes[0] == 0.0 else 0.0

    @cached_property
    def _arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        return np.array(self.sizes), np.array(self.weights), np.array(self.aligned)

    def energy(self, n: float) -> float:
        """Return the energy per spin of the signal, from the overlap n with an example; of a stored pattern n is m."""
        return -0.5 * self.strength * (n / self.full) ** self.P

    def unloaded(self, x: float) -> float:
        """Return 1 - v without noise, where beta a = x."""
        if len(self.sizes) == 1:
            return 2.0 / (math.exp(min(2.0 * x, 700.0)) + 1.0)
        S, w, _ = self._arrays
        return float(np.sum(w * S * 2.0 / (np.exp(np.minimum(2.0 * x * S, 700.0)) + 1.0)))

    def magnetization(self, x: float) -> float:
        """Return m without noise, where beta a = x."""
        S, _, u = self._arrays
        return float(np.sum(u * np.tanh(x * S)))

    def temperature(self, x: float) -> float:
        """Return the temperature at which v(x) is a saddle without noise (R.5 at load 0)."""
        v = math.tanh(x) if len(self.sizes) == 1 else 1.0 - self.unloaded(x) if x > 1e-3 else self._small(x)
        return 0.5 * self.P * self.strength * v ** (self.P - 1) / x

    def _small(self, x: float) -> float:
        S, w, _ = self._arrays
        return float(np.sum(w * S * np.tanh(x * S)))

    @cached_property
    def end(self) -> tuple[float, float]:
        """(x, T) where retrieval ends at load 0; at P = 2 continuously, x = 0."""
        if self.P == 2:
            return 0.0, self.strength * sum(w * s * s for w, s in zip(self.weights, self.sizes, strict=True))
        if len(self.sizes) == 1:
            P = self.P
            x = brentq(lambda w: (P - 1) * 2.0 * w - math.sinh(2.0 * w), 1e-3, 20.0 + math.log(P), xtol=1e-15)
            return x, self.temperature(x)
        S, w, _ = self._arrays

        def slope(y: float) -> float:
            x = math.exp(y)
            t = np.tanh(x * S)
            return float((self.P - 1) * np.sum(w * S * S * x * (1.0 - t * t)) - np.sum(w * S * t))

        least = min(s for s in self.sizes if s > 0.0)
        grid = np.linspace(math.log(1e-3), math.log((20.0 + math.log(self.P)) / least), 100).tolist()
        return max(((math.exp(y), self.temperature(math.exp(y))) for y in all_roots(slope, grid)), key=lambda p: p[1])

    def ends(self, T: float) -> tuple[float, float]:
        """Return the largest x at which T has a saddle without noise, and below it the one where that branch begins."""
        top, highest = self.end
        if highest <= T:
            return top, top
        lo, hi = max(top, 1e-8), 0.5 * self.P * self.strength / T + 1.0
        if len(self.sizes) > 1:  # there may be several: the last
            lo = all_roots(lambda y: self.temperature(math.exp(y)) - T, np.linspace(math.log(lo), math.log(hi), 60).tolist())[
                -1
            ]
            high = math.exp(lo)
        else:
            high = (
                brentq(lambda x: self.temperature(x) - T, lo, hi, xtol=1e-300, rtol=1e-14) if self.temperature(lo) > T else lo
            )
        if self.P == 2:
            return high, 0.0
        growth = sum(w * s * s for w, s in zip(self.weights, self.sizes, strict=True))  # v <= growth x
        least = 0.5 * (2.0 * T / (self.P * self.strength * growth ** (self.P - 1))) ** (1.0 / (self.P - 2))
        low = brentq(lambda x: self.temperature(x) - T, min(least, 0.5 * top), top, xtol=1e-300, rtol=1e-14)
        return high, low


@lru_cache(maxsize=64)
def uniform_signal(P: int) -> Signal:
    """Return the signal of a stored pattern."""
    return Signal(P)


@lru_cache(maxsize=1024)
def flip_range(signal: Signal, T: float) -> tuple[float, float]:
    """Range of 1 - v of the retrieval curve at temperature T: between the saddles without noise, where load = 0."""
    if T < FROZEN:
        return 0.0, 1.0
    high, low = signal.ends(T)
    return signal.unloaded(high), signal.unloaded(low)
