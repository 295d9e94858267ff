"""Replica symmetry: signal and noise at any m and q (R.5).

Everything is written in m and C = beta (1 - q), with q = 1 - T C, so that T = 0 is a temperature like any other.
"""

from __future__ import annotations

import math
from functools import lru_cache

from glassy.model.family import Network
from glassy.model.signal import Signal
from glassy.theory.rs.formulas import Form, local_variance, local_variance_slope


@lru_cache(maxsize=256)
def form_of(network: Network) -> Form:
    """Return what the kernels know of a network.

    The first row: P, whether its noise is Wishart, its shift per load; of its signal the strength, the number of sizes and the
    full overlap; of its Wishart noise the number of modes, 0 where there is one of size 1, their trace, and D of N.3c per load.
    Then polynomials (xi', xi'', slope and curvature of `Covariance`), each as its lowest power, the number of its coefficients,
    and these. The last rows: sizes, weights and aligned of the signal, all 1 where there is none; and sizes and numbers of the
    modes (L.5).
    """
    rows = [(float(lowest), float(len(row)), *row) for lowest, row in network.unit_covariance.rows()]
    of = network.signal if network.has_signal else Signal(network.P)
    modes = network.modes if network.wishart and not network.has_glass else ()
    own = (
        float(network.P), float(network.wishart), wishart_shift(network, 1.0), of.strength, float(len(of.sizes)), of.full,
        float(len(modes)), network.trace, network.gaussian_part,
    )  # fmt: skip
    sizes, counts = (tuple(float(x[i]) for x in modes) for i in (0, 1))
    everything = (own, *rows, of.sizes, of.weights, of.aligned, sizes, counts)
    width = max(map(len, everything))
    return tuple((*row, *(0.0,) * (width - len(row))) for row in everything)


def wishart_shift(network: Network, load: float) -> float:
    """Energy by which H.2 lies above H.3, for which R.3 is written, at P = 2: load/2."""
    return 0.5 * load * network.trace if network.wishart and network.interactions == "distinct" else 0.0


def soft_limit(network: Network) -> float:
    """Return C at which Wishart noise diverges: 1 over its largest mode; infinite where the noise is none."""
    return 1.0 / max(size for size, _ in network.modes) if network.wishart else math.inf


def unit_variance(network: Network, q: float, C: float) -> float:
    """Variance of the local field per unit of load: xi'(q) for P > 2 (N.3a), q/(1-C)^2 + D q at P = 2 (N.3c)."""
    return float(local_variance(form_of(network), q, C))


def variance(network: Network, load: float, q: float, C: float) -> float:
    """Variance r of the local field; none at load 0, whatever q and C."""
    return load * unit_variance(network, q, C) if load > 0.0 else 0.0


def unit_variance_slope(network: Network, q: float, C: float, T: float) -> float:
    """Return d(unit_variance)/dC at fixed T, with q = 1 - T C."""
    return float(local_variance_slope(form_of(network), q, C, T))
