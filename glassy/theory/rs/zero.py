"""RS saddles with m = 0: the explicit curve R.5d.

With B = beta s the overlap q(B) = E tanh^2(B z) is universal, and each B > 0 belongs to one load at given T:
load = (T B)^2 / (r per unit load). All saddles are the roots of that function of one variable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from glassy.model.family import Network
from glassy.model.signal import FROZEN
from glassy.numerics.gaussian import field_averages
from glassy.numerics.roots import all_roots
from glassy.theory.rs.equations import form_of, soft_limit, unit_variance
from glassy.theory.rs.formulas import small_overlap, wishart_width

_HUGE = 1e300


@dataclass(frozen=True)
class ZeroPoint:
    """An m = 0 saddle: overlap q, C = beta (1 - q), and the standard deviation s of the local field."""

    q: float
    C: float
    s: float


def overlap(B: float) -> tuple[float, float]:
    """Return q(B) = E tanh^2(Bz) and 1 - q, each accurate where it is small."""
    _, _, C, *_ = field_averages(0.0, B, 1.0)
    if B < 1e-2:
        return small_overlap(B)[0], C
    return 1.0 - C, C


def load_at(network: Network, T: float, B: float) -> float:
    """Return the load whose m = 0 saddle at temperature T has beta s = B; 0 where P = 2 has no positive 1 - C."""
    q, rest = overlap(B)
    if network.wishart and network.has_glass:
        D = T - rest if T < 0.5 else (T - 1.0) + q  # T (1 - C), accurate where C is near 1
        return min(B * D * (B * D / q) / (1.0 + network.gaussian_part * (D / T) ** 2), _HUGE) if D > 0.0 else 0.0
    r = unit_variance(network, q, rest / T) if rest / T < soft_limit(network) else math.inf
    return min((T * B) ** 2 / r, _HUGE) if r > 0.0 else _HUGE


def has_paramagnet(network: Network, T: float) -> bool:
    """Whether q = 0 is a saddle: no random field, and T > 0 (P > 2) or T > 1 (P = 2)."""
    return not network.unit_covariance.has_field and (1.0 / soft_limit(network) if network.wishart else 0.0) < T


def onset(network: Network, load: float) -> float:
    """Return the temperature at which q > 0 sets in continuously in Wishart noise: 1 + sqrt(load), or that of L.5."""
    return temperature_at(network, load, 1.0, 1.0)


def temperature_at(network: Network, load: float, ratio: float, rest: float) -> float:
    """Return T of the m = 0 saddle of Wishart noise with q/(beta s)^2 = ratio and 1 - q = rest."""
    if network.has_glass:
        return rest + math.sqrt(load * ratio)
    modes = network.modes
    top = max(size for size, _ in modes)

    def excess(T: float) -> float:
        return load * ratio * sum(count * (size / (T - size * rest)) ** 2 for size, count in modes) - 1.0

    width = math.sqrt(load * ratio * sum(count * size * size for size, count in modes))
    least = math.sqrt(load * ratio) * top  # of the largest mode alone
    return float(brentq(excess, top * rest + 0.5 * least, top * rest + 1.01 * width, xtol=1e-300, rtol=1e-15))


@lru_cache(maxsize=16)  # a point is asked for by several parts of one solve
def saddles(network: Network, load: float, T: float) -> tuple[ZeroPoint, ...]:
    """Return every m = 0 saddle with q > 0, ordered by growing q."""
    if load == 0.0:
        return ()
    bound = math.sqrt(2.0 / math.pi)
    s_max = math.sqrt(load * network.unit_covariance(1.0, 1))
    if network.wishart:
        s_max = _coldest_width(network, load, bound)
    if FROZEN * s_max > T:
        return (ZeroPoint(1.0 - T * bound / s_max, bound / s_max, s_max),)
    B_max = 1.001 * s_max / T
    B_min = min(1e-7, 1e-3 * B_max, 1e-3 * load**0.25)  # at P = 2 and T = 1 B is load^(1/4)
    if network.unit_covariance.has_field:
        B_min = 0.999 * math.sqrt(load * network.unit_covariance(0.0, 1)) / T
    if network.wishart and 1.0 / soft_limit(network) > T:
        most = T * soft_limit(network)
        B_min = brentq(lambda B: overlap(B)[1] - most, 0.0, 4.0 * bound / most, xtol=1e-300, rtol=1e-15)

    def mismatch(y: float) -> float:
        return math.log(max(load_at(network, T, math.exp(y)), 5e-324)) - math.log(load)

    if (
        network.wishart and network.has_glass and math.sqrt(load) < 1e-12 * (1.0 - T)
    ):  # 1 - C = sqrt(load q)/s is below rounding: B is that of C = 1
        fields = [B_min]
    else:
        fields = [math.exp(y) for y in all_roots(mismatch, np.linspace(math.log(B_min), math.log(B_max), 160).tolist())]
    found = []
    for B in fields:
        q, rest = overlap(B)
        found.append(ZeroPoint(q, rest / T, B * T))
    return tuple(found)


def _coldest_width(network: Network, load: float, bound: float) -> float:
    """Return s of Wishart noise at T = 0, where C = bound/s: an upper bound at every T."""
    if network.has_glass:
        return wishart_width(form_of(network), load)
    top, width = max(size for size, _ in network.modes), math.sqrt(load * network.unit_covariance(1.0, 1))

    def excess(s: float) -> float:
        return load * sum(count * (size / (s - size * bound)) ** 2 for size, count in network.modes) - 1.0

    return float(brentq(excess, top * (bound + 0.5 * math.sqrt(load)), top * bound + 1.01 * width, xtol=1e-300, rtol=1e-15))


def near(network: Network, load: float, T: float, s: float) -> ZeroPoint | None:
    """Return the saddle with q > 0 next to one whose field has standard deviation s, nearby; None if it is far."""
    if load == 0.0 or FROZEN * s > T or s <= 0.0:
        return None

    def mismatch(y: float) -> float:
        return math.log(max(load_at(network, T, math.exp(y)), 5e-324)) - math.log(load)

    y = math.log(s / T)
    for width in (0.01, 0.05, 0.2):
        if mismatch(y - width) * mismatch(y + width) < 0.0:
            B = math.exp(brentq(mismatch, y - width, y + width, xtol=1e-15, rtol=1e-15))
            q, rest = overlap(B)
            return ZeroPoint(q, rest / T, B * T)
    return None
