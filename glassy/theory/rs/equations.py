"""Replica symmetry: signal, noise and free energy at any m and q (R.2, R.3, R.5).

Everything is written in m and C = beta (1 - q), with q = 1 - T C, so that T = 0 is a temperature like any other.
"""

from __future__ import annotations

import math
from functools import lru_cache

from glassy.model.family import Network
from glassy.numerics.gaussian import field_averages
from glassy.theory.rs.formulas import Form, local_signal, local_variance, local_variance_slope

FROZEN = 1e-15  # below this temperature, in units of the field, every order parameter equals its T = 0 value to rounding


@lru_cache(maxsize=256)
def form_of(network: Network) -> Form:
    """Return what the kernels know of a network: P, whether its noise is Wishart, its shift per load, and polynomials.

    A row of a polynomial (xi', xi'', slope and curvature of `Covariance`) holds its lowest power, the number of its
    coefficients, and these.
    """
    rows = [(float(lowest), float(len(row)), *row) for lowest, row in network.unit_covariance.rows()]
    own = (float(network.P), float(network.wishart), wishart_shift(network, 1.0))
    width = max(map(len, (own, *rows)))
    return tuple((*row, *(0.0,) * (width - len(row))) for row in (own, *rows))


def signal(network: Network, m: float) -> float:
    """Local field (P/2) m^(P-1) of the condensed pattern."""
    return float(local_signal(form_of(network), m))


def wishart_shift(network: Network, load: float) -> float:
    """Energy by which H.2 lies above H.3, for which R.3 is written, at P = 2: load/2."""
    return 0.5 * load if network.wishart and network.interactions == "distinct" else 0.0


def unit_variance(network: Network, q: float, C: float) -> float:
    """Variance of the local field per unit of load: xi'(q) for P > 2 (N.3a), q/(1-C)^2 at P = 2 (N.3b)."""
    return float(local_variance(form_of(network), q, C))


def variance(network: Network, load: float, q: float, C: float) -> float:
    """Variance r of the local field; none at load 0, whatever q and C."""
    return load * unit_variance(network, q, C) if load > 0.0 else 0.0


def unit_variance_slope(network: Network, q: float, C: float, T: float) -> float:
    """Return d(unit_variance)/dC at fixed T, with q = 1 - T C."""
    return float(local_variance_slope(form_of(network), q, C, T))


def free_energy(network: Network, load: float, T: float, m: float, q: float) -> float:
    """RS free energy as a function of m and q off the saddle (R.2 or R.3 at k = 0), for T > 0.

    It is stationary at R.5; it is the slow, obvious form that `rs_saddle` is tested against.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> network = DenseHebbian(P=3)
    >>> abs(free_energy(network, load=0.1, T=0.5, m=0.0, q=0.0) - (-0.5 * math.log(2) - 0.1 / 4 / 0.5)) < 1e-15
    True
    """
    beta = 1.0 / T
    P = network.P
    xi = network.unit_covariance
    C = beta * (1.0 - q)
    r = load * unit_variance(network, q, C)
    soft = field_averages(signal(network, m), math.sqrt(r), T)[0]
    if not network.wishart:
        minus_beta_f = (
            beta * soft
            - (P - 1) * 0.5 * beta * m**P
            + 0.5 * beta**2 * load * (xi(1.0, 1) - xi(q, 1))
            - 0.5 * beta**2 * load * ((xi(1.0, 1) - xi(1.0)) - (q * xi(q, 1) - xi(q)))
        )
        return -T * minus_beta_f
    D = 1.0 - C
    minus_beta_f = beta * soft - 0.5 * beta * m * m - 0.5 * load * (math.log(D) - beta * q / D) - 0.5 * beta**2 * r * (1.0 - q)
    return -T * minus_beta_f + wishart_shift(network, load)
