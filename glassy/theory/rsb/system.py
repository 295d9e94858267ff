"""The saddle-point equations of RSB(k) in the unknowns of Newton's method."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np

from glassy.model.covariance import Covariance
from glassy.model.family import Network
from glassy.theory.rsb.kernels import SMALL, FloatArray, deflated, mixed_noise, unpack, wishart_energies, wishart_noise
from glassy.theory.rsb.signals import Swept, sweeps


@lru_cache(maxsize=256)
def coefficients(network: Network) -> FloatArray:
    """Return c_0 .. c_P of the covariance as an array, for the kernels; at P = 2 those of D in N.3c."""
    if network.wishart:
        return np.array([0.0, 0.0, network.gaussian_part])
    return np.array([float(c) for c in network.unit_covariance.coefficients])


def noise(
    network: Network, load: float, T: float, gap: FloatArray, C: float, free: float, y: FloatArray, out: FloatArray
) -> bool:
    """Fill out[5, k+1] with q_i, the variances r_i - r_{i-1}, the slopes r'(q_i), and over each step (1/2) int q r' dq and
    (1/2) int (q - q_{i-1}) r' dq. Return whether the point lies in the domain.

    free: 1 - C, of which the Wishart noise is made; at small load it has digits that C has not.
    """
    if network.wishart:
        found = wishart_noise(load, T, gap, C, free, y, out)
        if network.gaussian_part > 0.0:
            out[1:] += _added(network, load, T, gap, C)[1:]
        return found
    mixed_noise(coefficients(network), load, T, gap, C, out)
    return True


def energies(
    network: Network, load: float, T: float, gap: FloatArray, C: float, free: float, y: FloatArray, levels: FloatArray
) -> tuple[float, float, float]:
    """Return the noise parts of f, e and s (R.2, R.3 without Phi and the signal, without the shift of H.2) from `noise`."""
    if network.wishart and network.gaussian_part > 0.0:
        added = _added(network, load, T, gap, C)
        alone = wishart_energies(load, T, gap, C, free, y, np.vstack((levels[:1], levels[1:] - added[1:])))
        f, e, s = mixed_energies(Covariance((Fraction(0), Fraction(0), Fraction(network.gaussian_part))), load, T, C, y, added)
        return alone[0] + f, alone[1] + e, alone[2] + s
    if network.wishart:
        return wishart_energies(load, T, gap, C, free, y, levels)
    return mixed_energies(network.unit_covariance, load, T, C, y, levels)


def _added(network: Network, load: float, T: float, gap: FloatArray, C: float) -> FloatArray:
    """Return the rows of `noise` of what is added to the Wishart noise (N.3c)."""
    out = np.empty((5, len(gap)))
    mixed_noise(coefficients(network), load, T, gap, C, out)
    return out


def mixed_energies(
    xi: Covariance, load: float, T: float, C: float, y: FloatArray, levels: FloatArray
) -> tuple[float, float, float]:
    """Return the noise parts of f, e and s of a Gaussian process of covariance xi."""
    q = levels[0].tolist()
    R, at = load * xi.curvature(q[-1]), [xi(x) for x in q]
    e = -C * xi.slope(q[-1]) - sum(y.item(i) * (at[i] - at[i - 1]) for i in range(1, len(q)))
    return float(y @ levels[3]) - 0.5 * C * (T * C) * R, load * e, -0.5 * C * (C * R)


def system(
    u: FloatArray, network: Network, load: float, T: float, has_m: bool, has_q0: bool, F: FloatArray, known: FloatArray,
    held: tuple[float, float] | None = None,
) -> tuple[Swept, ...] | None:  # fmt: skip
    """Fill F with the equations at u; return what `sweeps` returns, None outside the domain.

    known[15, k+1], filled: the gaps, y, the deviations s, the five rows of averages, the five of `noise`, C with its new
    value, and 1 - C. held: as in `Problem`.
    """
    gap, y, s, averages, levels, values = known[0], known[1], known[2], known[3:8], known[8:13], np.empty(6)
    point = unpack(u, T, network.wishart, has_m, has_q0, gap, y)
    if point is None:
        return None
    m, C, free = point
    if not (C > 0.0 and noise(network, load, T, gap, C, free, y, levels)):
        return None
    np.sqrt(levels[1], out=s)
    m, a = (held[0], held[1] * m) if held else (m, None)
    swept = sweeps(network, m, s, y, T, 1.0, averages, values, a)
    at = 1 if has_m else 0
    if swept is None or not deflated(averages, levels, gap, has_q0, F[at + 1 :]):
        return None
    _, m_new, C_new, *_ = values.tolist()
    if has_m:
        F[0] = m_new - m
    F[at] = C_new / C - 1.0
    if 1.0 - T * C < SMALL:
        i = 0 if has_q0 else 1
        if not gap[i] > 0.0:
            return None
        F[at] = averages[3 * i, i] / gap[i] - 1.0
    known[13, :2] = C, C_new
    known[14, 0] = free
    return swept if all(map(math.isfinite, F.tolist())) else None
