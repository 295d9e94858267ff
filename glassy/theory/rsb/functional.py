"""The functional of RSB(k) at any levels, in or off the saddle, and the distribution of the local field (R.1-R.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from glassy.model.family import Network
from glassy.numerics.tilted import LN2
from glassy.theory.rs.equations import wishart_shift
from glassy.theory.rsb.signals import field, signal_of, sizes_of, sweeps
from glassy.theory.rsb.sweep import COUNT, FIELD, PHI, WEIGHT
from glassy.theory.rsb.system import energies, noise

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """Order parameters of RSB(k): m, q_0 .. q_{k-1}, C = beta (1 - q_k), and y_1 .. y_k with y_i = x_i/T.

    m is E[S tanh] (L.3): the magnetization of a stored pattern, and of a trained network n over its largest value.
    D is 1 - C, where it is known better than C tells: at P = 2 and small load. a is the field along the pattern that holds
    the network at m; None where that is the signal of the pattern itself, as at a saddle.
    """

    m: float
    q: tuple[float, ...]
    C: float
    y: tuple[float, ...]
    D: float | None = None
    a: float | None = None

    def with_steps(self, q: tuple[float, ...], C: float, y: tuple[float, ...]) -> Levels:
        """Return other levels at the same m and a."""
        return Levels(self.m, q, C, y, a=self.a)

    def field(self, network: Network) -> float:
        """Return the field of a signal of size 1."""
        return field(network, self.m) if self.a is None else self.a

    @property
    def free(self) -> float:
        """1 - C."""
        return 1.0 - self.C if self.D is None else self.D

    @property
    def k(self) -> int:
        """Number of steps."""
        return len(self.y)

    def overlaps(self, T: float) -> tuple[float, ...]:
        """Return q_0 .. q_k."""
        return (*self.q, 1.0 - T * self.C)

    def gaps(self, T: float) -> FloatArray:
        """Return q_0, q_1 - q_0, ..., q_k - q_{k-1}."""
        q = self.overlaps(T)
        return np.array([q[0], *(above - below for below, above in pairwise(q))])


class Averages(NamedTuple):
    """Everything one evaluation of the functional gives, at a saddle or not.

    t2, c2, gain: E_i[t_i^2], E_i[c_i^2] (level k: beta E sech^4), E_i[phi_i] - E_{i-1}[phi_{i-1}];
    m, along: E[S t_0], which is m of a stored pattern, and the magnetization along the pattern;
    q, variance, slope, work: q_i, r_i - r_{i-1}, r'(q_i), (1/2) int q r' over each step.
    """

    free_energy: float
    energy: float
    entropy: float
    m: float
    C: float
    t2: FloatArray
    c2: FloatArray
    gain: FloatArray
    q: FloatArray
    variance: FloatArray
    slope: FloatArray
    work: FloatArray
    along: float = 0.0


def evaluate(
    network: Network, load: float, T: float, levels: Levels, fine: float = 1.0, gaps: FloatArray | None = None
) -> Averages:
    """Evaluate the functional R.2 or R.3 and both sides of R.4 at any levels, in or off the saddle.

    Examples
    --------
    >>> from glassy import SpinGlass
    >>> sk = SpinGlass({2: 1.0})
    >>> round(evaluate(sk, 1.0, 0.0, Levels(0.0, (0.4767844,), 0.2395222, (1.3608208,))).free_energy, 7)   # 1RSB at T = 0
    -0.7652594
    """
    gaps = levels.gaps(T) if gaps is None else gaps
    y = np.array((0.0, *levels.y))
    scalars, averages, at = _evaluate(network, load, T, levels, gaps, y, fine)
    f, e, s, m, C, along = scalars
    shift = wishart_shift(network, load)
    return Averages(f + shift, e + shift, s, m, C, *averages[:3], *at[:4])._replace(along=along)


def _evaluate(
    network: Network, load: float, T: float, levels: Levels, gaps: FloatArray, y: FloatArray, fine: float
) -> tuple[tuple[float, float, float, float, float, float], FloatArray, FloatArray]:
    """Return (f, e, s, E[S t_0], E_k[sech^2]/T, m along), f NaN outside the domain, and the arrays of `deflated`."""
    k, P, m, C = len(y) - 1, network.P, levels.m, (levels.C, levels.free)
    averages, at, values = np.empty((5, k + 1)), np.empty((5, k + 1)), np.empty(6)
    if not noise(network, load, T, gaps, *C, y, at):
        return (math.nan,) * 6, averages, at
    signal = signal_of(network).strength * m ** (P - 1) if m else 0.0
    deviations = np.sqrt(np.maximum(at[1], 0.0))
    if sweeps(network, m, deviations, y, T, fine, averages, values, levels.a) is None:
        return (math.nan,) * 6, averages, at
    phi, m_new, C_new, _, entropy, along = values.tolist()
    f, e, s = energies(network, load, T, gaps, *C, y, at)
    f += (0.5 * (P - 1) * signal if levels.a is None else levels.a - 0.5 * signal) * m - phi - T * LN2
    return (f, e - 0.5 * signal * m, s + entropy, m_new, C_new, along), averages, at


def field_density(network: Network, load: float, T: float, levels: Levels, h: FloatArray) -> FloatArray:
    """Distribution of the local field at the points h: P_k(h), carried outward from level 0 (R.4)."""
    k = levels.k
    at = evaluate(network, load, T, levels)
    s = np.sqrt(np.maximum(at.variance, 0.0))
    y = np.array((0.0, *levels.y))
    averages, values = np.empty((5, k + 1)), np.empty(6)
    found = sweeps(network, levels.m, s, y, T, 1.0, averages, values, levels.a)
    if found is None:
        return np.full_like(h, math.nan)
    phi = np.abs(h) + T * (np.log1p(np.exp(-2.0 * np.abs(h) / T)) - LN2) if T > 0.0 else np.abs(h)
    density = np.zeros_like(h)
    for (_, share, _), (points, links, _, _, start, _) in zip(sizes_of(network, levels.m), found, strict=True):
        step = np.searchsorted(start, np.arange(points.shape[1]), side="right") - 1  # the first one not taken to the point
        ends = (points[WEIGHT] > 0.0) & ((step == k) | ((step < k) & (links[COUNT] == 0)))
        for x, f, w, i in zip(points[FIELD, ends], points[PHI, ends], points[WEIGHT, ends], step[ends], strict=True):
            if i == k:
                tilt = np.exp((y[k] * (phi - f) if k else 0.0) - 0.5 * ((h - x) / s[k]) ** 2)
                density += share * w / s[k] * tilt
            else:  # far from 0 every step that is left is a Gaussian that drifts outward
                far, spread = x + np.sign(x) * (y[i:] @ s[i:] ** 2), math.sqrt(s[i:] @ s[i:])
                density += share * w / spread * np.exp(-0.5 * ((h - far) / spread) ** 2)
    return np.asarray(density / math.sqrt(2.0 * math.pi))
